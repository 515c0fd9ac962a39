"""The words search knows: the controlled vocabulary joined with search-only aliases."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick

from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.synonyms import dictionary, misspellings, synonym_groups
from search.normalisation import has_han, normalise
from search.phonetics import homophone_keys, readings

DATA = Path(__file__).parent / "data"
_LATIN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_LONG_SOUND = 4
"""Letters from which pinyin is read at all."""


class Span(NamedTuple):
    """A known surface found in a text, with the concepts it may mean."""

    start: int
    end: int
    surface: str
    concepts: tuple[str, ...]


@dataclass(slots=True)
class Lexicon:
    """Surfaces and the concepts they mean; all strings are in normalised form."""

    surfaces: dict[str, tuple[str, ...]]
    families: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, str]
    areas: Mapping[str, tuple[str, ...]]
    places: Mapping[str, tuple[str, ...]]
    industry_hints: Mapping[str, tuple[str, ...]]
    repairs: Mapping[str, str]
    rewrites: Mapping[str, str]
    generic: frozenset[str]
    whole: frozenset[str]
    opaque: frozenset[str] = frozenset()
    ordinary: frozenset[str] = frozenset()
    homophones: dict[str, str] = field(default_factory=dict)
    romanised: dict[str, str] = field(default_factory=dict)
    latin: tuple[str, ...] = ()
    _listed: tuple[str, ...] = ()
    _meant: tuple[tuple[str, ...], ...] = ()
    _latin: frozenset[int] = frozenset()
    _hiding: frozenset[int] = frozenset()
    _finder: AhoCorasick = field(init=False)

    def __post_init__(self) -> None:
        for surface in tuple(self.surfaces):
            if has_han(surface) and len(surface) > 1 and surface not in self.generic:
                for key in homophone_keys(surface):
                    self.homophones.setdefault(key, surface)
                for reading in readings(surface):
                    self._read_as(reading, surface)
        self._listed = tuple(self.surfaces)
        self._meant = tuple(self.surfaces.values())
        numbers = dict(enumerate(self._listed))
        self._latin = frozenset(n for n, s in numbers.items() if s[0].isascii() or s[-1].isascii())
        self._hiding = frozenset(n for n, s in numbers.items() if s in self.opaque)
        self._finder = AhoCorasick(self._listed)
        self.latin = tuple(s for s in self.surfaces if s.isascii() and len(s) >= 5)

    def _read_as(self, reading: str, surface: str) -> None:
        """Pinyin stands for a word; where several sound so (古籍, 古迹) it means all of them."""
        held = self.romanised.setdefault(reading, surface)
        mine = self.surfaces[surface]
        is_other = not {*self.surfaces[held]} & {*mine}
        if is_other and held not in self.languages and len(reading) >= _LONG_SOUND:
            self.romanised[reading] = reading
            self.surfaces[reading] = (*self.surfaces[held], *mine)

    def canonical(self, text: str) -> str:
        """The text normalised, with the fixed spellings applied (3d is 三维)."""
        result = normalise(text)
        for written, meant in self.rewrites.items():
            if written in result:
                result = result.replace(written, meant)
        return result

    def matches(self, text: str) -> Iterator[Span]:
        """Every known surface in a canonical text, nested and overlapping ones included."""
        found = self._finder.find_matches_as_indexes(text, overlapping=True)
        hidden = 0
        for number, start, end in sorted(found, key=lambda match: (match[1], -match[2])):
            if end > hidden and _is_word(text, start, end):
                surface = self._listed[number]
                if surface in self.opaque:
                    hidden = end
                yield Span(start, end, surface, self.surfaces[surface])

    def concepts(self, text: str) -> list[str]:
        """What the surfaces that `matches` finds may mean, in no order; a concept may stand twice."""
        found = self._finder.find_matches_as_indexes(text, overlapping=True)
        if not self._hiding.isdisjoint([number for number, _start, _end in found]):
            return [concept for span in self.matches(text) for concept in span.concepts]
        return [
            concept
            for number, start, end in found
            if number not in self._latin or _is_word(text, start, end)
            for concept in self._meant[number]
        ]

    def visible(self, text: str) -> str:
        """The text with blanks for words that hide those inside them: no 长沙 in 长沙发."""
        for span in self.matches(text):
            if span.surface in self.opaque:
                text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
        return text

    def longest(self, text: str) -> list[Span]:
        """Known surfaces from the left, longest first, without overlaps."""
        found: list[Span] = []
        for span in self.matches(text):
            if not found or span.start >= found[-1].end:
                found.append(span)
        return found


def _is_word(text: str, start: int, end: int) -> bool:
    """Latin surfaces only match whole words; Chinese has no word boundary."""
    if not text[start].isascii() and not text[end - 1].isascii():
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (_is_latin(before) and _is_latin(text[start]))
        or (_is_latin(after) and _is_latin(text[end - 1]) and after != "s")
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def load_aliases() -> dict[str, Any]:
    """The search-only words of search/data/aliases.json."""
    loaded: dict[str, Any] = json.loads((DATA / "aliases.json").read_text(encoding="utf-8"))
    return loaded


Entry = tuple[str, str, tuple[str, ...]]
"""An operator's entry: its kind (synonyms, misspellings, left_out), the word, the others."""
Cached = TypeVar("Cached")
_caches: list[Any] = []
_extension: tuple[int, tuple[Entry, ...]] = (0, ())


