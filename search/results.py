"""The page of results: what its address asks for, and the hits, chips and facets it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from starlette.requests import Request

from market.directory.words import place, word
from market.kit import web
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import page_number
from market.kit.statuses import STATUS_TONES
from market.vocabulary import regions
from search.constraints import parse_query
from search.corrections import offer
from search.discovery import Discovery, Wanted, discover_all
from search.documents import KINDS, Kind
from search.engine import Filter, In, SearchEngine
from search.lexicon import lexicon
from search.query_log import Asked
from search.spelling import repaired

RULE = N_("The most relevant stand first; nobody can buy a place.")
OPEN_RULE = N_(
    "Of jobs about as relevant as the best, those that still take offers stand first, unless you ask "
    "for a status or an order; nobody can buy a place."
)
PER_PAGE = 20
RATE = "120/minute"
"""Searches one address may make."""
OVERVIEW = 5
"""Hits of each kind where all kinds are shown."""
MAX_TEXT = 200
MAX_OPTIONS = 12
LABELS: Mapping[Kind, str] = {
    "jobs": N_("Jobs"), "suppliers": N_("Suppliers"), "talents": N_("Talents"),
    "datasets": N_("Dataset needs"),
}  # fmt: skip
FACETS: Mapping[Kind, tuple[str, ...]] = {
    "suppliers": ("regions", "modalities", "task_types", "certs", "delivery", "scale_class"),
    "jobs": ("status", "regions", "modalities", "task_types", "unit"),
    "talents": ("regions", "modalities", "task_types", "availability"),
    "datasets": ("supply_mode", "regions", "modalities", "price_model"),
}


def written(text: str) -> str:
    """A text as people write it: single spaces, nothing unprintable."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _values(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for one in texts[:20] if (text := written(one)))


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What the address asks for; `without` are the tokens of chips taken away."""

    text: str = ""
    kind: Kind | None = None
    without: tuple[str, ...] = ()
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1

    @classmethod
    def of(cls, request: Request) -> SearchQuery:
        """The query of a request; nonsense in the address filters nothing."""
        params = request.query_params
        kind = cast(Kind, params["kind"]) if params.get("kind") in KINDS else None
        chosen = {name: _values(params.getlist(name)) for name in FACETS.get(kind, ())} \
            if kind else {}  # fmt: skip
        return cls(
            written(params.get("q", ""))[:MAX_TEXT], kind, _values(params.getlist("without")),
            {name: values for name, values in chosen.items() if values}, page_number(request),
        )  # fmt: skip

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds shown: one, or all in the order of the tabs."""
        return (self.kind,) if self.kind else tuple(LABELS)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The chosen facet values: any of one facet, all facets."""
        return tuple(In(name, values) for name, values in self.chosen.items())

    def url(self, **changes: Any) -> str:
        """The address of this query with some of it changed; always on its first page."""
        return self._address("search:results", changes)

    @property
    def save_url(self) -> str:
        """Where this search can be saved."""
        return self._address("alerts:save", {})

    def _address(self, route: str, changes: Mapping[str, Any]) -> str:
        asked: dict[str, Any] = {
            "q": self.text, "kind": self.kind, "without": self.without, **self.chosen, **changes,
        }  # fmt: skip
        pairs = [
            _pair(name, one)
            for name, value in asked.items() if value
            for one in ((value,) if isinstance(value, str) else value)
        ]  # fmt: skip
        return f"{web.path_for(route)}?{'&'.join(pairs)}"


@lru_cache(maxsize=4_096)
def _pair(name: str, value: str) -> str:
    """A part of an address; a page of facets repeats the same few in each of its hundred links."""
    return urlencode({name: value})


@dataclass(frozen=True, slots=True)
class Found:
    """What the engine answered: every kind for the tabs' counts, the shown ones with their hits."""

    by_kind: Mapping[Kind, Discovery]
    relaxed: Sequence[tuple[str, int, str]] = ()
    """Where nothing was found: a constraint, how many records there are without it, the address."""


async def find(engine: SearchEngine, query: SearchQuery) -> Found:
    """Ask for every kind at once; of the one shown a whole page with facets, of the others the count."""
    answers = await discover_all(engine, [_wanted(kind, query) for kind in KINDS])
    by_kind = dict(zip(KINDS, answers, strict=True))
    shown = by_kind[query.kind] if query.kind else None
    if not query.kind or shown is None or shown.total:
        return Found(by_kind)
    without = [(*query.without, one.token) for one in shown.constraints]
    relaxed = await discover_all(engine, [
        Wanted(query.kind, query.text, rest, query.filters, per_page=1, counted_only=True)
        for rest in without
    ])  # fmt: skip
    return Found(by_kind, [
        (one.label(_), found.total, query.url(without=rest))
        for one, rest, found in zip(shown.constraints, without, relaxed, strict=True)
        if found.total
    ])  # fmt: skip


