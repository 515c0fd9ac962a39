"""Many rows in one statement: read by their keys, inserted, added to; the text of each is made once.

Tortoise builds a query's text anew each time, which costs more than the answer; the verbs that move
money, of one order or of a thousand, use these. Names are those of columns (`order_id`).
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from tortoise.fields import JSONField
from tortoise.models import Model

from market.kit import clock, db
from market.kit.statements import NOTHING, Change, merged, send

M = TypeVar("M", bound=Model)
COPIED = 50  # from so many rows on PostgreSQL takes them faster as a copy
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
Values = Mapping[str, Any]
Readers = list[tuple[str, Callable[[Any], Any]]]


async def select(
    model: type[M],
    column: str,
    keys: Iterable[Any],
    *,
    order_by: str = "",
    is_locked: bool = False,
    if_all: bool = False,
    **among: Sequence[Any],
) -> list[M]:
    """The rows whose `column` is one of `keys` and whose other named columns are among the values;
    locked in their order (of texts, that of their bytes) to the end of the verb where asked.

    `if_all`: where PostgreSQL does not find every key it locks none and answers nothing.
    """
    postgres = db.is_postgres()
    names = tuple(_columns(model))
    text = _select(model, names, column, tuple(among), order_by, is_locked, postgres)
    if if_all and postgres:
        text = _if_all(text, model, column)
    found = await _fetch(text, [keys, *among.values()], postgres)
    if not postgres:
        return [model._init_from_db(**row) for row in found]
    readers = _readers(model)
    return [_object(model, dict(row), readers) for row in found]


async def lock(row: M) -> M:
    """Read a row again under a lock that lasts to the end of the verb, as `db.lock` does."""
    [found] = await select(type(row), "id", [row.pk], is_locked=True)
    return found


def _object(model: type[M], row: dict[str, Any], readers: Readers) -> M:
    """As Tortoise makes it, but that what the driver gives in Python's own types is taken as it is."""
    for name, read in readers:
        if row[name] is not None:
            row[name] = read(row[name])
    return _made(model, row)


def _made(model: type[M], row: Values) -> M:
    made = model.__new__(model)
    made.__dict__.update(
        row, _partial=False, _saved_in_db=True, _custom_generated_pk=True, _await_when_save={}
    )
    return made


@cache
def _readers(model: type[Model]) -> Readers:
    """The columns that are more than the driver of PostgreSQL makes of them, and how they are read."""
    return [
        (
            name,
            {member.value: member for member in field.enum_type}.__getitem__
            if is_enum
            else field.to_python_value,
        )
        for name in _columns(model)
        for field in [cast("Any", model._meta.fields_map[name])]
        if (is_enum := hasattr(field, "enum_type")) or isinstance(field, JSONField)
    ]


async def values(
    model: type[Model], wanted: str, column: str, keys: Iterable[Any], **among: Sequence[Any]
) -> set[Any]:
    """What the rows `select` would find have in the column `wanted`."""
    return {value for (value,) in await read(model, (wanted,), column, keys, **among)}


async def read(
    model: type[Model],
    wanted: tuple[str, ...],
    column: str,
    keys: Iterable[Any],
    **among: Sequence[Any],
) -> list[tuple[Any, ...]]:
    """What the rows `select` would find have in some columns."""
    postgres = db.is_postgres()
    text = _select(model, wanted, column, tuple(among), "", False, postgres)
    reads = [(name, model._meta.fields_map[name].to_python_value) for name in wanted]
    found = await _fetch(text, [keys, *among.values()], postgres)
    return [tuple(read(row[name]) for name, read in reads) for row in found]


async def _fetch(
    text: str, lists: Sequence[Iterable[Any]], postgres: bool
) -> Sequence[Mapping[str, Any]]:
    write = list if postgres else _as_json
    _count, found = await db.connection().execute_query(text, [write(one) for one in lists])
    return found


def _as_json(values: Iterable[Any]) -> str:
    return json.dumps([str(value) if isinstance(value, UUID) else value for value in values])


@cache
def _select(
    model: type[Model],
    wanted: tuple[str, ...],
    column: str,
    among: tuple[str, ...],
    order_by: str,
    is_locked: bool,
    postgres: bool,
) -> str:
    names = ", ".join(f'"{name}"' for name in wanted)
    tests = " AND ".join(
        f'"{name}" {_in(number, postgres)}' for number, name in enumerate((column, *among), 1)
    )
    order = f' ORDER BY "{order_by}"' if order_by else ""
    if order and is_locked and postgres:
        order += _by_bytes(model, order_by)
    lock = " FOR UPDATE" if is_locked and postgres else ""
    return f'SELECT {names} FROM "{model._meta.db_table}" WHERE {tests}{order}{lock}'  # noqa: S608 - names of ours


