"""The embedded engine: tantivy on disk or in memory, one writing process and many reading ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import tantivy
from pydantic_core import from_json, to_json

from search.analysis import TermGroup, highlight_spans, index_terms, query_groups
from search.engine import (
    AnyOf,
    Equals,
    Filter,
    Hit,
    In,
    IndexDocument,
    IndexSettings,
    InRegion,
    Not,
    Query,
    Range,
    Results,
    UnknownField,
    UnknownIndex,
)
from search.generations import Generations
from search.relevance import SOUND_WEIGHT, WEAK_WEIGHT, rarity

_FACET_SIZE = 200
_WRITER_BYTES = 64_000_000
_SETTINGS_FILE = "settings.json"
_Write = Callable[[tantivy.IndexWriter, IndexSettings], None]
_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


@dataclass(slots=True)
class _Opened:
    """An index with a searcher over the last commit this process has seen."""

    index: tantivy.Index
    settings: IndexSettings
    path: Path | None
    searcher: tantivy.Searcher
    committed: int = 0


class EmbeddedEngine:
    """A `SearchEngine` on tantivy; without a directory it lives in this process's memory.

    Readers compare the times of two small files before each search, so commits and swaps of
    another process are seen at once; a writer holds the lock only for its batch.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._disk = Generations(directory) if directory is not None else None
        self._opened: dict[str, _Opened] = {}
        self._lock = threading.RLock()

    async def configure(self, index: str, settings: IndexSettings) -> bool:
        """Create the index, or start it anew where its settings changed; True when it is empty."""
        return await asyncio.to_thread(self._configure, index, settings)

    async def upsert(self, index: str, documents: Sequence[IndexDocument]) -> None:
        """Analyse and write the records in one commit."""

        def write(writer: tantivy.IndexWriter, settings: IndexSettings) -> None:
            for document in {document.id: document for document in documents}.values():
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_to_tantivy(document, settings))

        if documents:
            await asyncio.to_thread(self._write, index, write)

    async def delete(self, index: str, ids: Sequence[str]) -> None:
        """Remove the records by id in one commit."""

        def write(writer: tantivy.IndexWriter, _: IndexSettings) -> None:
            for record_id in ids:
                writer.delete_documents_by_term("id", record_id)

        if ids:
            await asyncio.to_thread(self._write, index, write)

    async def search(self, index: str, query: Query) -> Results:
        """Answer from the last commit; about a millisecond, so it stays on the event loop."""
        return _search(self._current(index), query)

    async def multi_search(self, queries: Sequence[tuple[str, Query]]) -> list[Results]:
        """Answer the queries one after the other."""
        return [_search(self._current(index), query) for index, query in queries]

    async def scan(self, index: str, *, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
        """Records in the order of their documents."""
        return await asyncio.to_thread(_scan, self._current(index), offset, limit)

    async def count(self, index: str) -> int:
        """The number of documents of the last commit."""
        return int(self._current(index).searcher.num_docs)

    async def swap(self, index: str, other: str) -> None:
        """Exchange two indexes."""
        await asyncio.to_thread(self._swap, index, other)

    async def drop(self, index: str) -> None:
        """Forget an index and its files."""

        def drop() -> None:
            with self._writing(index):
                self._opened.pop(index, None)
                if self._disk is not None:
                    self._disk.forget(index)

        await asyncio.to_thread(drop)

    async def health(self) -> bool:
        """Whether the index directory can be written."""
        return self._disk is None or os.access(self._disk.root, os.W_OK)

    async def close(self) -> None:
        """Let go of every opened index."""
        self._opened.clear()

    def _configure(self, name: str, settings: IndexSettings) -> bool:
        with self._writing(name):
            try:
                opened = self._current(name)
            except UnknownIndex:
                opened = self._create(name, settings)
            if opened.settings != settings:
                opened = self._create(name, settings)
            return bool(opened.searcher.num_docs == 0)

    def _create(self, name: str, settings: IndexSettings) -> _Opened:
        if self._disk is None:
            index = tantivy.Index(_schema(settings))
            self._opened[name] = _Opened(index, settings, None, index.searcher())
            return self._opened[name]
        previous, path = self._disk.path(name), self._disk.fresh(name)
        tantivy.Index(_schema(settings), path=str(path))
        (path / _SETTINGS_FILE).write_text(json.dumps(asdict(settings)), encoding="utf-8")
        self._disk.use(name, path)
        self._disk.remove(previous)
        return self._current(name)

    def _write(self, name: str, write: _Write) -> None:
        with self._writing(name):
            opened = self._current(name)
            writer = opened.index.writer(_WRITER_BYTES, 1)
            write(writer, opened.settings)
            writer.commit()
            writer.wait_merging_threads()
            self._refresh(opened)

    def _swap(self, name: str, other: str) -> None:
        with self._writing(name, other):
            mine, theirs = self._current(name), self._current(other)
            if self._disk is None or mine.path is None or theirs.path is None:
                self._opened[name], self._opened[other] = theirs, mine
            else:
                self._disk.use(name, theirs.path)
                self._disk.use(other, mine.path)

    def _writing(self, *names: str) -> contextlib.AbstractContextManager[Any]:
        return self._lock if self._disk is None else self._disk.writing(*names)

    def _current(self, name: str) -> _Opened:
        """The index as last committed by any process."""
        opened = self._opened.get(name)
        if self._disk is None:
            if opened is None:
                raise UnknownIndex(name)
            return opened
        path = self._disk.path(name)
        if path is None:
            raise UnknownIndex(name)
        try:
            if opened is None or opened.path != path:
                opened = self._open(name, path)
            elif opened.committed != _commit_time(path):
                self._refresh(opened)
        except (FileNotFoundError, ValueError):
            if self._disk.path(name) == path:
                raise
            return self._current(name)  # another process swapped it away meanwhile
        return opened

    def _open(self, name: str, path: Path) -> _Opened:
        index = tantivy.Index.open(str(path))
        stored = json.loads((path / _SETTINGS_FILE).read_text(encoding="utf-8"))
        settings = IndexSettings(**{kind: tuple(names) for kind, names in stored.items()})
        opened = _Opened(index, settings, path, index.searcher())
        self._refresh(opened)
        self._opened[name] = opened
        return opened

    def _refresh(self, opened: _Opened) -> None:
        with self._lock:
            committed = _commit_time(opened.path) if opened.path is not None else 0
            opened.index.reload()
            opened.searcher = opened.index.searcher()
            opened.committed = committed


def _commit_time(path: Path) -> int:
    return (path / "meta.json").stat().st_mtime_ns


def _schema(settings: IndexSettings) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("strong", "weak", "sounds"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in settings.keywords:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in settings.flags:
        builder.add_boolean_field(name, indexed=True, fast=True)
    for name in settings.numbers:
        builder.add_float_field(name, indexed=True, fast=True)
    builder.add_float_field("prior", fast=True)
    builder.add_bytes_field("source", stored=True)
    return builder.build()


def _to_tantivy(document: IndexDocument, settings: IndexSettings) -> tantivy.Document:
    terms = index_terms(document.strong, document.weak)
    made = tantivy.Document()
    made.add_text("id", document.id)
    for name, found in (("strong", terms.strong), ("weak", terms.weak), ("sounds", terms.sounds)):
        made.add_text(name, " ".join(found))
    for name in settings.keywords:
        for value in document.keywords.get(name, ()):
            made.add_text(name, value)
    for name in settings.flags:
        if name in document.flags:
            made.add_boolean(name, document.flags[name])
    for name, number in document.numbers.items():
        if name in settings.numbers:
            made.add_float(name, float(number))
    made.add_float("prior", document.prior)
    made.add_bytes("source", to_json(document.source))
    return made


def _search(opened: _Opened, query: Query) -> Results:
    started = time.perf_counter()
    groups = query_groups(query.text) if query.text else ()
    opened = replace(opened)  # one searcher throughout, whatever a writer's thread commits
    asked, weight = _text_query(opened, groups)
    compiled = _filtered(opened, asked, query.filters)
    hits = []
    found = _collect(opened, query, compiled)
    for score, address in found.hits:
        stored: Any = opened.searcher.doc(address)
        source = from_json(stored.get_first("source"))
        marks = {name: highlight_spans(str(source.get(name) or ""), groups)
                 for name in query.highlight}  # fmt: skip
        relevance = round(score / weight, 6) if weight and query.sort is None else 0.0
        hits.append(Hit(stored.get_first("id"), relevance, source, marks))
    facets = _facets(opened, query.facets, compiled) if query.facets else {}
    return Results(tuple(hits), found.count, facets, (time.perf_counter() - started) * 1000)


def _scan(opened: _Opened, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
    searcher = opened.searcher
    found = searcher.search(tantivy.Query.all_query(), limit, offset=offset)
    stored: list[Any] = [searcher.doc(address) for _, address in found.hits]
    return {doc.get_first("id"): from_json(doc.get_first("source")) for doc in stored}


def _collect(opened: _Opened, query: Query, compiled: tantivy.Query) -> Any:
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


def _text_query(opened: _Opened, groups: Sequence[TermGroup]) -> tuple[tantivy.Query | None, float]:
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
    opened: _Opened, alternatives: Iterable[tuple[str, str, float]], weight: float
) -> tantivy.Query:
    schema, make = opened.index.schema, tantivy.Query
    return make.disjunction_max_query(
        [
            make.const_score_query(make.term_query(schema, field, term, "basic"), factor * weight)
            for field, term, factor in alternatives
        ]
    )


def _frequency(opened: _Opened, term: str, fields: Iterable[str]) -> int:
    return sum(opened.searcher.doc_freq(field, term) for field in fields)


def _filtered(
    opened: _Opened, asked: tantivy.Query | None, filters: Iterable[Filter]
) -> tantivy.Query:
    parts = [(_MUST, asked if asked is not None else tantivy.Query.all_query())]
    parts += [
        (_MUST, tantivy.Query.const_score_query(_filter(opened, one), 0.0)) for one in filters
    ]
    return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]


def _filter(opened: _Opened, one: Filter) -> tantivy.Query:
    make, schema, settings = tantivy.Query, opened.index.schema, opened.settings
    match one:
        case InRegion(code, field):
            return _filter(opened, Equals(field, code))
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


def _facets(
    opened: _Opened, fields: Sequence[str], compiled: tantivy.Query
) -> dict[str, dict[str, int]]:
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
