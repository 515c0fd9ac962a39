"""Filling a fresh index from the database: in this process or, where there is much, in one per processor."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

from market.kit import db
from market.settings import settings
from search import lexicon, sources
from search.documents import Kind
from search.embedded_engine import EmbeddedEngine
from search.engine import IndexDocument, SearchEngine
from search.entries import SETTINGS, index_document

MANY = 10_000
"""Records from which starting processes, whose server loads the dictionaries, is worth it."""
PART = 25_000
"""Records of one part; each becomes a segment, and a search reads few large ones faster."""
SPAN = 5_000
"""Rows read at once, with what belongs to them."""
Advance = Callable[[int], None]


async def fill(
    engine: SearchEngine, index: str, kind: Kind, ids: Sequence[UUID], *, advance: Advance
) -> None:
    """Write the records of these rows into the fresh index; `advance` is told how many are written.

    The processes read what is committed: within a transaction nothing else would be seen, and the
    embedded engine in memory has no files to share, so neither uses them.
    """
    processes = os.cpu_count() or 1
    on_disk = isinstance(engine, EmbeddedEngine) and engine.root is not None
    if on_disk and processes > 1 and len(ids) >= MANY:
        assert isinstance(engine, EmbeddedEngine)
        await _by_parts(engine, index, _parts(kind, ids, processes), processes, advance)
    else:
        await engine.load(index, _documents(kind, ids, advance))


async def _documents(
    kind: Kind, ids: Sequence[UUID], advance: Advance
) -> AsyncIterator[list[IndexDocument]]:
    for start in range(0, len(ids), SPAN):
        span = ids[start : start + SPAN]
        found = await sources.documents_between(kind, span[0], span[-1])
        for first in range(0, len(found), sources.BATCH):
            batch = found[first : first + sources.BATCH]
            yield [index_document(document) for document in batch]
            advance(start + first + len(batch))
        advance(start + len(span))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process writes, and what it cannot know by itself."""

    kind: Kind
    ids: Sequence[UUID]
    database: str
    words: tuple[int, tuple[lexicon.Entry, ...]]


def _parts(kind: Kind, ids: Sequence[UUID], processes: int) -> Iterable[_Part]:
    rounds = -(-len(ids) // (PART * processes))
    size = -(-len(ids) // (rounds * processes))
    for start in range(0, len(ids), size):
        yield _Part(kind, ids[start : start + size], settings.database, lexicon.extension())


async def _by_parts(
    engine: EmbeddedEngine, index: str, parts: Iterable[_Part], processes: int, advance: Advance
) -> None:
    context, loop, done = get_context("forkserver"), asyncio.get_running_loop(), 0
    context.set_forkserver_preload([__name__, "search.warmed"])
    with (
        tempfile.TemporaryDirectory(dir=engine.root, prefix=f"{index}.parts.") as folder,
        ProcessPoolExecutor(processes, mp_context=context) as pool,
    ):
        directories: list[Path] = []
        writing = []
        for number, part in enumerate(parts):
            directories.append(Path(folder) / str(number))
            writing.append(loop.run_in_executor(pool, _write, part, index, directories[-1]))
        for written in asyncio.as_completed(writing):
            done += await written
            advance(done)
        await engine.adopt(index, [EmbeddedEngine(directory) for directory in directories])


def _write(part: _Part, index: str, directory: Path) -> int:
    """In a process of its own: read and write one part."""
    if lexicon.extension() != part.words:
        lexicon.extend(*part.words)
    with uncollected():
        return asyncio.run(_write_part(part, index, directory))


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles while a part is written: rows and records go as soon as nothing names them."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.unfreeze()


async def _write_part(part: _Part, index: str, directory: Path) -> int:
    await db.connect(part.database)
    try:
        engine = EmbeddedEngine(directory)
        await engine.configure(index, SETTINGS[part.kind])
        await engine.load(index, _documents(part.kind, part.ids, lambda _done: None))
        return await engine.count(index)
    finally:
        await db.disconnect()
