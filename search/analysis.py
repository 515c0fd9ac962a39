"""Text analysis, the same for every engine, at index and at query time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, pairwise
from operator import add
from typing import NamedTuple

from search.lexicon import Lexicon, Span, lexicon, renewed
from search.normalisation import has_han
from search.phonetics import sounds
from search.spelling import repaired, segmenter

CONCEPT = "@"
"""Prefix of a concept term; plain words carry none, so a word never collides with a concept."""

FAMILY_WEIGHT = 0.6
NESTED_WEIGHT = 0.5
LETTER_WEIGHT = 0.25
HINT_IMPORTANCE = 0.5
LETTER_IMPORTANCE = 0.25
REPEATED_IMPORTANCE = 0.25
_PIECES = re.compile(r"[a-z0-9][a-z0-9+#.]*|[㐀-鿿]+")
_CLAUSE_ENDS = re.compile(r"[，。；：！？、\n]+")
_SHORT = 8
_HAN = re.compile(r"[㐀-鿿]+")
_NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One thing the user asked for, with the terms that satisfy it and how well each does (0 to 1).

    `fallbacks` (pinyin) count only where none of `terms` occurs in the whole index. A hint was
    not said but belongs to what was: it orders records and finds none by itself.
    """

    surface: str
    terms: tuple[tuple[str, float], ...]
    fallbacks: tuple[str, ...] = ()
    importance: float = 1.0
    is_hint: bool = False


@dataclass(frozen=True, slots=True)
class IndexTerms:
    """What an index stores for one record: disjoint term sets by importance, and sounds."""

    strong: frozenset[str]
    weak: frozenset[str]
    sounds: frozenset[str]


def _stem(word: str) -> str:
    plural = word.isascii() and word.isalpha() and len(word) > 3 and word.endswith("s")
    return word[:-1] if plural and not word.endswith("ss") else word


@lru_cache(maxsize=65_536)
def _word(piece: str) -> str:
    """What is kept of a piece of text: two characters or more, letters and figures; else nothing."""
    word = piece.strip(" .+#")
    return _stem(word) if len(word) > 1 and (word.isalnum() or _PIECES.fullmatch(word)) else ""


def _words(text: str) -> list[str]:
    """Dictionary words, and the pairs of neighbours where the dictionary knows no word: 集卡."""
    found, loose = [], ""
    for piece in segmenter().cut_for_search(text, hmm=False):
        if len(piece) > 1:
            loose = ""
            if word := _word(piece):
                found.append(word)
        elif "㐀" <= piece <= "鿿":
            if loose:
                found.append(loose + piece)
            loose = piece
        else:
            loose = ""
    return found


def _fragments(text: str) -> list[str]:
    """Every character and pair of neighbours of the Chinese in a text: 畜牧兽医师 holds 兽医."""
    found = list[str]()
    for run in _HAN.findall(text):
        found += run
        found += map(add, run, run[1:])
    return found


@lru_cache(maxsize=32_768)
def _heard(word: str) -> str:
    """The sounds of a word as a text."""
    return " ".join(sounds(word))


@renewed
@lru_cache(maxsize=16_384)
def _meaning(concept: str) -> tuple[str, ...]:
    """The terms of a concept: its own and those of its families."""
    return (CONCEPT + concept, *(CONCEPT + one for one in lexicon().families.get(concept, ())))


def _clauses(texts: Iterable[str]) -> dict[str, None]:
    """Texts cut where no word goes on, each once: records repeat clauses far more often than texts."""
    found = dict[str, None]()
    for text in texts:
        if len(text) <= _SHORT:
            found[text] = None
        else:
            for clause in _CLAUSE_ENDS.split(text):
                found[clause] = None
    found.pop("", None)
    return found


class _Clause(NamedTuple):
    """The terms of a clause, each once, and these and their sounds as texts."""

    words: tuple[str, ...] = ()
    text: str = ""
    heard: str = ""


def _read(text: str, *, is_strong: bool) -> _Clause:
    """Of a strong clause every fragment of its Chinese is a term, too."""
    words = lexicon()
    canonical = words.canonical(text)
    plain = _words(canonical)
    meant = map(_meaning, words.concepts(canonical))
    found = dict.fromkeys(chain(plain, *meant, _fragments(canonical) if is_strong else ()))
    return _Clause(tuple(found), " ".join(found), " ".join(map(_heard, plain)))


_clause = renewed(lru_cache(maxsize=4_096)(partial(_read, is_strong=False)))
_strong_clause = renewed(lru_cache(maxsize=4_096)(partial(_read, is_strong=True)))


def _terms(text: str) -> tuple[str, ...]:
    return _clause(text).words


def terms_of(texts: Iterable[str]) -> set[str]:
    """Words and concepts of some texts, as an index stores them."""
    found: set[str] = set()
    return found.union(*map(_terms, _clauses(texts)))


def _of_record(strong: Iterable[str], weak: Iterable[str]) -> tuple[list[_Clause], list[_Clause]]:
    """The clauses of one record, each once, as a strong one rather than a weak one.

    Strong texts are short, so their fragments are kept too and no segmentation hides a word.
    """
    leading = _clauses(strong)
    others = [text for text in _clauses(weak) if text not in leading]
    return [*map(_strong_clause, leading)], [*map(_clause, others)]


def index_terms(strong: Iterable[str], weak: Iterable[str]) -> IndexTerms:
    """Terms of one record; a term in both texts counts as strong only."""
    important, other = _of_record(strong, weak)
    first = _NOTHING.union(*[clause.words for clause in important])
    second = _NOTHING.union(*[clause.words for clause in other]) - first
    heard = " ".join([clause.heard for clause in important + other])
    return IndexTerms(first, second, frozenset(heard.split()))


