"""Every rollup made anew from its facts, by the database alone; what is missing is not looked for here.

Regions and the other dimensions are numbered first and summed as numbers: a region's cells from its
own facts and the cells of the regions below it, the wider cells from the narrow ones.
"""

from collections.abc import Sequence

from market.bureau.facts import province_code, regions_around
from market.bureau.models import ALL, ActivityFact, TradeFact
from market.bureau.recipes import RECIPES, Recipe
from market.bureau.rollups import is_wide
from market.kit import clock, db
from market.kit.db import atomic
from market.kit.ids import uuid7

SORT_MEMORY = "256MB"  # of PostgreSQL, while it sums: its default writes millions of cells to disk
_REGIONS = (
    "SELECT region_code FROM trade_facts UNION SELECT supplier_region_code FROM trade_facts "
    "UNION SELECT region_code FROM activity_facts"
)


@atomic()
async def rebuild_rollups() -> dict[str, int]:
    """Sum the facts again and write what differs; the rows each rollup then has.

    One transaction: pages read the old sums until it ends, facts written meanwhile wait for it.
    """
    if db.is_postgres():
        tables = ", ".join(model._meta.db_table for model in (TradeFact, ActivityFact))
        await _run(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")  # no fact, no other rebuild
        await _run(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
    depth = await _write_areas()
    counts = {recipe.table: await _renew(recipe, depth) for recipe in RECIPES}
    await _run("DROP TABLE areas")
    return counts


async def _run(statement: str) -> int:
    count, _rows = await db.connection().execute_query(statement)
    return count


async def _keep(table: str, query: str, *indexes: str) -> None:
    """A query's rows, till the end of the rebuild."""
    await _run(f"CREATE TEMP TABLE {table} AS {query}")
    for number, columns in enumerate(indexes):
        await _run(f"CREATE INDEX {table}_by_{number} ON {table} ({columns})")
    await _look_at(table)


async def _look_at(table: str) -> None:
    if db.is_postgres():
        await _run(f"ANALYZE {table}")


async def _write_areas() -> int:
    """Number the regions that facts name and those around them; how many levels the deepest lies below
    the country. SQLite has one writer, whom the verb makes us."""
    await _run(
        "CREATE TEMP TABLE areas (place integer PRIMARY KEY, area varchar(6) UNIQUE, "
        "province varchar(6), above integer, depth integer, wide integer)"
    )
    found = await db.connection().execute_query_dict(_REGIONS)
    chains = {
        area: chain[position:]
        for chain in (regions_around(row["region_code"]) for row in found)
        for position, area in enumerate(chain)
    }
    place = {area: number for number, area in enumerate(sorted(chains), 1)}
    rows = [
        [place[area], area, province_code(area), place.get("".join(chain[1:2])), len(chain) - 1,
         int(is_wide(area))]
        for area, chain in chains.items()
    ]  # fmt: skip
    marks = "$1, $2, $3, $4, $5, $6" if db.is_postgres() else "?, ?, ?, ?, ?, ?"
    await db.connection().execute_many(f"INSERT INTO areas VALUES ({marks})", rows)  # noqa: S608 - marks
    await _look_at("areas")
    return max((len(chain) - 1 for chain in chains.values()), default=0)


async def _renew(recipe: Recipe, depth: int) -> int:
    """Make a rollup what its facts give, touching only the cells that differ; how many it has."""
    await _write_words(recipe)
    await _sum_up(recipe, depth)
    await _widen(recipe)
    await _look_at("cells")
    await _keep("due", _differing(recipe))
    kept = await _count("cells") - await _count("due WHERE id IS NULL")
    if await _count(recipe.table) > kept:
        await _run(_without_facts(recipe))
    await _write(recipe)
    count = await _count("cells")
    for table in ("due", "cells", "margins", "words"):
        await _run(f"DROP TABLE {table}")
    return count


async def _count(rows: str) -> int:
    found = await db.connection().execute_query_dict(f"SELECT COUNT(*) AS n FROM {rows}")  # noqa: S608 - names of ours
    return int(found[0]["n"])


async def _write_words(recipe: Recipe) -> None:
    """Number the combinations of words in the order of the rollup's key; which wider one each is part of."""
    words = ", ".join(recipe.words)
    await _keep("spoken", recipe.spoken)
    wider = [
        ", ".join(name if name in kept else f"'{ALL}'" for name in recipe.words)
        for kept, _wide in recipe.kept
    ]
    every = " UNION ".join(f"SELECT {names} FROM spoken" for names in (words, *wider))  # noqa: S608 - names of ours
    number = f"CAST(row_number() OVER (ORDER BY {words}) AS integer)"
    await _keep("words", f"SELECT {number} AS word, {words} FROM ({every}) AS every", "word", words)  # noqa: S608
    await _run("CREATE TEMP TABLE margins (word integer, wider integer, wide integer)")
    for kept, wide in recipe.kept:
        same = " AND ".join(
            f"wider.{name} = words.{name}" if name in kept else f"wider.{name} = '{ALL}'"
            for name in recipe.words
        )
        await _run(
            f"INSERT INTO margins SELECT words.word, wider.word, {int(wide)} FROM spoken "  # noqa: S608
            f"JOIN words ON {_same(recipe.words, 'words', 'spoken')} JOIN words AS wider ON {same}"
        )
    await _run("DROP TABLE spoken")
    await _look_at("margins")


def _same(names: Sequence[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in names)


def _big(sums: Sequence[str], names: Sequence[str]) -> str:
    return ", ".join(
        f"CAST({text} AS bigint) AS {name}" for text, name in zip(sums, names, strict=True)
    )


async def _sum_up(recipe: Recipe, depth: int) -> None:
    """The narrow cells, from the deepest regions up."""
    lead, names = recipe.lead, recipe.names
    await _keep(
        "own",
        f"SELECT {lead}, areas.place, areas.depth, words.word, {_big(recipe.sums, names)} "  # noqa: S608
        f"FROM {recipe.facts} JOIN words ON {recipe.joined} JOIN areas ON areas.area = {recipe.own} "
        f"GROUP BY {lead}, areas.place, areas.depth, words.word",
    )
    sums = ", ".join(names)
    again = _big([f"SUM({name})" for name in names], names)
    await _run(f"CREATE TEMP TABLE cells AS SELECT {lead}, place, word, {sums} FROM own LIMIT 0")  # noqa: S608
    for level in range(depth, -1, -1):
        below = (
            f" UNION ALL SELECT {lead}, areas.above, word, {sums} FROM cells "  # noqa: S608
            f"JOIN areas ON areas.place = cells.place WHERE areas.depth = {level + 1}"
        )
        parts = f"SELECT {lead}, place, word, {sums} FROM own WHERE depth = {level}"  # noqa: S608
        if level or recipe.has_country:
            parts += below
        await _run(
            f"INSERT INTO cells SELECT {lead}, place, word, {again} "  # noqa: S608
            f"FROM ({parts}) AS parts GROUP BY {lead}, place, word"
        )
    await _run("DROP TABLE own")


async def _widen(recipe: Recipe) -> None:
    """The wider cells of every region."""
    sums = ["0" if name == recipe.without else f"SUM({name})" for name in recipe.names]
    await _run(
        f"INSERT INTO cells SELECT {recipe.lead}, cells.place, wider, {_big(sums, recipe.names)} "  # noqa: S608
        "FROM cells JOIN margins ON margins.word = cells.word "
        "JOIN areas ON areas.place = cells.place AND areas.wide >= margins.wide "
        f"GROUP BY {recipe.lead}, cells.place, wider"
    )


def _named(recipe: Recipe) -> str:
    """That a row of the rollup is a cell's."""
    table = recipe.table
    return (
        f"{table}.{recipe.lead} = cells.{recipe.lead} AND {table}.region_code = areas.area "
        f"AND {_same(recipe.words, table, 'words')}"
    )


_CELLS = "cells JOIN areas ON areas.place = cells.place JOIN words ON words.word = cells.word"


def _differing(recipe: Recipe) -> str:
    """Cells whose row says something else (`id` is the row's), or that have none."""
    table = recipe.table
    differs = " OR ".join(f"{table}.{name} <> cells.{name}" for name in recipe.names)
    return (
        f"SELECT {table}.id, cells.* FROM {_CELLS} LEFT JOIN {table} ON {_named(recipe)} "  # noqa: S608
        f"WHERE {table}.id IS NULL OR {differs}"
    )


def _without_facts(recipe: Recipe) -> str:
    """Take away the rows that are no cell's."""
    table = recipe.table
    return (
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} EXCEPT "  # noqa: S608
        f"SELECT {table}.id FROM {_CELLS} JOIN {table} ON {_named(recipe)})"
    )


async def _write(recipe: Recipe) -> None:
    """Correct the rows that differ, and add those that are missing in the order of their keys."""
    table, now = recipe.table, f"'{clock.now().isoformat(sep=' ')}'"
    given = ", ".join(f"{name} = due.{name}" for name in recipe.names)
    await _run(
        f"UPDATE {table} SET {given}, updated_at = {now} FROM due WHERE {table}.id = due.id"  # noqa: S608
    )
    columns = ", ".join(("region_code", *recipe.words, *recipe.names))
    await _run(
        f"INSERT INTO {table} (id, created_at, updated_at, {recipe.lead}, {columns}) "  # noqa: S608
        f"SELECT {_identity()}, {now}, {now}, {recipe.lead}, {columns.replace('region_code', 'area', 1)} "
        f"FROM (SELECT * FROM due WHERE id IS NULL ORDER BY {recipe.lead}, place, word) AS due "
        "JOIN areas ON areas.place = due.place JOIN words ON words.word = due.word"
    )


def _identity() -> str:
    """Keys in the order of the rows, of a time like all others."""
    first = str(uuid7())[:19]  # the last five groups of digits but one are the row's number
    number = "row_number() OVER ()"
    if db.is_postgres():
        return f"('{first}8000-' || lpad(to_hex({number}), 12, '0'))::uuid"
    return f"'{first}8000-' || printf('%012x', {number})"
