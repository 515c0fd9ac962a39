"""Award: who decides, the standstill, several winners and lots, what happens when one falls away."""

import datetime as dt
from typing import Any

import pytest

from market.directory.models import SupplierProfile
from market.kit import clock
from market.kit.actor import Actor
from market.kit.outbox import OutboxMessage
from market.tendering import awards, evaluation, outcomes
from market.tendering.models import Award, Bid, Job
from market.tendering.states import AwardStatus, BidStatus, JobStatus, RefusalReason
from tests.factories import actor, make_organisation, tendering

RATIONALE = "综合得分最高，满足全部要求。"


async def evaluated(*prices: str, **values: Any) -> tuple[Actor, Job, list[Bid]]:
    """A job under evaluation with a bid at each price."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner, **values)
    bids = [await tendering.place_bid(job, unit_price=price) for price in prices]
    job = await tendering.open_bids(job)
    return owner, job, [await Bid.get(id=bid.id) for bid in bids]


async def ranked(*prices: str, **values: Any) -> tuple[Actor, Job, list[Bid]]:
    """A ranked job with a bid at each price."""
    owner, job, bids = await evaluated(*prices, **values)
    for bid in bids:
        await tendering.score(bid, by=owner)
    return owner, await Job.get(id=job.id), [await Bid.get(id=bid.id) for bid in bids]


@pytest.mark.usefixtures("rollback")
async def test_an_award_tells_the_others_and_stands_still() -> None:
    owner, job, (dear, cheap) = await evaluated("80", "60")
    await tendering.score(cheap, by=owner)
    with pytest.raises(awards.NotAwardable):  # one bid is not scored yet
        await awards.award_bid(await Bid.get(id=cheap.id), "x" * 10, by=owner)
    await tendering.score(dear, by=owner)
    award = await awards.award_bid(cheap, "价格最低，满足全部要求。", by=owner)
    assert award.status == AwardStatus.PENDING
    last = clock.add_working_days(clock.today(), 3)
    assert award.stand_still_until == clock.end_of_day(last)
    assert (await Job.get(id=job.id)).status == JobStatus.STAND_STILL
    loser = await Bid.get(id=dear.id)
    assert (loser.status, loser.reason_code) == (BidStatus.UNSUCCESSFUL, "lower_points")
    topics = await OutboxMessage.filter(topic__in=("award.decided", "bid.unsuccessful")).count()
    assert topics == 2


@pytest.mark.usefixtures("rollback")
async def test_the_clock_brings_it_into_force_after_the_standstill() -> None:
    _owner, job, (bid,) = await evaluated("80")
    award = await tendering.award(job, bid, is_active=False)
    assert await awards.activate_due_awards() == 0
    assert award.stand_still_until is not None
    with clock.frozen_at(award.stand_still_until):
        assert await awards.activate_due_awards() == 1
        assert await awards.activate_due_awards() == 0
    assert (await Award.get(id=award.id)).status == AwardStatus.ACTIVE
    assert (await Job.get(id=job.id)).status == JobStatus.AWARDED
    assert await OutboxMessage.filter(topic="award.activated").count() == 1


@pytest.mark.usefixtures("rollback")
async def test_after_a_cancelled_award_the_next_bid_wins() -> None:
    owner, job, (dear, cheap) = await evaluated("80", "60")
    award = await tendering.award(job, cheap, by=owner)
    cancelled = await awards.cancel_award(award, "中标方放弃签约", by=owner)
    assert cancelled.status == AwardStatus.CANCELLED
    assert (await Job.get(id=job.id)).status == JobStatus.EVALUATION
    following = await awards.award_bid(await Bid.get(id=dear.id), "顺位递补第二名。", by=owner)
    assert following.status == AwardStatus.PENDING
    assert await OutboxMessage.filter(topic="award.cancelled").count() == 1


@pytest.mark.usefixtures("rollback")
async def test_a_bid_that_fails_a_requirement_cannot_win() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner, required_certs=["等保三级"])
    weak, strong = await tendering.make_supplier(), await tendering.make_supplier()
    for by, certs in ((weak, ["等保二级"]), (strong, ["等保四级"])):
        await SupplierProfile.create(organisation_id=by.organisation_id, certs=certs)
    bids = [await tendering.place_bid(job, by=by) for by in (weak, strong)]
    job = await tendering.open_bids(job)
    await tendering.score(bids[1], by=owner)
    with pytest.raises(awards.NotAwardable) as refusal:
        await awards.award_bid(bids[0], "最早提交的投标。", by=owner)
    assert "等保三级" in refusal.value.message
    assert await Award.all().count() == 0
    assert (await awards.award_bid(bids[1], "满足全部要求。" * 2, by=owner)).bid_id == bids[1].id


@pytest.mark.usefixtures("rollback")
async def test_a_refused_bid_leaves_the_comparison() -> None:
    owner, _job, (dear, cheap) = await evaluated("80", "60")
    await evaluation.disqualify_bid(cheap, RefusalReason.COLLUSION, "报价雷同", by=owner)
    dear = await tendering.score(dear, by=owner)
    assert dear.scores["price"]["points"] == "40.0000"
    assert (await Bid.get(id=cheap.id)).status == BidStatus.DISQUALIFIED


@pytest.mark.usefixtures("rollback")
async def test_an_evaluation_may_end_without_an_award() -> None:
    owner, job, (bid,) = await evaluated("80")
    job = await outcomes.declare_unsuccessful(job, "全部投标未达到技术门槛", by=owner)
    assert (job.status, job.closing_reason) == (
        JobStatus.UNSUCCESSFUL, "no_award: 全部投标未达到技术门槛",
    )  # fmt: skip
    assert (await Bid.get(id=bid.id)).reason_code == "no_award"


@pytest.mark.usefixtures("rollback")
async def test_without_a_standstill_the_award_is_due_at_once() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(
        by=owner, procedure_config={"minimum_bids": 1, "stand_still_days": 0}
    )
    bid = await tendering.place_bid(job)
    await tendering.award(job, bid, by=owner, is_active=False)
    assert await awards.activate_due_awards() == 1


def test_the_standstill_skips_the_spring_festival() -> None:
    friday = dt.date(2026, 2, 13)
    assert clock.add_working_days(friday, 3) == dt.date(2026, 2, 25)


@pytest.mark.usefixtures("rollback")
async def test_a_suspended_award_stands_until_it_is_resumed() -> None:
    owner, job, (bid,) = await evaluated("80")
    award = await tendering.award(job, bid, by=owner, is_active=False)
    until = award.stand_still_until
    assert until is not None
    with clock.frozen_at(until - dt.timedelta(hours=1)):
        await awards.suspend(award, by=owner, reason="收到投诉")
        await awards.suspend(award, by=owner, reason="再次")
    with clock.frozen_at(until + dt.timedelta(hours=5)):
        assert await awards.activate_due_awards() == 0
        assert not await awards.activate_award(award)
        resumed = await awards.resume(award, by=owner)
        await awards.resume(award, by=owner)
    assert resumed.stand_still_until == until + dt.timedelta(hours=6)
    with clock.frozen_at(until + dt.timedelta(hours=6)):
        assert await awards.activate_due_awards() == 1


@pytest.mark.usefixtures("rollback")
async def test_an_award_set_aside_lets_the_next_bid_win() -> None:
    owner, job, (dear, cheap) = await evaluated("80", "60")
    award = await tendering.award(job, cheap, by=owner, is_active=False)
    await awards.suspend(award, by=owner, reason="收到投诉")
    fallen = await awards.set_aside(award, "投诉成立", by=Actor.system("complaints"))
    assert (fallen.status, fallen.suspended_at) == (AwardStatus.UNSUCCESSFUL, None)
    assert (await Job.get(id=job.id)).status == JobStatus.EVALUATION
    with pytest.raises(awards.AwardClosed):
        await awards.suspend(award, by=owner, reason="收到投诉")
    following = await awards.award_bid(await Bid.get(id=dear.id), "顺位递补第二名。", by=owner)
    assert following.status == AwardStatus.PENDING
