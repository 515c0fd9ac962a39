"""Every rollup made anew from its facts, by the database alone; what is missing is not looked for here."""

from collections.abc import Sequence

from market.bureau.facts import province_code, regions_around
from market.bureau.models import (
    ALL,
    ActivityFact,
    ActivityRollup,
    FactKind,
    Side,
    TradeFact,
    TradeFlow,
    TradeRollup,
)
from market.bureau.rollups import COLUMNS
from market.kit import clock, db
from market.kit.db import Row, atomic

SORT_MEMORY = (
    "256MB"  # of PostgreSQL, for as long as it sums; its default writes millions of cells to disk
)
_DEALS = "SUM(CASE WHEN kind = 'contracted' AND contract_id <> source_id THEN 0 ELSE 1 END)"
_CROSS = (
    "SUM(CASE WHEN substr(region_code, 1, 2) <> substr(supplier_region_code, 1, 2) "
    "THEN amount_fen ELSE 0 END)"
)
_HUNDREDTHS = "SUM(CAST(ROUND(quantity * 100) AS bigint))"
_REGIONS = (
    "SELECT region_code FROM trade_facts UNION SELECT supplier_region_code FROM trade_facts "
    "UNION SELECT region_code FROM activity_facts"
)
_WIDE = " AND area LIKE '%0000'"
# what a cell of trade keeps apart, and in which regions there are such cells
_CELLS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("industry", "modality", "unit"), ""), ((), ""), (("industry",), _WIDE), (("modality",), _WIDE),
)  # fmt: skip
_SIDES = (
    (Side.DEMAND, "region_code", "supplier_region_code"),
    (Side.SUPPLY, "supplier_region_code", "region_code"),
)


@atomic()
async def rebuild_rollups() -> dict[str, int]:
    """Sum the facts again and write what differs; the rows each rollup then has.

    One transaction: pages read the old sums until it ends, facts written meanwhile wait for it.
    """
    await _lock()
    await _write_chains()
    await _run(f"CREATE TEMP TABLE own_sums AS {_own_sums()}")
    for rollup, source in (
        (TradeRollup, _trade()), (TradeFlow, _flows()), (ActivityRollup, _activities()),
    ):  # fmt: skip
        await _renew(rollup, source)
    for table in ("own_sums", "region_chains"):
        await _run(f"DROP TABLE {table}")
    return {
        rollup._meta.db_table: await rollup.all().count()
        for rollup in (TradeRollup, TradeFlow, ActivityRollup)
    }


async def _run(statement: str) -> None:
    await db.connection().execute_query(statement)


async def _lock() -> None:
    """Let no fact be counted in between; on SQLite the verb is the one writer anyway."""
    if db.is_postgres():
        tables = ", ".join(m._meta.db_table for m in (TradeFact, ActivityFact))
        await _run(f"LOCK TABLE {tables} IN SHARE MODE")
        await _run(f"SET LOCAL work_mem = '{SORT_MEMORY}'")


async def _write_chains() -> None:
    """A row for each region that facts name and each region around it, and the province of each."""
    await _run(
        "CREATE TEMP TABLE region_chains "
        "(code varchar(6), area varchar(6), province varchar(6), is_country boolean)"
    )
    found = await db.connection().execute_query_dict(_REGIONS)
    marks = "$1, $2, $3, $4" if db.is_postgres() else "?, ?, ?, ?"
    rows = [
        [code, area, province_code(code), area == chain[-1] and len(chain) > 1]
        for code in (row["region_code"] for row in found)
        for chain in [regions_around(code)]
        for area in chain
    ]
    await db.connection().execute_many(f"INSERT INTO region_chains VALUES ({marks})", rows)  # noqa: S608 - marks


