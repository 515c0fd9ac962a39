"""`market bench feed`: processes that publish releases at once, and a follower of the feed that must miss none."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from starlette.types import ASGIApp
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.exceptions import BaseORMException

from market.bench import fill
from market.bench.vouchers import postgres_if
from market.bench.web import scratch_folder
from market.kit import db, web
from market.ocds import publishing
from market.ocds.models import Release
from market.settings import settings
from market.tendering.models import Job
from market.tendering.routes import routes

WRITERS = 4
UNDONE = 0.05  # of the transactions are rolled back after their release was written
HELD_SECONDS = 0.004  # at most, between writing a release and the end of its transaction
FIRST = "/api/v1/ocds/releases?limit=100"
console = Console(stderr=True)
Application = Callable[[], ASGIApp]


@dataclass(frozen=True)
class Followed:
    """One database's run: what was committed, and what of it the follower missed or saw twice."""

    database: str
    commits: int
    pages: int
    missed: int
    twice: int
    out_of_order: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Whether the follower saw everything once, in order."""
        return not (self.missed or self.twice or self.out_of_order)


class _Undo(Exception):
    """Rolls a transaction back on purpose."""


def run(create_app: Application, *, commits: int, both: bool, as_json: bool) -> bool:
    """On SQLite, and on a throw-away PostgreSQL too; returns whether nothing was missed or doubled."""
    found = []
    with scratch_folder():
        url = f"sqlite://{settings.market_data_dir / 'feed.sqlite3'}"
        found.append(asyncio.run(_alone("SQLite", url, create_app, commits)))
        with postgres_if(both) as url:
            if url:
                found.append(asyncio.run(_alone("PostgreSQL", url, create_app, commits)))
    for one in found:
        if as_json:
            print(json.dumps(asdict(one)))
        else:
            console.print(one)
    return all(one.is_whole for one in found)


async def _alone(name: str, url: str, create_app: Application, commits: int) -> Followed:
    EXECUTOR_CACHE.clear()  # statements are kept by connection name, whatever the dialect
    await db.connect(url)
    try:
        await Tortoise.generate_schemas()
        return await follow_writers(name, url, create_app, commits)
    finally:
        await db.disconnect()


async def follow_writers(
    name: str, url: str, create_app: Application, commits: int, *, writers: int = WRITERS
) -> Followed:
    """Let processes write `commits` releases to the connected, empty database, and follow the feed."""
    await fill.fill(writers * 5)
    start = time.monotonic()
    share = -(-commits // writers)
    processes: list[BaseProcess] = [
        get_context("spawn").Process(target=write, args=(url, number, writers, share))
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    seen, pages = await _follow(create_app, processes)
    if any(process.exitcode for process in processes):
        raise RuntimeError("a writer failed")
    there = [release.content["id"] for release in await Release.all().order_by("sequence")]
    count = Counter(seen)
    return Followed(
        name, len(there), pages,
        missed=len(set(there) - set(seen)),
        twice=sum(times > 1 for times in count.values()),
        out_of_order=int(list(dict.fromkeys(seen)) != [one for one in there if one in count]),
        seconds=round(time.monotonic() - start, 1),
    )  # fmt: skip


async def _follow(create_app: Application, writers: list[BaseProcess]) -> tuple[list[str], int]:
    """Page through the feed of the API until the writers have ended and it is empty."""
    seen: list[str] = []
    pages, address = 0, FIRST
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://feed") as http:
        while True:
            were_ended = not any(writer.is_alive() for writer in writers)
            answer = (await http.get(address)).raise_for_status().json()
            pages += 1
            seen += [release["id"] for release in answer["releases"]]
            parts = urlsplit(answer["links"]["next"])
            address = f"{parts.path}?{parts.query}"
            if not answer["releases"]:
                if were_ended:
                    return seen, pages
                await asyncio.sleep(0.02)


def write(url: str, number: int, writers: int, commits: int) -> None:
    """A process: change and publish its own jobs, `commits` times to the end."""
    asyncio.run(_write(url, number, writers, commits))


async def _publish(job: Job, title: str, chance: random.Random) -> None:
    async with db.transaction():
        await Job.filter(id=job.id).update(title=title)
        await publishing.publish_release(job.id)
        await asyncio.sleep(chance.random() * HELD_SECONDS)
        if chance.random() < UNDONE:
            raise _Undo


async def _write(url: str, number: int, writers: int, commits: int) -> None:
    web.register_routes(routes)
    chance = random.Random(number)  # noqa: S311 - reproducible pauses, nothing secret
    await db.connect(url)
    try:
        jobs = (await Job.all().order_by("number"))[number::writers]
        done = 0
        while done < commits:
            job = jobs[done % len(jobs)]
            try:
                # a task of its own: a BEGIN that fails leaves its context behind
                await asyncio.create_task(_publish(job, f"第{number}组第{done}次变更", chance))
            except (_Undo, BaseORMException):  # SQLite may let a writer wait for too long
                continue
            done += 1
    finally:
        await db.disconnect()
