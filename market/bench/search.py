"""`market bench directory`: indexes from a database, pages and suggestions, by the ten thousand records."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from tortoise import Tortoise

from market.bench.directory import fill_directory
from market.kit import db
from market.settings import settings
from search import engines, firm_names, indexing, suggestions
from search.benchmark import Latency
from search.documents import KINDS, Kind
from search.entries import SETTINGS

_KINDS: tuple[Kind, ...] = ("suppliers", "jobs")
_PAGES = (
    "/search?kind=suppliers&q=目标检测&certs=等保三级&delivery=远程&scale_class=中型企业",
    "/search?kind=jobs&q=语音转写&status=open_bidding&unit=张&regions=370000",
    "/search?q=病灶分割 济南",
)
_TYPED = ("测试", "数据标注", "标注9号", "语义", "yuyi", "济南 图像", "没有的公司", "77777")
_ROUNDS = 60
_WARM_UP = 6


def run(create_app: Callable[[], Any], *, records: int) -> None:
    """Fill a throw-away SQLite database, build its indexes as `market reindex` does, ask, and print."""
    with tempfile.TemporaryDirectory(prefix="market-bench-") as folder:
        settings.market_data_dir, settings.search_url = Path(folder), ""
        settings.rate_limits = False
        settings.database_url = f"sqlite://{folder}/market.sqlite3"
        asyncio.run(_run(create_app, records))


async def _run(create_app: Callable[[], Any], records: int) -> None:
    await db.connect()
    try:
        await Tortoise.generate_schemas()
        progress = Console(stderr=True)
        progress.print(f"filling a database with {records:,} suppliers and {records:,} jobs …")
        await fill_directory(records)
        load = os.getloadavg()[0]
        table = Table(
            "",
            "p50/p95 ms",
            "of processor",
            title=f"{records:,} suppliers, {records:,} jobs, load {load:.1f}",
        )
        for kind in KINDS:  # a page asks for every kind
            await engines.embedded().configure(kind, SETTINGS[kind])
        for kind in _KINDS:
            progress.print(f"building the index of {kind} …")
            table.add_row(f"index of {kind}", await _rebuilt(kind, records))
        progress.print("asking for pages and suggestions …")
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as http:
            for page in _PAGES:
                table.add_row(page, *map(str, await _timed(partial(_shown, http, page))))
        firm_names.forget()
        begun = time.perf_counter()
        await suggestions.suggested(_TYPED[0])
        table.add_row("first suggestion, names read", f"{time.perf_counter() - begun:.2f} s")
        taken = [await _timed(partial(suggestions.suggested, typed)) for typed in _TYPED]
        slowest = max(taken, key=lambda pair: pair[1].p95)
        table.add_row("suggestions, slowest text", *map(str, slowest))
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row("memory of the process, at most", f"{rss:,.0f} MB")
        Console().print(table)
    finally:
        await engines.embedded().close()
        await db.disconnect()


async def _rebuilt(kind: Kind, records: int) -> str:
    wall, cpu = time.perf_counter(), _processor_seconds()
    await indexing.rebuild(engines.embedded(), kind)
    wall, cpu = time.perf_counter() - wall, _processor_seconds() - cpu
    return f"{records / wall:,.0f}/s, {cpu / records * 1e6:,.0f} µs of processor each"


def _processor_seconds() -> float:
    """Of this process's group: the processes that write parts are no children of this one."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile, and its server has its time
            group, *fields = path.read_text().rpartition(")")[2].split()[2:]
            if int(group) == os.getpgrp():
                ticks += sum(map(int, fields[8:12]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def _shown(http: httpx.AsyncClient, page: str) -> None:
    (await http.get(page)).raise_for_status()


async def _timed(call: Callable[[], Awaitable[object]]) -> tuple[Latency, Latency]:
    """By the clock, and by the processor time of this process: a busy machine moves only the first."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _n in range(_ROUNDS):
        wall, own = time.perf_counter(), time.process_time()
        await call()
        taken[0].append(time.perf_counter() - wall)
        taken[1].append(time.process_time() - own)
    return Latency.of(taken[0][_WARM_UP:]), Latency.of(taken[1][_WARM_UP:])
