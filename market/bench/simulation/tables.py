"""What a table is to the store in memory: its columns and its unique keys."""

from collections.abc import Callable, Hashable
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from tortoise.models import Model

Values = dict[str, Any]
Unique = tuple[type[Model], tuple[str, ...], Hashable]
KEPT: Values = {
    "_partial": False, "_saved_in_db": True, "_custom_generated_pk": False, "_await_when_save": {},
}  # fmt: skip


def values_of(row: Model) -> Values:
    """The columns of a row object, with the marks of an object that was read."""
    names, get = _kept_columns(type(row))
    values = dict(zip(names, get(row.__dict__), strict=True))
    values["_saved_in_db"] = True
    return values


@cache
def _kept_columns(model: type[Model]) -> tuple[tuple[str, ...], Callable[[Values], Any]]:
    names = (*columns(model), *KEPT)
    return names, itemgetter(*names)


@cache
def columns(model: type[Model]) -> tuple[str, ...]:
    """The names of a table's columns."""
    return tuple(model._meta.fields_db_projection)


def unique_keys(model: type[Model], values: Values) -> list[Unique]:
    """Every unique key a row occupies (keys of rows are fresh); null is never equal to anything."""
    found: list[Unique] = []
    for names, get in uniques(model):
        part = get(values)
        if len(names) == 1:
            if part is not None:
                found.append((model, names, part.int if type(part) is UUID else part))
        elif None not in (parts := [one.int if type(one) is UUID else one for one in part]):
            found.append((model, names, tuple(parts)))
    return found


@cache
def in_uniques(model: type[Model]) -> Callable[[Values], Any]:
    """What reads the columns that are part of a unique key; what it reads of a row that kept them is equal at
    once, for it is the same."""
    return itemgetter(*dict.fromkeys(name for names, _get in uniques(model) for name in names))


@cache
def uniques(model: type[Model]) -> tuple[tuple[tuple[str, ...], Callable[[Values], Any]], ...]:
    """The columns of each unique key, and what reads them."""
    fields = model._meta.fields_map
    single = [(name,) for name in columns(model) if fields[name].unique and name != "id"]
    keys = (*single, *(_sources(model, names) for names in _together(model)))
    return tuple((names, itemgetter(*names)) for names in keys)


def _together(model: type[Model]) -> list[tuple[str, ...]]:
    stated: Any = model._meta.unique_together or ()
    return [stated] if stated and isinstance(stated[0], str) else list(stated)


def _sources(model: type[Model], names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of fields: a relation's is its key."""
    fields = model._meta.fields_map
    return tuple(getattr(fields[name], "source_field", None) or name for name in names)
