"""Tortoise's query methods, as far as the money verbs use them, answered by the store in memory."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from functools import cache
from typing import Any, Self
from uuid import UUID

from tortoise.exceptions import DoesNotExist, MultipleObjectsReturned
from tortoise.expressions import CombinedExpression, Connector, F, Function, Q, Value
from tortoise.fields import UUIDField
from tortoise.fields.relational import BackwardOneToOneRelation
from tortoise.functions import Count
from tortoise.models import Model

from market.bench.simulation.store import KEPT, PAUSE, Store, Values, columns, values_of

Test = Callable[[Values], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, wanted: bool(value == wanted),
    "not": lambda value, wanted: bool(value != wanted),
    "in": lambda value, wanted: value in wanted,
    "gt": lambda value, wanted: value is not None and value > wanted,
    "gte": lambda value, wanted: value is not None and value >= wanted,
    "lt": lambda value, wanted: value is not None and value < wanted,
    "lte": lambda value, wanted: value is not None and value <= wanted,
    "isnull": lambda value, wanted: (value is None) == wanted,
    "startswith": lambda value, wanted: str(value).startswith(wanted),
}


class Rows:
    """A query of one table: filters, order and limit, and whether it locks what it finds."""

    def __init__(self, store: Store, model: type[Model]) -> None:
        self.store, self.model = store, model
        self.tests: tuple[Test, ...] = ()
        self.pk: UUID | None = None
        self.orderings: tuple[str, ...] = ()
        self.related: tuple[str, ...] = ()
        self.top: int | None = None
        self.locks = self.skips = False
        self.one: type[Exception] | bool | None = (
            False  # the error of none; None: none is an answer
        )
        self.groups: tuple[str, ...] = ()
        self.made: dict[str, Function] = {}

    def _with(self, **changes: Any) -> Self:
        copy: Self = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    def all(self) -> Self:
        return self

    def using_db(self, _db: object) -> Self:
        return self

    def distinct(self) -> Self:
        return self

    def filter(self, *nodes: Q, **wanted: Any) -> Self:
        pk = wanted.pop("id", self.pk)
        tests = [self._node(node) for node in nodes]
        tests += [self._test(name, value) for name, value in wanted.items()]
        return self._with(tests=(*self.tests, *tests), pk=UUID(pk) if isinstance(pk, str) else pk)

    def among(
        self, wanted: dict[str, Iterable[Any]], *, orderings: tuple[str, ...], locks: bool
    ) -> Self:
        """Rows whose named columns are among values: what `market.kit.rows` asks for."""
        column, keys = next(iter(wanted.items()))
        one = set(keys) if column == "id" else ()
        pk = next(iter(one)) if len(one) == 1 else None
        tests = tuple(
            self._test(f"{name}__in", values)
            for name, values in wanted.items()
            if pk is None or name != "id"
        )
        return self._with(tests=tests, pk=pk, orderings=orderings, locks=locks)

    def exclude(self, *nodes: Q, **wanted: Any) -> Self:
        inner = self._with(tests=()).filter(*nodes, **wanted).tests
        return self._with(
            tests=(*self.tests, lambda values: not all(test(values) for test in inner))
        )

    def order_by(self, *names: str) -> Self:
        return self._with(orderings=names)

    def limit(self, count: int) -> Self:
        return self._with(top=count)

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, *_more: object, no_key: bool = False
    ) -> Self:
        return self._with(locks=True, skips=skip_locked)

    def select_related(self, *names: str) -> Self:
        return self._with(related=names)

    def get(self, *nodes: Q, **wanted: Any) -> Self:
        return self.filter(*nodes, **wanted)._with(one=DoesNotExist)

    def get_or_none(self, *nodes: Q, **wanted: Any) -> Self:
        return self.filter(*nodes, **wanted)._with(one=None)

    def first(self) -> Self:
        return self._with(one=None, top=1)

    def values_list(self, *names: str, flat: bool = False) -> Any:
        return self._values(names, flat)

    def group_by(self, *names: str) -> Self:
        return self._with(groups=names)

    def annotate(self, **made: Function) -> Self:
        return self._with(made=made)

    async def _values(self, names: tuple[str, ...], flat: bool) -> list[Any]:
        rows = await self._find()
        if self.groups:
            return self._totals(names, rows)
        found = [tuple(self._at(row, name) for name in names) for row in rows]
        return [row[0] for row in found] if flat else found

    def _totals(self, names: tuple[str, ...], rows: list[Values]) -> list[Any]:
        """A row for each group, as the database adds them up."""
        parts: dict[tuple[Any, ...], list[Values]] = defaultdict(list)
        for row in rows:
            parts[tuple(row[name] for name in self.groups)].append(row)
        return [
            tuple(
                _total(self.made[name], part) if name in self.made else part[0][name]
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
            new = {name: _evaluate(change, values) for name, change in changes.items()}
            self.store.write(self.model, {**values, **new})
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
            await Executor(self.model, self.store).execute_update(row, list(fields))

    def __await__(self) -> Generator[Any, None, Any]:
        return self._execute().__await__()

    async def _execute(self) -> Any:
        found = [self._object(values) for values in await self._find()]
        if self.one is False:
            return found
        if not found:
            if self.one is None:
                return None
            raise DoesNotExist(self.model)
        if len(found) > 1:
            raise MultipleObjectsReturned(self.model)
        return found[0]

    async def _find(self) -> list[Values]:
        await PAUSE
        found = self._matching()
        return await self._locked(found) if self.locks else found

    async def _locked(self, found: list[Values]) -> list[Values]:
        """The rows once they are ours, as they are then: those that match no more fall out."""
        kept = []
        for values in found:
            key = (self.model, values["id"])
            if self.skips and not self.store.is_free(key):
                continue
            await self.store.acquire(key)
            now = self.store.row(*key)
            if now is not None and _passes(now, self.tests):
                kept.append(now)
        return kept

    def _matching(self) -> list[Values]:
        rows: Iterable[Values] = self.store.table(self.model)
        if self.pk is not None:
            row = self.store.row(self.model, self.pk)
            rows = [row] if row else []
        found = [values for values in rows if _passes(values, self.tests)]
        for name in reversed(self.orderings):
            plain = name.lstrip("-")
            found.sort(key=lambda values: self._at(values, plain), reverse=name.startswith("-"))
        return found[: self.top] if self.top is not None else found

    def _at(self, values: Values, name: str) -> Any:
        found: Any = values
        for step in _steps(self.model, name)[0]:
            found = step(self.store, found)
        return found

    def _test(self, name: str, wanted: Any) -> Test:
        steps, compare, is_key = _steps(self.model, name)
        if isinstance(wanted, Model):
            wanted = wanted.pk
        elif is_key and isinstance(wanted, str):
            wanted = UUID(wanted)
        elif isinstance(wanted, Rows):
            raise NotImplementedError("a query within a query")
        if isinstance(wanted, Iterable) and not isinstance(wanted, str):
            wanted = list(wanted)
        store = self.store
        if len(steps) == 1:
            step = steps[0]
            return lambda values: compare(step(store, values), wanted)

        def far(values: Any) -> bool:
            for step in steps:
                values = step(store, values)
            return compare(values, wanted)

        return far

    def _node(self, node: Q) -> Test:
        tests = [self._node(child) for child in node.children]
        tests += [self._test(name, value) for name, value in node.filters.items()]
        join = any if node.join_type == Q.OR else all
        negated = node._is_negated
        return lambda values: join(test(values) for test in tests) != negated

    def _object(self, values: Values) -> Model:
        row = object_of(self.model, values)
        for path in self.related:
            self._relate(row, path.split("__"))
        return row

    def _relate(self, row: Any, path: list[str]) -> None:
        name, *rest = path
        if f"_{name}" not in row.__dict__:
            relation = type(row)._meta.fields_map[name]
            key = row.__dict__[relation.source_field]
            found = self.store.row(relation.related_model, key) if key else None
            row.__dict__[f"_{name}"] = object_of(relation.related_model, found) if found else None
        if rest and row.__dict__[f"_{name}"] is not None:
            self._relate(row.__dict__[f"_{name}"], rest)


def _total(function: Function, part: list[Values]) -> int:
    found = [row[str(function.field)] for row in part]
    if isinstance(function, Count):
        return len(set(found) if function.distinct else found)
    return sum(found)


def _passes(values: Values, tests: tuple[Test, ...]) -> bool:
    for test in tests:  # noqa: SIM110 - a generator costs more than the tests
        if not test(values):
            return False
    return True


Step = Callable[[Store, Any], Any]


@cache
def _steps(model: type[Model], name: str) -> tuple[tuple[Step, ...], Callable[..., bool], bool]:
    """How to walk from a row to what a filter names, the comparison, and whether that is a key."""
    steps: list[Step] = []
    parts = name.split("__")
    compare = _COMPARE.get(parts[-1], _COMPARE["exact"])
    if parts[-1] in _COMPARE:
        parts.pop()
    is_key = False
    for position, part in enumerate(parts):
        field: Any = model._meta.fields_map["id" if part == "pk" else part]
        is_last = position == len(parts) - 1
        if isinstance(field, BackwardOneToOneRelation):
            steps.append(_backwards(field.related_model, field.relation_field))
            model, is_key = field.related_model, True
        elif related := getattr(field, "related_model", None):
            steps.append(_column(field.source_field))
            if not is_last:
                steps.append(_forwards(related))
            model, is_key = related, True
        else:
            steps.append(_column("id" if part == "pk" else part))
            is_key = isinstance(field, UUIDField)
    return tuple(steps), compare, is_key


def _column(name: str) -> Step:
    return lambda store, values: values and values[name]


def _forwards(model: type[Model]) -> Step:
    return lambda store, key: key and store.row(model, key)


def _backwards(model: type[Model], column: str) -> Step:
    def step(store: Store, values: Values) -> Any:
        pointing = (row for row in store.table(model) if row[column] == values["id"])
        return next(pointing, None)

    return step


_ARITHMETIC: dict[Connector, Callable[[Any, Any], Any]] = {
    Connector.add: lambda left, right: left + right,
    Connector.sub: lambda left, right: left - right,
}


def _evaluate(change: Any, values: Values) -> Any:
    if isinstance(change, CombinedExpression):
        left, right = _evaluate(change.left, values), _evaluate(change.right, values)
        return _ARITHMETIC[change.connector](left, right)
    if isinstance(change, F):
        return values[change.name]
    return change.value if isinstance(change, Value) else change


def object_of(model: type[Model], values: Values) -> Model:
    """A row object as a query returns it."""
    row = model.__new__(model)
    row.__dict__.update(values)
    return row


@cache
def _defaults(model: type[Model]) -> tuple[Values, tuple[tuple[str, Callable[[], Any]], ...]]:
    """What a new row has in each column: plain values, and those that are made each time."""
    made = {name: model._meta.fields_map[name].default for name in columns(model)}
    plain = {name: value for name, value in made.items() if not callable(value)}
    return plain, tuple((name, value) for name, value in made.items() if callable(value))


def begin(self: Model, **values: Any) -> None:
    """`Model.__init__` without its conversions: the verbs pass values of the right types."""
    plain, made = _defaults(type(self))
    own = self.__dict__
    own.update(KEPT, _saved_in_db=False)
    own.update(plain)
    for name, make in made:
        if name not in values:
            own[name] = make()
    for name, value in values.items():
        if isinstance(value, Model):
            own[f"{name}_id"], own[f"_{name}"] = value.pk, value
        else:
            own[name] = value


class Executor:
    """What `save()` asks of a connection."""

    def __init__(self, model: type[Model], db: Store) -> None:
        self.model, self.store = model, db

    async def execute_insert(self, row: Model) -> None:
        """Insert a row."""
        await self.store.insert(self.model, values_of(row))

    async def execute_update(self, row: Model, names: Iterable[str] | None) -> int:
        """Write the named columns of a row, or all of them."""
        wanted = names or columns(self.model)
        new = {name: row.__dict__[name] for name in wanted}
        return await Rows(self.store, self.model).filter(id=row.pk).update(**new)
