"""The search engine protocol: typed queries, filters and results that every engine answers alike."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Keyword = str | int | bool


@dataclass(frozen=True, slots=True)
class Equals:
    """The field holds this value (or contains it, when the field is a list)."""

    field: str
    value: Keyword


@dataclass(frozen=True, slots=True)
class In:
    """The field holds at least one of these values."""

    field: str
    values: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The number lies between the bounds, both inclusive; a missing number never matches."""

    field: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class InRegion:
    """The record lies in this GB/T 2260 region or below it."""

    code: str
    field: str = "regions"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The record is one of these, by id."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The record does not satisfy the filter."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The record satisfies at least one of the filters."""

    filters: tuple[Filter, ...]


Filter = Equals | In | Range | InRegion | OneOf | Not | AnyOf


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by a number field; records without the number come last."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Which fields an index can filter, count and sort; settings are code, applied by `configure`."""

    keywords: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One record as an engine takes it: text by importance, filterable fields, and what a hit returns.

    A flag or number left out is unknown: no filter on it matches. `prior` (0 to 0.1) breaks ties
    between equally relevant records and never outweighs a matched word.
    """

    id: str
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    prior: float = 0.0
    source: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one index; an empty text matches everything the filters admit.

    With `hits_up_to` the hits are wanted only where no more records than this are found; of more
    their number alone.
    """

    text: str = ""
    filters: tuple[Filter, ...] = ()
    facets: tuple[str, ...] = ()
    sort: Sort | None = None
    page: int = 1
    per_page: int = 20
    highlight: tuple[str, ...] = ()
    hits_up_to: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A found record; `score` is the share of the query's weight it covers, 0 to about 1."""

    id: str
    score: float
    source: Mapping[str, Any]
    highlights: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits with the counts over all of them; `took_ms` is measured around the engine.

    Of queries asked together each took an equal share.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    took_ms: float = 0.0


class SearchEngine(Protocol):
    """What the site needs of an engine; the embedded one and Meilisearch pass the same conformance suite."""

    async def configure(self, index: str, settings: IndexSettings) -> bool:
        """Create the index or bring its settings up to date; True when it is empty and must be filled."""

    async def upsert(self, index: str, documents: Sequence[IndexDocument]) -> None:
        """Write the records in one batch, visible to every reader when this returns; replaces by id."""

    async def load(self, index: str, batches: AsyncIterable[Sequence[IndexDocument]]) -> None:
        """Fill a fresh index with records of different ids, visible when this returns."""

    async def delete(self, index: str, ids: Sequence[str]) -> None:
        """Remove the records; unknown ids are ignored."""

    async def search(self, index: str, query: Query) -> Results:
        """Answer one query."""

    async def multi_search(self, queries: Sequence[tuple[str, Query]]) -> list[Results]:
        """Answer several queries, over one or many indexes, in their order."""

    async def scan(self, index: str, *, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
        """Stored records by id, in a stable order while nobody writes; empty past the end."""

    async def count(self, index: str) -> int:
        """How many records an index holds."""

    async def swap(self, index: str, other: str) -> None:
        """Exchange two indexes at once: rebuild aside, then swap, and no reader sees half an index."""

    async def drop(self, index: str) -> None:
        """Forget an index and its records; an unknown index is ignored."""

    async def health(self) -> bool:
        """Whether the engine answers."""

    async def close(self) -> None:
        """Release what the engine holds; it must not be used afterwards."""


class SearchError(Exception):
    """The engine refused or failed; the message says what it was asked and what it answered."""


class RecordsRefused(SearchError):
    """A task that writes records failed; none of them was written.

    `is_about_records` says that one of them is at fault, and the others may be written without it.
    """

    def __init__(
        self, message: str, *, task: int, code: str, ids: Sequence[str], is_about_records: bool
    ) -> None:
        super().__init__(message)
        self.task, self.code, self.ids = task, code, tuple(ids)
        self.is_about_records = is_about_records


class UnknownField(SearchError):
    """A filter, facet or sort names a field that the index's settings do not declare."""


class UnknownIndex(SearchError):
    """The index has not been configured."""
