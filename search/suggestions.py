"""What a search being typed may become: words of the vocabulary, places, organisations, questions many have asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class _Entry:
    suggestion: Suggestion
    keys: tuple[str, ...]


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
    inside = has_han(typed)
    ranked = (
        (min(_rank(key, typed, inside) for key in entry.keys), number, entry.suggestion)
        for number, entry in enumerate(_entries())
        if entry.suggestion.text != typed
    )
    near = nsmallest(MOST, (row for row in ranked if row[0] < _NO_MATCH), key=lambda row: row[:2])
    return [suggestion for _distance, _number, suggestion in near]


_NO_MATCH = 10_000
_INSIDE = 1_000


def _rank(key: str, typed: str, inside: bool) -> int:
    if key.startswith(typed):
        return len(key)
    if inside and typed in key:
        return _INSIDE + len(key)
    return _NO_MATCH


@renewed
@cache
def _entries() -> tuple[_Entry, ...]:
    """The words of vocabulary and dictionary with what they may be typed as, built once for each version."""
    known: dict[str, _Entry] = {}
    for text, kind, others in _terms():
        keys = dict.fromkeys(normalise(word) for word in (text, *others) if word)
        sounds = (pinyin(text), initials(text)) if has_han(text) else ()
        known.setdefault(text, _Entry(Suggestion(text, kind), (*keys, *sounds)))
    return tuple(known.values())


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
