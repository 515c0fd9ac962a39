"""The conditions of Tortoise's filters, made into functions of a row."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q
from tortoise.fields import UUIDField
from tortoise.fields.relational import BackwardOneToOneRelation
from tortoise.models import Model

from market.bench.simulation.store import Store
from market.bench.simulation.tables import Values

Test = Callable[[Values], bool]
Make = Callable[[Store, Any], Test]
Step = Callable[[Store, Any], Any]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, wanted: bool(value == wanted),
    "not": lambda value, wanted: bool(value != wanted),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "gt": lambda value, wanted: value is not None and value > wanted,
    "gte": lambda value, wanted: value is not None and value >= wanted,
    "lt": lambda value, wanted: value is not None and value < wanted,
    "lte": lambda value, wanted: value is not None and value <= wanted,
    "isnull": lambda value, wanted: (value is None) == wanted,
    "startswith": lambda value, wanted: str(value).startswith(wanted),
}


class Path(NamedTuple):
    """How a filter's name leads from a row to a value, and how that is compared."""

    steps: tuple[Step, ...]
    column: str  # of a value in the row itself; else empty
    comparison: str
    is_key: bool


@cache
def maker_of(model: type[Model], name: str) -> Make:
    """What makes the test of a condition (`order__status__in`) for what is wanted of it."""
    path = path_of(model, name)
    kinds = {"exact": _exact_key, "in": _key_in} if path.is_key else {"exact": _exact, "in": _in}
    if path.column and path.comparison in kinds:
        return kinds[path.comparison](path.column)
    return _any(path)


def _exact(column: str) -> Make:
    return lambda store, wanted: lambda values: values[column] == wanted


def _in(column: str) -> Make:
    def make(store: Store, wanted: Any) -> Test:
        listed = list(wanted)
        return lambda values: values[column] in listed

    return make


def _exact_key(column: str) -> Make:
    """Python compares UUIDs slowly, their numbers fast."""

    def make(store: Store, wanted: Any) -> Test:
        if wanted is None:
            return lambda values: values[column] is None
        if isinstance(wanted, Model):
            wanted = wanted.pk
        number = wanted.int if type(wanted) is UUID else number_of(wanted)
        return lambda values: (key := values[column]) is not None and key.int == number

    return make


def _key_in(column: str) -> Make:
    def make(store: Store, wanted: Any) -> Test:
        numbers = {key.int if type(key) is UUID else number_of(key) for key in wanted}
        return lambda values: (key := values[column]) is not None and key.int in numbers

    return make


def _any(path: Path) -> Make:
    """The test of a value that may lie in another row."""
    compare = _COMPARE[path.comparison]

    def make(store: Store, wanted: Any) -> Test:
        if isinstance(wanted, Model):
            wanted = wanted.pk
        elif path.is_key and isinstance(wanted, str):
            wanted = UUID(wanted)

        def test(values: Any) -> bool:
            for step in path.steps:
                values = step(store, values)
            return compare(values, wanted)

        return test

    return make


def number_of(key: Any) -> int:
    """The number of a key, however it is written."""
    number: int = (key if type(key) is UUID else UUID(str(key))).int
    return number


def tests_of_node(store: Store, model: type[Model], node: Q) -> list[Test]:
    """The tests of a tree of conditions, all of which must hold."""
    tests = [maker_of(model, name)(store, value) for name, value in node.filters.items()]
    for child in node.children:
        tests += tests_of_node(store, model, child)
    if node._is_negated or node.join_type == Q.OR:
        return [_joined(tests, any if node.join_type == Q.OR else all, node._is_negated)]
    return tests


def _joined(tests: list[Test], join: Callable[[Iterable[bool]], bool], negated: bool) -> Test:
    return lambda values: join(test(values) for test in tests) != negated


@cache
def order_of(model: type[Model], name: str) -> tuple[Callable[[Values], Any] | None, bool]:
    """The sort key of an ordering within a row, None of one in another row; whether it descends."""
    path = path_of(model, name.lstrip("-"))
    column = path.column
    if not column:
        return None, name.startswith("-")
    if path.is_key:
        return lambda values: values[column].int, name.startswith("-")
    return itemgetter(column), name.startswith("-")


@cache
def path_of(model: type[Model], name: str) -> Path:
    """Where a name of a filter or an ordering leads."""
    steps: list[Step] = []
    parts = name.split("__")
    comparison = parts.pop() if parts[-1] in _COMPARE else "exact"
    is_key, column = False, ""
    for position, part in enumerate(parts):
        field: Any = model._meta.fields_map["id" if part == "pk" else part]
        is_last = position == len(parts) - 1
        if isinstance(field, BackwardOneToOneRelation):
            steps.append(_backwards(field.related_model, field.relation_field))
            model, is_key = field.related_model, True
        elif related := getattr(field, "related_model", None):
            steps.append(_column(column := field.source_field))
            if not is_last:
                steps.append(_forwards(related))
            model, is_key = related, True
        else:
            steps.append(_column(column := "id" if part == "pk" else part))
            is_key = isinstance(field, UUIDField)
    return Path(tuple(steps), column if len(steps) == 1 else "", comparison, is_key)


def _column(name: str) -> Step:
    return lambda store, values: values and values[name]


def _forwards(model: type[Model]) -> Step:
    return lambda store, key: key and store.row(model, key.int)


def _backwards(model: type[Model], column: str) -> Step:
    def step(store: Store, values: Values) -> Any:
        pointing = (row for row in store.table(model) if row[column] == values["id"])
        return next(pointing, None)

    return step