def _by_bytes(model: type[Model], name: str) -> str:
    """A collation is the database's own, and locks are taken in one order by all who take them."""
    return ' COLLATE "C"' if _kind(model, name) in ("VARCHAR", "TEXT") else ""


@cache
def _if_all(text: str, model: type[Model], column: str) -> str:
    known = f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{column}" = ANY($1)'  # noqa: S608 - names of ours
    return text.replace(" ORDER BY ", f" AND ({known}) = cardinality($1) ORDER BY ")


def _in(number: int, postgres: bool) -> str:
    """That a column is one of the values in a parameter, whatever their number."""
    return (
        f"= ANY(${number})" if postgres else f"IN (SELECT value FROM json_each(?{number}))"  # noqa: S608 - a parameter's number
    )


async def together(*changes: Callable[[], Awaitable[None]]) -> None:
    """Changes of several tables in their order; what stands together on PostgreSQL is one statement.

    No two of them may change the same row.
    """
    waiting: list[Change] = []
    for make in changes:
        change = make()
        if isinstance(change, Change):
            waiting.append(change)
        else:
            await merged(waiting)
            waiting.clear()
            await change
    await merged(waiting)


def insert(model: type[Model], rows: Sequence[Values]) -> Awaitable[None]:
    """Write new rows; what a row does not name has its default."""
    if not rows:
        return NOTHING
    postgres = db.is_postgres()
    columns = _written(model, rows, postgres)
    text = _insert(model, postgres)
    if not postgres:
        return db.connection().execute_many(text, [list(row) for row in zip(*columns, strict=True)])
    return Change(text, columns) if len(rows) < COPIED else _copy(model, columns)


def insert_or_lock(model: type[Model], column: str, rows: Sequence[Values]) -> Awaitable[None]:
    """Write the rows whose `column`, a unique text, is new, and lock those that have it already: each in
    its turn, in the order in which `select` locks. Whoever opens one and locks another meets nobody
    who does it the other way round.
    """
    postgres = db.is_postgres()
    text = _insert_or_lock(model, column, postgres)
    columns = _written(model, rows, postgres)
    if postgres:
        return send(text, list(columns))
    return db.connection().execute_many(text, [list(row) for row in zip(*columns, strict=True)])


@cache
def _insert_or_lock(model: type[Model], column: str, postgres: bool) -> str:
    if not postgres:  # one writer locks it all
        return f'{_insert(model, postgres)} ON CONFLICT ("{column}") DO NOTHING'
    place = list(_columns(model)).index(column) + 1
    return (
        f'{_insert(model, postgres)} ORDER BY c{place} COLLATE "C" ON CONFLICT ("{column}") '
        f'DO UPDATE SET "{column}" = EXCLUDED."{column}" WHERE FALSE'  # locks the row, and leaves it
    )


async def _copy(model: type[Model], columns: Sequence[Sequence[Any]]) -> None:
    async with db.connection().acquire_connection() as raw:
        await raw.copy_records_to_table(
            model._meta.db_table,
            records=zip(*columns, strict=True),
            columns=list(_columns(model)),
        )


def complete(model: type[Model], row: Values) -> dict[str, Any]:
    """Every column of a new row."""
    return {
        name: row[name] if name in row else default() if callable(default) else default
        for name, default in _columns(model).items()
    }


def saved(model: type[M], row: Values) -> M:
    """The object of a row that was inserted here, its values of the columns' own types."""
    return _made(model, complete(model, row))


def _written(model: type[Model], rows: Sequence[Values], postgres: bool) -> list[list[Any]]:
    """The values of new rows by column, as the driver takes them."""
    return [
        [write(value) for value in values] if write else values
        for values, write in zip(_filled(model, rows), _writers(model, postgres), strict=True)
    ]


def _filled(model: type[Model], rows: Sequence[Values]) -> list[list[Any]]:
    filled = []
    now = clock.now()  # of all the rows of a statement
    for name, default in _columns(model).items():
        if default is clock.now:
            filled.append([row.get(name, now) for row in rows])
        elif callable(default):
            filled.append([row[name] if name in row else default() for row in rows])
        else:
            filled.append([row.get(name, default) for row in rows])
    return filled


@cache
def _columns(model: type[Model]) -> dict[str, Any]:
    """The columns of a table with their defaults."""
    meta = model._meta
    return {name: meta.fields_map[name].default for name in meta.fields_db_projection}


