"""Sums of facts kept by cell: added to in the database, in one statement, never read and written back."""

from collections.abc import Iterable, Mapping
from functools import cache
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
    """Add to cells, making those that are missing; one statement for all of them.

    Always in the order of their keys, so that two facts counted at once cannot block each other.
    """
    rows = sorted((key, sums) for key, sums in gathered(parts).items() if any(sums))
    if not rows:
        return
    identity = rollup._meta.fields_map["id"].to_db_value
    now = rollup._meta.fields_map["created_at"].to_db_value(clock.now(), rollup)
    values: list[Any] = []
    for key, sums in rows:
        values += [identity(uuid7(), rollup), now, now, *key, *sums]
    await db.connection().execute_query(_statement(rollup, len(rows), db.is_postgres()), values)


def gathered(
    parts: Iterable[tuple[Key, Sums]], into: dict[Key, Sums] | None = None
) -> dict[Key, Sums]:
    """One part a cell, added to those there are."""
    found = {} if into is None else into
    for key, sums in parts:
        plain = tuple(getattr(part, "value", part) for part in key)
        before = found.get(plain)
        found[plain] = tuple(map(sum, zip(before, sums, strict=True))) if before else sums
    return found


@cache
def _statement(rollup: type[Row], count: int, is_postgres: bool) -> str:
    keys, sums = COLUMNS[rollup]
    table = rollup._meta.db_table
    columns = ("id", "created_at", "updated_at", *keys, *sums)
    width = len(columns)
    marks = ", ".join(
        f"({', '.join(_mark(row * width + n, is_postgres) for n in range(width))})"
        for row in range(count)
    )
    added = ", ".join(f'"{name}" = "{table}"."{name}" + excluded."{name}"' for name in sums)
    return (
        f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES {marks} '  # noqa: S608 - names of ours
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}, updated_at = excluded.updated_at"
    )


def _mark(position: int, is_postgres: bool) -> str:
    return f"${position + 1}" if is_postgres else "?"


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
