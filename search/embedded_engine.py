"""The embedded engine: tantivy on disk or in memory, one writing process and many reading ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import threading
import time
from binascii import b2a_base64
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import tantivy
from pydantic_core import from_json

from search.analysis import highlight_spans, index_text, query_groups
from search.embedded_queries import Opened, collect, facets_of, filtered, text_query
from search.engine import (
    Hit,
    IndexDocument,
    IndexSettings,
    Query,
    Results,
    UnknownIndex,
)
from search.generations import Generations, put_together

_WRITER_BYTES = 64_000_000
_LOADER_BYTES = 200_000_000
"""Enough for some ten thousand records in one segment."""
_TOGETHER = 200
"""Records made before tantivy is handed them, so that its thread is woken once for many."""
_SETTINGS_FILE = "settings.json"
_Write = Callable[[tantivy.IndexWriter], None]


class EmbeddedEngine:
    """A `SearchEngine` on tantivy; without a directory it lives in this process's memory.

    Readers compare the times of two small files before each search, so commits and swaps of
    another process are seen at once; a writer holds the lock only for its batch.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._disk = Generations(directory) if directory is not None else None
        self._opened: dict[str, Opened] = {}
        self._lock = threading.RLock()

    @property
    def root(self) -> Path | None:
        """The directory of its indexes; None in memory."""
        return self._disk.root if self._disk is not None else None

    async def configure(self, index: str, settings: IndexSettings) -> bool:
        """Create the index, or start it anew where its settings changed; True when it is empty."""
        return await asyncio.to_thread(self._configure, index, settings)

    async def upsert(self, index: str, documents: Sequence[IndexDocument]) -> None:
        """Analyse and write the records in one commit."""

        def write(writer: tantivy.IndexWriter) -> None:
            for document in {document.id: document for document in documents}.values():
                writer.delete_documents_by_term("id", document.id)
                writer.add_json(_to_json(document))

        if documents:
            await asyncio.to_thread(self._write, index, write)

    async def load(self, index: str, batches: AsyncIterable[Sequence[IndexDocument]]) -> None:
        """Write a fresh index with one writer in one commit; tantivy works beside our analysis."""
        opened = self._current(index)
        writer = opened.index.writer(_LOADER_BYTES, 1)

        def add(documents: Sequence[IndexDocument]) -> None:
            for start in range(0, len(documents), _TOGETHER):
                for made in [*map(_to_json, documents[start : start + _TOGETHER])]:
                    writer.add_json(made)

        def finish() -> None:
            writer.commit()
            writer.wait_merging_threads()
            self._refresh(opened)

        async for documents in batches:
            await asyncio.to_thread(add, documents)
        await asyncio.to_thread(finish)

    async def adopt(self, index: str, parts: Sequence[EmbeddedEngine]) -> None:
        """Take over the records of the same index of other engines on disk; their ids must differ."""

        def adopt() -> None:
            with self._writing(index):
                opened = self._current(index)
                put_together(_path(opened), [_path(part._current(index)) for part in parts])
                self._refresh(opened)

        await asyncio.to_thread(adopt)

    async def delete(self, index: str, ids: Sequence[str]) -> None:
        """Remove the records by id in one commit."""

        def write(writer: tantivy.IndexWriter) -> None:
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

    def _create(self, name: str, settings: IndexSettings) -> Opened:
        if self._disk is None:
            index = tantivy.Index(_schema(settings))
            self._opened[name] = Opened(index, settings, None, index.searcher())
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
            write(writer)
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

    def _current(self, name: str) -> Opened:
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

    def _open(self, name: str, path: Path) -> Opened:
        index = tantivy.Index.open(str(path))
        stored = json.loads((path / _SETTINGS_FILE).read_text(encoding="utf-8"))
        settings = IndexSettings(**{kind: tuple(names) for kind, names in stored.items()})
        opened = Opened(index, settings, path, index.searcher())
        self._refresh(opened)
        self._opened[name] = opened
        return opened

    def _refresh(self, opened: Opened) -> None:
        with self._lock:
            committed = _commit_time(opened.path) if opened.path is not None else 0
            opened.index.reload()
            opened.searcher = opened.index.searcher()
            opened.committed = committed


def _path(opened: Opened) -> Path:
    assert opened.path is not None, "an index in memory has no files"
    return opened.path


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
        builder.add_float_field(name, fast=True)
    builder.add_float_field("prior", fast=True)
    builder.add_bytes_field("source", stored=True)
    return builder.build()


def _to_json(document: IndexDocument) -> str:
    """What a writer takes; it leaves out fields that the schema lacks.

    One text costs less than a call for each value, and bytes stand in it as base64.
    """
    strong, weak, heard = index_text(document.strong, document.weak)
    source = b2a_base64(orjson.dumps(document.source), newline=False).decode()
    entry = {
        **document.keywords, **document.flags, **document.numbers, "id": document.id,
        "strong": strong, "weak": weak, "sounds": heard, "prior": document.prior, "source": source,
    }  # fmt: skip
    return orjson.dumps(entry).decode()


def _search(opened: Opened, query: Query) -> Results:
    started = time.perf_counter()
    groups = query_groups(query.text) if query.text else ()
    opened = replace(opened)  # one searcher throughout, whatever a writer's thread commits
    asked, weight = text_query(opened, groups)
    compiled = filtered(opened, asked, query.filters)
    hits = []
    found = collect(opened, query, compiled)
    wanted = not query.hits_up_to or found.count <= query.hits_up_to
    for score, address in found.hits if wanted else ():
        stored: Any = opened.searcher.doc(address)
        source = from_json(stored.get_first("source"))
        marks = {name: highlight_spans(str(source.get(name) or ""), groups)
                 for name in query.highlight}  # fmt: skip
        relevance = round(score / weight, 6) if weight and query.sort is None else 0.0
        hits.append(Hit(stored.get_first("id"), relevance, source, marks))
    facets = facets_of(opened, query.facets, compiled) if query.facets else {}
    return Results(tuple(hits), found.count, facets, (time.perf_counter() - started) * 1000)


def _scan(opened: Opened, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
    searcher = opened.searcher
    found = searcher.search(tantivy.Query.all_query(), limit, offset=offset)
    stored: list[Any] = [searcher.doc(address) for _, address in found.hits]
    return {doc.get_first("id"): from_json(doc.get_first("source")) for doc in stored}
