"""A hit as people see it: its words marked, a few facts, the reasons it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.directory.words import joined, level_word, word
from market.kit import web
from market.kit.i18n import gettext as _
from search.discovery import Discovery, explain_hit
from search.documents import Kind
from search.engine import Hit
from search.numerals import YUAN_SCALE, plain

_EXCERPT = 110
_LEAD = 30
_SHOWN = 3
_ROUTES: Mapping[str, str] = {
    "suppliers": "suppliers:show", "jobs": "jobs:show", "talents": "talents:show",
    "datasets": "needs:show",
}  # fmt: skip
_NOUNS: Mapping[str, str] = {
    "suppliers": "organisation", "jobs": "job", "talents": "talent", "datasets": "need",
}  # fmt: skip
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Card:
    """One hit; pieces are stretches of text, each marked or not."""

    number: str
    url: str
    title: Pieces
    summary: Pieces
    facts: Sequence[str]
    prices: Sequence[tuple[Decimal, str]]
    budget_fen: int
    status: str
    noun: str
    reasons: Sequence[str]


def card_of(hit: Hit, found: Discovery) -> Card:
    """A hit of a search."""
    source: Any = hit.source
    name = heading_of(source)
    return Card(
        number=source["number"],
        url=url_of(source),
        title=pieces(source[name], hit.highlights.get(name, ())),
        summary=excerpt(source["summary"], hit.highlights.get("summary", ())),
        facts=facts_of(source),
        prices=prices_of(source),
        budget_fen=source.get("budget_fen", 0),
        status=source.get("status", ""),
        noun=_NOUNS[source["kind"]],
        reasons=explain_hit(hit, found, _),
    )


def url_of(document: Mapping[str, Any]) -> str:
    """The page of a record; a dataset on offer has another one than a need."""
    route = "datasets:show" if document.get("side") == "offer" else _ROUTES[document["kind"]]
    return web.path_for(route, number=document["number"])


def heading_of(document: Mapping[str, Any]) -> str:
    """The field a record is headed by: the name of firms and people, the title of work and data."""
    return "name" if "name" in document else "title"


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> Pieces:
    """The text cut at the spans, in order; the spans do not overlap."""
    cut: Pieces = []
    at = 0
    for start, end in spans:
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(part, marked) for part, marked in (*cut, (text[at:], False)) if part]


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> Pieces:
    """The part of a long text around its first marked word."""
    start = max(spans[0][0] - _LEAD, 0) if spans and len(text) > _EXCERPT else 0
    end = start + _EXCERPT
    inside = [(low - start, min(high, end) - start) for low, high in spans if start <= low < end]
    shown = pieces(text[start:end], inside)
    before, after = [("…", False)] if start else [], [("…", False)] if end < len(text) else []
    return [*before, *shown, *after]


def facts_of(source: Mapping[str, Any]) -> list[str]:
    """The few facts that tell records of a kind apart."""
    tasks = joined(source["task_types"][:_SHOWN])
    kinds: Mapping[Kind, list[str]] = {
        "suppliers": [source["region"], tasks, joined(source.get("certs", ())[:_SHOWN]),
                      *(_("%(n)s %(unit)s a day", n=plain(one["per_day"]),
                          unit=one["unit"] + one["of"])
                        for one in source.get("capacities", ())[:1])],
        "jobs": [source.get("owner", ""), source["region"], tasks, _quantity(source)],
        "talents": [source.get("occupation", ""), level_word(source.get("level", "")),
                    source["region"], tasks],
        "datasets": [source.get("owner", ""), word(source.get("supply_mode", "")), tasks,
                     _quantity(source)],
    }  # fmt: skip
    return [fact for fact in kinds[source["kind"]] if fact]


def _quantity(source: Mapping[str, Any]) -> str:
    quantity = source.get("quantity") or 0
    return f"{quantity:,.0f} {source.get('unit', '')}" if quantity else ""


def prices_of(source: Mapping[str, Any]) -> list[tuple[Decimal, str]]:
    """The lowest prices a record names, in yuan: a supplier's first ones, a job's ceiling, a rate."""
    named = [(price["low"], price["unit"]) for price in source.get("prices", ())[:2]]
    if source.get("ceiling"):
        named = [(source["ceiling"], source["ceiling_unit"])]
    if rate := source.get("rate"):
        named = [(rate["low"], rate["unit"])]
    return [(Decimal(low) / YUAN_SCALE, unit) for low, unit in named]