def _wanted(kind: Kind, query: SearchQuery) -> Wanted:
    if kind != query.kind:
        return Wanted(
            kind, query.text, query.without, per_page=OVERVIEW, counted_only=bool(query.kind)
        )
    return Wanted(
        kind, query.text, query.without, query.filters, FACETS[kind], query.page, PER_PAGE
    )  # fmt: skip


def tabs(query: SearchQuery, found: Found) -> list[tuple[str, str, bool, int]]:
    """All kinds together, then each with its count."""
    rows = [(_("All"), query.url(kind=""), query.kind is None, 0)]
    for kind, label in LABELS.items():
        url = SearchQuery(query.text, kind, query.without).url()
        rows.append((_(label), url, kind == query.kind, found.by_kind[kind].total))
    return rows


def chips(query: SearchQuery, found: Found) -> list[tuple[str, str]]:
    """The constraints recognised, each with the address that takes it away."""
    shown = {one.token: one for kind in query.kinds for one in found.by_kind[kind].constraints}
    return [
        (one.label(_), query.url(without=[*query.without, token])) for token, one in shown.items()
    ]


def asked(query: SearchQuery, found: Found, engine: str) -> Asked:
    """The search as it is counted."""
    shown = [found.by_kind[kind] for kind in query.kinds]
    tokens = {one.token for each in shown for one in each.constraints}
    return Asked(
        query.text, query.kind or "all", sorted(tokens), engine,
        hits=sum(each.total for each in shown), took_ms=sum(each.took_ms for each in shown),
    )  # fmt: skip


def removed_chips(query: SearchQuery) -> list[tuple[str, str]]:
    """The constraints taken away, each with the address that brings it back."""
    read = {
        one.token: one for kind in query.kinds for one in parse_query(query.text, kind).constraints
    }
    return [
        (read[token].label(_), query.url(without=[one for one in query.without if one != token]))
        for token in query.without
        if token in read
    ]


def correction(text: str) -> str:
    """The text as it was understood where homophone slips were put right; empty where none were."""
    right = repaired(text)
    return right if right != lexicon().canonical(text) else ""


def offered(query: SearchQuery) -> tuple[str, str] | None:
    """A better query and its address, where an unknown word is near a known one."""
    better = offer(query.text)
    return (better, SearchQuery(better, query.kind).url()) if better else None


def facet_groups(query: SearchQuery, found: Found) -> list[dict[str, Any]]:
    """The facets of the kind shown; each option's address adds it, or takes it away."""
    if query.kind is None:
        return []
    counted = found.by_kind[query.kind].facets
    return [
        {"label": _facet_label(name), "options": _options(query, name, counted.get(name, {}))}
        for name in FACETS[query.kind]
    ]  # fmt: skip


def _facet_label(name: str) -> str:
    return {
        "regions": _("Region"), "modalities": _("Modality"), "task_types": _("Task"),
        "certs": _("Certificate"), "delivery": _("Way of delivery"), "unit": _("Unit"),
        "scale_class": _("Class of enterprise"), "status": _("Status"),
        "availability": _("Availability"), "supply_mode": _("Supply mode"),
        "price_model": _("Price model"),
    }[name]  # fmt: skip


def _options(query: SearchQuery, name: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    mine = query.chosen.get(name, ())
    offered = {value: n for value, n in counts.items() if value and _is_offered(name, value, mine)}
    best = sorted(offered, key=lambda value: (-offered[value], value))[:MAX_OPTIONS]
    return [
        {"label": _value_label(name, value), "count": counts.get(value, 0),
         "url": _toggled(query, name, value), "selected": value in mine}
        for value in dict.fromkeys((*best, *mine))
    ]  # fmt: skip


def _is_offered(name: str, value: str, mine: Sequence[str]) -> bool:
    """Of regions, the provinces and what lies right below those chosen."""
    if name != "regions":
        return True
    above = regions.parent_of(value)
    return above is not None and above.code in {regions.COUNTRY_CODE, *mine}


def _value_label(name: str, value: str) -> str:
    if name == "regions":
        return place(value)
    return _(STATUS_TONES["job", value].label) if name == "status" else word(value)


def _toggled(query: SearchQuery, name: str, value: str) -> str:
    mine = query.chosen.get(name, ())
    kept = [one for one in mine if one != value] if value in mine else [*mine, value]
    return query.url(**{name: kept})
