"""Which of a supplier's quotes and outputs answer a query: 粤语转写 is not met by the price of 普通话转写."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from search.analysis import CONCEPT, TermGroup, terms_of
from search.engine import AnyOf, Filter, Range
from search.entries import PRICE_FIELDS
from search.lexicon import lexicon, renewed

ANY_PRICE = "lowest_price"
"""The field of a price whose unit was not said."""
_CAPACITY = "capacity_"


def ceilings(filters: Iterable[Filter]) -> Iterator[Range]:
    """Every upper bound of a price among some filters."""
    for one in filters:
        if isinstance(one, AnyOf):
            yield from ceilings(one.filters)
        elif isinstance(one, Range) and one.at_most and one.field in PRICE_FIELDS:
            yield one


def keeps_ceilings(
    document: Mapping[str, Any], filters: Iterable[Filter], groups: Sequence[TermGroup]
) -> bool:
    """Whether a supplier quotes what the words ask for within each price asked.

    Of its quotes in the unit those count whose task shares most words with the query; one that
    names another language than the query does never counts.
    """
    prices = document.get("prices") if document.get("kind") == "suppliers" else None
    if not prices:
        return True
    for one in filters:
        bounds = {bound.field: bound.at_most or 0 for bound in ceilings((one,))}
        if bounds and not _is_met(prices, bounds, groups):
            return False
    return True


def quotes_something(document: Mapping[str, Any], groups: Sequence[TermGroup]) -> bool:
    """Whether the record quotes anything that was asked for: under 一块五以内 without a unit, a price of
    something else says nothing."""
    return any(_shared(price["task"], groups) for price in document.get("prices") or ())


def outputs(filters: Iterable[Filter]) -> frozenset[str]:
    """The units in which some filters ask for an output a day."""
    found: set[str] = set()
    for one in filters:
        if isinstance(one, AnyOf):
            found |= outputs(one.filters)
        elif isinstance(one, Range) and one.field.startswith(_CAPACITY) and one.at_least:
            found.add(one.field.removeprefix(_CAPACITY))
    return frozenset(found)


def produces_something(
    document: Mapping[str, Any], units: frozenset[str], groups: Sequence[TermGroup]
) -> bool:
    """Whether an output counted in one of these units may be what was asked for: 条 of ECGs is no
    output of a firm that counts 条 of prompts only."""
    return any(
        one["unit"] in units and (not one["of"] or _is_kindred(one["of"], groups))
        for one in document.get("capacities") or ()
    )


def cheapest(document: Mapping[str, Any], groups: Sequence[TermGroup]) -> int | None:
    """The lowest of the quotes that share most words with the query; None where none shares any."""
    offers = [(_shared(one["task"], groups), one["low"]) for one in document.get("prices") or ()]
    most = max((shared for shared, _ in offers), default=0)
    return min(low for shared, low in offers if shared == most) if most else None


def _is_met(
    prices: Iterable[Mapping[str, Any]], bounds: Mapping[str, float], groups: Sequence[TermGroup]
) -> bool:
    asked = _languages(groups)
    offers = [
        (_shared(price["task"], groups), price["low"] <= bound)
        for price in prices
        if (bound := bounds.get(f"price_{price['unit']}", bounds.get(ANY_PRICE)))
        and not (asked and (named := _named(price["task"])) and not named & asked)
    ]
    most = max((shared for shared, _ in offers), default=0)
    return any(within for shared, within in offers if shared == most)


def _languages(groups: Iterable[TermGroup]) -> frozenset[str]:
    spoken = frozenset(lexicon().languages.values())
    return spoken.intersection(
        term.removeprefix(CONCEPT)
        for group in groups
        for term, weight in group.terms
        if weight == 1.0
    )


@renewed
@lru_cache(maxsize=4_096)
def _named(task: str) -> frozenset[str]:
    words = lexicon()
    spans = words.matches(words.canonical(task))
    return frozenset(name for s in spans if (name := words.languages.get(s.surface)) is not None)


def _shared(task: str, groups: Iterable[TermGroup]) -> int:
    spoken = terms_of([task])
    return sum(any(t in spoken for t, weight in group.terms if weight == 1.0) for group in groups)


def _is_kindred(text: str, groups: Iterable[TermGroup]) -> bool:
    spoken = terms_of([text])
    return any(term in spoken for group in groups for term, _ in group.terms)
