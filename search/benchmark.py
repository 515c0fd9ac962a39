"""`market bench search`: index rate and latency on made-up records, beside the bare engine call."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from market.settings import settings
from search import embedded_queries as inside
from search import engines, made_up
from search.analysis import query_groups
from search.bulk import uncollected
from search.discovery import discover, warm_up
from search.documents import Document, Kind
from search.embedded_engine import EmbeddedEngine
from search.engine import Equals, In, IndexDocument, Query, Range, SearchEngine, SearchError
from search.entries import SETTINGS, index_document
from search.meilisearch_engine import MeilisearchEngine
from search.own_server import is_installed, own_server

_BATCH = 2000
_ROUNDS: Mapping[str, int] = {engines.EMBEDDED: 300, engines.SERVER: 100}
_WARM_UP = 20
_TIMEOUT = 120
"""Seconds: a busy machine lengthens the figures, it does not end the measurement."""
_FACETS = ("regions", "modalities", "task_types")
_INDEX = {"suppliers": "bench_suppliers", "jobs": "bench_jobs"}
_MADE: dict[Kind, Callable[[int], Iterator[Document]]] = {
    "suppliers": made_up.suppliers, "jobs": made_up.jobs,
}  # fmt: skip
_SIZE = In("scale_class", ("中型企业", "小型企业"))
_QUERIES = (
    Query("目标检测 图像", (Equals("onsite", True), _SIZE, Range("staff", at_least=50)), _FACETS),
    Query("病灶分割 医学影像", (Equals("regions", "370000"), _SIZE, Range("staff", at_least=50)),
          _FACETS),
    Query("语音转写 方言", (Equals("delivery", "远程"), _SIZE, Range("accuracy", at_least=0.92)),
          _FACETS),
    Query("三维模型轻量化", (Equals("onsite", True), _SIZE, Range("price_张", at_most=50_000)),
          _FACETS),
)  # fmt: skip
_TEXTS = (
    "济南 驻场 等保三级 病灶分割",
    "目标检测 单价0.2元以内",
    "山西 语音转写",
    "lidar 3D框 苏州",
)
Timed = Callable[[Query], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, taken: Sequence[float]) -> Latency:
        """The percentiles of some durations in seconds."""
        cuts = statistics.quantiles(taken, n=20, method="inclusive")
        return cls(statistics.median(taken) * 1000, cuts[18] * 1000)

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p95:.2f}"


@dataclass(frozen=True, slots=True)
class Written:
    """How fast an index was written: from when to when, processor seconds, the memory of one process."""

    records: int
    begun: float
    ended: float
    cpu: float
    rss_mb: float

    @property
    def wall(self) -> float:
        """Seconds by the clock."""
        return self.ended - self.begun

    def __str__(self) -> str:
        return (
            f"{self.records / self.wall:,.0f}/s, "
            f"{self.cpu / self.records * 1e6:,.0f} µs of processor each"
        )


def run(records: int = 100_000, engine: str = "") -> None:
    """Measure both engines on the same records, or the one named.

    Meilisearch is the server of SEARCH_URL, else one started for this. Raises SearchError.
    """
    if engine not in ("", *_ROUNDS):
        raise SearchError(f"no such engine: {engine} ({' or '.join(_ROUNDS)})")
    with ExitStack() as until_measured:
        url = settings.search_url if engine != engines.EMBEDDED else ""
        if not url and (engine == engines.SERVER or (not engine and is_installed())):
            url = until_measured.enter_context(own_server(threads=os.cpu_count() or 1))
        asyncio.run(_run(records, engine, url))


async def _run(records: int, name: str, url: str) -> None:
    warm_up()
    load = os.getloadavg()[0]
    table = Table("", "suppliers", "jobs", "p50/p95 ms", "bare", "search box", "RSS MB",
                  title=f"{records:,} of each, load at the start {load:.1f}")  # fmt: skip
    if name in ("", engines.EMBEDDED):
        with tempfile.TemporaryDirectory() as directory:
            embedded = EmbeddedEngine(Path(directory))
            written = [await _write_by_parts(embedded, kind, records) for kind in _MADE]
            await _measure(table, engines.EMBEDDED, embedded, written,
                           lambda query: _bare_embedded(embedded, query))  # fmt: skip
    if url:
        server = _Listened(url, settings.search_key.get_secret_value())
        written = [await _write(server, kind, records) for kind in _MADE]
        await _measure(table, engines.SERVER, server, written, server.replay)
        for index in _INDEX.values():
            await server.drop(index)
        await server.close()
    Console().print(table)
    if not url and not name:
        Console().print("Meilisearch: not measured, no SEARCH_URL and no binary on PATH")


async def _batches(documents: Sequence[Document]) -> AsyncIterator[list[IndexDocument]]:
    for start in range(0, len(documents), _BATCH):
        yield [index_document(document) for document in documents[start : start + _BATCH]]


async def _write(
    engine: SearchEngine,
    kind: Kind,
    records: int,
    start: int = 0,
    together: Callable[[], object] = lambda: None,
) -> Written:
    """Write records made before the clock starts, as a rebuild does once it has read them."""
    documents = list(islice(_MADE[kind](start + records), start, None))
    await engine.drop(_INDEX[kind])
    await engine.configure(_INDEX[kind], SETTINGS[kind])
    together()
    with uncollected():
        begun, cpu = time.monotonic(), time.process_time()
        await engine.load(_INDEX[kind], _batches(documents))
        ended, cpu = time.monotonic(), time.process_time() - cpu
    return Written(records, begun, ended, cpu, _rss_mb())


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _write_by_parts(engine: EmbeddedEngine, kind: Kind, records: int) -> Written:
    """As `search.bulk` does: a process for each processor writes its part, then all are one index."""
    processes, loop = os.cpu_count() or 1, asyncio.get_running_loop()
    size = -(-records // processes)
    assert engine.root is not None
    folders = [engine.root / f"{kind}.part{n}" for n in range(processes)]
    context = get_context("spawn")
    start = context.Barrier(processes)
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_starting_with, initargs=(start,)
    ) as pool:
        parts = await asyncio.gather(
            *(loop.run_in_executor(pool, _part, kind, n * size, size, folder)
              for n, folder in enumerate(folders))
        )  # fmt: skip
    await engine.configure(_INDEX[kind], SETTINGS[kind])
    begun = time.monotonic()
    await engine.adopt(_INDEX[kind], [EmbeddedEngine(folder) for folder in folders])
    adopting = time.monotonic() - begun
    return Written(
        size * processes, min(one.begun for one in parts),
        max(one.ended for one in parts) + adopting,
        sum(one.cpu for one in parts), max(one.rss_mb for one in parts),
    )  # fmt: skip


_start: list[Barrier] = []


def _starting_with(start: Barrier) -> None:
    """In a process that writes a part: it starts when every other one has made its records, too."""
    _start[:] = [start]


def _part(kind: Kind, start: int, records: int, folder: Path) -> Written:
    warm_up()
    (together,) = _start
    return asyncio.run(_write(EmbeddedEngine(folder), kind, records, start, together.wait))


async def _measure(
    table: Table, name: str, engine: SearchEngine, written: Sequence[Written], bare: Timed
) -> None:
    index = _INDEX["suppliers"]
    rounds = _ROUNDS[name]
    ours, theirs = await _side_by_side(rounds, lambda query: engine.search(index, query), bare)
    box = []
    for n in range(rounds):
        begun = time.perf_counter()
        await discover(engine, "suppliers", _TEXTS[n % len(_TEXTS)], index=index, facets=_FACETS)
        box.append(time.perf_counter() - begun)
    writers = max(one.rss_mb for one in written)
    table.add_row(
        name, *map(str, written), str(ours), str(theirs), str(Latency.of(box[_WARM_UP:])),
        f"{_rss_mb():,.0f}, writing {writers:,.0f}",
    )  # fmt: skip


async def _side_by_side(rounds: int, search: Timed, bare: Timed) -> tuple[Latency, Latency]:
    """The same queries in turn, so that a busy machine disturbs both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(rounds):
        query = _QUERIES[n % len(_QUERIES)]
        for durations, call in zip(taken, (search, bare), strict=True):
            begun = time.perf_counter()
            await call(query)
            durations.append(time.perf_counter() - begun)
    return Latency.of(taken[0][_WARM_UP:]), Latency.of(taken[1][_WARM_UP:])


