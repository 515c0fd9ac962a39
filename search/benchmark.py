"""`market bench search`: index rate and latency on made-up records, beside the bare engine call."""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from market.settings import settings
from market.vocabulary import regions
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from search import embedded_engine as inside
from search import engines
from search.analysis import query_groups
from search.discovery import discover
from search.documents import SupplierDocument
from search.embedded_engine import EmbeddedEngine
from search.engine import Equals, In, IndexDocument, Query, SearchEngine
from search.entries import SETTINGS, index_document
from search.meilisearch_engine import MeilisearchEngine

INDEX = "bench_suppliers"
_BATCH = 5000
_ROUNDS = 300
_WARM_UP = 20
_FACETS = ("regions", "modalities", "task_types")
_CITIES = tuple(c.code for p in regions.children("100000") for c in regions.children(p.code))
_QUERIES = (
    Query("目标检测 图像", (Equals("onsite", True), In("scale_class", ("中型企业", "小型企业"))),
          _FACETS),
    Query("病灶分割 医学影像", (Equals("regions", "370000"),), _FACETS),
    Query("语音转写 方言", facets=_FACETS),
    Query("三维模型轻量化", (Equals("onsite", True),), _FACETS),
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


def run(records: int = 100_000, engine: str = "") -> None:
    """Measure the embedded engine, and Meilisearch where SEARCH_URL names one, on the same records."""
    asyncio.run(_run(records, engine))


async def _run(records: int, name: str) -> None:
    documents = [index_document(document) for document in made_up(records)]
    table = Table("", "docs/s", "bare", "p50/p95 ms", "bare", "search box", "max RSS MB")
    if name in ("", engines.EMBEDDED):
        with tempfile.TemporaryDirectory() as directory:
            embedded = EmbeddedEngine(Path(directory))
            bare_rate = await asyncio.to_thread(_bare_embedded_rate, documents)
            await _measure(table, engines.EMBEDDED, embedded, documents, bare_rate,
                           lambda query: _bare_embedded(embedded, query))  # fmt: skip
    if settings.search_url and name in ("", engines.SERVER):
        found = _Listened(settings.search_url, settings.search_key.get_secret_value())
        await _measure(table, engines.SERVER, found, documents, 0.0, found.replay)
        await found.drop(INDEX)
    Console().print(table)


def made_up(records: int) -> list[SupplierDocument]:
    """Suppliers of words drawn from the vocabularies, the same ones every time."""
    draw = random.Random(20261121)  # noqa: S311 - test data, and it must repeat
    tasks, modalities, industries = (
        [term.zh for term in words.values()] for words in (TASK_TYPES, MODALITIES, INDUSTRIES)
    )
    return [_supplier(n, draw, tasks, modalities, industries) for n in range(records)]


def _supplier(
    n: int, draw: random.Random, tasks: list[str], modalities: list[str], industries: list[str]
) -> SupplierDocument:
    code, own = draw.choice(_CITIES), draw.sample(tasks, 4)
    price = draw.randint(500, 900_000)
    return {
        "id": f"B{n:07d}", "kind": "suppliers", "number": f"B-{n}", "external_id": "",
        "name": f"测试数据标注{n}号有限公司", "uscc": "", "region_code": code,
        "region": regions.full_name(code), "summary": "，".join(draw.sample(tasks, 3)) + "，双人互检",
        "modalities": draw.sample(modalities, 2), "task_types": own, "domains": own[:2],
        "industries": draw.sample(industries, 2), "languages": ["普通话"],
        "annotator_types": ["专业标注员"], "delivery": ["远程"], "staff": draw.randint(5, 3000),
        "certs": draw.sample(["等保二级", "等保三级", "ISO 9001", "ISO/IEC 27001"], 2),
        "scale_class": draw.choice(["微型企业", "小型企业", "中型企业", "大型企业"]), "experts": 0,
        "levels": {}, "security": {"onsite": draw.random() < 0.3}, "storage_tb": 1.0,
        "quality": {"accuracy": draw.uniform(0.9, 0.99)}, "in_certified_base": False,
        "capacities": [{"unit": "张", "of": "", "per_day": float(draw.randint(100, 90_000))}],
        "prices": [{"task": own[0], "unit": "张", "low": price, "high": price * 2}],
    }  # fmt: skip


async def _measure(
    table: Table, name: str, engine: SearchEngine, documents: Sequence[IndexDocument],
    bare_rate: float, bare: Timed,
) -> None:  # fmt: skip
    await engine.drop(INDEX)
    await engine.configure(INDEX, SETTINGS["suppliers"])
    started = time.perf_counter()
    for start in range(0, len(documents), _BATCH):
        await engine.upsert(INDEX, documents[start : start + _BATCH])
    rate = len(documents) / (time.perf_counter() - started)
    ours, theirs = await _side_by_side(lambda query: engine.search(INDEX, query), bare)
    box = []
    for n in range(_ROUNDS):
        begun = time.perf_counter()
        await discover(engine, "suppliers", _TEXTS[n % len(_TEXTS)], index=INDEX, facets=_FACETS)
        box.append(time.perf_counter() - begun)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row(
        name, f"{rate:,.0f}", f"{bare_rate:,.0f}" if bare_rate else "—", str(ours), str(theirs),
        str(Latency.of(box[_WARM_UP:])), f"{memory:,.0f}",
    )  # fmt: skip


async def _side_by_side(search: Timed, bare: Timed) -> tuple[Latency, Latency]:
    """The same queries in turn, so that a busy machine disturbs both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(_ROUNDS):
        query = _QUERIES[n % len(_QUERIES)]
        for durations, call in zip(taken, (search, bare), strict=True):
            begun = time.perf_counter()
            await call(query)
            durations.append(time.perf_counter() - begun)
    return Latency.of(taken[0][_WARM_UP:]), Latency.of(taken[1][_WARM_UP:])


def _bare_embedded_rate(documents: Sequence[IndexDocument]) -> float:
    """Documents a second that tantivy writes when they are analysed already."""
    with tempfile.TemporaryDirectory() as directory:
        engine = EmbeddedEngine(Path(directory))
        asyncio.run(engine.configure(INDEX, SETTINGS["suppliers"]))
        made = [inside._to_tantivy(one, SETTINGS["suppliers"]) for one in documents]
        started = time.perf_counter()
        for start in range(0, len(made), _BATCH):
            writer = engine._current(INDEX).index.writer(inside._WRITER_BYTES, 1)
            for one in made[start : start + _BATCH]:
                writer.add_document(one)
            writer.commit()
            writer.wait_merging_threads()
        return len(made) / (time.perf_counter() - started)


async def _bare_embedded(engine: EmbeddedEngine, query: Query) -> object:
    """tantivy's own work for the query: no analysis, no stored records, no highlights."""
    opened = engine._current(INDEX)
    asked, _weight = inside._text_query(opened, query_groups(query.text))
    compiled = inside._filtered(opened, asked, query.filters)
    return inside._collect(opened, query, compiled), inside._facets(opened, query.facets, compiled)


class _Listened(MeilisearchEngine):
    """A server whose requests are kept, to be sent again without any work of ours around them."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key)
        self._asked: list[bytes] = []
        self._known: dict[Query, list[bytes]] = {}

    def _post(self, asked: bytes) -> httpx.Response:
        self._asked.append(asked)
        return super()._post(asked)

    async def replay(self, query: Query) -> object:
        """The very requests of a query on the same connection, their answers unread."""
        if query not in self._known:
            self._asked = []
            await self.search(INDEX, query)
            self._known[query] = self._asked
        return await asyncio.to_thread(self._send, self._known[query])

    def _send(self, requests: Sequence[bytes]) -> int:
        return sum(len(super(_Listened, self)._post(one).content) for one in requests)
