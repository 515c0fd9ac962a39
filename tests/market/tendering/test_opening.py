"""The opening by the clock: order of states, transcript, too few bids, tampering, questions."""

import datetime as dt

import pytest
from pydantic import SecretStr

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.outbox import OutboxMessage
from market.settings import settings
from market.tendering import jobs, questions, stages, transcripts
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid, Job, Notice
from market.tendering.sealed_models import KeyShare
from market.tendering.states import BidStatus, JobStatus, ShareHolder
from tests.factories import actor, make_organisation, tendering

pytestmark = pytest.mark.usefixtures("rollback")


async def test_nothing_opens_before_the_deadline() -> None:
    job = await tendering.published_job()
    bid = await tendering.place_bid(job)
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at - dt.timedelta(seconds=1)):
        assert await stages.open_due_jobs() == 0
        assert await stages.close_bidding(job.id) is False
    assert (await Bid.get(id=bid.id)).bidder_id is None


async def test_the_clock_closes_and_the_buyers_share_opens_and_publishes() -> None:
    job = await tendering.published_job()
    firm = await make_organisation(kind="supplier", name="泉汇医标数据科技")
    bid = await tendering.place_bid(job, by=await actor(firm), unit_price="80")
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at):
        assert await stages.open_due_jobs() == 1
        assert await stages.open_due_jobs() == 0
    waiting = await Job.get(id=job.id)
    assert (waiting.status, waiting.opened_at) == (JobStatus.OPENING, None)
    assert (await Bid.get(id=bid.id)).status == BidStatus.SUBMITTED
    job, opened = await tendering.release(job), await Bid.get(id=bid.id)
    assert job.status == JobStatus.EVALUATION
    assert (opened.status, opened.bidder_id, opened.total_fen) == (
        BidStatus.OPENED, firm.id, 80_000_000,
    )  # fmt: skip
    transcript = await tendering.transcript_of(job)
    row = transcript["bids"][0]
    assert (row["digest"], row["bidder"], row["total_fen"]) == (
        bid.digest, "泉汇医标数据科技", 80_000_000,
    )  # fmt: skip
    assert transcripts.is_intact(transcript)
    assert [
        row["is_intact"] for row in await transcripts.checked_rows(job, transcript["bids"])
    ] == [True]
    assert await OutboxMessage.filter(topic="job.opened").count() == 1
    assert await Notice.filter(job=job, kind="opened").count() == 1


async def test_the_transcript_shows_a_changed_bid_and_a_changed_transcript() -> None:
    job = await tendering.published_job()
    bid = await tendering.place_bid(job)
    job = await tendering.open_bids(job)
    bid = await Bid.get(id=bid.id)
    bid.sealed = b"exchanged afterwards"
    await bid.save(update_fields=["sealed"])
    transcript = await tendering.transcript_of(job)
    (row,) = await transcripts.checked_rows(job, transcript["bids"])
    assert not row["is_intact"]
    transcript["bids"][0]["total_fen"] = 1
    assert not transcripts.is_intact(transcript)


async def test_too_few_bids_go_back_unopened() -> None:
    job = await tendering.published_job(procedure_config={"minimum_bids": 3})
    bids = [await tendering.place_bid(job) for _ in range(2)]
    job = await tendering.open_bids(job)
    assert (job.status, job.closing_reason) == (JobStatus.UNSUCCESSFUL, "returned_unopened")
    assert await transcripts.newest(job) is None
    for bid in [await Bid.get(id=bid.id) for bid in bids]:
        assert (bid.status, bid.bidder_id, bid.total_fen) == (BidStatus.UNSUCCESSFUL, None, None)


async def test_a_tampered_bid_is_refused_and_the_others_open() -> None:
    job = await tendering.published_job()
    bad, good = await tendering.place_bid(job), await tendering.place_bid(job)
    assert bad.sealed is not None
    bad.sealed = bad.sealed[:-1] + bytes([bad.sealed[-1] ^ 1])
    await bad.save(update_fields=["sealed"])
    await tendering.open_bids(job)
    assert (await Bid.get(id=bad.id)).reason_code == "content_damaged"
    assert (await Bid.get(id=good.id)).status == BidStatus.OPENED


async def test_a_bid_moved_to_another_bidder_does_not_open() -> None:
    job = await tendering.published_job()
    bid, other = await tendering.place_bid(job), await tendering.place_bid(job)
    bid.sealed, bid.digest = other.sealed, other.digest
    await bid.save(update_fields=["sealed", "digest"])
    await tendering.open_bids(job)
    assert (await Bid.get(id=bid.id)).status == BidStatus.DISQUALIFIED


async def test_a_lost_platform_secret_is_survived_with_the_bureau(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bureau = await make_organisation(kind="bureau")
    job = await tendering.published_job()
    bid = await tendering.place_bid(job)
    monkeypatch.setattr(
        settings, "secret_key", SecretStr("another secret of more than thirty-two characters")
    )
    job = await tendering.open_bids(job)
    assert job.status == JobStatus.OPENING
    assert (await Bid.get(id=bid.id)).status == BidStatus.SUBMITTED
    platform = await KeyShare.get(key__job=job, holder=ShareHolder.PLATFORM)
    assert platform.released_at is None
    job = await tendering.release(job, by=await actor(await Organisation.get(id=bureau.id)))
    assert job.status == JobStatus.EVALUATION
    assert (await Bid.get(id=bid.id)).status == BidStatus.OPENED


async def test_an_unconfirmed_bid_is_not_opened() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    stale = await tendering.place_bid(job)
    job = await jobs.amend_job(job, JobDraft(aql="2.5"), by=owner)
    fresh = await tendering.place_bid(job)
    await tendering.open_bids(job)
    stale = await Bid.get(id=stale.id)
    assert (stale.status, stale.reason_code, stale.bidder_id) == (
        BidStatus.UNSUCCESSFUL, "not_reconfirmed", None,
    )  # fmt: skip
    assert (await Bid.get(id=fresh.id)).status == BidStatus.OPENED


async def test_unanswered_questions_move_the_deadline() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    await tendering.place_bid(job)
    question = await questions.ask_question(
        job, "是否接受远程作业？", by=await tendering.make_supplier()
    )
    before = job.bid_deadline_at
    job = await tendering.open_bids(job)
    assert job.status == JobStatus.OPEN_BIDDING
    assert before is not None
    assert job.bid_deadline_at is not None
    day = clock.add_working_days(clock.in_china(before).date(), 1)
    assert clock.in_china(job.bid_deadline_at).date() == day
    await questions.answer_question(question, "不接受。", by=owner)
    assert (await tendering.open_bids(job)).status == JobStatus.EVALUATION


async def test_separate_enquiries_come_before_bidding() -> None:
    job = await tendering.published_job(procedure="consultation")
    assert job.status == JobStatus.OPEN_ENQUIRIES
    assert job.question_deadline_at is not None
    with clock.frozen_at(job.question_deadline_at):
        assert await stages.open_due_jobs() == 1
    assert (await Job.get(id=job.id)).status == JobStatus.OPEN_BIDDING


async def test_price_enquiries_are_evaluated_by_the_opening_itself() -> None:
    job = await tendering.published_job(procedure="enquiry")
    dear, cheap = (
        await tendering.place_bid(job, unit_price="80"),
        await tendering.place_bid(job, unit_price="60"),
    )
    await tendering.open_bids(job)
    ranks = {bid.number: (bid.rank, str(bid.total_points)) for bid in await Bid.filter(job=job)}
    assert ranks == {cheap.number: (1, "100.0000"), dear.number: (2, "75.0000")}
