"""The database: connection, atomic verbs, row locks, and the base of every table."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import UUID

import asyncpg
from tortoise import Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.migrations.api import migrate as apply_migrations
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.models import Model, ModelMeta
from tortoise.transactions import in_transaction

from market.kit import clock
from market.kit.ids import uuid7
from market.settings import MODEL_MODULES, settings

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound="Row")

_depth: ContextVar[int] = ContextVar("transaction_depth", default=0)


class _Table(ModelMeta):
    """Spares the search of each model's source text for comments, a tenth of every start; there are none."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        return super().__new__(cls, name, bases, {"_no_comments": True, **attrs})


class Row(Model, metaclass=_Table):
    """Base of every table: a time-ordered key and the two times every row has."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    created_at = fields.DatetimeField(default=clock.now)
    updated_at = fields.DatetimeField(default=clock.now)

    class Meta:
        abstract = True

    def __init_subclass__(cls) -> None:
        # Tortoise would copy docstrings into the schema, and its migrations split statements at
        # any semicolon, also one in a comment.
        super().__init_subclass__()
        cls._meta.table_description = "described by its model"

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Save, keeping `updated_at` true also when only some fields are written."""
        self.updated_at = clock.now()
        if update_fields is not None:
            update_fields = {*update_fields, "updated_at"}
        await super().save(using_db, update_fields, force_create, force_update)


_AT_WORK = """
SELECT clock_timestamp() - min(xact_start) AS age FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def tortoise_config(url: str | None = None) -> dict[str, Any]:
    """Tortoise configuration for a database URL (`sqlite:///path` or `postgres://...`): one app, one history."""
    url = url or settings.database
    return {
        "connections": {"default": _sqlite(url) if url.startswith("sqlite") else _postgres(url)},
        "apps": {
            "models": {
                "models": MODEL_MODULES,
                "default_connection": "default",
                "migrations": "market.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _sqlite(url: str) -> dict[str, Any]:
    path = url.split("://", 1)[1].split("?", 1)[0]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    pragmas = {"busy_timeout": 20000, "synchronous": "FULL", **dict(parse_qsl(urlsplit(url).query))}
    return {
        "engine": "market.kit.sqlite",
        "credentials": {"file_path": path, "journal_size_limit": 2**26, **pragmas},
    }


def _postgres(url: str) -> dict[str, Any]:
    """`?host=/socket/folder` names a Unix socket; `minsize`, `maxsize` bound the pool."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {
            "host": query.get("host") or parts.hostname,
            "port": parts.port or 5432,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or "") or None,
            "database": parts.path.lstrip("/"),
            "minsize": int(query.get("minsize", 1)),
            "maxsize": int(query.get("maxsize", 10)),
            "connection_class": _Unchanged,
        },
    }


class _Unchanged(asyncpg.Connection):  # type: ignore[misc]
    """A connection that needs no statement to be given back: nothing here sets a session's state."""

    def get_reset_query(self) -> str:
        return ""


def with_options(**options: str | int) -> str:
    """The URL of the database, with further options where it is SQLite (pragmas; `threads`)."""
    if not settings.database.startswith("sqlite"):
        return settings.database
    mark = "&" if "?" in settings.database else "?"
    return f"{settings.database}{mark}{urlencode(options)}"


async def connect(url: str | None = None) -> None:
    """Open the database for this process."""
    await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)


async def disconnect() -> None:
    """Close every connection of this process."""
    await Tortoise.close_connections()


async def migrate(url: str | None = None) -> None:
    """Bring the database of a process that is not connected to the newest schema.

    A database without a history gets today's tables at once and its history recorded as applied: Tortoise
    replays a history in a time that grows with the square of its tables. Repeatable after a crash.
    """
    try:
        await connect(url)
        is_new = not await MigrationRecorder(connection()).applied_migrations()
        if is_new:
            await Tortoise.generate_schemas(safe=True)
        await apply_migrations(config=tortoise_config(url), fake=is_new)
    finally:
        await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The connection in force here: the transaction's inside a verb."""
    return get_connection("default")


def is_postgres() -> bool:
    """Whether the database is PostgreSQL (row locks) rather than SQLite (one writer)."""
    return connection().capabilities.dialect == "postgres"


def is_in_verb() -> bool:
    """Whether an atomic verb is running: nothing outside the database may be called now."""
    return _depth.get() > 0


async def settled_until() -> dt.datetime:
    """What a transaction begun before this wrote is there by now, or never will be; asked within a transaction.

    SQLite has one writer, who is asking. PostgreSQL knows since when others of its role have been at work.
    """
    if not is_postgres():
        return clock.now()
    (row,) = await connection().execute_query_dict(_AT_WORK)
    return clock.now() - (row["age"] or dt.timedelta())


def transaction() -> "Transaction":
    """All or nothing; nested use is a savepoint. SQLite begins IMMEDIATE."""
    return Transaction()


class Transaction:
    """The block of a transaction; a class, for a generator costs every verb more than the rest of it."""

    __slots__ = ("_inner", "_token")

    async def __aenter__(self) -> None:
        """Begin; from here on a verb is running."""
        self._token = _depth.set(_depth.get() + 1)
        try:
            self._inner = in_transaction()
            await self._inner.__aenter__()
        except BaseException:
            _depth.reset(self._token)
            raise

    async def __aexit__(self, *failure: Any) -> None:
        """Commit, or after an exception undo everything."""
        try:
            await self._inner.__aexit__(*failure)
        finally:
            _depth.reset(self._token)


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Everything read within is of one moment, whatever others commit meanwhile; nothing can be written.

    For what compares several reads: no writer waits for it. A snapshot within one is the same. A verb
    cannot take one, for on PostgreSQL it sees what others commit between its statements.
    """
    assert not is_in_verb(), "a snapshot is taken outside of verbs"
    outer: Any = connection()
    if isinstance(outer, TransactionalDBClient):  # a snapshot, or the transaction around a test
        yield
    elif is_postgres():
        async with in_transaction() as reading:
            await reading.execute_script(_ONE_MOMENT)
            yield
    else:
        async with outer.snapshot():
            yield


def atomic() -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a verb one transaction."""

    def decorate(verb: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @wraps(verb)
        async def run(*args: P.args, **kwargs: P.kwargs) -> R:
            async with transaction():
                return await verb(*args, **kwargs)

        return run

    return decorate


async def lock(row: M) -> M:
    """Read `row` again under a lock that lasts to the end of the verb.

    Lock order, always: Job -> Order -> Voucher pool -> Account. Foreign keys are not fetched.
    """
    return await type(row).select_for_update().get(id=row.id)


async def lock_id(model: type[M], row_id: UUID) -> M:
    """Like `lock`, when only the key is known."""
    return await model.select_for_update().get(id=row_id)


def month_of(moment: dt.datetime) -> str:
    """ "2026-11" of a moment, by the Chinese calendar day."""
    return clock.in_china(moment).strftime("%Y-%m")