async def _bare_embedded(engine: EmbeddedEngine, query: Query) -> object:
    """tantivy's own work for the query: no analysis, no stored records, no highlights."""
    opened = engine._current(_INDEX["suppliers"])
    asked, _weight = inside.text_query(opened, query_groups(query.text))
    compiled = inside.filtered(opened, asked, query.filters)
    return (
        inside.collect(opened, query, compiled),
        inside.facets_of(opened, query.facets, compiled),
    )


class _Listened(MeilisearchEngine):
    """A server whose requests are kept, to be sent again without any work of ours around them."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key, timeout=_TIMEOUT)
        self._asked: list[bytes] = []
        self._replayed: dict[Query, list[bytes]] = {}

    def _post(self, asked: bytes) -> httpx.Response:
        self._asked.append(asked)
        return super()._post(asked)

    async def replay(self, query: Query) -> object:
        """The very requests of a query on the same connection, their answers unread."""
        if query not in self._replayed:
            await self.search(_INDEX["suppliers"], query)  # from now on it knows the words
            self._asked = []
            await self.search(_INDEX["suppliers"], query)
            self._replayed[query], self._asked = self._asked, []
        return await asyncio.to_thread(self._send, self._replayed[query])

    def _send(self, requests: Sequence[bytes]) -> int:
        return sum(len(super(_Listened, self)._post(one).content) for one in requests)