@cache
def _writers(model: type[Model], postgres: bool) -> tuple[Callable[[Any], Any] | None, ...]:
    """How a column's value is written: the driver of PostgreSQL takes all but JSON as they are."""

    def writer(name: str) -> Callable[[Any], Any] | None:
        field = model._meta.fields_map[name]
        if postgres:
            return _json if isinstance(field, JSONField) else None
        return lambda value: field.to_db_value(value, model)

    return tuple(writer(name) for name in _columns(model))


def _json(value: Any) -> str | None:
    return None if value is None else "[]" if value == [] else _JSON.encode(value)


@cache
def _insert(model: type[Model], postgres: bool) -> str:
    names = list(_columns(model))
    columns = ", ".join(f'"{name}"' for name in names)
    head = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    if not postgres:
        return f"{head} VALUES ({', '.join('?' * len(names))})"
    kinds = [_kind(model, name) for name in names]
    lists = ", ".join(
        f"${number}::{'text' if kind == 'JSONB' else kind}[]"
        for number, kind in enumerate(kinds, 1)
    )
    values = ", ".join(
        f"c{number}::{kind}" if kind == "JSONB" else f"c{number}"
        for number, kind in enumerate(kinds, 1)
    )
    row = ", ".join(f"c{number}" for number in range(1, len(names) + 1))
    return f"{head} SELECT {values} FROM unnest({lists}) AS new({row})"  # noqa: S608 - names of ours


def _kind(model: type[Model], name: str) -> str:
    found: str = model._meta.fields_map[name].get_for_dialect("postgres", "SQL_TYPE")
    return found.split("(")[0]


def add(
    model: type[Model], columns: tuple[str, ...], changes: Mapping[UUID, Sequence[int]]
) -> Awaitable[None]:
    """Add to columns of rows by their key; on locked rows."""
    if not changes:
        return NOTHING
    postgres = db.is_postgres()
    text = _add(model, columns, postgres)
    if postgres:
        by_column = [list(parts) for parts in zip(*changes.values(), strict=True)]
        return Change(text, [list(changes), *by_column])
    rows = [[*parts, str(key)] for key, parts in changes.items()]
    return db.connection().execute_many(text, rows)


@cache
def _add(model: type[Model], columns: tuple[str, ...], postgres: bool) -> str:
    table = f'"{model._meta.db_table}"'
    if not postgres:
        sets = ", ".join(f'"{name}" = "{name}" + ?' for name in columns)
        return f'UPDATE {table} SET {sets} WHERE "id" = ?'  # noqa: S608 - names of ours
    sets = ", ".join(f'"{name}" = {table}."{name}" + c{n}' for n, name in enumerate(columns, 2))
    lists = ", ".join(f"${n}::BIGINT[]" for n in range(2, len(columns) + 2))
    row = ", ".join(f"c{n}" for n in range(1, len(columns) + 2))
    return (
        f"UPDATE {table} SET {sets} FROM unnest($1::UUID[], {lists}) AS change({row}) "  # noqa: S608 - names of ours
        f'WHERE {table}."id" = c1'
    )


def put(model: type[Model], keys: Sequence[UUID], **values: Any) -> Awaitable[None]:
    """Give columns of rows the same values, by their keys; on locked rows."""
    postgres = db.is_postgres()
    text = _put(model, tuple(values), postgres)
    if postgres:
        return Change(text, [list(keys), *values.values()])
    fields = model._meta.fields_map
    written = [fields[name].to_db_value(value, model) for name, value in values.items()]
    return send(text, [_as_json(keys), *written])


@cache
def _put(model: type[Model], columns: tuple[str, ...], postgres: bool) -> str:
    mark = "$" if postgres else "?"
    sets = ", ".join(f'"{name}" = {mark}{n}' for n, name in enumerate(columns, 2))
    which = _in(1, postgres)
    return f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "id" {which}'  # noqa: S608 - names of ours


async def count_up(
    model: type[Model], column: str, by: int, *, where: str, value: Any
) -> int | None:
    """Add to a column of the one row in which `where` is `value`; what it is then, None without a row."""
    mark = "$" if db.is_postgres() else "?"
    text = (
        f'UPDATE "{model._meta.db_table}" SET "{column}" = "{column}" + {mark}1 '  # noqa: S608
        f'WHERE "{where}" = {mark}2 RETURNING "{column}"'
    )
    found = await db.connection().execute_query_dict(text, [by, value])
    return int(found[0][column]) if found else None
