"""A transaction that could not begin leaves nothing behind; a connection without threads does the same work."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, TransactionManagementError

from market.kit import db
from market.kit.sqlite import MarketSqliteClient
from market.settings import settings


@pytest.fixture
async def client(database: None, tmp_path: Path) -> AsyncIterator[MarketSqliteClient]:
    """A connection to a file of its own, which waits for other writers no longer than 20 ms."""
    async for found in opened(tmp_path, threads=1):
        yield found


@pytest.fixture
async def in_place(database: None, tmp_path: Path) -> AsyncIterator[MarketSqliteClient]:
    """The same without threads."""
    async for found in opened(tmp_path, threads=0):
        yield found


async def opened(folder: Path, *, threads: int) -> AsyncIterator[MarketSqliteClient]:
    found = MarketSqliteClient(
        str(folder / "own.sqlite3"), threads=threads, connection_name="own", busy_timeout=20
    )
    await found.create_connection(with_db=True)
    yield found
    await found.close()


async def write(client: MarketSqliteClient) -> None:
    async with asyncio.timeout(5), client._in_transaction() as transaction:
        await transaction.execute_query("CREATE TABLE written (id INTEGER)", [])
        await transaction.execute_query("DROP TABLE written", [])


@pytest.mark.once
async def test_writes_again_after_another_process_kept_the_lock(
    client: MarketSqliteClient,
) -> None:
    other = sqlite3.connect(client.filename, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(TransactionManagementError, match="locked"):
            await write(client)
    other.close()
    await write(client)


@pytest.mark.once
async def test_writes_again_after_whoever_waited_has_left(client: MarketSqliteClient) -> None:
    waiting = asyncio.create_task(write(client))
    for _ in range(3):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await write(client)


async def keep(client: MarketSqliteClient, *new: int) -> None:
    async with client._in_transaction() as transaction:
        before = await numbers(client)
        for n in new:
            await transaction.execute_insert("INSERT INTO kept VALUES (?)", [n])
        assert await numbers(client) == before  # a reader sees what is committed


async def numbers(client: MarketSqliteClient) -> list[int]:
    return [row["n"] for row in await client.execute_query_dict("SELECT n FROM kept", [])]


@pytest.mark.once
async def test_in_place_a_transaction_is_kept_or_undone(in_place: MarketSqliteClient) -> None:
    await in_place.execute_script("CREATE TABLE kept (n INTEGER PRIMARY KEY)")
    await keep(in_place, 1, 2)
    with pytest.raises(IntegrityError):
        await keep(in_place, 3, 1)
    assert await numbers(in_place) == [1, 2]


@pytest.mark.once
async def test_in_place_it_writes_again_after_another_process_kept_the_lock(
    in_place: MarketSqliteClient,
) -> None:
    other = sqlite3.connect(in_place.filename, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransactionManagementError, match="locked"):
        await write(in_place)
    other.close()
    await write(in_place)


@pytest.mark.once
async def test_in_place_no_thread_is_begun(database: None, tmp_path: Path) -> None:
    before = threading.active_count()
    async for found in opened(tmp_path, threads=0):
        await write(found)
        assert threading.active_count() == before


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///a.db", "sqlite:///a.db?threads=0&synchronous=NORMAL"),
        (
            "sqlite:///a.db?busy_timeout=9",
            "sqlite:///a.db?busy_timeout=9&threads=0&synchronous=NORMAL",
        ),
        ("postgres://host/market", "postgres://host/market"),
    ],
)
def test_options_of_sqlite_are_no_others(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: str
) -> None:
    monkeypatch.setattr(settings, "database_url", url)
    assert db.with_options(threads=0, synchronous="NORMAL") == expected
