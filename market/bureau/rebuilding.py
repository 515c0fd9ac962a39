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
from market.kit import clock, db
from market.kit.db import atomic

_DEALS = "SUM(CASE WHEN kind = 'contracted' AND contract_id <> source_id THEN 0 ELSE 1 END)"
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
    """Empty the three rollups and sum the facts again; the rows each then has.

    One transaction: pages read the old sums until it ends, facts written meanwhile wait for it.
    """
    await _lock()
    await _write_chains()
    statements = (*_trade(), *_flows(), *_activities())
    for rollup in (TradeRollup, TradeFlow, ActivityRollup):
        await rollup.all().delete()
    for statement in statements:
        await db.connection().execute_query(statement)
    await db.connection().execute_query("DROP TABLE region_chains")
    return {
        rollup._meta.db_table: await rollup.all().count()
        for rollup in (TradeRollup, TradeFlow, ActivityRollup)
    }


async def _lock() -> None:
    """Let no fact be counted in between; on SQLite the verb is the one writer anyway."""
    if db.is_postgres():
        tables = ", ".join(m._meta.db_table for m in (TradeFact, ActivityFact))
        await db.connection().execute_query(f"LOCK TABLE {tables} IN SHARE MODE")


async def _write_chains() -> None:
    """A row for each region that facts name and each region around it, and the province of each."""
    run = db.connection().execute_query
    await run(
        "CREATE TEMP TABLE region_chains "
        "(code varchar(6), area varchar(6), province varchar(6), is_country boolean)"
    )
    found = await db.connection().execute_query_dict(_REGIONS)
    one, two, three, four = ("$1", "$2", "$3", "$4") if db.is_postgres() else "????"
    for code in (row["region_code"] for row in found):
        chain = regions_around(code)
        for area in chain:
            await run(
                f"INSERT INTO region_chains VALUES ({one}, {two}, {three}, {four})",  # noqa: S608 - marks
                [code, area, province_code(code), area == chain[-1] and len(chain) > 1],
            )


def _insert(
    table: str, keys: Sequence[tuple[str, str]], sums: Sequence[tuple[str, str]], source: str
) -> str:
    """INSERT INTO table: keys and sums as (column, expression), grouped by the keys."""
    both = [*keys, *sums]
    columns = ", ".join(name for name, _text in both)
    inner = ", ".join(f"{text} AS c{number}" for number, (_name, text) in enumerate(both))
    outer = ", ".join(f"c{number}" for number in range(len(both)))
    group = ", ".join(str(number) for number in range(1, len(keys) + 1))
    now = f"'{clock.now().isoformat(sep=' ')}'"
    return (
        f"INSERT INTO {table} (id, created_at, updated_at, {columns}) "  # noqa: S608 - names of ours
        f"SELECT {_identity()}, {now}, {now}, {outer} FROM "
        f"(SELECT {inner} FROM {source} GROUP BY {group}) AS cells"
    )


def _identity() -> str:
    """A random UUID; SQLite writes its 32 digits itself."""
    if db.is_postgres():
        return "gen_random_uuid()"
    return "||'-'||".join(f"lower(hex(randomblob({octets})))" for octets in (4, 2, 2, 2, 6))


def _trade() -> list[str]:
    """For each side the cells of every industry, modality and unit, and the wider ones."""
    cross = (
        "SUM(CASE WHEN substr(region_code, 1, 2) <> substr(supplier_region_code, 1, 2) "
        "THEN amount_fen ELSE 0 END)"
    )
    statements = []
    for side, own, _other in _SIDES:
        source = f"trade_facts JOIN region_chains ON region_chains.code = {own}"
        for kept, where in _CELLS:
            keys = [("side", f"'{side.value}'"), ("region_code", "area"), ("month", "month"),
                    ("kind", "kind")]  # fmt: skip
            cell = [
                (name, name if name in kept else f"'{ALL}'")
                for name in ("industry", "modality", "unit")
            ]
            quantity = _HUNDREDTHS if "unit" in kept else "0"
            sums = [("facts", "COUNT(*)"), ("deals", _DEALS), ("quantity_hundredths", quantity),
                    ("amount_fen", "SUM(amount_fen)"), ("cross_province_fen", cross)]  # fmt: skip
            statements.append(_insert("trade_rollups", [*keys, *cell], sums, source + where))
    return statements


def _flows() -> list[str]:
    statements = []
    for side, own, other in _SIDES:
        source = (
            f"trade_facts JOIN region_chains ON region_chains.code = {own} "  # noqa: S608 - names of ours
            "AND NOT region_chains.is_country JOIN "
            "(SELECT DISTINCT code AS partner, province AS partner_province FROM region_chains) "
            f"AS partners ON partner = {other} WHERE kind = '{FactKind.CONTRACTED.value}'"
        )
        keys = [("side", f"'{side.value}'"), ("region_code", "area"), ("month", "month"),
                ("partner_code", "partner_province")]  # fmt: skip
        sums = [("deals", _DEALS), ("amount_fen", "SUM(amount_fen)")]
        statements.append(_insert("trade_flows", keys, sums, source))
    return statements


def _activities() -> list[str]:
    source = "activity_facts JOIN region_chains ON region_chains.code = region_code"
    keys = [("kind", "kind"), ("region_code", "area"), ("month", "month")]
    sums = [("events", "COUNT(*)"), ("hits", "SUM(hits)"), ("amount_fen", "SUM(amount_fen)"),
            ("base_fen", "SUM(base_fen)")]  # fmt: skip
    return [
        _insert("activity_rollups", [*keys, ("industry", one), ("modality", two)], sums, source)
        for one, two in (("industry", "modality"), (f"'{ALL}'", f"'{ALL}'"))
    ]
