"""What was meant by what was typed: slips put right by sound, and a better query to offer."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import rjieba
from rapidfuzz import fuzz, process

from search.lexicon import Lexicon, lexicon, renewed
from search.phonetics import homophone_key

_HAN_RUN = re.compile(r"[㐀-鿿]{2,}")
_LATIN = re.compile(r"(?<![a-z0-9.])[a-z]{4,}(?![a-z0-9])")
_SPACED = re.compile(r"(?<![a-z0-9.])[a-z]{2,}(?: [a-z]{2,})+(?![a-z0-9])")
_NUMERAL = re.compile(r"[零一二两三四五六七八九十百千万亿半]")
_LONGEST = 6
_ROMANISED_AT_LEAST = 4
_CLOSE = 88
"""Likeness of Latin words, of 100, from which one is taken for a slip of the other."""


@renewed
@cache
def segmenter() -> rjieba.Jieba:
    """The dictionary's words, with those of the trade kept whole."""
    jieba = rjieba.Jieba()
    for word in lexicon().whole:
        if len(word) > 1:
            jieba.add_word(word, 200_000, None)
    return jieba


@renewed
@lru_cache(maxsize=8_192)
def repaired(text: str) -> str:
    """The text in canonical form with slips put right: 点云拉筐 is 点云拉框, zhuanxie is 转写.

    Only what sounds the same, or is spelt all but the same in Latin letters; whoever shows
    results says what was understood.
    """
    words = lexicon()
    canonical = words.canonical(text)
    for wrong, right in words.repairs.items():
        start = canonical.find(wrong)
        if start >= 0 and stands_alone(canonical, start, start + len(wrong)):
            canonical = canonical.replace(wrong, right)
    canonical = _SPACED.sub(lambda found: _spaced(found[0], words), canonical)
    spoken = _LATIN.sub(lambda found: _latin(found[0], words), canonical)
    sounded = _HAN_RUN.sub(lambda run: _repair_run(run[0], words, shortest=4), spoken)
    fixed, position = "", 0
    for span in words.longest(sounded):
        fixed += _repair_loose(sounded[position : span.start], words)
        fixed += sounded[span.start : span.end]
        position = span.end
    return fixed + _repair_loose(sounded[position:], words)


def _repair_loose(text: str, words: Lexicon) -> str:
    """Between known words two characters suffice, but never a numeral: 三为 may be a number."""
    return _HAN_RUN.sub(
        lambda run: run[0] if _NUMERAL.search(run[0]) else _repair_run(run[0], words, shortest=2),
        text,
    )


def _repair_run(run: str, words: Lexicon, *, shortest: int) -> str:
    """Put known words in place of windows that sound like them and are no words themselves."""
    for length in range(min(_LONGEST, len(run)), shortest - 1, -1):
        for start in range(len(run) - length + 1):
            end = start + length
            meant = words.homophones.get(homophone_key(run[start:end]))
            if meant is None or not _is_slip(run[start:end], meant):
                continue
            if stands_alone(run, start, end):
                before = _repair_run(run[:start], words, shortest=shortest)
                return before + meant + _repair_run(run[end:], words, shortest=shortest)
    return run


def _is_slip(written: str, meant: str) -> bool:
    """Whoever slips gets most characters right: 拉筐 is 拉框, 逐搏 is not 主播."""
    right = sum(one == other for one, other in zip(written, meant, strict=False))
    return len(written) > right >= len(written) // 2 and not segmenter().has_word(written)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word of the text reaches over either edge: 方延 does not in 地方延伸."""
    edge, edges = 0, {0}
    for piece in segmenter().cut(text, hmm=False):
        edge += len(piece)
        edges.add(edge)
    return start in edges and end in edges


def _latin(word: str, words: Lexicon) -> str:
    """Chinese for pinyin that known words make up wholly, the known word for a misspelt one."""
    if word in words.surfaces or word.removesuffix("s") in words.surfaces:
        return word
    if (spelt := _from_pinyin(word, words)) is not None:
        return " ".join(spelt)
    if len(word) < 5:
        return word
    close = process.extractOne(word, words.latin, scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return str(close[0]) if close else word


def _spaced(text: str, words: Lexicon) -> str:
    """Chinese for syllables typed apart: yan di is 眼底."""
    spelt = _from_pinyin(text.replace(" ", ""), words)
    return " ".join(spelt) if spelt is not None else text


def _from_pinyin(word: str, words: Lexicon) -> list[str] | None:
    """The fewest known words whose pinyin makes up the whole; None where none do."""
    best: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(_ROMANISED_AT_LEAST, len(word) + 1):
        for start in range(end - _ROMANISED_AT_LEAST + 1):
            before, meant = best[start], words.romanised.get(word[start:end])
            held = best[end]
            if before is not None and meant and (held is None or len(before) + 1 < len(held)):
                best[end] = [*before, meant]
    return best[-1]
