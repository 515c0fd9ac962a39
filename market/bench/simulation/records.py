"""Row objects without Tortoise's conversions: how they are made, read and saved in the simulation."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from tortoise.models import Model

from market.bench.simulation.store import PAUSE, Pause, Store
from market.bench.simulation.tables import KEPT, Values, columns, values_of


def object_of(model: type[Model], values: Values) -> Model:
    """A row object as a query returns it."""
    row = object.__new__(model)
    row.__dict__.update(values)
    return row


@cache
def _defaults(model: type[Model]) -> tuple[Values, tuple[tuple[str, Callable[[], Any]], ...]]:
    """What a new row has in each column: plain values, and those that are made each time."""
    made = {name: model._meta.fields_map[name].default for name in columns(model)}
    plain = {name: value for name, value in made.items() if not callable(value)}
    plain |= KEPT | {"_saved_in_db": False}
    return plain, tuple((name, value) for name, value in made.items() if callable(value))


def complete(model: type[Model], new: Mapping[str, Any]) -> Values:
    """Every column of a row that is inserted without an object."""
    plain, made = _defaults(model)
    values = {**plain, "_saved_in_db": True, **new}
    for name, make in made:
        if name not in new:
            values[name] = make()
    return values


@cache
def _relations(model: type[Model]) -> frozenset[str]:
    return frozenset(model._meta.fk_fields | model._meta.o2o_fields)


def begin(self: Model, **values: Any) -> None:
    """`Model.__init__` without its conversions: the verbs pass values of the right types."""
    model = type(self)
    plain, made = _defaults(model)
    own = self.__dict__
    own.update(plain)
    for name, make in made:
        if name not in values:
            own[name] = make()
    for name in _relations(model).intersection(values):
        if (other := values.pop(name)) is not None:
            own[f"{name}_id"], own[f"_{name}"] = other.pk, other
    own.update(values)


async def save(store: Store, row: Model, names: Iterable[str] | None, *, is_new: bool) -> None:
    """`Model.save`: insert a new row, or write the named columns of one, or all of them."""
    model, own = type(row), row.__dict__
    if is_new or not (own["_saved_in_db"] or names):
        await store.insert(model, values_of(row))
        own["_saved_in_db"] = True
    else:
        await _update(
            store, model, row.pk.int, {name: own[name] for name in names or columns(model)}
        )


async def _update(store: Store, model: type[Model], pk: int, new: Values) -> None:
    if store.transaction is None:
        async with store.atomic():
            await _update(store, model, pk, new)
        return
    await PAUSE
    if store.row(model, pk) is None:
        return
    while not store.take(key := (model, pk)):
        await Pause(until=key)
    if values := store.row(model, pk):
        store.write(model, values | new)
