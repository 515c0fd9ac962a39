"""Bids in the last second, two bids of one firm, two holders at once: one outcome each; without the lock, another."""

import asyncio
import datetime as dt
import random
from contextlib import AbstractContextManager
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.outbox import OutboxMessage
from market.tendering import bids, ceremony, opening, stages, verify_opening
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import BidEvent, KeyShare
from market.tendering.states import BidStatus, JobStatus
from tests.factories import actor, make_organisation, tendering
from tests.races.test_market_races import at, bare, refusals, together

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]
RIVALS, LATE = 100, 10
SECOND = dt.timedelta(seconds=1)


def deadline(job: Job, *, by: dt.timedelta = dt.timedelta()) -> AbstractContextManager[None]:
    """The clock at the deadline, or some time from it."""
    assert job.bid_deadline_at is not None
    return clock.frozen_at(job.bid_deadline_at + by)


async def test_a_hundred_bids_in_the_last_second_against_the_clock() -> None:
    job = await tendering.published_job()
    rivals = [await tendering.make_supplier() for _ in range(RIVALS + LATE + 2)]
    for early in rivals[RIVALS + LATE :]:
        await tendering.place_bid(job, by=early)
    works = [
        at(deadline(job, by=-SECOND), lambda by=by: tendering.place_bid(job, by=by))
        for by in rivals[:RIVALS]
    ]
    belated = [
        at(deadline(job), lambda by=by: tendering.place_bid(job, by=by))
        for by in rivals[RIVALS : RIVALS + LATE]
    ]
    works += [*belated, at(deadline(job), lambda: stages.close_bidding(job.id))]
    random.Random(7).shuffle(works)
    outcomes = await together(*works)
    placed = {outcome.number for outcome in outcomes if isinstance(outcome, Bid)}
    assert outcomes.count(True) == 1
    assert len(placed) + len(refusals(outcomes)) == RIVALS + LATE
    assert len(placed) <= RIVALS
    assert set(refusals(outcomes)) == {bids.BiddingClosed}
    job = await tendering.release(job)
    kept = {bid.number: bid.status for bid in await Bid.filter(job=job)}
    assert set(kept.values()) == {BidStatus.OPENED}
    published = {row["number"] for row in (await tendering.transcript_of(job))["bids"]}
    assert (published, len(published)) == (set(kept), len(placed) + 2)
    assert placed < published
    assert verify_opening.findings(await tendering.transcript_of(job)) == []


async def test_without_the_lock_a_bid_outlives_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    job = await tendering.published_job(procedure_config={"minimum_bids": 2})
    early, late = [await tendering.make_supplier() for _ in range(2)]
    await tendering.place_bid(job, by=early)
    has_read, is_closed = asyncio.Event(), asyncio.Event()

    async def read(row: Any) -> Any:
        found = await type(row).get(id=row.id)
        has_read.set()
        await is_closed.wait()
        return found

    monkeypatch.setattr(bids, "lock", read)
    belated = asyncio.create_task(
        at(
            deadline(job, by=-SECOND),
            lambda: bare(bids.place_bid)(job, tendering.offer(), by=late),
        )
    )
    await has_read.wait()
    assert await at(deadline(job), lambda: stages.close_bidding(job.id))
    is_closed.set()
    lost = await belated
    assert (await Bid.get(id=lost.id)).status == BidStatus.SUBMITTED
    assert (await Job.get(id=job.id)).status == JobStatus.UNSUCCESSFUL


@pytest.mark.parametrize("first", ["withdrawal", "clock"])
async def test_a_withdrawal_against_the_clock(first: str) -> None:
    job = await tendering.published_job()
    steady, doubtful = [await tendering.make_supplier() for _ in range(2)]
    await tendering.place_bid(job, by=steady)
    bid = await tendering.place_bid(job, by=doubtful)
    works = [
        at(deadline(job, by=-SECOND), lambda: bids.withdraw_bid(bid, by=doubtful)),
        at(deadline(job), lambda: stages.close_bidding(job.id)),
    ]
    if first == "clock":
        works.reverse()
    outcomes = await together(*works)
    job, bid = await tendering.release(job), await Bid.get(id=bid.id)
    published = {row["number"] for row in (await tendering.transcript_of(job))["bids"]}
    if refusals(outcomes):
        assert refusals(outcomes) == [bids.BiddingClosed]
        assert (bid.status, bid.number in published) == (BidStatus.OPENED, True)
    else:
        assert (bid.status, bid.number in published) == (BidStatus.WITHDRAWN, False)
        assert bid.bidder_id is None
    assert verify_opening.findings(await tendering.transcript_of(job)) == []