def index_text(strong: Iterable[str], weak: Iterable[str]) -> tuple[str, str, str]:
    """The same terms as three texts, for an index in which a term may stand twice; half the work."""
    important, other = _of_record(strong, weak)
    words, texts, heard = zip(*important, strict=True) if important else _Clause()
    others, _texts, heard_too = zip(*other, strict=True) if other else _Clause()
    rest = set(chain.from_iterable(others))
    rest.difference_update(chain.from_iterable(words))
    return " ".join(texts), " ".join(rest), " ".join((*heard, *heard_too))


@renewed
@lru_cache(maxsize=4_096)
def query_groups(text: str) -> tuple[TermGroup, ...]:
    """What a query asks for, in reading order, homophones repaired, repeated things once."""
    words = lexicon()
    canonical = repaired(text)
    found: dict[frozenset[str], TermGroup] = {}
    for group in _reading(canonical, words):
        asked = frozenset(term for term, weight in group.terms if weight == 1.0)
        known = found.get(asked)
        found[asked] = group if known is None else replace(known, importance=_stressed(known))
    groups = tuple(found.values())
    return groups + _hinted_groups(canonical, groups, words)


def _stressed(group: TermGroup) -> float:
    """What is said twice in other words (小麦 麦穗) counts more, up to one and a half times."""
    return min(group.importance + REPEATED_IMPORTANCE, 1.5)


def _reading(text: str, words: Lexicon) -> Iterator[TermGroup]:
    position = 0
    for span in words.longest(text):
        yield from _loose_groups(text[position : span.start], words)
        position = span.end
        if span.surface not in words.generic:
            yield _known_group(span.surface, words)
    yield from _loose_groups(text[position:], words)


def _known_group(surface: str, words: Lexicon) -> TermGroup:
    terms: dict[str, float] = {}
    concepts = words.surfaces[surface]
    for concept in concepts:
        terms[CONCEPT + concept] = 1.0
    for concept in concepts:
        for family in words.families.get(concept, ()):
            terms.setdefault(CONCEPT + family, FAMILY_WEIGHT)
    # concepts first: "@" sorts before letters and Chinese, and a word adds nothing to its concept
    for term in () if surface in words.opaque else sorted(_terms(surface)):
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
    loose = ""
    for word in (*segmenter().cut(run, hmm=False), " "):
        if len(word) == 1 and has_han(word):
            loose += word
            continue
        yield from _unknown_groups(loose, words)
        loose = ""
        if len(word) > 1 and word not in words.generic:
            yield TermGroup(word, _word_terms(word), sounds(word))


def _word_terms(word: str) -> tuple[tuple[str, float], ...]:
    """A word, and at half weight the dictionary's words inside it: 印刷电路板 finds 电路板."""
    inner = sorted(set(_words(word)) - {word})
    return ((word, 1.0), *((part, NESTED_WEIGHT) for part in inner))


def _unknown_groups(loose: str, words: Lexicon) -> Iterator[TermGroup]:
    """What no dictionary knows: a character by itself, or each pair of neighbours."""
    if any(character in words.generic for character in loose):
        for part in re.split(f"[{''.join(g for g in words.generic if len(g) == 1)}]", loose):
            yield from _unknown_groups(part, words)
    else:
        for part in map("".join, pairwise(loose)) if len(loose) > 1 else loose:
            letters = ((one, LETTER_WEIGHT) for one in part if len(part) > 1)
            importance = HINT_IMPORTANCE if len(part) > 1 else LETTER_IMPORTANCE
            yield TermGroup(part, ((part, 1.0), *letters), sounds(part), importance)


def _latin_group(word: str, words: Lexicon) -> TermGroup | None:
    if len(word) < 2 or word in words.generic or (word.isdigit() and len(word) < 4):
        return None
    return TermGroup(word, ((_stem(word), 1.0),), (word,))


def _hinted_groups(
    text: str, groups: tuple[TermGroup, ...], words: Lexicon
) -> tuple[TermGroup, ...]:
    """Industries the words belong to, at half weight: they order records, they exclude none."""
    asked = {term for group in groups for term, _ in group.terms}
    named = {name for span in words.longest(text) for name in (span.surface, *span.concepts)}
    text = words.visible(text)
    hinted = {
        CONCEPT + industry: None
        for hint, industries in words.industry_hints.items()
        if hint in named or (has_han(hint) and hint in text)
        for industry in industries
    }
    return tuple(
        TermGroup(term.lstrip(CONCEPT), ((term, 1.0),), importance=HINT_IMPORTANCE, is_hint=True)
        for term in hinted
        if term not in asked
    )


def highlight_spans(text: str, groups: Iterable[TermGroup]) -> tuple[tuple[int, int], ...]:
    """Character ranges of the text that answer the query; none where spelling changed lengths."""
    words = lexicon()
    canonical = words.canonical(text)
    if len(canonical) != len(text):
        return ()
    spans = [*words.matches(canonical)]
    marked = [where for group in groups for where in _marks(canonical, spans, group)]
    return _merged(marked)


def _marks(text: str, spans: Iterable[Span], group: TermGroup) -> list[tuple[int, int]]:
    """Where a text answers a group: what was asked itself, else what is kindred to it."""
    exact = {term for term, weight in group.terms if weight == 1.0}
    for wanted in (exact, {term for term, _ in group.terms} - exact):
        found = [
            (span.start, span.end)
            for span in spans
            if wanted.intersection(CONCEPT + concept for concept in span.concepts)
        ]
        for word in wanted:
            if not word.startswith(CONCEPT):
                found += [(m.start(), m.end()) for m in re.finditer(re.escape(word), text)]
        if found:
            return found
    return []


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
