"""A database in memory as PostgreSQL behaves at READ COMMITTED: rows, locks that wait, savepoints.

Every statement is a place where the scheduler may go on with somebody else, or let the process die.
"""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

Values = dict[str, Any]
Unique = tuple[type[Model], tuple[str, ...], tuple[Any, ...]]


class Pause:
    """What a task hands to the scheduler: it may go on, or only once `until` is free."""

    def __init__(self, until: Hashable | None = None) -> None:
        self.until = until

    def __await__(self) -> Generator["Pause", None, None]:
        yield self


PAUSE = Pause()


class Transaction:
    """What one task has written and locked, until it commits."""

    def __init__(self) -> None:
        self.writes: dict[type[Model], dict[UUID, Values]] = {}
        self.held: set[Hashable] = set()


class Store:
    """Rows of every table, and who holds which lock. `transaction` is the running task's."""

    def __init__(self) -> None:
        self.tables: dict[type[Model], dict[UUID, Values]] = {}
        self.unique: dict[Unique, UUID] = {}
        self.locks: dict[Hashable, Transaction] = {}
        self.transaction: Transaction | None = None
        self.on_commit: Callable[[Transaction], None] = lambda transaction: None

    def add(self, row: Model) -> None:
        """Put a row there before anything runs."""
        self._publish(type(row), {row.pk: values_of(row)})

    def table(self, model: type[Model]) -> Iterable[Values]:
        """The rows of a table as the running task sees them, in the order they were made."""
        committed = self.tables.get(model, {})
        own = self.transaction.writes.get(model) if self.transaction else None
        return ({**committed, **own} if own else committed).values()

    def row(self, model: type[Model], pk: UUID) -> Values | None:
        """One row as the running task sees it."""
        own = self.transaction.writes.get(model) if self.transaction else None
        if own and (values := own.get(pk)):
            return values
        return self.tables.get(model, {}).get(pk)

    def is_free(self, key: Hashable) -> bool:
        """Whether nobody else holds a lock."""
        return self.locks.get(key, self.transaction) is self.transaction

    async def acquire(self, key: Hashable) -> None:
        """Take a lock for the running transaction, waiting for whoever holds it."""
        mine = self.transaction
        assert mine is not None, "locks are taken inside transactions"
        while self.locks.get(key, mine) is not mine:
            await Pause(until=key)
        self.locks[key] = mine
        mine.held.add(key)

    async def insert(self, model: type[Model], values: Values, *, ignore: bool = False) -> None:
        """Write a new row."""
        await self.insert_all(model, [values], ignore=ignore)

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
            await self._insert(model, values, ignore=ignore)

    async def _insert(self, model: type[Model], values: Values, *, ignore: bool) -> None:
        """Waits for another's uncommitted row of the same key, as an index does."""
        for unique in unique_keys(model, values):
            if ignore and unique in self.unique:
                return
            await self.acquire(unique)
            if self._is_taken(unique):
                if ignore:
                    return
                raise IntegrityError(f"{model.__name__}{unique[1]} exists: {unique[2]}")
        self.write(model, values)

    async def change(
        self, model: type[Model], pk: UUID, new: Callable[[Values], Values]
    ) -> Values | None:
        """Lock a row, look at it, write what `new` makes of its columns; the row then."""
        await self.acquire((model, pk))
        if (values := self.row(model, pk)) is None:
            return None
        self.write(model, changed := {**values, **new(values)})
        return changed

    def write(self, model: type[Model], values: Values) -> None:
        """Write a row that is locked, or new."""
        assert self.transaction is not None
        self.transaction.writes.setdefault(model, {})[values["id"]] = values

    def _is_taken(self, unique: Unique) -> bool:
        assert self.transaction is not None
        model, names, wanted = unique
        return unique in self.unique or any(
            tuple(values[name] for name in names) == wanted
            for values in self.transaction.writes.get(model, {}).values()
        )

    def atomic(self, connection_name: str | None = None) -> "Atomic":
        """A transaction; nested a savepoint."""
        return Atomic(self)

    def commit(self) -> None:
        """What the running transaction wrote is there for everybody."""
        assert self.transaction is not None
        self.on_commit(self.transaction)
        for model, rows in self.transaction.writes.items():
            self._publish(model, rows)

    def end(self) -> None:
        """The running transaction is over; what it locked is free."""
        assert self.transaction is not None
        for key in self.transaction.held:
            self.locks.pop(key, None)
        self.transaction = None

    def _publish(self, model: type[Model], rows: dict[UUID, Values]) -> None:
        table = self.tables.setdefault(model, {})
        for pk, values in rows.items():
            if old := table.get(pk):
                for unique in unique_keys(model, old):
                    self.unique.pop(unique, None)
            for unique in unique_keys(model, values):
                self.unique[unique] = pk
            table[pk] = values


class Atomic:
    """The block of a transaction, or within one of a savepoint."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.before: dict[type[Model], dict[UUID, Values]] | None = None

    async def __aenter__(self) -> None:
        if self.store.transaction is None:
            self.store.transaction = Transaction()
        else:
            writes = self.store.transaction.writes
            self.before = {model: dict(rows) for model, rows in writes.items()}

    async def __aexit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        if self.before is not None:
            if kind and self.store.transaction:
                self.store.transaction.writes = self.before
            return
        try:
            if kind is None:
                await PAUSE  # the process may die before the commit
                self.store.commit()
        finally:
            self.store.end()
        if kind is None:
            await PAUSE  # or right after it


KEPT: Values = {
    "_partial": False, "_saved_in_db": True, "_custom_generated_pk": False, "_await_when_save": {},
}  # fmt: skip


def values_of(row: Model) -> Values:
    """The columns of a row object, with the marks of an object that was read."""
    own = row.__dict__
    return {name: own[name] for name in columns(type(row))} | KEPT


_COLUMNS: dict[type[Model], tuple[str, ...]] = {}
_UNIQUES: dict[type[Model], tuple[tuple[str, ...], ...]] = {}


def columns(model: type[Model]) -> tuple[str, ...]:
    """The names of a table's columns."""
    if model not in _COLUMNS:
        _COLUMNS[model] = tuple(model._meta.fields_db_projection)
    return _COLUMNS[model]


def unique_keys(model: type[Model], values: Values) -> Iterator[Unique]:
    """Every unique key a row occupies (keys of rows are fresh); null is never equal to anything."""
    if model not in _UNIQUES:
        single = [
            (name,)
            for name in columns(model)
            if model._meta.fields_map[name].unique and name != "id"
        ]
        _UNIQUES[model] = (*single, *(_sources(model, names) for names in _together(model)))
    for names in _UNIQUES[model]:
        wanted = tuple(values[name] for name in names)
        if None not in wanted:
            yield model, names, wanted


def _together(model: type[Model]) -> list[tuple[str, ...]]:
    stated: Any = model._meta.unique_together or ()
    return [stated] if stated and isinstance(stated[0], str) else list(stated)


def _sources(model: type[Model], names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of fields: a relation's is its key."""
    fields = model._meta.fields_map
    return tuple(getattr(fields[name], "source_field", None) or name for name in names)
