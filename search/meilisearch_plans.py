"""What a query asks of Meilisearch, step by step, and what its answers become."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from search.analysis import TermGroup, highlight_spans, query_groups
from search.engine import Hit, Query, Results, SearchError
from search.meilisearch_queries import (
    Request,
    any_term,
    coded,
    filter_of,
    key_of,
    listed,
    marked,
    request_of,
)
from search.relevance import SOUND_WEIGHT, WEAK_WEIGHT, prior_factor, rarity

_WINDOW = 100
_LED_GROUPS = 8
_MOST_KNOWN = 50_000
Answer = Mapping[str, Any]
Plan = Generator[list[Request], Sequence[Answer], Results]
"""Yields the requests of one step, is sent their answers, and returns the results."""
_Weighed = Sequence[tuple[TermGroup, float]]
_Counts = dict[tuple[str, TermGroup | None], tuple[int, int]]


class Frequencies:
    """How many records hold each group's words and sounds, as the server last said.

    With what is known a query asks for its candidates at once. The server counts anew with every
    query, these counts weigh the hits, and where they would have led to other requests, those are
    made: no answer depends on what was known.
    """

    def __init__(self) -> None:
        self._known: _Counts = {}

    def recall(self, index: str, groups: Sequence[TermGroup]) -> list[tuple[int, int]] | None:
        """The counts of all records, then of each group; None unless every one is known."""
        found = [self._known.get((index, group)) for group in (None, *groups)]
        known = [counts for counts in found if counts is not None]
        return known if len(known) == len(found) else None

    def note(self, index: str, groups: Sequence[TermGroup], counts: list[tuple[int, int]]) -> None:
        """Keep what the server has just counted."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update(
            {(index, g): one for g, one in zip((None, *groups), counts, strict=True)}
        )


def plan(index: str, query: Query, known: Frequencies) -> Plan:
    """How one query is answered: in one step, and one more for the records shown by relevance."""
    groups = query_groups(query.text) if query.text else ()
    base = [filter_of(one) for one in query.filters]
    if not groups:
        (answer,) = yield [_listing(index, query, base)]
        return _listed(answer, query, groups)
    counting = _counting(index, groups)
    expected = known.recall(index, groups)
    asked: list[Request] = []
    if expected is not None:
        asked = _requests(index, query, base, _weighed(groups, expected))
    answers = yield [*counting, *asked]
    counts = _counted(answers[: len(counting)], groups)
    known.note(index, groups, counts)
    weighed = _weighed(groups, counts)
    wanted = _requests(index, query, base, weighed)
    answers = answers[len(counting) :] if asked == wanted else (yield wanted)
    if query.sort is not None:
        return _listed(answers[0], query, groups)
    return (yield from _ranked(index, query, answers, weighed))


def _counting(index: str, groups: Sequence[TermGroup]) -> list[Request]:
    asked = [request_of(index, [])]
    for group in groups:
        exact = [term for term, weight in group.terms if weight == 1]
        asked.append(request_of(index, [any_term(exact, ())]))
        if group.fallbacks:
            asked.append(request_of(index, [any_term((), group.fallbacks)]))
    return asked


def _counted(answers: Sequence[Answer], groups: Sequence[TermGroup]) -> list[tuple[int, int]]:
    """All records, then the records with the words and with the sounds of each group."""
    numbers = iter([answer["estimatedTotalHits"] for answer in answers])
    every = [(next(numbers), 0)]
    return every + [(next(numbers), next(numbers) if one.fallbacks else 0) for one in groups]


def _weighed(groups: Sequence[TermGroup], counts: Sequence[tuple[int, int]]) -> _Weighed:
    """The groups with the weight of their rarity; pinyin only where the words do not occur."""
    (records, _none), *rest = counts
    weighed = []
    for group, (words, sounds) in zip(groups, rest, strict=True):
        heard = 0 if words else sounds
        kept = group if heard else TermGroup(group.surface, group.terms, (), group.importance)
        weighed.append((kept, group.importance * rarity(words or heard, records)))
    return weighed


def _requests(index: str, query: Query, base: Sequence[str], weighed: _Weighed) -> list[Request]:
    """The records that have any of the words: a page of them in the asked order, or the best."""
    words = [term for group, _ in weighed for term, _ in group.terms]
    sounds = [sound for group, _ in weighed for sound in group.fallbacks]
    admitted = [*base, any_term(words, sounds)]
    if query.sort is not None:
        return [_listing(index, query, admitted)]
    return _leading(index, query, admitted, weighed)


def _listing(index: str, query: Query, filters: Sequence[str]) -> Request:
    """Every record the filters admit, by the asked order or by prior."""
    asked = request_of(index, filters) | {
        "page": query.page, "hitsPerPage": query.per_page, "facets": list(query.facets),
        "attributesToRetrieve": ["id", "source"],
    }  # fmt: skip
    asked.pop("limit")
    if query.sort is not None:
        asked["sort"] = [f"{query.sort.field}:{'desc' if query.sort.descending else 'asc'}"]
    return asked


