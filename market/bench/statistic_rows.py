"""What millions of orders leave behind in the tables of the statistics, made by the database itself."""

import asyncio
from collections.abc import Sequence

from rich.console import Console

from market.bureau.periods import current_month, shifted
from market.kit import db
from market.vocabulary import annotation, industries, regions
from market.vocabulary.regions import RegionLevel

YEARS = 5
TABLES = ("trade_facts", "activity_facts", "price_observations")
# One order has these; the days after the signature, and what its row says. Every number follows
# from the order's own, so that two fills are alike.
TRADE = (("contracted", 0, "q"), ("accepted", 30, "q"), ("settled", 45, "0"))
ACTIVITIES = (("opened", -20, "1 + n % 7"), ("inspected", 30, "(n % 10 > 0)::int"),
              ("registered", 0, "0"))  # fmt: skip
SETTINGS = ("max_wal_size = '8GB'", "maintenance_work_mem = '512MB'", "work_mem = '256MB'")
_INDEXES = """
SELECT CASE WHEN conname IS NULL THEN format('DROP INDEX %I', relname)
  ELSE format('ALTER TABLE %I DROP CONSTRAINT %I', indrelid::regclass, conname) END AS drop,
  CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
  ELSE format('ALTER TABLE %I ADD CONSTRAINT %I %s', indrelid::regclass, conname,
    pg_get_constraintdef(c.oid)) END AS make
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_constraint c ON conindid = indexrelid
WHERE indrelid = $1::text::regclass
"""
console = Console(stderr=True)


async def fill(orders: int) -> None:
    """Facts and prices of so many orders in five years; keys and indexes are made after the rows.

    What is written here is not logged: its making is not measured. The sums of it are.
    """
    await _each([f"ALTER SYSTEM SET {setting}" for setting in SETTINGS])
    await _each(["SELECT pg_reload_conf()"])
    again = {table: await _without_indexes(table) for table in TABLES}
    console.print("orders …")
    await _each([_orders(orders), "ANALYZE bench_orders"])
    console.print("facts …")
    trade = [_trade(number, *row) for number, row in enumerate(TRADE)]
    others = [_activity(number, *row) for number, row in enumerate(ACTIVITIES, len(TRADE))]
    await asyncio.gather(_each(trade), _each([*others, _prices()]))
    console.print("indexes …")
    await asyncio.gather(*map(_each, again.values()))
    await _each([_price_cells(), "DROP TABLE bench_orders"])
    await _each([f"VACUUM ANALYZE {table}" for table in (*TABLES, "price_cells")])
    await _each(["ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"])


async def _each(statements: Sequence[str]) -> None:
    """One statement after the other."""
    for text in statements:
        await db.connection().execute_script(text)


async def _without_indexes(table: str) -> list[str]:
    """Drop the keys and indexes of a table that is to be filled; what makes them again."""
    found = await db.connection().execute_query_dict(_INDEXES, [table])
    await _each([f"ALTER TABLE {table} SET UNLOGGED", *(row["drop"] for row in found)])
    return [row["make"] for row in found]


def _orders(count: int) -> str:
    """One row an order in the order of time: when, where, what, how much; squares of a hash make some
    of each rare. An industry has three of the modalities, a modality one unit."""
    industry = [term.code for term in industries.INDUSTRIES.values()]
    modality = [term.code for term in annotation.MODALITIES.values()]
    tasks = [term.code for term in annotation.TASK_TYPES.values()][:12]
    first = f"{shifted(current_month(), -12 * YEARS)}-01"
    places = _places()
    return f"""
    CREATE UNLOGGED TABLE bench_orders AS
    WITH places AS MATERIALIZED (SELECT * FROM (VALUES {_numbered(places)}) AS v(place, code))
    SELECT n, {_id("n", 0)} AS id, at, h.code AS here, t.code AS there,
      {_of(industry)}[1 + industry] AS industry, {_of(modality)}[1 + modality] AS modality,
      {_of(tasks)}[1 + task] AS task, (ARRAY['张', '框', '小时', '例'])[1 + modality % 4] AS unit,
      q, price, round(q * price * 100) AS fen
    FROM (SELECT *, (industry * 5 + floor({_chance(5)} ^ 2 * 3)::int) % {len(modality)} AS modality FROM (
      SELECT n, timestamptz '{first} 04:00:00+08'
          + ({_chance(1)} + n) / {count} * {YEARS * 365 - 46} * interval '1 day' AS at,
        floor({_chance(2)} ^ 2 * {len(places)})::int AS here,
        floor({_chance(3)} ^ 2 * {len(places)})::int AS there,
        floor({_chance(4)} ^ 2 * {len(industry)})::int AS industry,
        floor({_chance(6)} ^ 2 * {len(tasks)})::int AS task,
        (10 + floor({_chance(7)} * 9990))::numeric(18, 2) AS q,
        (0.05 + {_chance(8)} * 80)::numeric(14, 4) AS price
      FROM generate_series(0, {count} - 1) AS n) AS drawn) AS orders
    JOIN places h ON h.place = here JOIN places t ON t.place = there
    """  # noqa: S608 - numbers and codes of ours


