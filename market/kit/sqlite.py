"""Tortoise's SQLite client, made fit for a site: verbs begin IMMEDIATE, readers do not wait for a writer."""

import asyncio
import datetime as dt
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError
from tortoise.fields import data

T = TypeVar("T")
READERS = 4
vars(data)["parse_datetime"] = dt.datetime.fromisoformat  # Tortoise reads by regular expression
_READ = re.compile(r"\s*(SELECT|EXPLAIN)\b", re.IGNORECASE)


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes SQLite's write lock at once, so that a check made in it still holds at commit."""

    async def begin(self) -> None:
        """Begin IMMEDIATE (waits up to `busy_timeout` for another process's writer)."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc
        except asyncio.CancelledError:
            await self._connection.rollback()  # it may begin after nobody waits for it any more
            raise


class ImmediateContext(SqliteTransactionContext):
    """Enters such a transaction, and leaves nothing behind where it could not begin.

    Tortoise's own keeps its lock and the failed transaction then, so that this process never writes again.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        """Wait for this process's writer, then for those of others."""
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        entered: TransactionalDBClient = self.connection
        return entered


class InPlace(aiosqlite.Connection):
    """A connection without a thread of its own: a statement runs where it is awaited.

    Handing a statement to another thread and its answer back takes longer than most statements; it
    lets other tasks go on meanwhile, which a process that does one thing at a time has none of.
    """

    def __await__(self) -> Generator[Any, None, Self]:
        return self._opened().__await__()

    async def _opened(self) -> Self:
        self._connection = self._connector()
        return self

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return fn(*args, **kwargs)

    def stop(self) -> None:
        """There is no thread to stop."""


class MarketSqliteClient(SqliteClient):
    """One connection writes; a few read-only ones serve every query outside a transaction.

    `threads=0`: each runs its statements in place.
    """

    def __init__(self, file_path: str, threads: str | int = 1, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._is_in_place = not int(threads)
        self._readers: list[aiosqlite.Connection] = []
        self._idle: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._opening = asyncio.Lock()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateContext(ImmediateTransaction(self), self._lock)

    async def close(self) -> None:
        """Close the writer and every reader."""
        readers, self._readers, self._idle = self._readers, [], asyncio.Queue()
        for reader in readers:
            await reader.close()
        await super().close()

    async def create_connection(self, with_db: bool) -> None:
        """Open the writer first: it sets the journal mode that the readers rely on."""
        if self._is_in_place and not self._connection:
            self._connection = await self._open()
            for pragma, value in self.pragmas.items():
                await self._connection.execute(f"PRAGMA {pragma}={value}")
        await super().create_connection(with_db)
        async with self._opening:
            while len(self._readers) < READERS:
                reader = await self._open()
                await reader.execute("PRAGMA query_only=ON")
                await reader.execute(
                    f"PRAGMA busy_timeout={self.pragmas.get('busy_timeout', 10000)}"
                )
                self._readers.append(reader)
                self._idle.put_nowait(reader)

    async def _open(self) -> aiosqlite.Connection:
        connect = partial(sqlite3.connect, self.filename, isolation_level=None)
        kind = InPlace if self._is_in_place else aiosqlite.Connection
        opened = await kind(connect, iter_chunk_size=64)
        opened.row_factory = sqlite3.Row
        return opened

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[aiosqlite.Connection]:
        if not self._readers:
            async with self._lock:
                await self.create_connection(with_db=True)
        idle = self._idle
        reader = await idle.get()
        try:
            yield reader
        finally:
            idle.put_nowait(reader)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """A reader of one's own, which sees the database as it was at its first read."""
        async with self._reader() as reader:
            reading = SqliteTransactionWrapper(self)
            reading._connection = reader
            token = get_connections().set(self.connection_name, reading)
            try:
                await reader.execute("BEGIN")
                yield
            finally:
                get_connections().reset(token)
                await reader.rollback()

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[dict[str, Any]]]:
        """Rows of a query; a plain read runs on a reader, anything else on the writer."""
        if not _READ.match(query):
            written: tuple[int, Sequence[dict[str, Any]]] = await super().execute_query(
                query, values
            )
            return written
        rows = await self._read(query, values)
        return len(rows), rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        """Rows as dictionaries, read as `execute_query` does."""
        if not _READ.match(query):
            written: list[dict[str, Any]] = await super().execute_query_dict(query, values)
            return written
        return [dict(row) for row in await self._read(query, values)]

    @translate_exceptions
    async def _read(self, query: str, values: list[Any] | None = None) -> list[Any]:
        async with self._reader() as reader:
            return list(await reader.execute_fetchall(query, values))


client_class = MarketSqliteClient
