"""A transaction that could not begin leaves nothing behind: the process writes again afterwards."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.exceptions import TransactionManagementError

from market.kit.sqlite import MarketSqliteClient


@pytest.fixture
async def client(database: None, tmp_path: Path) -> AsyncIterator[MarketSqliteClient]:
    """A connection to a file of its own, which waits for other writers no longer than 20 ms."""
    found = MarketSqliteClient(
        str(tmp_path / "own.sqlite3"), connection_name="own", busy_timeout=20
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
