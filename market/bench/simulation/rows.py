"""Tortoise's query methods, as far as the money verbs use them, answered by the store in memory."""

from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from functools import partial
from types import coroutine
from typing import Any, Self

from tortoise.exceptions import DoesNotExist, MultipleObjectsReturned
from tortoise.expressions import Function, Q
from tortoise.models import Model

from market.bench.simulation.arithmetic import evaluate, total
from market.bench.simulation.filters import (
    Test,
    maker_of,
    number_of,
    order_of,
    path_of,
    tests_of_node,
)
from market.bench.simulation.records import object_of
from market.bench.simulation.store import PAUSE, Pause, Store
from market.bench.simulation.tables import Values, values_of

Condition = tuple[str, Any] | Q


class Rows:
    """A query of one table: filters, order and limit, and whether it locks what it finds.

    Its methods change it and return it: nobody here makes two queries of one.
    """

    asked: Sequence[Condition] = ()  # made into tests once there is a row to try them on
    tests: Sequence[Test] = ()
    pk: int | None = None
    orderings: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    top: int | None = None
    locks = skips = is_one = False
    error: type[Exception] | None = None  # of one row that is not there; None: none is an answer
    reads: Callable[[list[Values]], Any] | None = None  # what is asked of the rows; None: objects
    groups: tuple[str, ...] = ()
    made: dict[str, Function]

    def __init__(self, store: Store, model: type[Model]) -> None:
        self.store, self.model = store, model

    def all(self) -> Self:
        return self

    def using_db(self, _db: object) -> Self:
        return self

    def distinct(self) -> Self:
        return self

    def filter(self, *nodes: Q, **wanted: Any) -> Self:
        if "id" in wanted:
            self.pk = number_of(wanted.pop("id"))
        asked: list[Condition] = list(wanted.items())
        if nodes or self.asked:
            asked = [*self.asked, *asked, *nodes]
        self.asked = asked
        return self

    def among(
        self, wanted: dict[str, Iterable[Any]], *, orderings: tuple[str, ...], locks: bool
    ) -> Self:
        """Rows whose named columns are among values: what `market.kit.rows` asks for."""
        column, keys = next(iter(wanted.items()))
        if column == "id" and len(one := {key.int for key in keys}) == 1:
            self.pk = next(iter(one))
            del wanted["id"]
        self.asked = [(f"{name}__in", wanted[name]) for name in wanted]
        self.orderings, self.locks = orderings, locks
        return self

    def exclude(self, *nodes: Q, **wanted: Any) -> Self:
        return self.filter(~Q(*nodes, **wanted))

    def order_by(self, *names: str) -> Self:
        self.orderings = names
        return self

    def limit(self, count: int) -> Self:
        self.top = count
        return self

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, *_more: object, no_key: bool = False
    ) -> Self:
        self.locks, self.skips = True, skip_locked
        return self

    def select_related(self, *names: str) -> Self:
        self.related = names
        return self

    def get(self, *nodes: Q, **wanted: Any) -> Self:
        self.is_one, self.error = True, DoesNotExist
        return self.filter(*nodes, **wanted)

    def get_or_none(self, *nodes: Q, **wanted: Any) -> Self:
        self.is_one = True
        return self.filter(*nodes, **wanted)

    def first(self) -> Self:
        self.is_one, self.top = True, 1
        return self

    def values_list(self, *names: str, flat: bool = False) -> Any:
        return self._values(names, flat)

    async def values(self, *names: str) -> list[dict[str, Any]]:
        return [dict(zip(names, row, strict=True)) for row in await self._values(names, False)]

    def group_by(self, *names: str) -> Self:
        self.groups = names
        return self

    def annotate(self, **made: Function) -> Self:
        self.made = made
        return self

    async def _values(self, names: tuple[str, ...], flat: bool) -> list[Any]:
        rows = await self._find()
        if self.groups:
            return self._totals(names, rows)
        if flat and (column := path_of(self.model, names[0]).column):
            return [row[column] for row in rows]
        found = [tuple(self._at(row, name) for name in names) for row in rows]
        return [row[0] for row in found] if flat else found

    def _totals(self, names: tuple[str, ...], rows: list[Values]) -> list[Any]:
        """A row for each group, as the database adds them up."""
        parts: dict[tuple[Any, ...], list[Values]] = defaultdict(list)
        for row in rows:
            parts[tuple(row[name] for name in self.groups)].append(row)
        return [
            tuple(
                total(self.made[name], part) if name in self.made else part[0][name]
                for name in names
            )
            for part in parts.values()
        ]

    async def count(self) -> int:
        return len(await self._find())

    async def exists(self) -> bool:
        return bool(await self._find())

    async def update(self, **changes: Any) -> int:
        """Lock what matches, look again, write; returns how many."""
        if self.store.transaction is None:
            async with self.store.atomic():
                return await self.update(**changes)
        await PAUSE
        found = await self._locked(self._matching())
        for values in found:
            new = {name: evaluate(change, values) for name, change in changes.items()}
            self.store.write(self.model, values | new)
        return len(found)

    async def bulk_create(
        self,
        objects: Iterable[Model],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_fields: object = None,
        on_conflict: object = None,
    ) -> None:
        made = list(objects)
        await self.store.insert_all(
            self.model, [values_of(row) for row in made], ignore=ignore_conflicts
        )
        for row in made:
            row._saved_in_db = True

    async def bulk_update(
        self, objects: Iterable[Model], fields: Iterable[str], batch_size: int | None = None
    ) -> None:
        for row in objects:
            own = row.__dict__
            await (
                Rows(self.store, self.model)
                .filter(id=row.pk)
                .update(**{name: own[name] for name in fields})
            )

    def __await__(self) -> Generator[Pause, None, Any]:
        """A generator and not a coroutine: most queries never hand over."""
        if not PAUSE.goes_on():
            yield PAUSE
        rows = self._matching()
        if self.locks:
            rows = yield from self._locked(rows)
        if self.reads is not None:
            return self.reads(rows)
        model, make = self.model, object.__new__
        found: list[Model] = []
        for values in rows:  # `object_of`, without a call for each
            row = make(model)
            row.__dict__.update(values)
            found.append(row)
        for path in self.related:
            parts = path.split("__")
            for row in found:
                self._relate(row, parts)
        if not self.is_one:
            return found
        if len(found) == 1:
            return found[0]
        if found:
            raise MultipleObjectsReturned(model)
        if self.error:
            raise self.error(model)
        return None

    async def _find(self) -> list[Values]:
        await PAUSE
        found = self._matching()
        return await self._locked(found) if self.locks else found

    @coroutine
    def _locked(self, found: list[Values]) -> Generator[Pause, None, list[Values]]:
        """The rows once they are ours, as they are then: those that match no more fall out."""
        kept = []
        store, model = self.store, self.model
        for values in found:
            key = (model, values["id"].int)
            if self.skips and not store.is_free(key):
                continue
            while not store.take(key):
                yield Pause(until=key)
            now = store.row(*key)
            if now is values or (now is not None and _passes(now, self.tests)):
                kept.append(now)
        return kept

    def _matching(self) -> list[Values]:
        rows: Collection[Values]
        if self.pk is not None:
            row = self.store.row(self.model, self.pk)
            rows = (row,) if row else ()
        else:
            rows = self.store.table(self.model)
        if not rows:
            return []
        found = list(rows)
        self.tests = self._tests()
        for test in self.tests:
            found = list(filter(test, found))
        if len(found) > 1:
            for name in reversed(self.orderings):
                key, descends = order_of(self.model, name)
                found.sort(key=key or partial(self._at, name=name.lstrip("-")), reverse=descends)
        return found if self.top is None else found[: self.top]

    def _tests(self) -> list[Test]:
        store, model = self.store, self.model
        tests: list[Test] = []
        for asked in self.asked:
            if isinstance(asked, Q):
                tests += tests_of_node(store, model, asked)
            else:
                name, value = asked
                tests.append(maker_of(model, name)(store, value))
        return tests

    def _at(self, values: Values, name: str) -> Any:
        found: Any = values
        for step in path_of(self.model, name).steps:
            found = step(self.store, found)
        return found

    def _relate(self, row: Any, path: list[str]) -> None:
        name, *rest = path
        if f"_{name}" not in row.__dict__:
            relation = type(row)._meta.fields_map[name]
            key = row.__dict__[relation.source_field]
            found = self.store.row(relation.related_model, key.int) if key else None
            row.__dict__[f"_{name}"] = object_of(relation.related_model, found) if found else None
        if rest and row.__dict__[f"_{name}"] is not None:
            self._relate(row.__dict__[f"_{name}"], rest)


def _passes(values: Values, tests: Sequence[Test]) -> bool:
    for test in tests:  # noqa: SIM110 - a generator costs more than the tests
        if not test(values):
            return False
    return True
