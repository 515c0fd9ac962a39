"""What happens beside the money of deals: facts as their source rows state them now, and their rollup."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from billing.models import VoucherRedemption
from billing.states import LIVE_REDEMPTIONS, RedemptionStatus
from market.bureau import rollups
from market.bureau.chunks import chunks
from market.bureau.facts import regions_around
from market.bureau.models import ALL, ActivityFact, ActivityKind, ActivityRollup
from market.bureau.rollups import Key, Sums
from market.bureau.sources import code_of, supplier_region
from market.kit.db import atomic, month_of
from market.kit.outbox import Handler, Message
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.records import DECIDED, is_on_time, passed_at_once
from market.registration.models import Filing, Registration
from market.registration.states import FilingStatus
from market.tendering.models import Award, Bid, Job
from market.tendering.states import JobStatus
from market.vocabulary.annotation import MODALITIES
from market.vocabulary.industries import INDUSTRIES

Told = tuple[UUID, list[ActivityFact]]  # of a source row: its id, its facts
STATED = tuple(
    name for name in ActivityFact._meta.db_fields if name not in ("id", "created_at", "updated_at")
)
K = ActivityKind
_AWARDED = (JobStatus.AWARDED, JobStatus.COMPLETED)
_DEALT = (RedemptionStatus.REDEEMED, RedemptionStatus.PAID)


def _fact(
    kind: ActivityKind,
    source: Any,
    at: dt.datetime,
    region_code: str,
    work: Any,
    **sums: int,
) -> ActivityFact:
    """`work` has industry and modality: a job or a filing."""
    return ActivityFact(
        kind=kind,
        source_id=source.id,
        source_number=source.number,
        occurred_at=at,
        month=month_of(at),
        region_code=region_code,
        industry=code_of(INDUSTRIES, work.industry),
        modality=code_of(MODALITIES, work.modality),
        **sums,
    )


async def of_job(job_id: UUID) -> Told:
    """Its publication; once opened its bids and the wait for the first; how the call ended.

    Nothing of a bid before the opening.
    """
    job = await Job.get(id=job_id)
    if job.published_at is None:
        return job.id, []
    where = job.region_code
    facts = [_fact(K.PUBLISHED, job, job.published_at, where, job, amount_fen=job.budget_fen)]
    if job.opened_at is not None:
        bids = await Bid.filter(job_id=job.id, bidder_id__isnull=False).only(
            "id", "total_fen", "submitted_at"
        )
        total = sum(bid.total_fen or 0 for bid in bids)
        facts.append(
            _fact(K.OPENED, job, job.opened_at, where, job, hits=len(bids), amount_fen=total)
        )
        if times := [bid.submitted_at for bid in bids if bid.submitted_at]:
            minutes = int((min(times) - job.published_at).total_seconds() // 60)
            facts.append(_fact(K.FIRST_BID, job, job.opened_at, where, job, hits=max(minutes, 0)))
    if job.status in (*_AWARDED, JobStatus.UNSUCCESSFUL) and job.bid_deadline_at:
        won = int(job.status in _AWARDED)
        facts.append(_fact(K.CONCLUDED, job, job.bid_deadline_at, where, job, hits=won))
    return job.id, facts


async def of_award(award_id: UUID) -> Told:
    """Those of its job."""
    return await of_job((await Award.get(id=award_id)).job_id)


async def of_batch(batch_id: UUID) -> Told:
    """The latest verdict on a delivery, disputed or not, where its supplier is."""
    batch = await DeliveryBatch.get(id=batch_id).select_related(
        "order__job", "order__contract", "order__supplier"
    )
    if batch.decided_at is None:
        return batch.id, []
    where, hits = supplier_region(batch.order), int(passed_at_once(batch))
    fact = _fact(K.INSPECTED, batch, batch.decided_at, where, batch.order.job, hits=hits)
    return batch.id, [fact]


async def of_order(order_id: UUID) -> Told:
    """Whether a completed order was on time, where its supplier is."""
    order = await Order.get(id=order_id).select_related("job", "contract", "supplier")
    if order.completed_at is None or order.due_at is None:
        return order.id, []
    batches = await DeliveryBatch.filter(order_id=order.id, status__in=DECIDED)
    hits = int(is_on_time(order, batches))
    where = supplier_region(order)
    return order.id, [_fact(K.DELIVERED, order, order.completed_at, where, order.job, hits=hits)]


async def of_contract(contract_id: UUID) -> Told:
    """Its registration, once there is one."""
    found = await Registration.filter(contract_id=contract_id).first()
    if found is None:
        return contract_id, []
    contract = await Contract.get(id=contract_id).select_related("job")
    job, total = contract.job, contract.total_fen
    fact = _fact(K.REGISTERED, found, found.issued_at, job.region_code, job, amount_fen=total)
    return found.id, [fact]


async def of_filing(filing_id: UUID) -> Told:
    """An accepted filing of an outside deal, in the month it was accepted."""
    filing = await Filing.get(id=filing_id)
    if filing.status != FilingStatus.ACCEPTED or filing.decided_at is None:
        return filing.id, []
    where, amount = filing.region_code, filing.amount_fen
    return filing.id, [_fact(K.FILED, filing, filing.decided_at, where, filing, amount_fen=amount)]


async def of_redemption(redemption_id: UUID) -> Told:
    """A voucher on an order, in the region of its programme, beside the order's total."""
    row = await VoucherRedemption.get(id=redemption_id).select_related("programme", "order__job")
    if row.status not in LIVE_REDEMPTIONS:
        return row.id, []
    kinds = [K.VOUCHER_GRANTED] + ([K.VOUCHER_REDEEMED] if row.status in _DEALT else [])
    return row.id, [
        _fact(
            kind, row, row.decided_at, row.programme.region_code, row.order.job,
            amount_fen=row.grant_fen, base_fen=row.order.total_fen,
        )
        for kind in kinds
    ]  # fmt: skip