async def test_two_bids_of_one_firm_at_once_are_one() -> None:
    job, firm = await tendering.published_job(), await tendering.make_supplier()
    outcomes = await together(*(tendering.place_bid(job, by=firm) for _ in range(2)))
    assert refusals(outcomes) == [bids.AlreadyBid]
    assert await Bid.filter(job=job).count() == 1
    assert await BidEvent.filter(job=job).count() == 2


async def test_without_the_lock_only_the_unique_tag_stops_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job, firm = await tendering.published_job(), await tendering.make_supplier()
    both_read = asyncio.Barrier(2)

    async def read_lot(*_args: Any) -> None:
        return None

    async def read(row: Any) -> Any:
        return await type(row).get(id=row.id)

    create = Bid.create

    async def create_both(**values: Any) -> Bid:
        await both_read.wait()
        return await create(**values)

    monkeypatch.setattr(bids, "_open_lot", read_lot)
    monkeypatch.setattr(bids, "lock", read)
    monkeypatch.setattr(Bid, "create", create_both)
    place = bare(bids.place_bid)
    outcomes = await together(*(place(job, tendering.offer(), by=firm) for _ in range(2)))
    assert refusals(outcomes) == [IntegrityError]


async def waiting_job() -> tuple[Job, list[tuple[KeyShare, bytes, Actor]]]:
    """A job after its deadline, and two holders each with its share and private key."""
    await make_organisation(kind="bureau", region_code="370100")
    job = await tendering.published_job(
        by=await actor(await make_organisation(region_code="370102"))
    )
    for _ in range(3):
        await tendering.place_bid(job)
    job = await tendering.close_bidding(job)
    held = KeyShare.filter(key__job=job, organisation_id__isnull=False)
    return job, [
        (share, await tendering.unlocked(share), await actor(share.organisation))
        for share in await held.order_by("position").select_related("organisation", "opening_key")
    ]


async def openings(job: Job) -> tuple[int, int]:
    """How often the job was opened: its messages, and the log entries of one of its bids."""
    told = [row for row in await OutboxMessage.filter(topic="job.opened")
            if row.payload["job"] == str(job.id)]  # fmt: skip
    bid = await Bid.filter(job=job).first()
    assert bid is not None
    entries = LogEntry.filter(subject_id=bid.id, action="status:opened")
    return len(told), await entries.count()


async def test_two_holders_at_once_open_once() -> None:
    job, holders = await waiting_job()
    outcomes = await together(
        *(
            at(deadline(job, by=5 * SECOND * 60), lambda h=h: ceremony.release_share(h[0], h[1], by=h[2]))
            for h in holders
        )
    )  # fmt: skip
    assert refusals(outcomes) == [ceremony.AlreadyReleased]
    job = await Job.get(id=job.id)
    assert (job.status, await openings(job)) == (JobStatus.EVALUATION, (1, 1))
    assert verify_opening.findings(await tendering.transcript_of(job)) == []


async def test_without_the_lock_two_holders_open_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    job, holders = await waiting_job()
    both_read = asyncio.Barrier(2)
    write = opening._write

    async def write_both(*args: Any) -> Any:
        await both_read.wait()
        return await write(*args)

    monkeypatch.setattr(opening, "_write", write_both)
    monkeypatch.setattr(ceremony, "lock_id", lambda model, key: model.get(id=key))
    release = bare(ceremony.release_share)
    await together(
        *(
            at(deadline(job, by=5 * SECOND * 60), lambda h=h: release(h[0], h[1], by=h[2]))
            for h in holders
        )
    )
    # Each opened every bid; the second transcript is refused by its table, its message with it.
    assert await openings(job) == (1, 2)


async def test_nothing_of_this_broke_the_audit_chain() -> None:
    with clock.shifted_by(dt.timedelta(minutes=1)):
        while await audit.seal_epoch():
            continue
    assert await audit.verify() == []
