"""What the embedded engine asks of tantivy: filters, coverage of the words, order and facets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from search.analysis import TermGroup
from search.engine import (
    AnyOf,
    Equals,
    Filter,
    In,
    IndexSettings,
    InRegion,
    Not,
    OneOf,
    Query,
    Range,
    UnknownField,
)
from search.relevance import SOUND_WEIGHT, WEAK_WEIGHT, rarity

_FACET_SIZE = 200
_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


@dataclass(slots=True)
class Opened:
    """An index with a searcher over the last commit this process has seen."""

    index: tantivy.Index
    settings: IndexSettings
    path: Path | None
    searcher: tantivy.Searcher
    committed: int = 0


def collect(opened: Opened, query: Query, compiled: tantivy.Query) -> Any:
    """The hits of one page and their count, by relevance or in the order asked for."""
    offset = (query.page - 1) * query.per_page
    if query.sort is None:
        return opened.searcher.search(
            compiled, query.per_page, offset=offset, weight_by_field="prior"
        )
    if query.sort.field not in opened.settings.numbers:
        raise UnknownField(query.sort.field)
    order = tantivy.Order.Desc if query.sort.descending else tantivy.Order.Asc
    return opened.searcher.search(
        compiled, query.per_page, offset=offset, order_by_field=query.sort.field, order=order
    )


def text_query(opened: Opened, groups: Sequence[TermGroup]) -> tuple[tantivy.Query | None, float]:
    """A query scoring each record by the weight of the groups it covers, and the full weight."""
    if not groups:
        return None, 0.0
    wanted: list[tuple[tantivy.Occur, tantivy.Query]] = []
    full = 0.0
    for group in groups:
        frequency = max(_frequency(opened, t, ("strong", "weak")) for t, w in group.terms if w == 1)
        alternatives = [
            (field, term, weight * factor)
            for term, weight in group.terms
            for field, factor in (("strong", 1.0), ("weak", WEAK_WEIGHT))
        ]
        if not frequency and group.fallbacks:
            frequency = max(_frequency(opened, sound, ("sounds",)) for sound in group.fallbacks)
            alternatives += [("sounds", sound, SOUND_WEIGHT) for sound in group.fallbacks]
        weight = group.importance * rarity(frequency, opened.searcher.num_docs)
        full += weight
        wanted.append((_SHOULD, _best_of(opened, alternatives, weight)))
    return tantivy.Query.boolean_query(wanted), full


def _best_of(
    opened: Opened, alternatives: Iterable[tuple[str, str, float]], weight: float
) -> tantivy.Query:
    schema, make = opened.index.schema, tantivy.Query
    return make.disjunction_max_query(
        [
            make.const_score_query(make.term_query(schema, field, term, "basic"), factor * weight)
            for field, term, factor in alternatives
        ]
    )


def _frequency(opened: Opened, term: str, fields: Iterable[str]) -> int:
    return sum(opened.searcher.doc_freq(field, term) for field in fields)


def filtered(
    opened: Opened, asked: tantivy.Query | None, filters: Iterable[Filter]
) -> tantivy.Query:
    """The words asked for, or everything, among the records that every filter admits."""
    parts = [(_MUST, asked if asked is not None else tantivy.Query.all_query())]
    parts += [
        (_MUST, tantivy.Query.const_score_query(_filter(opened, one), 0.0)) for one in filters
    ]
    return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]


def _filter(opened: Opened, one: Filter) -> tantivy.Query:
    make, schema, settings = tantivy.Query, opened.index.schema, opened.settings
    match one:
        case InRegion(code, field):
            return _filter(opened, Equals(field, code))
        case OneOf(ids):
            return make.term_set_query(schema, "id", list(ids))
        case Not(inner):
            return make.boolean_query(
                [(_MUST, make.all_query()), (_MUST_NOT, _filter(opened, inner))]
            )
        case AnyOf(filters):
            return make.boolean_query([(_SHOULD, _filter(opened, each)) for each in filters])
        case Range(field, low, high) if field in settings.numbers:
            lower, upper = (None if bound is None else float(bound) for bound in (low, high))
            return make.range_query(schema, field, tantivy.FieldType.Float, lower, upper)
        case Equals(field, value) if field in (*settings.keywords, *settings.flags):
            return make.term_query(schema, field, value, "basic")
        case Equals(field, value) if field in settings.numbers:
            return _filter(opened, Range(field, float(value), float(value)))
        case In(field, values):
            return _filter(opened, AnyOf(tuple(Equals(field, value) for value in values)))
    raise UnknownField(one.field)


def facets_of(
    opened: Opened, fields: Sequence[str], compiled: tantivy.Query
) -> dict[str, dict[str, int]]:
    """How many of the records found hold each value of these fields. Raises UnknownField."""
    for field in fields:
        if field not in (*opened.settings.keywords, *opened.settings.flags):
            raise UnknownField(field)
    counted = opened.searcher.aggregate(
        compiled, {field: {"terms": {"field": field, "size": _FACET_SIZE}} for field in fields}
    )
    return {
        field: {
            str(bucket.get("key_as_string", bucket["key"])): int(bucket["doc_count"])
            for bucket in counted[field]["buckets"]
        }
        for field in fields
    }