def _places() -> list[str]:
    """Cities and districts by number; low numbers, the capitals of provinces, are met more often."""
    return sorted(
        child.code
        for province in regions.children(regions.COUNTRY_CODE)
        for child in regions.children(province.code)
        if child.level is not RegionLevel.COUNTRY
    )


def _numbered(values: list[str]) -> str:
    """The values as rows of the database, each after its number."""
    return ", ".join(f"({number}, '{value}')" for number, value in enumerate(values))


def _of(values: list[str]) -> str:
    """The values as an array of the database."""
    return f"(ARRAY[{', '.join(repr(value) for value in values)}])"


def _chance(salt: int) -> str:
    """A number in [0, 1) of an order and a salt."""
    return f"((hashint4((n * 16 + {salt})::int)::bigint + 2147483648) / 4294967296::float)"


def _id(number: str, kind: int) -> str:
    """An identifier of a row; rising, as ours are."""
    return f"lpad(to_hex({number}::bigint * 16 + {kind}), 32, '0')::uuid"


def _when(days: int) -> str:
    """Moment and month of an event so many days after the order."""
    at = f"at + interval '{days} days'"
    return f"{at}, to_char(({at}) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


def _trade(number: int, kind: str, days: int, quantity: str) -> str:
    return f"""
    INSERT INTO trade_facts (id, created_at, updated_at, kind, source_id, source_number, contract_id,
      order_id, occurred_at, month, region_code, supplier_region_code, industry, modality,
      task_type, unit, quantity, unit_price, amount_fen)
    SELECT {_id("n", number)}, now(), now(), '{kind}', {_id("n", number)}, 'B-' || n, id, id,
      {_when(days)}, here, there, industry, modality, task, unit, {quantity}, price, fen
    FROM bench_orders
    """  # noqa: S608 - names of ours


def _activity(number: int, kind: str, days: int, hits: str) -> str:
    return f"""
    INSERT INTO activity_facts (id, created_at, updated_at, kind, source_id, source_number,
      occurred_at, month, region_code, industry, modality, hits, amount_fen, base_fen)
    SELECT {_id("n", number)}, now(), now(), '{kind}', {_id("n", number)}, 'B-' || n,
      {_when(days)}, here, industry, modality, {hits}, fen, 0
    FROM bench_orders
    """  # noqa: S608 - names of ours


def _prices() -> str:
    return f"""
    INSERT INTO price_observations (id, created_at, updated_at, contract_id, number, signed_at, month,
      task_type, unit, region_code, unit_price, quantity, quality_bp, days)
    SELECT id, now(), now(), id, 'B-' || n, {_when(0)}, task, unit, here, price, q, 9000 + n % 1000,
      10 + n % 90
    FROM bench_orders
    """  # noqa: S608 - names of ours


def _price_cells() -> str:
    """The cells of cities, provinces and the country."""
    areas = ", ".join(
        f"(substr(region_code, 1, {length}) || '{'0' * (6 - length)}')" for length in (2, 4)
    )
    return f"""
    INSERT INTO price_cells (id, created_at, updated_at, region_code, month, task_type, unit, n, p10,
      median, p90, outliers)
    SELECT gen_random_uuid(), now(), now(), area, month, task_type, unit, n, deciles[1], deciles[2], deciles[3], 0
    FROM (SELECT area COLLATE "C" AS area, month COLLATE "C" AS month, task_type COLLATE "C" AS task_type,
        unit COLLATE "C" AS unit, count(*) AS n,
        percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY unit_price) AS deciles
      FROM price_observations, LATERAL (VALUES ('{regions.COUNTRY_CODE}'), {areas}) AS around(area)
      GROUP BY 1, 2, 3, 4) AS cells
    """  # noqa: S608 - names of ours
