"""Puts the store in memory where Tortoise and `market.kit.rows` reach for the database."""

from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from operator import itemgetter
from typing import Any
from unittest.mock import patch
from uuid import UUID

import tortoise.models
from tortoise.expressions import Q
from tortoise.manager import Manager
from tortoise.models import Model

from billing.ledger_models import LedgerTransfer
from market.bench.simulation.records import begin, complete, save
from market.bench.simulation.rows import Rows
from market.bench.simulation.store import PAUSE, Store
from market.bench.simulation.tables import Values
from market.kit import db, rows

Among = Mapping[str, Sequence[Any]]


class _Connection(Store):
    """The store with what Tortoise expects of a connection."""

    connection_name = "default"


def new_store() -> Store:
    """An empty store."""
    return _Connection()


class _Many:
    """The statements of `market.kit.rows`: each is one place where the scheduler may go on."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def select(
        self,
        model: type[Model],
        column: str,
        keys: Iterable[Any],
        *,
        order_by: str = "",
        is_locked: bool = False,
        if_all: bool = False,
        **among: Sequence[Any],
    ) -> Awaitable[list[Any]]:
        keys = list(keys)
        if if_all and sum([row[column] in keys for row in self.store.table(model)]) < len(keys):
            return _nothing()
        orderings = (order_by,) if order_by else ()
        return Rows(self.store, model).among(
            {column: keys, **among}, orderings=orderings, locks=is_locked
        )

    def values(
        self,
        model: type[Model],
        wanted: str,
        column: str,
        keys: Iterable[Any],
        **among: Sequence[Any],
    ) -> Awaitable[set[Any]]:
        query = Rows(self.store, model).among({column: keys, **among}, orderings=(), locks=False)
        query.reads = partial(_column, wanted)
        return query

    async def insert(self, model: type[Model], new: Sequence[rows.Values]) -> None:
        if new:
            await self.store.insert_all(model, [complete(model, row) for row in new])

    async def insert_or_lock(
        self, model: type[Model], column: str, new: Sequence[rows.Values]
    ) -> None:
        for row in sorted(new, key=itemgetter(column)):
            await self.store.insert(model, complete(model, row), ignore=True)
            await Rows(self.store, model).among({column: [row[column]]}, orderings=(), locks=True)

    async def add(
        self,
        model: type[Model],
        columns: tuple[str, ...],
        changes: Mapping[UUID, Sequence[int]],
    ) -> None:
        await PAUSE
        for pk, parts in changes.items():
            named = dict(zip(columns, parts, strict=True))
            await self.store.change(model, pk, partial(_sums, named))

    async def put(self, model: type[Model], keys: Sequence[UUID], **new: Any) -> None:
        await PAUSE
        for pk in keys:
            await self.store.change(model, pk, lambda _row: new)

    async def count_up(
        self, model: type[Model], column: str, by: int, *, where: str, value: Any
    ) -> int | None:
        await PAUSE
        for row in self.store.table(model):
            if row[where] == value:
                changed = await self.store.change(model, row["id"], partial(_sums, {column: by}))
                return changed[column] if changed else None
        return None


async def _nothing() -> list[Any]:
    await PAUSE
    return []


def _column(name: str, found: Iterable[Values]) -> set[Any]:
    return {row[name] for row in found}


def _sums(parts: Mapping[str, int], row: Values) -> Values:
    return {name: row[name] + part for name, part in parts.items()}


@contextmanager
def installed(store: Store) -> Iterator[None]:
    """Within the block every query and every `save()` goes to the store."""

    def of_manager(manager: Any) -> Rows:
        return Rows(store, manager._model)

    def filtered(model: type[Model], /, *nodes: Q, **wanted: Any) -> Rows:
        return Rows(store, model).filter(*nodes, **wanted)

    def of_model(model: type[Model], using_db: object = None, for_write: bool = False) -> Rows:
        return Rows(store, model)

    async def save_row(
        row: Model,
        using_db: object = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        await save(store, row, update_fields, is_new=force_create)

    many = _Many(store)
    with (
        patch.multiple(
            rows,
            select=many.select,
            values=many.values,
            insert=many.insert,
            insert_or_lock=many.insert_or_lock,
            add=many.add,
            put=many.put,
            count_up=many.count_up,
        ),
        patch.object(Manager, "get_queryset", of_manager),
        patch.object(type(LedgerTransfer._meta.manager), "get_queryset", of_manager),
        patch.object(Model, "filter", classmethod(filtered)),
        patch.object(Model, "_db_queryset", classmethod(of_model)),
        patch.object(Model, "_choose_db", classmethod(lambda cls, for_write=False: store)),
        patch.object(Model, "__init__", begin),
        patch.object(Model, "__setattr__", object.__setattr__),
        patch.object(Model, "save", save_row),
        patch.object(db, "in_transaction", store.atomic),
        patch.object(db, "settled_until", store.settled_until),
        patch.object(db, "snapshot", nullcontext),  # the end is judged when nobody writes any more
        patch.object(tortoise.models, "in_transaction", store.atomic),
    ):
        yield
