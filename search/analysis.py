"""Text analysis, the same for every engine, at index and at query time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import rjieba
from rapidfuzz import fuzz, process

from search.lexicon import Lexicon, lexicon
from search.normalisation import has_han
from search.phonetics import homophone_key, sounds

CONCEPT = "@"
"""Prefix of a concept term; plain words carry none, so a word never collides with a concept."""

FAMILY_WEIGHT = 0.6
NESTED_WEIGHT = 0.5
HINT_IMPORTANCE = 0.5
_PIECES = re.compile(r"[a-z0-9][a-z0-9+#.]*|[㐀-鿿]+")
_CLAUSE_ENDS = re.compile(r"[，。；：！？、\n]+")
_SHORT = 8
_HAN_RUN = re.compile(r"[㐀-鿿]{4,}")
_LONGEST_REPAIR = 6


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One thing the user asked for, with the terms that satisfy it and how well each does (0 to 1).

    `fallbacks` (pinyin) count only where none of `terms` occurs in the whole index.
    """

    surface: str
    terms: tuple[tuple[str, float], ...]
    fallbacks: tuple[str, ...] = ()
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class IndexTerms:
    """What an index stores for one record: disjoint term sets by importance, and sounds."""

    strong: frozenset[str]
    weak: frozenset[str]
    sounds: frozenset[str]


@cache
def _segmenter() -> rjieba.Jieba:
    jieba = rjieba.Jieba()
    for word in lexicon().whole:
        if len(word) > 1:
            jieba.add_word(word, 200_000, None)
    return jieba


def _stem(word: str) -> str:
    plural = word.isascii() and word.isalpha() and len(word) > 3 and word.endswith("s")
    return word[:-1] if plural and not word.endswith("ss") else word


def _words(text: str) -> Iterator[str]:
    for piece in _segmenter().cut_for_search(text, hmm=False):
        word = piece.strip(" .+#")
        if len(word) > 1 and (word.isalnum() or _PIECES.fullmatch(word)):
            yield _stem(word)


def _concept_terms(concepts: Iterable[str], words: Lexicon) -> Iterator[str]:
    for concept in concepts:
        yield CONCEPT + concept
        for family in words.families.get(concept, ()):
            yield CONCEPT + family


def _clauses(texts: Iterable[str]) -> Iterator[str]:
    """Texts cut where no word goes on: records repeat clauses far more often than whole texts."""
    for text in texts:
        if len(text) <= _SHORT:
            yield text
        else:
            yield from filter(None, _CLAUSE_ENDS.split(text))


@lru_cache(maxsize=65_536)
def _terms(text: str) -> frozenset[str]:
    words = lexicon()
    canonical = words.canonical(text)
    found = set(_words(canonical))
    for span in words.matches(canonical):
        found.update(_concept_terms(span.concepts, words))
    return frozenset(found)


@lru_cache(maxsize=65_536)
def _sounds(text: str) -> frozenset[str]:
    return frozenset(
        sound for term in _terms(text) if not term.startswith(CONCEPT) for sound in sounds(term)
    )


def terms_of(texts: Iterable[str]) -> set[str]:
    """Words and concepts of some texts, as an index stores them."""
    found: set[str] = set()
    return found.union(*map(_terms, _clauses(texts)))


def index_terms(strong: Iterable[str], weak: Iterable[str]) -> IndexTerms:
    """Terms of one record; a term in both texts counts as strong only."""
    important, other = set(_clauses(strong)), set(_clauses(weak))
    first = frozenset[str]().union(*map(_terms, important))
    second = frozenset[str]().union(*map(_terms, other)) - first
    return IndexTerms(first, second, frozenset[str]().union(*map(_sounds, important | other)))


@lru_cache(maxsize=4_096)
def query_groups(text: str) -> tuple[TermGroup, ...]:
    """What a query asks for, in reading order, homophones repaired, repeated things once."""
    words = lexicon()
    canonical = _repair(words.canonical(text), words)
    found: dict[frozenset[str], TermGroup] = {}
    for group in _reading(canonical, words):
        asked = frozenset(term for term, weight in group.terms if weight == 1.0)
        found.setdefault(asked, group)
    groups = tuple(found.values())
    return groups + _hinted_groups(canonical, groups, words)


def _reading(text: str, words: Lexicon) -> Iterator[TermGroup]:
    position = 0
    for span in words.longest(text):
        yield from _loose_groups(text[position : span.start], words)
        position = span.end
        if span.surface not in words.generic:
            yield _known_group(span.surface, words)
    yield from _loose_groups(text[position:], words)


def repaired(text: str) -> str:
    """The text in canonical form with homophone slips put right: 点云拉筐 is 点云拉框."""
    words = lexicon()
    return _repair(words.canonical(text), words)


