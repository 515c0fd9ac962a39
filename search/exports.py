"""What a search or a match list finds, as a file: CSV, XLSX or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Export, format_of
from search import engines
from search.cards import Card, card_of
from search.discovery import Discovery, discover
from search.engine import Filter, SearchEngine
from search.match_views import MatchList, MatchRow
from search.results import LABELS, SearchQuery
from search.weights import weights

MOST = 500
"""Records of one file, the most relevant ones."""


def _title(card: Card) -> str:
    return "".join(text for text, _marked in card.title)


def _summary(card: Card) -> str:
    return "".join(text for text, _marked in card.summary)


def _facts(row: Card | MatchRow) -> str:
    return " · ".join(row.facts)


def _price(row: Card | MatchRow) -> Decimal | None:
    return row.prices[0][0] if row.prices else None


def _unit(row: Card | MatchRow) -> str | None:
    return row.prices[0][1] if row.prices else None


def _status(card: Card) -> str | None:
    return _(STATUS_TONES[card.noun, card.status].label) if card.status else None


HITS = Export(
    N_("Search results"),
    (
        (N_("Number"), "text", "number"),
        (N_("Name or title"), "text", _title),
        (N_("Status"), "text", _status),
        (N_("Key facts"), "text", _facts),
        (N_("Lowest unit price (yuan)"), "unit_price", _price),
        (N_("Unit"), "text", _unit),
        (N_("Budget (yuan)"), "money", lambda card: card.budget_fen or None),
        (N_("Excerpt"), "text", _summary),
        (N_("Found because"), "text", lambda card: "；".join(card.reasons)),
    ),
)
MATCHES = Export(
    N_("Matched jobs"),
    (
        (N_("Number"), "text", "number"),
        (N_("Name or title"), "text", "title"),
        (N_("Fits"), "text", lambda row: _("no") if row.percent is None else _("yes")),
        (N_("Match, of 100"), "integer", "percent"),
        (N_("Key facts"), "text", _facts),
        (N_("Lowest unit price (yuan)"), "unit_price", _price),
        (N_("Unit"), "text", _unit),
        (N_("Reasons"), "text", lambda row: "；".join(one["text"] for one in row.reasons)),
    ),
)


async def every_hit(
    engine: SearchEngine, query: SearchQuery, *, limit: int, among: tuple[Filter, ...] = ()
) -> Discovery:
    """A search of one kind without pages: what a file holds, and what an alert finds among changes."""
    assert query.kind is not None
    found = await discover(
        engine, query.kind, query.text, ignored=query.without,
        filters=(*query.filters, *among), per_page=limit,
    )  # fmt: skip
    floor = weights().relevance_floor if found.words else 0.0
    hits = tuple(hit for hit in found.hits if hit.score >= floor)
    return Discovery(hits, len(hits), found.constraints, {}, found.took_ms, found.words)


async def file_of_search(request: Request, query: SearchQuery) -> Response | None:
    """The search as the file that `?format=` asks for; None for the page."""
    if query.kind is None or format_of(request) is None:
        return None
    found, _is_degraded = await engines.ask(lambda engine: every_hit(engine, query, limit=MOST))
    rows = [card_of(hit, found) for hit in found.hits]
    return HITS.of(request, rows, subject=_(LABELS[query.kind]))


async def file_of_matches(request: Request, found: MatchList) -> Response | None:
    """Who fits, then who does not with what is missing, as the file that `?format=` asks for."""
    rows: Sequence[Any] = [*found.eligible, *found.refused]
    return await MATCHES.file(request, rows)