def renewed(cached: Cached) -> Cached:
    """Mark a cache that a new version of the operator's dictionary empties."""
    _caches.append(cached)
    return cached


def extend(version: int, entries: Iterable[Entry]) -> None:
    """Use these entries beside the shipped words from now on, in this process."""
    global _extension
    _extension = (version, tuple(entries))
    for cached in _caches:
        cached.cache_clear()


def version() -> int:
    """Which version of the operator's dictionary this process uses; 0 for none."""
    return _extension[0]


def extension() -> tuple[int, tuple[Entry, ...]]:
    """What `extend` was last told, for another process to use the same words."""
    return _extension


def _extended(kind: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((word, others) for each, word, others in _extension[1] if each == kind)


@renewed
@cache
def lexicon() -> Lexicon:
    """The shipped words and the operator's, built once for each version of these."""
    raw = load_aliases()
    rewrites = raw["rewrites"]

    def canonical(word: str) -> str:
        text = normalise(word)
        for written, meant in rewrites.items():
            text = text.replace(written, meant)
        return text

    languages = {
        canonical(word): canonical(name)
        for name, words in raw["languages"].items()
        for word in (name, *words)
    }
    meanings: dict[str, dict[str, None]] = defaultdict(dict)
    for concept, words in _concepts(raw):
        for word in (concept, *words):
            if word:
                meanings[canonical(word)][canonical(concept)] = None
    for word, name in languages.items():
        meanings[word] = {name: None}
    for word, others in _extended("synonyms"):
        known = dict(meanings[canonical(word)]) or {canonical(word): None}
        for each in (word, *others):
            meanings[canonical(each)].update(known)
    families = _inverted(raw["families"], canonical)
    for word, wider in _inverted(raw["kinds"], canonical).items():
        meanings[word] = {c: None for c in (*meanings[word], word) if c not in wider}
        families[word] = (*families.get(word, ()), *wider)
    return Lexicon(
        surfaces={word: tuple(found) for word, found in meanings.items()},
        families=families,
        languages=languages,
        areas={name: tuple(codes) for name, codes in raw["areas"].items()},
        places={name: (code,) for name, code in raw["places"].items()},
        industry_hints=_inverted(raw["industry_hints"], canonical),
        repairs=misspellings()
        | {canonical(slip): word for word, slips in _extended("misspellings") for slip in slips},
        opaque=frozenset(map(canonical, raw["opaque"])),
        ordinary=frozenset(raw["ordinary_names"]),
        whole=frozenset(canonical(word) for word in dictionary())
        | {w for w in meanings if has_han(w)},
        rewrites=rewrites,
        generic=frozenset(map(canonical, raw["generic"]))
        | {canonical(word) for word, _none in _extended("left_out")},
    )


def _concepts(raw: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    for head, *others in synonym_groups():
        yield head, others
    for vocabulary in (MODALITIES, TASK_TYPES, INDUSTRIES):
        for term in vocabulary.values():
            yield term.zh, (term.en, *term.synonyms)
    yield from raw["aliases"].items()
    yield from raw["industry_names"].items()
    yield from ((word, ()) for word in (*raw["families"], *raw["opaque"]))


def _inverted(groups: Mapping[str, Iterable[str]], canonical: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for group, members in groups.items():
        for member in members:
            found[canonical(member)].append(canonical(group))
    return {member: tuple(names) for member, names in found.items()}


@renewed
@cache
def _written() -> dict[str, str]:
    """How the vocabulary writes its Latin words: lidar is LiDAR."""
    found: dict[str, str] = {}
    for concept, words in _concepts(load_aliases()):
        for word in (concept, *words):
            for part in _LATIN_WORD.findall(word):
                if part != part.lower():
                    found.setdefault(part.lower(), part)
    return found


def written(surface: str) -> str:
    """A surface as people write it: ct is CT, 胸部ct is 胸部CT."""
    return _LATIN_WORD.sub(lambda word: _written().get(word[0], word[0]), surface)
