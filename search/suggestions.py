"""What a search being typed may become: words of the vocabulary, places, organisations, questions many have asked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from heapq import nsmallest

from market.kit.i18n import N_
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.credentials import CREDENTIAL_KINDS
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.regions import COUNTRY_CODE, children
from market.vocabulary.synonyms import synonym_groups
from search import firm_names, query_log
from search.lexicon import lexicon, renewed
from search.normalisation import has_han, normalise
from search.phonetics import initials, pinyin

RATE = "300/minute"
"""Keystrokes of one address."""
CACHE = "private, max-age=300"
MOST = 8
FEWEST_ASKERS = 5
"""Different organisations or addresses, on one day, that a question needs to be shown to others."""
DAYS = 30
MAX_TEXT = 40
_POPULAR = 3
_FIRMS = 3
_SHORTEST = 2
_IN_CHINESE = re.compile(r"[㐀-鿿]{2,8}")
"""Words of the dictionary; mixed ones stand in it in a form of their own and are the vocabulary's."""


class SuggestionKind(StrEnum):
    """Where a suggestion comes from."""

    WORD = "word"
    PLACE = "place"
    ORGANISATION = "organisation"
    ASKED = "asked"


LABELS = {
    SuggestionKind.WORD: N_("Vocabulary"),
    SuggestionKind.PLACE: N_("Region"),
    SuggestionKind.ORGANISATION: N_("Supplier"),
    SuggestionKind.ASKED: N_("Often searched"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for, and where it comes from."""

    text: str
    kind: SuggestionKind


async def suggested(typed: str) -> list[Suggestion]:
    """At most eight texts for the last word typed, those that begin with it first; the words before it stay.

    Chinese, English, full pinyin and initials are understood. Of organisations only listed suppliers, of
    questions only those that many different askers had answered.
    """
    text = normalise("".join(filter(str.isprintable, typed)))[:MAX_TEXT]
    before, _space, last = text.rpartition(" ")
    if not last or (len(last) < _SHORTEST and not has_han(last)):
        return []
    words = [
        *_of_vocabulary(text),
        *(Suggestion(f"{before} {one.text}", one.kind) for one in _of_vocabulary(last) if before),
    ]
    asked = [
        Suggestion(one, SuggestionKind.ASKED)
        for one in await query_log.popular(
            text, askers=FEWEST_ASKERS, days=DAYS, limit=_POPULAR
        )
        if one != text
    ]  # fmt: skip
    firms = await _organisations(text) if len(text) >= _SHORTEST else []
    rest = MOST - len(asked) - len(firms)
    found = [*asked, *words[:rest], *firms]
    return list({one.text: one for one in found}.values())


def _of_vocabulary(typed: str) -> list[Suggestion]:
    """Entries with a key that begins with what is typed, then those that hold it; the shorter the nearer."""
    words = _vocabulary()
    ranks: dict[int, int] = {}
    for key, number in words.beginning_with(typed):
        ranks[number] = min(ranks.get(number, len(key)), len(key))
    for key, number in words.with_character_of(typed):
        if typed in key:
            ranks.setdefault(number, _INSIDE + len(key))
            ranks[number] = min(ranks[number], _INSIDE + len(key))
    near = nsmallest(MOST + 1, ((rank, number) for number, rank in ranks.items()))
    found = [words.suggestions[number] for _rank, number in near]
    return [one for one in found if one.text != typed][:MOST]


_INSIDE = 1_000


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words of vocabulary and dictionary with what they may be typed as: keys in order, and by character."""

    suggestions: Sequence[Suggestion]
    keys: Sequence[tuple[str, int]]
    by_character: Mapping[str, Sequence[tuple[str, int]]]

    def beginning_with(self, typed: str) -> Iterator[tuple[str, int]]:
        """The keys that begin with a text, each with the number of its suggestion."""
        for at in range(bisect_left(self.keys, (typed,)), len(self.keys)):
            if not self.keys[at][0].startswith(typed):
                return
            yield self.keys[at]

    def with_character_of(self, typed: str) -> Sequence[tuple[str, int]]:
        """The keys that hold the rarest Chinese character of a text; none for a text without one."""
        return min(
            (self.by_character.get(one, ()) for one in typed if has_han(one)), key=len, default=()
        )


@renewed
@cache
def _vocabulary() -> _Vocabulary:
    """Built once for each version of the dictionary."""
    known: dict[str, SuggestionKind] = {}
    keys: list[tuple[str, int]] = []
    for text, kind, others in _terms():
        if text not in known:
            sounds = (pinyin(text), initials(text)) if has_han(text) else ()
            typed = dict.fromkeys((*(normalise(word) for word in (text, *others) if word), *sounds))
            keys += [(key, len(known)) for key in typed]
            known[text] = kind
    by_character: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, number in keys:
        for one in {*key}:
            if has_han(one):
                by_character[one].append((key, number))
    return _Vocabulary([Suggestion(*one) for one in known.items()], sorted(keys), by_character)


def _terms() -> Iterator[tuple[str, SuggestionKind, tuple[str, ...]]]:
    for vocabulary in (TASK_TYPES, MODALITIES, INDUSTRIES, CREDENTIAL_KINDS):
        for term in vocabulary.values():
            yield term.zh, SuggestionKind.WORD, (term.en, *term.synonyms)
    for head, *others in synonym_groups():
        yield head, SuggestionKind.WORD, tuple(others)
    words = lexicon()
    for word in sorted(words.whole - words.generic):
        if word in words.surfaces and _IN_CHINESE.fullmatch(word):
            yield word, SuggestionKind.WORD, ()
    for province in children(COUNTRY_CODE):
        yield province.short_name, SuggestionKind.PLACE, (province.name,)
        for city in children(province.code):
            yield city.short_name, SuggestionKind.PLACE, (city.name,)


async def _organisations(typed: str) -> list[Suggestion]:
    """Listed suppliers whose name holds what is typed."""
    names = await firm_names.holding(typed, limit=_FIRMS)
    return [Suggestion(name, SuggestionKind.ORGANISATION) for name in names]
