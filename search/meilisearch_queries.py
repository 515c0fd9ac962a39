"""What the Meilisearch engine sends: settings, records, filters, each as the server writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

from search.analysis import index_terms
from search.engine import (
    AnyOf,
    Equals,
    Filter,
    In,
    IndexDocument,
    IndexSettings,
    InRegion,
    Not,
    OneOf,
    Range,
    UnknownField,
)

_MOST_HITS = 10_000
Request = dict[str, Any]


def server_settings(settings: IndexSettings) -> dict[str, Any]:
    """The settings of an index: our own terms are what is searched and filtered.

    For every candidate the server unpacks all that may be displayed, so terms and source are texts.
    """
    return {
        "searchableAttributes": ["words"],
        "displayedAttributes": ["id", "text", "heard", "prior", "source"],
        "filterableAttributes": [
            "key", "terms", "sounds",
            *settings.keywords, *settings.flags, *settings.numbers,
        ],
        "sortableAttributes": ["prior", *settings.numbers],
        "rankingRules": ["sort", "words", "prior:desc"],
        "typoTolerance": {"enabled": False},
        "prefixSearch": "disabled",
        "proximityPrecision": "byAttribute",
        "faceting": {"maxValuesPerFacet": 200, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": _MOST_HITS},
    }  # fmt: skip


def key_of(record_id: str) -> str:
    """A primary key of the characters the server allows."""
    return "k" + record_id.encode().hex()


def coded(term: str) -> str:
    """A term as one Latin word, which no tokenizer takes apart."""
    return "x" + term.encode().hex()


def record_of(document: IndexDocument) -> dict[str, Any]:
    """A record as the server stores it, its terms analysed."""
    terms = index_terms(document.strong, document.weak)
    strong, weak, sounds = sorted(terms.strong), sorted(terms.weak), sorted(terms.sounds)
    return {
        **document.keywords,
        **document.flags,
        **document.numbers,
        "key": key_of(document.id),
        "id": document.id,
        "terms": [*strong, *weak],
        "sounds": sounds,
        "words": " ".join(map(coded, (*strong, *weak))),
        "text": f"{marked(*strong)}\t{marked(*weak)}",
        "heard": marked(*sounds),
        "prior": document.prior,
        "source": to_json(document.source).decode(),
    }


def marked(*terms: str) -> str:
    """Terms as a stored text holds them: each between two line ends, so that none hides in another."""
    return "\n" + "".join(f"{term}\n" for term in terms)


def request_of(name: str, filters: Sequence[str], *, text: str = "", limit: int = 0) -> Request:
    """One search of a multi-search, of which ids alone return; without a limit only their number."""
    return {
        "indexUid": name, "q": text, "filter": list(filters), "limit": limit,
        "matchingStrategy": "last",
        "attributesToRetrieve": ["id"],
    }  # fmt: skip


def any_term(words: Sequence[str], sounds: Sequence[str]) -> str:
    """A filter for records that hold one of these words or sounds."""
    parts = [f"terms IN {listed(words)}"] if words else []
    parts += [f"sounds IN {listed(sounds)}"] if sounds else []
    return " OR ".join(parts) or 'sounds = ""'


def listed(values: Iterable[Any]) -> str:
    """Values as a filter lists them."""
    return "[" + ", ".join(map(value_of, values)) + "]"


def value_of(value: Any) -> str:
    """A value as a filter writes it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else json.dumps(value)


def filter_of(one: Filter) -> str:
    """A typed filter in the server's language. Raises UnknownField."""
    match one:
        case Not(inner):
            return f"NOT ({filter_of(inner)})"
        case AnyOf(filters):
            return "(" + " OR ".join(f"({filter_of(each)})" for each in filters) + ")"
        case OneOf(ids):
            return f"key IN {listed(map(key_of, ids))}"
        case InRegion(code, field):
            return filter_of(Equals(field, code))
        case Equals(field, value):
            return f"{value_of(field)} = {value_of(value)}"
        case In(field, values):
            return f"{value_of(field)} IN {listed(values)}"
        case Range(field, low, high):
            bounds = [(">=", low), ("<=", high)]
            kept = [
                f"{value_of(field)} {sign} {bound}" for sign, bound in bounds if bound is not None
            ]
            return " AND ".join(kept) or f"{value_of(field)} EXISTS"
    raise UnknownField(str(one))