def _leading(index: str, query: Query, filters: Sequence[str], weighed: _Weighed) -> list[Request]:
    """The best by prior with count and facets; then each weighty group leads a request of its own.

    Where hits are wanted only of a few records, the first of these requests holds them all.
    """
    limit = query.hits_up_to or max(_WINDOW, query.page * query.per_page)
    fields = ["id", "text", "prior"]
    if any(group.fallbacks for group, _ in weighed):
        fields.append("heard")
    whole = request_of(index, filters) | {
        "facets": list(query.facets), "page": 1, "hitsPerPage": limit,
    }  # fmt: skip
    whole.pop("limit")
    asked = [whole]
    if not query.hits_up_to:
        ordered = sorted(weighed, key=lambda pair: -pair[1])
        words = [coded(group.terms[0][0]) for group, _ in ordered]
        for lead in words[:_LED_GROUPS]:
            text = " ".join((lead, *(word for word in words if word != lead)))
            asked.append(request_of(index, filters, text=text, limit=limit))
    return [one | {"attributesToRetrieve": fields} for one in asked]


def _ranked(index: str, query: Query, answers: Sequence[Answer], weighed: _Weighed) -> Plan:
    """The best by coverage of all candidates; of these the records shown are asked for."""
    total, facets = answers[0]["totalHits"], _facets(answers[0])
    if query.hits_up_to and total > query.hits_up_to:
        return Results((), total, facets)
    found = {raw["id"]: raw for answer in answers for raw in answer["hits"]}
    full = sum(weight for _, weight in weighed)
    scored = sorted(
        ((gained / full, key) for key, gained in _coverage(found, weighed)),
        key=lambda pair: (-pair[0], pair[1]),
    )
    start = (query.page - 1) * query.per_page
    shown = scored[start : start + query.per_page]
    if not shown:
        return Results((), total, facets)
    (answer,) = yield [_records(index, [key for _score, key in shown])]
    sources = {raw["id"]: _source(raw) for raw in answer["hits"]}
    groups = [group for group, _ in weighed]
    hits = tuple(
        _hit(key, sources[key], score, query, groups)
        for score, key in shown
        if key in sources  # deleted since it was ranked
    )
    return Results(hits, total, facets)


def _records(index: str, ids: Sequence[str]) -> Request:
    """What the hits of one page return; the many that were only weighed are not transferred."""
    asked = request_of(index, [f"key IN {listed(map(key_of, ids))}"], limit=len(ids))
    return asked | {"attributesToRetrieve": ["id", "source"]}


def _coverage(found: Mapping[str, Answer], weighed: _Weighed) -> list[tuple[str, float]]:
    """The weight each candidate gains by the groups it covers, as the embedded engine counts it."""
    parts = [
        ([(marked(term), factor) for term, factor in group.terms],
         [marked(sound) for sound in group.fallbacks], weight)
        for group, weight in weighed
    ]  # fmt: skip
    gained = []
    for key, raw in found.items():
        strong, _tab, weak = _text(raw).partition("\t")
        heard, sum_ = raw.get("heard", ""), 0.0
        for terms, sounds, weight in parts:
            best = SOUND_WEIGHT if any(sound in heard for sound in sounds) else 0.0
            for term, factor in terms:
                if factor <= best:
                    break  # they stand in the order of their factors
                if term in strong:
                    best = factor
                elif term in weak:
                    best = max(best, factor * WEAK_WEIGHT)
            sum_ += weight * best
        gained.append((key, sum_ * prior_factor(raw["prior"])))
    return gained


def _text(raw: Answer) -> str:
    text = raw.get("text")
    if not isinstance(text, str):
        raise SearchError("the index holds records of an earlier form until it is rebuilt")
    return text


def _source(raw: Answer) -> Mapping[str, Any]:
    source = raw.get("source")
    if not isinstance(source, str):
        raise SearchError("the index holds records of an earlier form until it is rebuilt")
    parsed: Mapping[str, Any] = from_json(source)
    return parsed


def _listed(answer: Answer, query: Query, groups: Sequence[TermGroup]) -> Results:
    total: int = answer["totalHits"]
    wanted = answer["hits"] if not query.hits_up_to or total <= query.hits_up_to else ()
    hits = tuple(_hit(raw["id"], _source(raw), 0.0, query, groups) for raw in wanted)
    return Results(hits, total, _facets(answer))


def _hit(
    record_id: str, source: Mapping[str, Any], score: float, query: Query,
    groups: Sequence[TermGroup],
) -> Hit:  # fmt: skip
    marks = {name: highlight_spans(str(source.get(name) or ""), groups)
             for name in query.highlight}  # fmt: skip
    return Hit(record_id, round(score, 6), source, marks)


def _facets(answer: Answer) -> dict[str, dict[str, int]]:
    return dict(answer.get("facetDistribution") or {})
