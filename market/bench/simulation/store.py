"""A database in memory as PostgreSQL behaves at READ COMMITTED: rows, locks that wait, savepoints.

Every statement is a place where the scheduler may go on with somebody else, or let the process die.
"""

import datetime as dt
from collections.abc import Callable, Collection, Generator, Hashable, Iterable
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from market.bench.simulation.tables import (
    Unique,
    Values,
    in_uniques,
    unique_keys,
    uniques,
    values_of,
)
from market.kit import clock

Table = dict[int, Values]  # by the number of the key: Python computes a UUID's hash each time anew


class Pause:
    """What a task hands to the scheduler: it may go on, or only once `until` is free."""

    def __init__(self, until: Hashable | None = None) -> None:
        self.until = until
        self.goes_on: Callable[[], bool] = _asks_first  # the scheduler says whether without it

    def __await__(self) -> Generator["Pause", None, None]:
        return _at_once() if self.goes_on() else self._hand_over()

    def _hand_over(self) -> Generator["Pause", None, None]:
        yield self


def _asks_first() -> bool:
    return False


_at_once: Callable[[], Any] = ().__iter__  # what is awaited without handing over


PAUSE = Pause()
NO_ROWS: Table = {}


class Transaction:
    """What one task has written and locked, until it commits."""

    def __init__(self) -> None:
        self.begun_at = clock.now()
        self.writes: dict[type[Model], Table] = {}
        self.held: list[Hashable] = []
        self.undo: list[tuple[Table, int, Values | None]] = []  # what was before each write
        self.keys: dict[int, tuple[Values, list[Unique]]] = {}  # of new rows, as they were inserted


