"""The list of dataset needs: what the address asks for, and its facets."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.datasets.models import DatasetNeed
from market.datasets.states import NeedStatus
from market.directory.listings import Group, Option, toggled
from market.directory.words import word
from market.kit.i18n import gettext as _
from market.kit.paging import Page, paginate
from market.vocabulary import regions

FACETS = ("supply_mode", "modality", "industry", "dataset_type", "price_model")
ORDERS = {"newest": "-published_at", "deadline": "deadline", "budget": "-budget_fen"}


@dataclass(frozen=True, slots=True)
class NeedListing:
    """A page of needs with everything that narrows it."""

    page: Page[Any]
    facets: list[Group]
    chips: list[tuple[str, str]]
    selected: list[tuple[str, str]]
    text: str
    order: str
    state: str
    region: str
    clear_url: str


def facet_label(name: str) -> str:
    """What a facet is called."""
    return {
        "supply_mode": _("Supply mode"),
        "modality": _("Modality"),
        "industry": _("Industry"),
        "dataset_type": _("Type of dataset"),
        "price_model": _("Price model"),
    }[name]


def matching(request: Request, query: QuerySet[DatasetNeed]) -> QuerySet[DatasetNeed]:
    """The needs the address asks for, in its order; open ones unless it says otherwise."""
    params = request.query_params
    query = query.filter(**{name: params[name] for name in FACETS if params.get(name)})
    if _state(request) == "open":
        query = query.filter(status=NeedStatus.OPEN)
    region = regions.region(params.get("region", ""))
    if region is not None:
        query = query.filter(region_code__startswith=region.prefix)
    if text := _text(request):
        query = query.filter(Q(title__icontains=text) | Q(summary__icontains=text))
    return query.order_by(ORDERS[_order(request)], "-id")


async def listing(request: Request, query: QuerySet[DatasetNeed]) -> NeedListing:
    """The page of needs that the address asks for."""
    narrowed = matching(request, query)
    chosen = [(name, v) for name in FACETS if (v := request.query_params.get(name))]
    return NeedListing(
        page=await paginate(request, narrowed),
        facets=[await _group(request, name, narrowed) for name in FACETS],
        chips=[
            (f"{facet_label(name)}：{word(value)}", toggled(request, name, value))
            for name, value in chosen
        ],
        selected=chosen,
        text=_text(request),
        order=_order(request),
        state=_state(request),
        region=request.query_params.get("region", ""),
        clear_url=request.url.path,
    )


async def _group(request: Request, name: str, query: QuerySet[DatasetNeed]) -> Group:
    rows = (
        await query.order_by().annotate(uses=Count("id")).group_by(name).values_list(name, "uses")
    )
    found = sorted(((str(v), int(n)) for v, n in rows if v), key=lambda pair: (-pair[1], pair[0]))
    mine = request.query_params.get(name)
    return Group(
        facet_label(name),
        [Option(word(v), n, toggled(request, name, v), v == mine) for v, n in found],
    )


def _text(request: Request) -> str:
    return request.query_params.get("q", "").strip()[:80]


def _order(request: Request) -> str:
    asked = request.query_params.get("sort", "")
    return asked if asked in ORDERS else "newest"


def _state(request: Request) -> str:
    return "all" if request.query_params.get("state") == "all" else "open"
