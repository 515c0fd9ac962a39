"""A better query to offer where a word is unknown and another is near; whoever typed decides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from search.lexicon import lexicon, load_aliases, renewed
from search.normalisation import has_han
from search.numerals import UNIT_WORDS
from search.phonetics import syllable
from search.places import place_names
from search.spelling import repaired, segmenter

_HAN_RUN = re.compile(r"[㐀-鿿]{2,}")
_LATIN = re.compile(r"(?<![a-z0-9])[a-z]{5,}(?![a-z0-9])")
_LONGEST = 8
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""Sounds that many speakers do not tell apart: 骨则 is 骨折."""
_GRAMMAR = frozenset("的了和与及或在做能可有要想找请帮一二两三四五六七八九十百千万亿每")
_PLAIN = _GRAMMAR | {word for word in UNIT_WORDS if len(word) == 1}
"""Characters that belong to the grammar of a query, hardly to a misspelt short word."""


def offer(text: str) -> str:
    """The query with unknown words put near ones in their place; empty when there is none to offer.

    Near is one character wrong, missing, too many or swapped in a word of three and more; in two,
    a swap, a look-alike, or the same sound to a southern ear.
    """
    read = repaired(text)
    better = _LATIN.sub(lambda found: _near_latin(found[0]), read)
    better = _HAN_RUN.sub(lambda found: _better_run(found[0]), better)
    return better if better != read else ""


@renewed
@lru_cache(maxsize=4_096)
def _near_latin(word: str) -> str:
    words = lexicon()
    if word in _latin_words() or word.removesuffix("s") in _latin_words():
        return word
    spoken = process.extractOne(word, list(words.romanised), scorer=fuzz.ratio, score_cutoff=90)
    if spoken:
        return words.romanised[spoken[0]]
    written = process.extractOne(word, words.latin, scorer=fuzz.ratio, score_cutoff=82)
    return str(written[0]) if written else word


@renewed
@cache
def _latin_words() -> frozenset[str]:
    return frozenset(part for word in lexicon().surfaces for part in word.replace("-", " ").split())


@renewed
@lru_cache(maxsize=4_096)
def _better_run(run: str) -> str:
    loose = _loose(run)
    for start, end in _windows(len(run)):
        inside, window = loose.intersection(range(start, end)), run[start:end]
        if not inside or (end - start < 3 and len(inside) < 2) or segmenter().has_word(window):
            continue
        plain = _PLAIN if end - start < 4 else _GRAMMAR
        if plain.isdisjoint(window) and (near := _near(window)):
            return run[:start] + near + run[end:]
    return run


def _loose(run: str) -> set[int]:
    """The characters that no word known to the trade or the dictionary takes in."""
    loose, position = set(range(len(run))), 0
    for span in lexicon().longest(run):
        loose.difference_update(range(span.start, span.end))
    for piece in segmenter().cut(run, hmm=False):
        if len(piece) > 1:
            loose.difference_update(range(position, position + len(piece)))
        position += len(piece)
    return loose


def _windows(length: int) -> Iterator[tuple[int, int]]:
    for size in range(min(_LONGEST, length), 1, -1):
        for start in range(length - size + 1):
            yield start, start + size


def _near(window: str) -> str:
    """The nearest known word that the window does not itself hold."""
    size = len(window)
    for length in (size,) if size < 4 else (size, size - 1, size + 1):
        for word in _by_length().get(length, ()):
            is_near = OSA.distance(window, word, score_cutoff=1) == 1 and word not in window
            if is_near and _is_slip(window, word):
                return word
    return _by_sound().get(_sound(window), "")


def _is_slip(window: str, word: str) -> bool:
    """Long words may differ in any one character, short ones only in a way people do slip."""
    if len(window) > 3 or sorted(window) == sorted(word):
        return True
    pairs = [(a, b) for a, b in zip(window, word, strict=True) if a != b]
    return len(pairs) == 1 and (
        _sound(pairs[0][0]) == _sound(pairs[0][1]) or frozenset(pairs[0]) in _lookalikes()
    )


def _sound(text: str) -> str:
    spoken = " ".join(map(syllable, text))
    for written, heard in _FUZZY:
        spoken = spoken.replace(written, heard)
    return spoken


@renewed
@cache
def _candidates() -> tuple[str, ...]:
    words = lexicon()
    names = (word for word in words.surfaces if word not in words.generic)
    return tuple(word for word in (*names, *place_names()) if has_han(word) and len(word) > 1)


@renewed
@cache
def _by_length() -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for word in _candidates():
        found[len(word)].append(word)
    return dict(found)


@renewed
@cache
def _by_sound() -> dict[str, str]:
    found: dict[str, str] = {}
    for word in _candidates():
        found.setdefault(_sound(word), word)
    return found


@cache
def _lookalikes() -> frozenset[frozenset[str]]:
    groups: list[str] = load_aliases()["lookalikes"]
    return frozenset(frozenset((a, b)) for group in groups for a in group for b in group if a != b)
