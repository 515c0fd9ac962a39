"""What opens of a job with lots, and what an amended limit refuses at the opening."""

from decimal import Decimal

import pytest

from market.kit.errors import InvalidInput
from market.tendering import bids, jobs
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid, Job, Lot
from market.tendering.states import (
    BidStatus,
    JobStatus,
    LotStatus,
)
from tests.factories import (
    actor,
    make_organisation,
    tendering,
)

pytestmark = pytest.mark.usefixtures("rollback")


async def lots_job(minimum: int = 1) -> tuple[Job, list[Lot]]:
    """A job of two lots."""
    job = await tendering.make_job(procedure_config={"minimum_bids": minimum})
    rows = [
        await Lot.create(job=job, position=n, title=f"第{n}包", volume=Decimal(1000 * n),
                         budget_fen=10_000_000 * n, ceiling_unit_price=Decimal(90))
        for n in (1, 2)
    ]  # fmt: skip
    await Job.filter(id=job.id).update(volume=Decimal(3000), budget_fen=30_000_000)
    return await tendering.publish(await Job.get(id=job.id)), rows


async def test_lots_are_bid_for_one_by_one() -> None:
    job, (one, two) = await lots_job()
    firm = await tendering.make_supplier()
    with pytest.raises(InvalidInput) as refusal:
        await bids.place_bid(job, tendering.offer(), by=firm)
    assert list(refusal.value.fields) == ["lot"]
    first = await bids.place_bid(job, tendering.offer(), lot=one, by=firm)
    second = await bids.place_bid(job, tendering.offer(unit_price="70"), lot=two, by=firm)
    assert first.bidder_tag != second.bidder_tag
    with pytest.raises(bids.AlreadyBid):
        await bids.place_bid(job, tendering.offer(), lot=one, by=firm)
    with pytest.raises(InvalidInput):
        await bids.place_bid(job, tendering.offer(extra_lines=[
            {"spend_category": "算力租用", "description": "算力", "amount_fen": 3_000_000}
        ]), lot=one, by=await tendering.make_supplier())  # fmt: skip
    job = await tendering.open_bids(job)
    totals = await Bid.filter(job=job).order_by("lot__position").values_list("total_fen", flat=True)
    assert list(totals) == [8_000_000, 14_000_000]
    assert {lot.status for lot in await Lot.filter(job=job)} == {LotStatus.EVALUATION}


async def test_a_lot_with_too_few_bids_ends_alone() -> None:
    job, (one, two) = await lots_job(minimum=2)
    lonely = await bids.place_bid(
        job, tendering.offer(), lot=one, by=await tendering.make_supplier()
    )
    for _ in range(2):
        await bids.place_bid(job, tendering.offer(), lot=two, by=await tendering.make_supplier())
    job = await tendering.open_bids(job)
    assert job.status == JobStatus.EVALUATION
    statuses = await Lot.filter(job=job).order_by("position").values_list("status", flat=True)
    assert list(statuses) == [LotStatus.UNSUCCESSFUL, LotStatus.EVALUATION]
    lonely = await Bid.get(id=lonely.id)
    assert (lonely.status, lonely.reason_code, lonely.bidder_id) == (
        BidStatus.UNSUCCESSFUL, "returned_unopened", None,
    )  # fmt: skip


async def test_a_confirmed_bid_beyond_the_amended_ceiling_is_refused_at_the_opening() -> None:
    buyer = await actor(await make_organisation())
    job = await tendering.published_job(by=buyer)
    firm = await tendering.make_supplier()
    bid = await tendering.place_bid(job, by=firm, unit_price="80")
    job = await jobs.amend_job(job, JobDraft(ceiling_unit_price="75"), by=buyer)
    await bids.reconfirm_bid(await Bid.get(id=bid.id), by=firm)
    job = await tendering.open_bids(job)
    bid = await Bid.get(id=bid.id)
    assert (bid.status, bid.reason_code, bid.unit_price) == (
        BidStatus.DISQUALIFIED, "not_responsive", Decimal(80),
    )  # fmt: skip
