"""A snapshot: reads of one moment, no writer kept waiting, nothing written, nothing left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError

from market.kit import db
from market.kit.numbers import NumberSeries

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("series")]
SERIES = "SNAPSHOT"
REFUSED = (OperationalError, TransactionManagementError)


@pytest.fixture
async def series(database: None) -> AsyncIterator[None]:
    """A committed series at zero."""
    await NumberSeries.create(series=SERIES, value=0)
    yield
    await NumberSeries.filter(series=SERIES).delete()


async def value() -> int:
    return (await NumberSeries.get(series=SERIES)).value


async def written_by_another(first: asyncio.Event, new: int) -> None:
    """Another's verb, begun before the snapshot and let go within it."""
    await first.wait()
    async with asyncio.timeout(5), db.transaction():
        await NumberSeries.filter(series=SERIES).update(value=new)


async def test_reads_are_of_one_moment_and_keep_no_writer_waiting() -> None:
    may_write = asyncio.Event()
    writer = asyncio.create_task(written_by_another(may_write, 7))
    async with db.snapshot():
        before = await value()
        may_write.set()
        await writer
        async with db.snapshot():
            assert (before, await value()) == (0, 0)
    assert await value() == 7


async def test_without_it_the_second_read_is_of_another_moment() -> None:
    may_write = asyncio.Event()
    writer = asyncio.create_task(written_by_another(may_write, 7))
    before = await value()
    may_write.set()
    await writer
    assert (before, await value()) == (0, 7)


async def test_nothing_can_be_written_in_it() -> None:
    with pytest.raises(REFUSED):
        async with db.snapshot():
            await NumberSeries.filter(series=SERIES).update(value=9)
    with pytest.raises(REFUSED):
        async with db.snapshot(), db.transaction():
            await NumberSeries.filter(series=SERIES).update(value=9)
    assert await value() == 0


async def test_a_verb_cannot_take_one() -> None:
    async with db.transaction():
        with pytest.raises(AssertionError, match="outside of verbs"):
            async with db.snapshot():
                pass


async def test_whoever_leaves_early_leaves_no_old_moment_behind() -> None:
    """More often than there are readers: none of them goes on seeing what was."""

    async def read_for_ever() -> None:
        async with db.snapshot():
            while True:
                await value()

    for number in range(1, 7):
        reading = asyncio.create_task(read_for_ever())
        for _ in range(number):
            await asyncio.sleep(0.002)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        with suppress(ZeroDivisionError):
            async with db.snapshot():
                await value()
                raise ZeroDivisionError
        async with db.transaction():
            await NumberSeries.filter(series=SERIES).update(value=number)
        assert [await value() for _ in range(6)] == [number] * 6