# every row that may have facts, by what tells them
ROWS: tuple[tuple[Callable[[UUID], Awaitable[Told]], Callable[[], QuerySet[Any]]], ...] = (
    (of_job, lambda: Job.filter(published_at__isnull=False)),
    (of_batch, lambda: DeliveryBatch.filter(decided_at__isnull=False)),
    (of_order, lambda: Order.filter(completed_at__isnull=False)),
    (of_contract, lambda: Contract.filter(registration__id__isnull=False)),
    (of_filing, lambda: Filing.filter(status=FilingStatus.ACCEPTED)),
    (of_redemption, lambda: VoucherRedemption.filter(status__in=LIVE_REDEMPTIONS)),
)
# topic -> (the payload's key, the facts of the row it names)
SOURCES: Mapping[str, tuple[str, Callable[[UUID], Awaitable[Told]]]] = {
    **dict.fromkeys(("job.published", "job.opened", "job.unsuccessful", "job.cancelled"), ("job", of_job)),
    **dict.fromkeys(("award.activated", "award.cancelled"), ("award", of_award)),
    **dict.fromkeys(("batch.accepted", "batch.partially_accepted", "batch.rejected"), ("batch", of_batch)),
    "order.completed": ("order", of_order),
    "contract.activated": ("contract", of_contract),
    "filing.answered": ("filing", of_filing),
    **dict.fromkeys(("voucher.decided", "voucher.paid"), ("redemption", of_redemption)),
}  # fmt: skip


async def record_event(message: Message) -> None:
    """The outbox handler of every source's topic: the facts of the row it names, as it stands now."""
    key, told_by = SOURCES[message.topic]
    await settle(*await told_by(UUID(message.payload[key])))


async def record_change(message: Message) -> None:
    """The outbox handler of a changed or ended contract, whose total its facts state: all of them anew."""
    contract_id = UUID(message.payload["contract"])
    await settle(*await of_contract(contract_id))
    for row in await VoucherRedemption.filter(order__contract_id=contract_id):
        await settle(*await of_redemption(row.id))
    for order in await Order.filter(contract_id=contract_id):
        await settle(*await of_order(order.id))


@atomic()
async def settle(source_id: UUID, facts: Sequence[ActivityFact]) -> None:
    """Make a source's facts what is given, and move the sums by the difference; repeatable.

    A twin that writes the same fact at the same time fails on the unique key and is tried again.
    """
    stored = await ActivityFact.filter(source_id=source_id).select_for_update()
    was = {content(fact): fact for fact in stored}
    now = {content(fact): fact for fact in facts}
    gone = [fact for key, fact in was.items() if key not in now]
    new = [fact for key, fact in now.items() if key not in was]
    if gone:
        await ActivityFact.filter(id__in=[fact.id for fact in gone]).delete()
    for fact in new:
        await fact.save(force_create=True)
    parts = [part for fact in gone for part in rollup_parts(fact, sign=-1)]
    parts += [part for fact in new for part in rollup_parts(fact)]
    await rollups.add(ActivityRollup, parts)


def content(fact: ActivityFact) -> tuple[Any, ...]:
    """All that a fact states."""
    return tuple(getattr(fact, name) for name in STATED)


def rollup_parts(fact: ActivityFact, *, sign: int = 1) -> list[tuple[Key, Sums]]:
    """The cells a fact is counted in, each with what it adds (order of rollups.COLUMNS)."""
    sums = (sign, sign * fact.hits, sign * fact.amount_fen, sign * fact.base_fen)
    return [
        ((fact.kind, area, *cell, fact.month), sums)
        for area in regions_around(fact.region_code)
        for cell in ((fact.industry, fact.modality), (ALL, ALL))
    ]


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    **dict.fromkeys(SOURCES, (record_event,)),
    **dict.fromkeys(("contract.changed", "contract.terminated"), (record_change,)),
}


async def restate() -> int:
    """Make the facts of every source row what the row states now: after an upgrade, or a lost message."""
    count = 0
    for told_by, rows in ROWS:
        async for row in chunks(rows()):
            await settle(*await told_by(row.id))
            count += 1
    return count
