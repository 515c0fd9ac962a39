"""What a search box does: constraints become filters, words become relevance, prices break ties."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from market.vocabulary.annotation import MODALITIES
from search.analysis import CONCEPT, LETTER_IMPORTANCE, TermGroup, highlight_spans, query_groups
from search.constraints import Constraint, Gettext, ParsedQuery, parse_query
from search.documents import Document, Kind
from search.engine import Filter, Hit, Query, Range, Results, SearchEngine, Sort
from search.entries import OPEN_JOBS, SETTINGS, index_document
from search.normalisation import normalise
from search.quotes import (
    ANY_PRICE,
    ceilings,
    cheapest,
    keeps_ceilings,
    outputs,
    produces_something,
    quotes_something,
)
from search.reasons import covered_words, covers_something
from search.weights import weights

WINDOW = 60
"""Hits of the first pages that are ordered together with price; deeper pages follow relevance."""
_AS_RELEVANT = 0.6
_MARKED = ("title", "name", "summary")


@dataclass(frozen=True, slots=True)
class Discovery:
    """A page of hits, the constraints shown as chips, counts, time, and the words left for relevance."""

    hits: tuple[Hit, ...]
    total: int
    constraints: tuple[Constraint, ...]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of record searched as a person would; `ignored` are the tokens of chips removed.

    With `counted_only` the hits are left out where they are not needed to count what was found.
    """

    kind: Kind
    text: str
    ignored: Iterable[str] = ()
    filters: Sequence[Filter] = ()
    facets: Sequence[str] = ()
    page: int = 1
    per_page: int = 20
    index: str | None = None
    counted_only: bool = False


async def discover(
    engine: SearchEngine,
    kind: Kind,
    text: str,
    *,
    ignored: Iterable[str] = (),
    filters: Sequence[Filter] = (),
    facets: Sequence[str] = (),
    page: int = 1,
    per_page: int = 20,
    index: str | None = None,
) -> Discovery:
    """Search one kind of record."""
    wanted = Wanted(kind, text, ignored, filters, facets, page, per_page, index)
    (found,) = await discover_all(engine, [wanted])
    return found


async def discover_all(engine: SearchEngine, wanted: Sequence[Wanted]) -> list[Discovery]:
    """Search several kinds in one question to the engine.

    Records that no filter excludes but that hardly touch the words asked for are left out, so
    that nothing is offered where nothing fits.
    """
    read = [_Read.of(one) for one in wanted]
    found = await engine.multi_search([(one.index, one.query) for one in read])
    return [one.discovery(results) for one, results in zip(read, found, strict=True)]


@dataclass(frozen=True, slots=True)
class _Read:
    """A search whose text has been read: what the engine is asked, and what its answer becomes."""

    wanted: Wanted
    parsed: ParsedQuery
    groups: Sequence[TermGroup]
    query: Query

    @classmethod
    def of(cls, wanted: Wanted) -> _Read:
        parsed = parse_query(wanted.text, wanted.kind, ignored=wanted.ignored)
        groups = query_groups(parsed.text)
        query = Query(
            parsed.text, (*parsed.filters, *wanted.filters), tuple(wanted.facets),
            None if groups else parsed.sort, wanted.page, wanted.per_page,
            hits_up_to=WINDOW if wanted.counted_only else 0,
        )  # fmt: skip
        is_window = bool(groups) and wanted.page * wanted.per_page <= WINDOW
        return cls(
            wanted, parsed, groups,
            replace(query, page=1, per_page=WINDOW) if is_window else query,
        )  # fmt: skip

    @property
    def index(self) -> str:
        return self.wanted.index or self.wanted.kind

    def discovery(self, found: Results) -> Discovery:
        hits, total = self._hits(found)
        shown = tuple(replace(hit, highlights=_marks(hit, self.groups)) for hit in hits)
        constraints, words = self.parsed.constraints, self.parsed.text
        return Discovery(shown, total, constraints, found.facets, found.took_ms, words)

    def _hits(self, found: Results) -> tuple[Sequence[Hit], int]:
        """The page of hits, and how many there are."""
        wanted, parsed = self.wanted, self.parsed
        if not self.groups or wanted.page * wanted.per_page > WINDOW:
            return found.hits, found.total
        affordable = [
            hit for hit in found.hits if keeps_ceilings(hit.source, parsed.filters, self.groups)
        ]
        fitting = _relevant(affordable, self.groups, is_filtered=bool(parsed.filters))
        if bounds := list(ceilings(parsed.filters)):
            is_any = any(bound.field == ANY_PRICE for bound in bounds)
            fitting = _quoting(fitting, self.groups, is_any=is_any)
        if units := outputs(parsed.filters):
            fitting = _producing(fitting, self.groups, units)
        ordered = _ordered(fitting, parsed, self.groups)
        if wanted.kind == "jobs" and parsed.sort is None and not _names_status(wanted.filters):
            ordered = _open_first(ordered)
        total = len(ordered) if found.total <= WINDOW else found.total
        return ordered[(wanted.page - 1) * wanted.per_page : wanted.page * wanted.per_page], total


def _names_status(filters: Iterable[Filter]) -> bool:
    return any(getattr(one, "field", "") == "status" for one in filters)


def _open_first(hits: Sequence[Hit]) -> list[Hit]:
    """Jobs that still take offers before closed ones, among those about as relevant as the best."""
    enough = _AS_RELEVANT * max((hit.score for hit in hits), default=0.0)
    near = [hit for hit in hits if hit.score >= enough]
    turned = iter(sorted(near, key=lambda hit: hit.source.get("status") not in OPEN_JOBS))
    return [next(turned) if hit.score >= enough else hit for hit in hits]


