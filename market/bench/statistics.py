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
from market.bench.load import SERVERS, Outcome, cpu_of
from market.bench.statistic_rows import YEARS, fill
from market.bench.web import postgres, scratch_folder
from market.bureau.models import ActivityFact, TradeFact
from market.bureau.periods import current_month, shifted
from market.bureau.rebuilding import rebuild_rollups
from market.kit import db, i18n
from market.prices.models import PriceCell
from market.settings import settings
from market.vocabulary import regions

REQUESTS = 20
NO_PASSWORD = "!"  # noqa: S105 - a hash that no password has
TARGET_MS = 300


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
    rows = await db.connection().execute_query_dict(SERVERS)
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
