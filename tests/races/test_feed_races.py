"""A follower of the OCDS feed while processes publish: it misses nothing and sees nothing twice."""

import asyncio
import os

import pytest

from market.app import create_app
from market.bench import fill
from market.bench.feed import follow_writers
from market.kit import db
from market.kit.numbers import next_value
from market.ocds import publishing
from market.ocds.models import Release
from market.ocds.packages import releases_after
from market.tendering.models import Job

pytestmark = pytest.mark.committed
SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))


async def publish(job: Job, title: str) -> None:
    await Job.filter(id=job.id).update(title=title)
    await publishing.publish_release(job.id)


async def test_processes_publish_and_the_follower_has_every_release_once(committed: str) -> None:
    followed = await follow_writers("test", committed, create_app, 40 * SCALE, writers=2)
    assert followed.commits == 40 * SCALE
    assert followed.is_whole, followed


async def test_a_number_becomes_visible_only_after_all_before_it(committed: str) -> None:
    """The publisher that comes second waits for the first to commit: no gap is ever seen."""
    await fill.fill(2)
    first, second = await Job.all().order_by("number").limit(2)
    start = await Release.all().count()
    written, may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with db.transaction():
            await publish(first, "慢")
            written.set()
            await may_commit.wait()

    async def quick() -> None:
        await written.wait()
        async with db.transaction():
            await publish(second, "快")

    tasks = [asyncio.create_task(slow()), asyncio.create_task(quick())]
    await written.wait()
    await asyncio.sleep(0.05)
    assert await releases_after(start, 10) == []
    may_commit.set()
    await asyncio.gather(*tasks)
    found = await releases_after(start, 10)
    assert [release.content["tender"]["title"] for release in found] == ["慢", "快"]


async def test_the_twin_with_numbers_drawn_beforehand_is_missed(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sequence of the database would do: the follower passes a number not yet committed."""
    await fill.fill(2)
    late, early = await Job.all().order_by("number").limit(2)
    last = await Release.all().count()
    drawn = await next_value(publishing.SERIES)
    await publish(early, "先提交")
    seen = await releases_after(last, 10)
    last = seen[-1].sequence

    async def beforehand(_series: str) -> int:
        return drawn

    monkeypatch.setattr(publishing, "next_value", beforehand)
    await publish(late, "后提交")
    assert await releases_after(last, 10) == [], "it was written, and no follower learns of it"
    assert await Release.exists(sequence=drawn)