def _marks(hit: Hit, groups: Sequence[TermGroup]) -> dict[str, tuple[tuple[int, int], ...]]:
    texts = ((name, hit.source.get(name)) for name in _MARKED)
    return {name: highlight_spans(text, groups) for name, text in texts if text}


def explain_hit(hit: Hit, found: Discovery, _: Gettext) -> list[str]:
    """Why a hit was found, as sentences: the words it covers and the constraints it meets."""
    document = cast(Document, hit.source)
    covered = covered_words(index_document(document), query_groups(found.words))
    reasons = [_("Covers: %(words)s", words="、".join(covered))] if covered else []
    met = [constraint.label(_) for constraint in found.constraints if constraint.filters]
    return reasons + ([_("Meets: %(what)s", what="、".join(met))] if met else [])


def _relevant(hits: Sequence[Hit], groups: Sequence[TermGroup], *, is_filtered: bool) -> list[Hit]:
    """Hits above the floor; none where not one of them has any of the words said.

    Among records that had to meet a constraint a kind of data (图像) is not enough.
    """
    near = [hit for hit in hits if hit.score >= weights().relevance_floor]
    said = [group for group in groups if not group.is_hint]
    said = [group for group in said if group.importance > LETTER_IMPORTANCE] or said
    if is_filtered:
        said = [_without_modalities(group) for group in said if not _is_modality(group)] or said
    found = (covers_something(index_document(cast(Document, hit.source)), said) for hit in near)
    return near if any(found) else []


def _quoting(hits: Sequence[Hit], groups: Sequence[TermGroup], *, is_any: bool) -> list[Hit]:
    """Those who quote something asked for, where anybody does; with a unit named, those about as
    relevant as the best as well, whatever they call their work."""
    if is_any:
        hits = _of_the_kind(hits, groups) or list(hits)
    quoting = {hit.id for hit in hits if quotes_something(hit.source, groups)}
    if is_any:
        return [hit for hit in hits if hit.id in quoting] or list(hits)
    return _those_or_near(hits, quoting)


def _producing(
    hits: Sequence[Hit], groups: Sequence[TermGroup], units: frozenset[str]
) -> list[Hit]:
    """Those whose output is of what was asked for, where anybody's is, and those about as relevant."""
    return _those_or_near(
        hits, {hit.id for hit in hits if produces_something(hit.source, units, groups)}
    )


def _those_or_near(hits: Sequence[Hit], named: Container[str]) -> list[Hit]:
    """Of the hits those named, where any is, and those about as relevant as the best."""
    enough = _AS_RELEVANT * max((hit.score for hit in hits), default=0.0)
    if not any(hit.id in named for hit in hits):
        return list(hits)
    return [hit for hit in hits if hit.id in named or hit.score >= enough]


def _is_modality(group: TermGroup) -> bool:
    return any(term in _modalities() for term, weight in group.terms if weight == 1.0)


def _of_the_kind(hits: Sequence[Hit], groups: Iterable[TermGroup]) -> list[Hit]:
    """Those who work with the kind of data named: 肝脏CT 30块以内 compares no price of other pictures."""
    asked = {term for group in groups for term, _ in group.terms if term in _modalities()}
    return [
        hit
        for hit in hits
        if not asked
        or asked & {f"{CONCEPT}{normalise(one)}" for one in hit.source.get("modalities") or ()}
    ]


def _without_modalities(group: TermGroup) -> TermGroup:
    """心电 without 时序信号, of which it is a kind: that a firm works with these is not enough."""
    return replace(group, terms=tuple(t for t in group.terms if t[0] not in _modalities()))


@cache
def _modalities() -> frozenset[str]:
    return frozenset(f"{CONCEPT}{normalise(term.zh)}" for term in MODALITIES.values())


def _ordered(hits: list[Hit], parsed: ParsedQuery, groups: Sequence[TermGroup]) -> list[Hit]:
    if parsed.sort is not None:
        return _sorted_among_equals(hits, parsed.sort, groups)
    bounds = list(ceilings(parsed.filters))
    if not bounds:
        return hits
    gain = weights().search["price"]

    def value(hit: Hit) -> float:
        return hit.score + gain * max(_saving(hit, bound) for bound in bounds)

    return sorted(hits, key=lambda hit: (-value(hit), hit.id))


def _sorted_among_equals(hits: list[Hit], sort: Sort, groups: Sequence[TermGroup]) -> list[Hit]:
    """The asked order among records about as relevant as the best; the others stay behind."""
    best = hits[0].score if hits else 0.0
    sign = -1 if sort.descending else 1

    def key(hit: Hit) -> tuple[bool, bool, float, float]:
        number: float | None = None
        if sort.field == ANY_PRICE:
            number = cheapest(hit.source, groups)
        if number is None:
            number = _numbers(hit).get(sort.field)
        return (
            hit.score < best * _AS_RELEVANT, number is None, sign * (number or 0), -hit.score
        )  # fmt: skip

    return sorted(hits, key=key)


def _saving(hit: Hit, ceiling: Range) -> float:
    price = _numbers(hit).get(ceiling.field)
    return max(0.0, 1 - price / ceiling.at_most) if price and ceiling.at_most else 0.0


def _numbers(hit: Hit) -> Mapping[str, float]:
    return index_document(cast(Document, hit.source)).numbers


def facet_fields(kind: Kind) -> tuple[str, ...]:
    """The fields worth counting beside a result list."""
    return SETTINGS[kind].keywords


def warm_up() -> None:
    """Load dictionaries and place names, about a second's work, before somebody waits for them."""
    query_groups(parse_query("济南 标注", "suppliers").text)