async def _renew(rollup: type[Row], source: str) -> None:
    """Make a rollup what a query gives, touching only the cells that differ."""
    table = rollup._meta.db_table
    keys, sums = COLUMNS[rollup]
    names, now = ", ".join((*keys, *sums)), f"'{clock.now().isoformat(sep=' ')}'"
    same = " AND ".join(f"{table}.{name} = due.{name}" for name in keys)
    await _run(f"CREATE TEMP TABLE due AS {source}")
    if db.is_postgres():
        await _run("ANALYZE due")
    else:
        await _run(f"CREATE INDEX due_keys ON due ({', '.join(keys)})")
    await _run(f"DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM due WHERE {same})")  # noqa: S608 - names of ours
    given = ", ".join(f"{name} = due.{name}" for name in sums)
    differs = " OR ".join(f"{table}.{name} <> due.{name}" for name in sums)
    await _run(
        f"UPDATE {table} SET {given}, updated_at = {now} "  # noqa: S608
        f"FROM due WHERE {same} AND ({differs})"
    )
    await _run(
        f"INSERT INTO {table} (id, created_at, updated_at, {names}) "  # noqa: S608
        f"SELECT {_identity()}, {now}, {now}, {names} FROM due "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same}) ORDER BY {', '.join(keys)}"
    )
    await _run("DROP TABLE due")


def _summed(keys: Sequence[tuple[str, str]], sums: Sequence[tuple[str, str]], source: str) -> str:
    """A query: keys and sums as (column, expression), grouped by the keys."""
    written = [f"{text} AS {name}" for name, text in keys]
    written += [f"CAST({text} AS bigint) AS {name}" for name, text in sums]
    group = ", ".join(str(number) for number in range(1, len(keys) + 1))
    return f"SELECT {', '.join(written)} FROM {source} GROUP BY {group}"  # noqa: S608 - names of ours


def _identity() -> str:
    """A random UUID; SQLite writes its 32 digits itself."""
    if db.is_postgres():
        return "gen_random_uuid()"
    return "||'-'||".join(f"lower(hex(randomblob({octets})))" for octets in (4, 2, 2, 2, 6))


def _same(*names: str) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _own_sums() -> str:
    """The facts of each region that is named itself, on either side, in the finest cells."""
    sums = [("facts", "COUNT(*)"), ("deals", _DEALS), ("quantity_hundredths", _HUNDREDTHS),
            ("amount_fen", "SUM(amount_fen)"), ("cross_province_fen", _CROSS)]  # fmt: skip
    return " UNION ALL ".join(
        _summed(
            [("side", f"'{side.value}'"), ("own", own),
             *_same("month", "kind", "industry", "modality", "unit")],
            sums, "trade_facts",
        )
        for side, own, _other in _SIDES
    )  # fmt: skip


def _trade() -> str:
    """The cells of every industry, modality and unit of a region, and the wider ones."""
    keys, sums = COLUMNS[TradeRollup]
    selects = []
    for kept, where in _CELLS:
        written = {name: name for name in keys} | {"region_code": "area"}
        written |= {
            name: f"'{ALL}'" for name in ("industry", "modality", "unit") if name not in kept
        }
        added = {name: f"SUM({name})" for name in sums}
        if "unit" not in kept:
            added["quantity_hundredths"] = "0"
        source = f"own_sums JOIN region_chains ON code = own{where}"
        selects.append(_summed(list(written.items()), list(added.items()), source))
    return " UNION ALL ".join(selects)


def _flows() -> str:
    selects = []
    for side, own, other in _SIDES:
        source = (
            f"trade_facts JOIN region_chains ON region_chains.code = {own} "  # noqa: S608 - names of ours
            "AND NOT region_chains.is_country JOIN "
            "(SELECT DISTINCT code AS partner, province AS partner_province FROM region_chains) "
            f"AS partners ON partner = {other} WHERE kind = '{FactKind.CONTRACTED.value}'"
        )
        keys = [("side", f"'{side.value}'"), ("region_code", "area"), ("month", "month"),
                ("partner_code", "partner_province")]  # fmt: skip
        selects.append(
            _summed(keys, [("deals", _DEALS), ("amount_fen", "SUM(amount_fen)")], source)
        )
    return " UNION ALL ".join(selects)


def _activities() -> str:
    source = "activity_facts JOIN region_chains ON region_chains.code = region_code"
    sums = [
        ("events", "COUNT(*)"),
        *((name, f"SUM({name})") for name in ("hits", "amount_fen", "base_fen")),
    ]
    return " UNION ALL ".join(
        _summed(
            [("kind", "kind"), ("region_code", "area"), ("industry", one), ("modality", two),
             ("month", "month")],
            sums, source,
        )
        for one, two in (("industry", "modality"), (f"'{ALL}'", f"'{ALL}'"))
    )  # fmt: skip
