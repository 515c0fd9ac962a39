"""The public lists of the directory: what the address asks for, and the facets it can be narrowed by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.directory import tags
from market.directory.words import level_word, place, word
from market.kit.i18n import gettext as _
from market.kit.paging import Page, paginate
from market.vocabulary import regions

MAX_OPTIONS = 12
MAX_TEXT = 80


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list: its facets in order, the columns its text filter reads, its orders."""

    listing: str
    facets: tuple[str, ...]
    text_columns: tuple[str, ...]
    orders: dict[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """A word of a facet; the address toggles it."""

    label: str
    count: int
    url: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with its words."""

    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list with everything that narrows it."""

    page: Page[Any]
    facets: Sequence[Group]
    chips: Sequence[tuple[str, str]]
    selected: dict[str, list[str]]
    text: str
    order: str
    clear_url: str


SUPPLIERS = Kind(
    "suppliers",
    ("region", "modality", "task", "industry", "certificate", "grade", "site", "language", "scale"),
    ("organisation__name", "summary", "park"),
    {"newest": "-published_at", "staff": "-staff_total", "name": "organisation__name"},
)
# Text is not searched here: it could answer for a column that was not consented to.
TALENTS = Kind(
    "talents",
    ("region", "modality", "task", "level", "language", "class"),
    (),
    {"newest": "-consented_at"},
)


def facet_label(facet: str) -> str:
    """What a facet is called."""
    return {
        "region": _("Region"),
        "modality": _("Modality"),
        "task": _("Task"),
        "industry": _("Industry"),
        "certificate": _("Certificate"),
        "grade": _("Data grade cleared"),
        "site": _("Place and security"),
        "language": _("Working language"),
        "scale": _("Class of enterprise"),
        "level": _("Occupational level"),
        "class": _("Talent class"),
    }[facet]


_WORDS: dict[str, Callable[[str], str]] = {"region": place, "level": level_word}


def value_label(facet: str, value: str) -> str:
    """A word of a facet in the reader's language."""
    return _WORDS.get(facet, word)(value)


def selected(request: Request, kind: Kind) -> dict[str, list[str]]:
    """The words the address asks for, facet by facet."""
    query = request.query_params
    found = {facet: [v for v in query.getlist(facet) if v][:10] for facet in kind.facets}
    return {facet: values for facet, values in found.items() if values}


def matching(request: Request, kind: Kind, query: QuerySet[Any]) -> QuerySet[Any]:
    """The rows the address asks for, in its order."""
    query = tags.narrow(kind.listing, query, selected(request, kind))
    if (text := _text(request)) and kind.text_columns:
        anywhere = Q()
        for column in kind.text_columns:
            anywhere |= Q(**{f"{column}__icontains": text})
        query = query.filter(anywhere)
    return query.order_by(kind.orders[_order(request, kind)], "-id")


async def listing(request: Request, kind: Kind, query: QuerySet[Any]) -> Listing:
    """The page of the list that the address asks for."""
    chosen = selected(request, kind)
    narrowed = matching(request, kind, query)
    found = await tags.counts(kind.listing, narrowed.order_by())
    return Listing(
        page=await paginate(request, narrowed),
        facets=[
            Group(facet_label(facet), _options(request, facet, found.get(facet, []), chosen))
            for facet in kind.facets
        ],
        chips=[
            (f"{facet_label(facet)}：{value_label(facet, value)}", toggled(request, facet, value))
            for facet, values in chosen.items()
            for value in values
        ],
        selected=chosen,
        text=_text(request),
        order=_order(request, kind),
        clear_url=request.url.path,
    )


def _text(request: Request) -> str:
    return request.query_params.get("q", "").strip()[:MAX_TEXT]


def _order(request: Request, kind: Kind) -> str:
    asked = request.query_params.get("sort", "")
    return asked if asked in kind.orders else next(iter(kind.orders))


def _options(
    request: Request, facet: str, found: list[tuple[str, int]], chosen: dict[str, list[str]]
) -> list[Option]:
    mine = chosen.get(facet, [])
    shown = _next_regions(found, mine) if facet == "region" else found[:MAX_OPTIONS]
    shown += [pair for pair in found if pair[0] in mine and pair not in shown]
    return [
        Option(value_label(facet, value), uses, toggled(request, facet, value), value in mine)
        for value, uses in shown
    ]


def _next_regions(found: list[tuple[str, int]], mine: list[str]) -> list[tuple[str, int]]:
    """Provinces, or what lies below the regions chosen: one level at a time."""
    above = set(mine) or {regions.COUNTRY_CODE}
    return [
        (code, uses)
        for code, uses in found
        if (up := regions.parent_of(code)) is not None and up.code in above
    ]


def toggled(request: Request, facet: str, value: str) -> str:
    """The address with the word added or taken away, on its first page."""
    items = [(k, v) for k, v in request.query_params.multi_items() if k not in ("page", "format")]
    pair = (facet, value)
    items = [item for item in items if item != pair] if pair in items else [*items, pair]
    return f"{request.url.path}?{urlencode(items)}" if items else request.url.path
