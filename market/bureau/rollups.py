"""Sums of facts kept by cell: added to in the database, in one statement, never read and written back."""

import operator
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from typing import Any

from market.bureau.models import ActivityRollup, TradeFlow, TradeRollup
from market.kit import clock, db
from market.kit.db import Row
from market.kit.ids import uuid7

Key = tuple[Any, ...]
Sums = tuple[int, ...]

# rollup -> (the columns of its key, the columns it sums)
COLUMNS: Mapping[type[Row], tuple[tuple[str, ...], tuple[str, ...]]] = {
    TradeRollup: (
        ("side", "region_code", "industry", "modality", "month", "kind", "unit"),
        ("facts", "deals", "quantity_hundredths", "amount_fen", "cross_province_fen"),
    ),
    TradeFlow: (("side", "region_code", "month", "partner_code"), ("deals", "amount_fen")),
    ActivityRollup: (
        ("kind", "region_code", "industry", "modality", "month"),
        ("events", "hits", "amount_fen", "base_fen"),
    ),
}


def is_wide(area: str) -> bool:
    """Whether sums by industry and by modality alone are kept of a region: a province, the country."""
    return area.endswith("0000")


async def add(rollup: type[Row], parts: Iterable[tuple[Key, Sums]]) -> None:
    """Add to cells, making those that are missing.

    Always in the order of their keys, so that two facts counted at once cannot block each other.
    """
    rows = sorted((key, sums) for key, sums in gathered(parts).items() if any(sums))
    if not rows:
        return
    columns = zip(*(key + sums for key, sums in rows), strict=True)
    text, identities = _statement(rollup, db.is_postgres()), [uuid7() for _row in rows]
    if db.is_postgres():
        await db.connection().execute_query(text, [identities, clock.now(), *map(list, columns)])
        return
    write = rollup._meta.fields_map["created_at"].to_db_value
    now = write(clock.now(), rollup)
    values = zip(map(str, identities), repeat(now), repeat(now), *columns, strict=False)
    await db.connection().execute_many(text, [list(row) for row in values])


def gathered(
    parts: Iterable[tuple[Key, Sums]], into: dict[Key, Sums] | None = None
) -> dict[Key, Sums]:
    """One part a cell, added to those there are."""
    found = {} if into is None else into
    for key, sums in parts:
        before = found.get(key)
        found[key] = tuple(map(operator.add, before, sums)) if before else sums
    return found


@cache
def _statement(rollup: type[Row], is_postgres: bool) -> str:
    """On PostgreSQL of lists, a list a column, in one statement; on SQLite of a row at a time."""
    keys, sums = COLUMNS[rollup]
    table = rollup._meta.db_table
    names = (*keys, *sums)
    values = f"VALUES (?, ?, ?, {', '.join('?' * len(names))})"
    if is_postgres:
        kinds = ["varchar" if name in keys else "bigint" for name in names]
        lists = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, 3))
        values = (
            f"SELECT id, $2, $2, {', '.join(names)} "  # noqa: S608 - names of ours
            f"FROM unnest($1::uuid[], {lists}) AS new(id, {', '.join(names)})"
        )
    added = ", ".join(f'"{name}" = "{table}"."{name}" + excluded."{name}"' for name in sums)
    return (
        f'INSERT INTO "{table}" (id, created_at, updated_at, {", ".join(names)}) {values} '
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}, updated_at = excluded.updated_at"
    )


async def wrong_cells(rollup: type[Row], expected: dict[Key, Sums]) -> list[str]:
    """A sentence for each cell that is not what its facts give; an empty cell may be missing."""
    keys, names = COLUMNS[rollup]
    problems = []
    left = dict(expected)
    for row in await rollup.all().values(*keys, *names):
        place = tuple(getattr(row[name], "value", row[name]) for name in keys)
        due = left.pop(place, (0,) * len(names))
        problems += [
            f"{rollup._meta.db_table} {named(place)}: {name} is {row[name]}, the facts give {should}"
            for name, should in zip(names, due, strict=True)
            if row[name] != should
        ]
    problems += [
        f"{rollup._meta.db_table} {named(place)}: missing"
        for place, sums in left.items()
        if any(sums)
    ]
    return problems


def named(place: Key) -> str:
    """A cell's key, readable."""
    return "/".join(str(part) or "-" for part in place)
