"""Sealed bids: who may place them, until when, and within which limits."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from market.kit import clock
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import bids, jobs
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid, Job
from market.tendering.states import BidStatus
from tests.factories import actor, make_organisation, tendering

pytestmark = pytest.mark.usefixtures("rollback")


async def test_a_placed_bid_is_only_a_digest() -> None:
    job = await tendering.published_job()
    by = await tendering.make_supplier(name="泉汇医标")
    bid = await bids.place_bid(job, tendering.offer(proposal="三级质检"), by=by)
    row = await Bid.get(id=bid.id)
    assert (row.status, row.bidder_id, row.unit_price, row.content) == (
        BidStatus.SUBMITTED, None, None, None,
    )  # fmt: skip
    assert len(row.digest) == 64
    assert bids.own_offer(job, row, by=by) is None
    assert bid.receipt is not None
    assert bid.receipt["offer"]["unit_price"] == "80.0000"
    opened = await Bid.get(id=(await tendering.open_bids(job) and bid).id)
    mine = bids.own_offer(job, opened, by=by)
    assert mine is not None
    assert (mine.unit_price, mine.proposal) == (Decimal("80.0000"), "三级质检")


async def test_another_supplier_cannot_read_it() -> None:
    job = await tendering.published_job()
    bid = await tendering.place_bid(job)
    with pytest.raises(NotFound):
        bids.own_offer(job, bid, by=await tendering.make_supplier())


async def test_a_bid_is_one_for_each_supplier() -> None:
    job, by = await tendering.published_job(), await tendering.make_supplier()
    await tendering.place_bid(job, by=by)
    with pytest.raises(bids.AlreadyBid):
        await tendering.place_bid(job, by=by)
    assert await Bid.filter(job=job).count() == 1


async def test_bids_close_at_the_deadline() -> None:
    job = await tendering.published_job()
    assert job.bid_deadline_at is not None
    by = await tendering.make_supplier()
    with clock.frozen_at(job.bid_deadline_at), pytest.raises(bids.BiddingClosed):
        await tendering.place_bid(job, by=by)
    assert await Bid.filter(job=job).count() == 0
    with clock.frozen_at(job.bid_deadline_at - dt.timedelta(seconds=1)):
        assert (await tendering.place_bid(job, by=by)).status == BidStatus.SUBMITTED


async def test_only_verified_suppliers_bid_and_not_on_their_own_job() -> None:
    job = await tendering.published_job()
    buyer = await actor(await make_organisation(kind="demand"))
    unverified = await actor(await make_organisation(kind="supplier", verified=False))
    viewer = await actor(await make_organisation(kind="supplier"), role="viewer")
    for by in (buyer, unverified, viewer):
        with pytest.raises(NotPermitted):
            await tendering.place_bid(job, by=by)
    firm = await tendering.make_supplier()
    own = await tendering.published_job(by=firm)
    with pytest.raises(NotPermitted):
        await tendering.place_bid(own, by=firm)
    assert await Bid.all().count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [({"unit_price": "90.0001"}, "unit_price"), ({"unit_price": "90", "extra_lines": [
        {"spend_category": "算力租用", "description": "私有化部署", "amount_fen": 200_000_000}
    ]}, "unit_price")],
)  # fmt: skip
async def test_the_ceiling_and_the_budget_hold(values: dict[str, Any], field: str) -> None:
    job = await tendering.published_job()
    with pytest.raises(InvalidInput) as refusal:
        await tendering.place_bid(job, **values)
    assert list(refusal.value.fields) == [field]
    assert await Bid.filter(job=job).count() == 0


async def test_revising_changes_the_seal_and_withdrawing_frees_the_place() -> None:
    job, by = await tendering.published_job(), await tendering.make_supplier()
    bid = await tendering.place_bid(job, by=by)
    revised = await bids.revise_bid(bid, tendering.offer(unit_price="70"), by=by)
    assert revised.digest != bid.digest
    assert revised.receipt is not None
    assert revised.receipt["offer"]["unit_price"] == "70.0000"
    withdrawn = await bids.withdraw_bid(revised, by=by)
    assert withdrawn.status == BidStatus.WITHDRAWN
    again = await tendering.place_bid(job, by=by, unit_price="60")
    assert (again.id, again.status) == (bid.id, BidStatus.SUBMITTED)


async def test_an_amendment_voids_bids_until_they_are_confirmed_again() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    by = await tendering.make_supplier()
    bid = await tendering.place_bid(job, by=by)
    amended = await jobs.amend_job(job, JobDraft(volume=Decimal(12000)), by=owner)
    assert (amended.version, amended.volume) == (2, Decimal(12000))
    bid = await Bid.get(id=bid.id)
    assert bid.status == BidStatus.INVALID
    confirmed = await bids.reconfirm_bid(bid, by=by)
    assert (confirmed.status, confirmed.job_version) == (BidStatus.SUBMITTED, 2)
    assert (confirmed.sealed, confirmed.digest) == (bid.sealed, bid.digest)


async def test_the_log_and_the_outbox_name_no_bidder() -> None:
    job, by = await tendering.published_job(), await tendering.make_supplier()
    bid = await tendering.place_bid(job, by=by)
    entries = await LogEntry.filter(subject_id=bid.id)
    assert {(e.actor_person_id, e.actor_organisation_id) for e in entries} == {(None, None)}
    assert {e.actor_label for e in entries} == {f"bidder {bid.bidder_tag[:8]}"}
    message = await OutboxMessage.filter(topic="bid.submitted").get()
    assert message.payload == {"bid": str(bid.id)}


async def test_only_the_invited_may_bid_on_an_invited_job() -> None:
    firms = [await make_organisation(kind="supplier") for _ in range(3)]
    job = await tendering.published_job(
        procedure="invited", procedure_config={"invited": [firm.number for firm in firms]}
    )
    with pytest.raises(NotPermitted):
        await tendering.place_bid(job)
    bid = await tendering.place_bid(job, by=await actor(firms[0]))
    assert bid.status == BidStatus.SUBMITTED
    assert (await Job.get(id=job.id)).procedure_config["invited_only"] is True