def _repair(text: str, words: Lexicon) -> str:
    for wrong, right in words.repairs.items():
        if (start := text.find(wrong)) >= 0 and _stands_alone(text, start, start + len(wrong)):
            text = text.replace(wrong, right)
    return _HAN_RUN.sub(lambda run: _repair_run(run[0], words, shortest=4), text)


def _repair_run(run: str, words: Lexicon, *, shortest: int) -> str:
    """Put known words in place of windows that sound like them and are no words themselves."""
    for length in range(min(_LONGEST_REPAIR, len(run)), shortest - 1, -1):
        for start in range(len(run) - length + 1):
            end = start + length
            meant = words.homophones.get(homophone_key(run[start:end]))
            if meant is None or meant == run[start:end] or _segmenter().has_word(run[start:end]):
                continue
            if _stands_alone(run, start, end):
                before = _repair_run(run[:start], words, shortest=shortest)
                return before + meant + _repair_run(run[end:], words, shortest=shortest)
    return run


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word of the text reaches over either edge: 方延 does not in 地方延伸."""
    edge, edges = 0, {0}
    for piece in _segmenter().cut(text, hmm=False):
        edge += len(piece)
        edges.add(edge)
    return start in edges and end in edges


def _known_group(surface: str, words: Lexicon) -> TermGroup:
    terms: dict[str, float] = {}
    concepts = words.surfaces[surface]
    for concept in concepts:
        terms[CONCEPT + concept] = 1.0
    for concept in concepts:
        for family in words.families.get(concept, ()):
            terms.setdefault(CONCEPT + family, FAMILY_WEIGHT)
    for term in _terms(surface):
        covered = term == surface or CONCEPT + term in terms
        if not covered and term.lstrip(CONCEPT) not in words.generic:
            terms.setdefault(term, NESTED_WEIGHT)
    return TermGroup(surface, tuple(sorted(terms.items(), key=lambda item: (-item[1], item[0]))))


def _loose_groups(text: str, words: Lexicon) -> Iterator[TermGroup]:
    for piece in _PIECES.findall(text):
        if has_han(piece):
            yield from _han_groups(piece, words)
        elif (group := _latin_group(piece.strip("."), words)) is not None:
            yield group


def _han_groups(run: str, words: Lexicon) -> Iterator[TermGroup]:
    fixed = _repair_run(run, words, shortest=2)
    if fixed != run:
        for span in words.longest(fixed):
            yield _known_group(span.surface, words)
            fixed = fixed.replace(span.surface, " ", 1)
    for word in _segmenter().cut(fixed, hmm=False):
        if len(word) > 1 and word not in words.generic:
            yield TermGroup(word, ((word, 1.0),), sounds(word))


def _latin_group(word: str, words: Lexicon) -> TermGroup | None:
    if len(word) < 2 or word in words.generic or (word.isdigit() and len(word) < 4):
        return None
    meant = words.romanised.get(word) if len(word) >= 4 else None
    if meant is None and len(word) >= 5:
        close = process.extractOne(word, words.latin, scorer=fuzz.ratio, score_cutoff=88)
        meant = close[0] if close else None
    if meant is not None:
        return _known_group(meant, words)
    return TermGroup(word, ((_stem(word), 1.0),), (word,))


def _hinted_groups(
    text: str, groups: tuple[TermGroup, ...], words: Lexicon
) -> tuple[TermGroup, ...]:
    """Industries the words belong to, at half weight: they order records, they exclude none."""
    asked = {term for group in groups for term, _ in group.terms}
    named = {name for span in words.longest(text) for name in (span.surface, *span.concepts)}
    hinted = {
        CONCEPT + industry: None
        for hint, industries in words.industry_hints.items()
        if hint in named or (has_han(hint) and hint in text)
        for industry in industries
    }
    return tuple(
        TermGroup(term.lstrip(CONCEPT), ((term, 1.0),), importance=HINT_IMPORTANCE)
        for term in hinted
        if term not in asked
    )


def highlight_spans(text: str, groups: Iterable[TermGroup]) -> tuple[tuple[int, int], ...]:
    """Character ranges of the text that answer the query; none where spelling changed lengths."""
    words = lexicon()
    canonical = words.canonical(text)
    if len(canonical) != len(text):
        return ()
    wanted = {term for group in groups for term, _ in group.terms}
    marked = [
        (span.start, span.end)
        for span in words.matches(canonical)
        if wanted.intersection(CONCEPT + concept for concept in span.concepts)
    ]
    for word in wanted:
        if not word.startswith(CONCEPT):
            marked += [(m.start(), m.end()) for m in re.finditer(re.escape(word), canonical)]
    return _merged(marked)


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