class Store:
    """Rows of every table, and who holds which lock. `transaction` is the running task's."""

    def __init__(self) -> None:
        self.tables: dict[type[Model], Table] = {}
        self.unique: dict[Unique, int] = {}
        self.locks: dict[Hashable, Transaction] = {}
        self.transaction: Transaction | None = None
        self.open: set[Transaction] = set()
        self.commits = 0  # that wrote anything
        self.written: dict[type[Model], int] = {}  # the commit that wrote a table last
        self.read: set[type[Model]] = set()  # tables somebody has looked at, until it is emptied
        self.on_commit: Callable[[Transaction], None] = lambda transaction: None

    def clear(self) -> None:
        """An empty store again."""
        self.tables, self.unique, self.locks, self.transaction = {}, {}, {}, None
        self.open, self.commits, self.written, self.read = set(), 0, {}, set()

    def add(self, row: Model) -> None:
        """Put a row there before anything runs."""
        self._publish(type(row), {row.pk.int: values_of(row)}, {})

    def table(self, model: type[Model]) -> Collection[Values]:
        """The rows of a table as the running task sees them, in the order they were made."""
        self.read.add(model)
        committed = self.tables.get(model, NO_ROWS)
        if self.transaction is not None and (own := self.transaction.writes.get(model)):
            return {**committed, **own}.values()
        return committed.values()

    def row(self, model: type[Model], pk: int) -> Values | None:
        """One row as the running task sees it, by the number of its key."""
        self.read.add(model)
        if (mine := self.transaction) is not None and (own := mine.writes.get(model)) and pk in own:
            return own[pk]
        return self.tables.get(model, NO_ROWS).get(pk)

    def is_free(self, key: Hashable) -> bool:
        """Whether nobody else holds a lock."""
        return self.locks.get(key, self.transaction) is self.transaction

    def take(self, key: Hashable) -> bool:
        """Take a lock for the running transaction; whether it is its own now."""
        mine, holder = self.transaction, self.locks.get(key)
        if holder is None:
            assert mine is not None, "locks are taken inside transactions"
            self.locks[key] = mine
            mine.held.append(key)
            return True
        return holder is mine

    async def acquire(self, key: Hashable) -> None:
        """Take a lock for the running transaction, waiting for whoever holds it."""
        while not self.take(key):
            await Pause(until=key)

    async def insert(self, model: type[Model], values: Values, *, ignore: bool = False) -> None:
        """Write a new row."""
        await self.insert_all(model, (values,), ignore=ignore)

    async def insert_all(
        self, model: type[Model], rows: Iterable[Values], *, ignore: bool = False
    ) -> None:
        """Write new rows in one statement."""
        if self.transaction is None:
            async with self.atomic():
                await self.insert_all(model, rows, ignore=ignore)
            return
        await PAUSE
        for values in rows:
            if uniques(model):
                await self._insert(model, values, ignore=ignore)
            else:
                self.write(model, values)

    async def _insert(self, model: type[Model], values: Values, *, ignore: bool) -> None:
        """Waits for another's uncommitted row of the same key, as an index does."""
        transaction = self.transaction
        assert transaction is not None
        keys = unique_keys(model, values)
        transaction.keys[values["id"].int] = values, keys
        for unique in keys:
            if ignore and unique in self.unique:
                return
            is_first = unique not in self.locks
            while not self.take(unique):
                await Pause(until=unique)
            if unique in self.unique or not (is_first or self._is_free_here(unique)):
                if ignore:
                    return
                raise IntegrityError(f"{model.__name__}{unique[1]} exists: {unique[2]}")
        self.write(model, values)

    async def change(
        self, model: type[Model], pk: UUID, new: Callable[[Values], Values]
    ) -> Values | None:
        """Lock a row, look at it, write what `new` makes of its columns; the row then."""
        while not self.take(key := (model, pk.int)):
            await Pause(until=key)
        if (values := self.row(model, pk.int)) is None:
            return None
        self.write(model, changed := {**values, **new(values)})
        return changed

    def write(self, model: type[Model], values: Values) -> None:
        """Write a row that is locked, or new."""
        transaction = self.transaction
        assert transaction is not None
        if (table := transaction.writes.get(model)) is None:
            table = transaction.writes[model] = {}
        pk = values["id"].int
        transaction.undo.append((table, pk, table.get(pk)))
        table[pk] = values

    def _is_free_here(self, unique: Unique) -> bool:
        """Whether the running transaction itself has written no such row."""
        assert self.transaction is not None
        own = self.transaction.writes.get(unique[0], {})
        return not any(unique in unique_keys(unique[0], values) for values in own.values())

    def atomic(self, connection_name: str | None = None) -> "Atomic":
        """A transaction; nested a savepoint."""
        return Atomic(self)

    def commit(self) -> None:
        """What the running transaction wrote is there for everybody."""
        assert self.transaction is not None
        self.on_commit(self.transaction)
        self.commits += bool(self.transaction.writes)
        for model, rows in self.transaction.writes.items():
            self.written[model] = self.commits
            self._publish(model, rows, self.transaction.keys)

    def end(self) -> None:
        """The running transaction is over; what it locked is free."""
        assert self.transaction is not None
        for key in self.transaction.held:
            del self.locks[key]
        self.open.remove(self.transaction)
        self.transaction = None

    def last_write(self, models: Iterable[type[Model]]) -> int:
        """The number of the last commit that wrote any of these tables."""
        return max([self.written.get(model, 0) for model in models], default=0)

    async def settled_until(self) -> dt.datetime:
        """`market.kit.db.settled_until`: since when another transaction is open, or now."""
        await PAUSE
        others = (one.begun_at for one in self.open if one is not self.transaction)
        return min(others, default=clock.now())

    def _publish(
        self, model: type[Model], rows: Table, keys: dict[int, tuple[Values, list[Unique]]]
    ) -> None:
        table = self.tables.setdefault(model, {})
        if not uniques(model):
            table.update(rows)
            return
        get = in_uniques(model)
        for pk, values in rows.items():
            old = table.get(pk)
            table[pk] = values
            if old is not None:
                if get(values) == get(old):
                    continue
                for unique in unique_keys(model, old):
                    self.unique.pop(unique, None)
            inserted, known = keys.get(pk, (None, ()))
            for unique in known if inserted is values else unique_keys(model, values):
                self.unique[unique] = pk


class Atomic:
    """The block of a transaction, or within one of a savepoint."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.mark: int | None = None

    async def __aenter__(self) -> None:
        if self.store.transaction is None:
            self.store.transaction = Transaction()
            self.store.open.add(self.store.transaction)
        else:
            self.mark = len(self.store.transaction.undo)

    async def __aexit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        if self.mark is not None:
            if kind and self.store.transaction:
                _take_back(self.store.transaction, self.mark)
            return
        try:
            if kind is None:
                await PAUSE  # the process may die before the commit
                self.store.commit()
        finally:
            self.store.end()
        if kind is None:
            await PAUSE  # or right after it


def _take_back(transaction: Transaction, mark: int) -> None:
    """Undo every write since a savepoint."""
    while len(transaction.undo) > mark:
        table, pk, before = transaction.undo.pop()
        if before is None:
            del table[pk]
        else:
            table[pk] = before
