"""`market bench vouchers`: concurrent claims on one pool and one cap through the verb; not a fen too much."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal

from rich.console import Console
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.functions import Sum

from billing.models import VoucherPool, VoucherProgramme, VoucherRedemption
from billing.redemption_guards import VoucherNotRedeemable
from billing.redemptions import reserve_grant
from billing.states import ProgrammeStatus
from billing.vouchers.rules import (
    Cap,
    CapLevel,
    Funder,
    Funding,
    Instrument,
    Pool,
    Programme,
    Spend,
    Tier,
)
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bench import fill
from market.bench.web import postgres, scratch_folder
from market.kit import clock, db
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.orders.models import Contract, Order, OrderLine
from market.orders.states import ContractStatus, OrderStatus
from market.settings import settings
from market.tendering.models import Award, Bid, Job
from market.tendering.states import AwardStatus

AT_ONCE = 20
CLAIMS_PER_SUBJECT = 10
AMOUNT_FEN, GRANT_FEN = 1_000_000, 500_000
BATCH = 2000
console = Console(stderr=True)


@dataclass(frozen=True)
class Measured:
    """One database's run: what was claimed, granted and refused, and the fen above pool and caps;
    `cpu_ms_each` is this process's time for a claim, the server's not counted."""

    database: str
    claims: int
    granted: int
    refused: int
    reserved_fen: int
    pool_fen: int
    over_fen: int
    seconds: float
    claims_per_second: float
    cpu_ms_each: float


Measure = Callable[[str, str, int], Coroutine[None, None, Measured]]


def run(*, claims: int, both: bool, measure: Measure | None = None) -> list[dict[str, object]]:
    """Every claim at once, twenty at a time; on SQLite, and on a throw-away PostgreSQL too."""
    found, measure = [], measure or _measure
    with scratch_folder():
        found.append(asyncio.run(measure("SQLite", _sqlite(), claims)))
        with postgres_if(both) as url:
            if url:
                found.append(asyncio.run(measure("PostgreSQL", url, claims)))
    return [asdict(one) for one in found]


def _sqlite() -> str:
    return f"sqlite://{settings.market_data_dir / 'bench.sqlite3'}"


@contextmanager
def postgres_if(wanted: bool) -> Iterator[str]:
    """The address of a throw-away server, or the empty text."""
    if not wanted:
        yield ""
        return
    with postgres() as url:
        yield url


async def _measure(name: str, url: str, claims: int) -> Measured:
    EXECUTOR_CACHE.clear()  # statements are kept by connection name, whatever the dialect
    await db.connect(url)
    try:
        await Tortoise.generate_schemas()
        programme, orders = await _fill(claims)
        _("This programme takes no claims now")  # the sentences of refusals are read once
        started, used = time.perf_counter(), time.process_time()
        outcomes = await _all(programme, orders)
        seconds, used = time.perf_counter() - started, time.process_time() - used
        return await _judged(name, programme, outcomes, seconds, used)
    finally:
        await db.disconnect()


async def _all(programme: VoucherProgramme, orders: list[Order]) -> list[bool]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def claim(order: Order) -> bool:
        async with gate:
            try:
                await reserve_grant(order, programme, claimant="buyer", by=Actor.system("bench"))
            except VoucherNotRedeemable:
                return False
            return True

    return await asyncio.gather(*(claim(order) for order in orders))


async def _judged(
    name: str, programme: VoucherProgramme, outcomes: list[bool], seconds: float, used: float
) -> Measured:
    pool = await VoucherPool.get(programme=programme)
    rows = (
        await VoucherRedemption.all()
        .group_by("claimant_id")
        .annotate(total=Sum("grant_fen"))
        .values_list("total", flat=True)
    )
    sums = [int(str(total)) for total in rows]
    cap = GRANT_FEN * CLAIMS_PER_SUBJECT // 2
    over = max(0, sum(sums) - pool.limit_fen) + sum(max(0, one - cap) for one in sums)
    if sum(sums) != pool.reserved_fen:
        over += abs(sum(sums) - pool.reserved_fen)
    return Measured(
        name, len(outcomes), sum(outcomes), outcomes.count(False), pool.reserved_fen,
        pool.limit_fen, over, round(seconds, 2), round(len(outcomes) / seconds, 1),
        round(1000 * used / len(outcomes), 2),
    )  # fmt: skip


def _rule(claims: int) -> Programme:
    """Half of the compute rental; the cap lets half of a subject's claims, the pool a third of all."""
    limit = GRANT_FEN * CLAIMS_PER_SUBJECT // 2
    return Programme(
        id="bench", title="压测券", kind="compute", issuer="压测", region_code="370100",
        status="active", base="contract", evidence=(),
        funding=Funding(
            funders=(Funder(funder="city", weight=1),),
            pools=(Pool(period="total", fen=GRANT_FEN * claims // 3 + 1),),
        ),
        spend=Spend(categories=("compute_rental",)), tiers=(Tier(rate_bp=5000),),
        caps=(
            Cap(name="subject_year", of="subject", period="year", levels=(CapLevel(limit=limit),)),
        ),
        instrument=Instrument(mode="reimburse_buyer"),
    )  # fmt: skip


async def _fill(claims: int) -> tuple[VoucherProgramme, list[Order]]:
    """As many orders as claims, ten of each buyer, as bare rows."""
    await fill.fill(2)
    job = await Job.all().first()
    assert job is not None
    supplier = await Organisation.get(id=job.owner_id)
    bid = await Bid.create(number="B-BENCH", job=job, bidder_tag="bench")
    rule = _rule(claims)
    programme = await VoucherProgramme.create(
        code=rule.id, version=1, title=rule.title, kind=rule.kind, issuer=rule.issuer,
        region_code=rule.region_code, mode=rule.instrument.mode, status=ProgrammeStatus.OPEN,
        rule=rule.pinned(), digest=rule.digest(),
    )  # fmt: skip
    buyers = [_buyer(n) for n in range(-(-claims // CLAIMS_PER_SUBJECT))]
    await Organisation.bulk_create(buyers, batch_size=BATCH)
    awards = [
        Award(number=f"AW-{n}", job=job, bid=bid, rationale="-", status=AwardStatus.ACTIVE)
        for n in range(claims)
    ]
    contracts = [
        Contract(
            number=f"C-{n}", job=job, award_id=awards[n].id, buyer_id=buyers[n % len(buyers)].id,
            supplier=supplier, status=ContractStatus.ACTIVE, terms={}, digest="0" * 64,
            total_fen=AMOUNT_FEN, activated_at=clock.now(),
        )
        for n in range(claims)
    ]  # fmt: skip
    orders = [
        Order(
            number=f"O-{n}", contract_id=contracts[n].id, job=job, buyer_id=buyers[n % len(buyers)].id,
            supplier=supplier, status=OrderStatus.FUNDED, total_fen=AMOUNT_FEN, quantity=1, unit="项",
            unit_price=Decimal(10000),
        )
        for n in range(claims)
    ]  # fmt: skip
    lines = [
        OrderLine(
            order_id=order.id, position=1, description="算力", spend_category="compute_rental",
            quantity=1, unit="项", unit_price=Decimal(10000), amount_fen=AMOUNT_FEN,
        )
        for order in orders
    ]  # fmt: skip
    async with db.transaction():
        await Award.bulk_create(awards, batch_size=BATCH)
        await Contract.bulk_create(contracts, batch_size=BATCH)
        await Order.bulk_create(orders, batch_size=BATCH)
        await OrderLine.bulk_create(lines, batch_size=BATCH)
    return programme, orders


def _buyer(n: int) -> Organisation:
    return Organisation(
        number=f"ORG-{n}", name=f"压测企业{n}", kind=OrganisationKind.DEMAND, org_type="enterprise",
        status=OrganisationStatus.ACTIVE, region_code="370100",
    )  # fmt: skip
