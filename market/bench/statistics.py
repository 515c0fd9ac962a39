"""`market bench statistics`: the bureau's pages over millions of facts, in a throw-away PostgreSQL."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp
from tortoise import Tortoise

from market.accounts.models import Membership, Organisation, Person
from market.accounts.sessions import COOKIE, start_session
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.bench.load import Outcome
from market.bench.web import postgres, scratch_folder
from market.bureau.models import ActivityFact, TradeFact
from market.bureau.periods import current_month, shifted
from market.bureau.rebuilding import rebuild_rollups
from market.kit import db, i18n
from market.settings import settings
from market.vocabulary import annotation, industries, regions
from market.vocabulary.regions import RegionLevel

YEARS = 5
REQUESTS = 20
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
        await db.connection().execute_script("ANALYZE")
        found["facts"] = await TradeFact.all().count() + await ActivityFact.all().count()
        found["pages"] = await _read(create_app(), requests)
        return found
    finally:
        await db.disconnect()


async def fill(orders: int) -> None:
    """The facts of so many orders over five years, made by the database; indexes are built after."""
    dropped = await _without_indexes("trade_facts") + await _without_indexes("activity_facts")
    run = db.connection().execute_script
    await run(_places())
    await run(_orders(orders))
    for kind, days, quantity in TRADE:
        console.print(f"{kind} …")
        await run(_trade(kind, days, quantity))
    for kind, days, hits in ACTIVITIES:
        console.print(f"{kind} …")
        await run(_activity(kind, days, hits))
    for definition in dropped:
        await run(definition)
    await run("ANALYZE")


async def _without_indexes(table: str) -> list[str]:
    """Drop what is not a constraint; the definitions to make it again."""
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
    return f"CREATE TEMP TABLE places AS SELECT * FROM (VALUES {values}) AS v(place, code)"  # noqa: S608 - codes of ours


def _orders(count: int) -> str:
    """One row an order: when, where, what, how much; squares of a hash make some of each rare."""

    def pick(values: list[str], salt: int) -> str:
        listed = ", ".join(f"'{value}'" for value in values)
        size = len(values)
        return f"(ARRAY[{listed}])[1 + floor(power({_chance(salt)}, 2) * {size})::int]"

    places = "(SELECT count(*) FROM places)"
    first = f"{shifted(current_month(), -12 * YEARS)}-01"
    return f"""
    CREATE TEMP TABLE bench_orders AS
    SELECT n, md5('order' || n)::uuid AS id,
      timestamptz '{first} 04:00:00+08' + ({_chance(1)} * {YEARS * 365} || ' days')::interval AS at,
      floor(power({_chance(2)}, 2) * {places})::int AS here,
      floor(power({_chance(3)}, 2) * {places})::int AS there,
      {pick([term.code for term in industries.INDUSTRIES.values()], 4)} AS industry,
      {pick([term.code for term in annotation.MODALITIES.values()], 5)} AS modality,
      {pick([term.code for term in annotation.TASK_TYPES.values()][:12], 6)} AS task,
      (ARRAY['张', '框', '小时', '例'])[1 + n % 4] AS unit,
      (10 + floor({_chance(7)} * 9990))::numeric(18, 2) AS q,
      (0.05 + {_chance(8)} * 80)::numeric(14, 4) AS price
    FROM generate_series(1, {count}) AS n
    """  # noqa: S608 - numbers and codes of ours


def _chance(salt: int) -> str:
    """A number in [0, 1) of an order and a salt."""
    return f"((hashint4(n * 16 + {salt})::bigint + 2147483648) / 4294967296.0)"


def _trade(kind: str, days: int, quantity: str) -> str:
    return f"""
    INSERT INTO trade_facts (id, created_at, updated_at, kind, source_id, source_number, contract_id,
      order_id, occurred_at, month, region_code, supplier_region_code, industry, modality,
      task_type, unit, quantity, unit_price, amount_fen)
    SELECT gen_random_uuid(), now(), now(), '{kind}',
      CASE WHEN '{kind}' = 'contracted' THEN id ELSE md5('{kind}' || n)::uuid END, 'B-' || n, id, id,
      o.at + interval '{days} days',
      to_char((o.at + interval '{days} days') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'),
      h.code, t.code, industry, modality, task, unit, {quantity}, price, round(q * price * 100)
    FROM bench_orders o JOIN places h ON h.place = o.here JOIN places t ON t.place = o.there
    """  # noqa: S608 - names of ours


def _activity(kind: str, days: int, hits: str) -> str:
    return f"""
    INSERT INTO activity_facts (id, created_at, updated_at, kind, source_id, source_number,
      occurred_at, month, region_code, industry, modality, hits, amount_fen, base_fen)
    SELECT gen_random_uuid(), now(), now(), '{kind}', md5('{kind}' || n)::uuid, 'B-' || n,
      o.at + interval '{days} days',
      to_char((o.at + interval '{days} days') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'),
      h.code, industry, modality, {hits}, round(q * price * 100), 0
    FROM bench_orders o JOIN places h ON h.place = o.here
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
}
PUBLIC = {"public statistics": "/statistics", "catalogue": "/indicators"}


async def _read(app: ASGIApp, requests: int) -> dict[str, Any]:
    readers = {
        "country": await _reader(OrganisationKind.OPERATOR, "370000"),
        "province": await _reader(OrganisationKind.BUREAU, "370000"),
        "city": await _reader(OrganisationKind.BUREAU, "370100"),
    }
    first = shifted(current_month(), -12 * YEARS + 1)
    found = {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        for who, session in readers.items():
            http.cookies.set(COOKIE, session)
            for name, path in PAGES.items():
                label = f"{who}: {name}"
                found[label] = await _time(http, path.format(first=first), requests)
        http.cookies.clear()
        for name, path in PUBLIC.items():
            found[name] = await _time(http, path, requests)
    return found


async def _time(http: httpx.AsyncClient, path: str, requests: int) -> dict[str, float]:
    wall, cpu = Outcome(), Outcome()
    for number in range(requests + 1):
        begun, used = time.perf_counter(), time.process_time()
        answer = await http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if number:  # the first one fills the caches of the database
            wall.latencies_ms.append((time.perf_counter() - begun) * 1000)
            cpu.latencies_ms.append((time.process_time() - used) * 1000)
    return {
        "p50_ms": round(wall.percentile(0.5), 1),
        "p95_ms": round(wall.percentile(0.95), 1),
        "cpu_p50_ms": round(cpu.percentile(0.5), 1),
    }


def _print(found: dict[str, Any]) -> None:
    out = Console()
    out.print(
        f"{found['orders']:,} orders, {found['facts']:,} facts filled in {found['fill_s']} s; "
        f"all sums recomputed in {found['recompute_s']} s: {found['rollups']}"
    )
    table = Table("page", "p50 ms", "p95 ms", "CPU p50 ms", title=f"target p95 {TARGET_MS} ms")
    for name, row in found["pages"].items():
        table.add_row(name, *(f"{row[key]:.0f}" for key in ("p50_ms", "p95_ms", "cpu_p50_ms")))
    out.print(table)
