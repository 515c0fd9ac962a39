"""`market bench statistics`: the bureau's pages over millions of facts, in a throw-away PostgreSQL."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp
from tortoise import Tortoise

from market.accounts.models import Membership, Organisation, Person
from market.accounts.sessions import COOKIE, start_session
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.bench.load import Outcome, cpu_of
from market.bench.web import postgres, scratch_folder
from market.bureau.models import ActivityFact, TradeFact
from market.bureau.periods import current_month, shifted
from market.bureau.rebuilding import rebuild_rollups
from market.kit import db, i18n
from market.prices.models import PriceCell
from market.settings import settings
from market.vocabulary import annotation, industries, regions
from market.vocabulary.regions import RegionLevel

YEARS = 5
REQUESTS = 20
_SERVERS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
NO_PASSWORD = "!"  # noqa: S105 - a hash that no password has
TARGET_MS = 300
console = Console(stderr=True)
# One order has these; the days after the signature, and what its row says. Every number follows
# from the order's own, so that two fills are alike.
TRADE = (("contracted", 0, "q"), ("accepted", 30, "q"), ("settled", 45, "0"))
ACTIVITIES = (("opened", -20, "1 + n % 7"), ("inspected", 30, "(n % 10 > 0)::int"),
              ("registered", 0, "0"))  # fmt: skip


def run(create_app: Callable[[], ASGIApp], *, orders: int, requests: int, as_json: bool) -> None:
    """Fill, sum, read the pages one after the other; print p50 and p95 by the clock and by our CPU."""
    i18n.use_locale(i18n.DEFAULT)
    settings.rate_limits = False
    with scratch_folder(), postgres() as url:
        found = asyncio.run(_measure(create_app, url, orders, requests))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(found)


async def _measure(
    create_app: Callable[[], ASGIApp], url: str, orders: int, requests: int
) -> dict[str, Any]:
    await db.connect(url)
    try:
        await Tortoise.generate_schemas()
        found: dict[str, Any] = {"orders": orders}
        begun = time.perf_counter()
        await fill(orders)
        found["fill_s"] = round(time.perf_counter() - begun, 1)
        begun = time.perf_counter()
        found["rollups"] = await rebuild_rollups()
        found["recompute_s"] = round(time.perf_counter() - begun, 1)
        for table in found["rollups"]:
            await db.connection().execute_script(f"VACUUM ANALYZE {table}")
        found["facts"] = await TradeFact.all().count() + await ActivityFact.all().count()
        found["pages"] = await _read(create_app(), requests)
        return found
    finally:
        await db.disconnect()


async def fill(orders: int) -> None:
    """What so many orders left behind in five years, made by the database; indexes are built after.

    The facts themselves are not logged: their making is not measured. Their sums are.
    """
    tables = ("trade_facts", "activity_facts", "price_observations")
    run = db.connection().execute_script
    await run("ALTER SYSTEM SET max_wal_size = '8GB'")
    await run("SELECT pg_reload_conf()")
    dropped = [text for table in tables for text in await _without_indexes(table)]
    await run(_places())
    await run(_orders(orders))
    rows = [_trade(number, *row) for number, row in enumerate(TRADE)]
    rows += [_activity(number, *row) for number, row in enumerate(ACTIVITIES, len(TRADE))]
    console.print("facts …")
    await asyncio.gather(*map(run, [*rows, _prices()]))
    console.print("indexes …")
    await asyncio.gather(*(run(f"SET maintenance_work_mem = '256MB'; {text}") for text in dropped))
    await run(_price_cells())
    await run("DROP TABLE places, bench_orders")
    for table in (*tables, "price_cells"):
        await run(f"VACUUM ANALYZE {table}")


async def _without_indexes(table: str) -> list[str]:
    """Drop what is not a constraint; the definitions to make it again."""
    await db.connection().execute_script(f"ALTER TABLE {table} SET UNLOGGED")
    rows = await db.connection().execute_query_dict(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1 "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [table],
    )
    for row in rows:
        await db.connection().execute_script(f'DROP INDEX "{row["indexname"]}"')
    return [row["indexdef"] for row in rows]


def _places() -> str:
    """Cities and districts by number; low numbers, the capitals of provinces, are met more often."""
    codes = [
        child.code
        for province in regions.children(regions.COUNTRY_CODE)
        for child in regions.children(province.code)
        if child.level is not RegionLevel.COUNTRY
    ]
    values = ", ".join(f"({number}, '{code}')" for number, code in enumerate(sorted(codes)))
    return f"CREATE UNLOGGED TABLE places AS SELECT * FROM (VALUES {values}) AS v(place, code)"  # noqa: S608 - codes of ours


def _orders(count: int) -> str:
    """One row an order in the order of time: when, where, what, how much; squares of a hash make some
    of each rare. An industry has three of the modalities, a modality one unit."""
    industry = [term.code for term in industries.INDUSTRIES.values()]
    modality = [term.code for term in annotation.MODALITIES.values()]
    tasks = [term.code for term in annotation.TASK_TYPES.values()][:12]
    places = "(SELECT count(*) FROM places)"
    first = f"{shifted(current_month(), -12 * YEARS)}-01"
    return f"""
    CREATE UNLOGGED TABLE bench_orders AS
    SELECT n, {_id("n", 0)} AS id, at, here, there, {_of(industry)}[1 + i] AS industry,
      {_of(modality)}[1 + m] AS modality, {_of(tasks)}[1 + t] AS task,
      (ARRAY['张', '框', '小时', '例'])[1 + m % 4] AS unit, q, price
    FROM (SELECT *, (i * 5 + floor(power({_chance(5)}, 2) * 3)::int) % {len(modality)} AS m FROM (
      SELECT n, timestamptz '{first} 04:00:00+08'
          + (({_chance(1)} + n) / {count} * {YEARS * 365 - 46} || ' days')::interval AS at,
        floor(power({_chance(2)}, 2) * {places})::int AS here,
        floor(power({_chance(3)}, 2) * {places})::int AS there,
        floor(power({_chance(4)}, 2) * {len(industry)})::int AS i,
        floor(power({_chance(6)}, 2) * {len(tasks)})::int AS t,
        (10 + floor({_chance(7)} * 9990))::numeric(18, 2) AS q,
        (0.05 + {_chance(8)} * 80)::numeric(14, 4) AS price
      FROM generate_series(0, {count} - 1) AS n) AS drawn) AS orders
    """  # noqa: S608 - numbers and codes of ours


def _of(values: list[str]) -> str:
    """The values as an array of the database."""
    return f"(ARRAY[{', '.join(repr(value) for value in values)}])"


def _chance(salt: int) -> str:
    """A number in [0, 1) of an order and a salt."""
    return f"((hashint4((n * 16 + {salt})::int)::bigint + 2147483648) / 4294967296.0)"


def _id(number: str, kind: int) -> str:
    """An identifier of a row; rising, as ours are."""
    return f"lpad(to_hex({number}::bigint * 16 + {kind}), 32, '0')::uuid"


def _when(days: int) -> str:
    """Moment and month of an event so many days after the order."""
    at = f"o.at + interval '{days} days'"
    return f"{at}, to_char(({at}) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


def _trade(number: int, kind: str, days: int, quantity: str) -> str:
    return f"""
    INSERT INTO trade_facts (id, created_at, updated_at, kind, source_id, source_number, contract_id,
      order_id, occurred_at, month, region_code, supplier_region_code, industry, modality,
      task_type, unit, quantity, unit_price, amount_fen)
    SELECT {_id("n", number)}, now(), now(), '{kind}', {_id("n", number)}, 'B-' || n, id, id,
      {_when(days)}, h.code, t.code, industry, modality, task, unit, {quantity}, price, round(q * price * 100)
    FROM bench_orders o JOIN places h ON h.place = o.here JOIN places t ON t.place = o.there
    """  # noqa: S608 - names of ours


def _activity(number: int, kind: str, days: int, hits: str) -> str:
    return f"""
    INSERT INTO activity_facts (id, created_at, updated_at, kind, source_id, source_number,
      occurred_at, month, region_code, industry, modality, hits, amount_fen, base_fen)
    SELECT {_id("n", number)}, now(), now(), '{kind}', {_id("n", number)}, 'B-' || n,
      {_when(days)}, h.code, industry, modality, {hits}, round(q * price * 100), 0
    FROM bench_orders o JOIN places h ON h.place = o.here
    """  # noqa: S608 - names of ours


def _prices() -> str:
    return f"""
    INSERT INTO price_observations (id, created_at, updated_at, contract_id, number, signed_at, month,
      task_type, unit, region_code, unit_price, quantity, quality_bp, days)
    SELECT id, now(), now(), id, 'B-' || n, {_when(0)}, task, unit, h.code, price, q, 9000 + n % 1000,
      10 + n % 90
    FROM bench_orders o JOIN places h ON h.place = o.here
    """  # noqa: S608 - names of ours


def _price_cells() -> str:
    """The cells of cities, provinces and the country."""
    areas = ", ".join(
        f"(substr(region_code, 1, {length}) || '{'0' * (6 - length)}')" for length in (2, 4)
    )
    deciles = ", ".join(
        f"percentile_cont({share}) WITHIN GROUP (ORDER BY unit_price)" for share in (0.1, 0.5, 0.9)
    )
    return f"""
    SET work_mem = '256MB';
    INSERT INTO price_cells (id, created_at, updated_at, region_code, month, task_type, unit, n, p10,
      median, p90, outliers)
    SELECT gen_random_uuid(), now(), now(), area, month, task_type, unit, count(*), {deciles}, 0
    FROM price_observations, LATERAL (VALUES ('{regions.COUNTRY_CODE}'), {areas}) AS around(area)
    GROUP BY area, month, task_type, unit
    """  # noqa: S608 - names of ours


async def _reader(kind: OrganisationKind, region_code: str) -> str:
    """A session of a member of a bureau or the operator."""
    organisation = await Organisation.create(
        number=f"O-{kind.value}-{region_code}", kind=kind, status=OrganisationStatus.ACTIVE,
        name=f"{kind.value} {region_code}", org_type="government", region_code=region_code,
    )  # fmt: skip
    person = await Person.create(
        email=f"{kind.value}{region_code}@example.com", name="统计员", password_hash=NO_PASSWORD
    )
    await Membership.create(person=person, organisation=organisation, role=Role.OWNER)
    return await start_session(person)


PAGES = {
    "overview": "/bureau/overview",
    "overview, five years": "/bureau/overview?period=custom&first={first}",
    "overview, one industry": "/bureau/overview?industry=healthcare",
    "regions": "/bureau/regions",
    "indicators": "/bureau/indicators",
    "one indicator": "/bureau/indicators/TX-contracted?period=twelve",
    "flows": "/bureau/flows",
    "deals": "/bureau/deals",
    "deals, one kind": "/bureau/deals?kind=settled&period=month",
    "events": "/bureau/activities?kind=inspected",
    "targets": "/bureau/targets",
    "contracts": "/bureau/contracts",
    "prices": "/bureau/prices",
    "prices of one task": "/bureau/prices?task={task}&unit={unit}",
}
PUBLIC = {
    "public statistics": "/statistics",
    "published prices": "/prices",
    "catalogue": "/indicators",
}


async def _read(app: ASGIApp, requests: int) -> dict[str, Any]:
    readers = {
        "country": await _reader(OrganisationKind.OPERATOR, "370000"),
        "province": await _reader(OrganisationKind.BUREAU, "370000"),
        "city": await _reader(OrganisationKind.BUREAU, "370100"),
    }
    first = shifted(current_month(), -12 * YEARS + 1)
    busiest = await PriceCell.filter(region_code=regions.COUNTRY_CODE).order_by("-n").first()
    assert busiest is not None
    chosen = {"first": first, "task": busiest.task_type, "unit": quote(busiest.unit)}
    found = {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        for who, session in readers.items():
            http.cookies.set(COOKIE, session)
            for name, path in PAGES.items():
                label = f"{who}: {name}"
                found[label] = await _time(http, path.format(**chosen), requests)
        http.cookies.clear()
        for name, path in PUBLIC.items():
            found[name] = await _time(http, path, requests)
    return found


async def _time(http: httpx.AsyncClient, path: str, requests: int) -> dict[str, float]:
    """One page again and again: by the clock, by our processor time and by that of the database."""
    wall, cpu = Outcome(), Outcome()
    first = served = 0.0
    rows = await db.connection().execute_query_dict(_SERVERS)
    servers = [row["pid"] for row in rows]
    for number in range(requests + 1):
        begun, used = time.perf_counter(), time.process_time()
        before = sum(map(cpu_of, servers))
        answer = await http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        taken = (time.perf_counter() - begun) * 1000
        if number:
            wall.latencies_ms.append(taken)
            cpu.latencies_ms.append((time.process_time() - used) * 1000)
            served += (sum(map(cpu_of, servers)) - before) * 1000
        else:  # it reads from disk what the others find in memory
            first = taken
    return {
        "first_ms": round(first, 1),
        "p50_ms": round(wall.percentile(0.5), 1),
        "p95_ms": round(wall.percentile(0.95), 1),
        "cpu_p50_ms": round(cpu.percentile(0.5), 1),
        "server_cpu_ms": round(served / requests, 1),
    }


def _print(found: dict[str, Any]) -> None:
    out = Console()
    out.print(
        f"{found['orders']:,} orders, {found['facts']:,} facts filled in {found['fill_s']} s; "
        f"all sums recomputed in {found['recompute_s']} s: {found['rollups']}"
    )
    keys = ("first_ms", "p50_ms", "p95_ms", "cpu_p50_ms", "server_cpu_ms")
    heads = ("first ms", "p50 ms", "p95 ms", "CPU p50 ms", "CPU of the server ms")
    table = Table("page", *heads, title=f"target p95 {TARGET_MS} ms")
    for name, row in found["pages"].items():
        table.add_row(name, *(f"{row[key]:.0f}" for key in keys))
    out.print(table)
