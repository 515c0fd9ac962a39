"""Evaluation and award: points and why, who decides, the standstill, the next bid."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.directory.models import SupplierProfile
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import awards, evaluation
from market.tendering.forms import ScoreInput
from market.tendering.models import Award, Bid, Job
from market.tendering.procedures import ProcedureConfig
from market.tendering.states import AwardStatus, BidStatus, JobStatus, RefusalReason
from tests.factories import actor, make_organisation, tendering

MARK = ScoreInput.model_validate({"technical": "4", "quality": "3", "schedule": "5"})


async def evaluated(*prices: str) -> tuple[Actor, Job, list[Bid]]:
    """A job under evaluation with a bid at each price."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bids = [await tendering.place_bid(job, unit_price=price) for price in prices]
    job = await tendering.open_bids(job)
    return owner, job, [await Bid.get(id=bid.id) for bid in bids]


def test_the_cheapest_gets_the_whole_weight() -> None:
    assert evaluation.price_points(100, 100, 40) == Decimal(40)
    assert evaluation.price_points(300, 100, 40) == Decimal("13.3333")


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 100))
def test_price_points_stay_within_the_weight(total: int, other: int, weight: int) -> None:
    points = evaluation.price_points(total, min(total, other), weight)
    assert 0 <= points <= weight


@given(st.lists(st.integers(0, 10), min_size=1, max_size=9), st.integers(1, 100))
def test_judged_points_stay_within_the_weight(halves: list[int], weight: int) -> None:
    marks = [Decimal(half) / 2 for half in halves]
    points = evaluation.judged_points(marks, weight)
    assert 0 <= points <= weight
    assert evaluation.judged_points([Decimal(5)], weight) == weight


def test_a_criterion_nobody_could_mark_is_left_out() -> None:
    bid = Bid(total_fen=100)
    scores = evaluation.scores_of(bid, 100, [{"technical": "5"}], ProcedureConfig())
    assert set(scores) == {"price", "technical"}
    assert evaluation.total_points(scores) == Decimal(100)


@pytest.mark.usefixtures("rollback")
async def test_points_ranks_and_their_explanation() -> None:
    owner, _job, (dear, cheap) = await evaluated("80", "60")
    for bid in (dear, cheap):
        await evaluation.score_bid(bid, MARK, by=owner)
    dear, cheap = await Bid.get(id=dear.id), await Bid.get(id=cheap.id)
    # 35 x 4/5 + 15 x 3/5 + 10 x 5/5 = 47 for both; 40 and 40 x 60/80 = 30 for the price.
    assert (cheap.total_points, cheap.rank) == (Decimal("87.0000"), 1)
    assert (dear.total_points, dear.rank) == (Decimal("77.0000"), 2)
    assert [row["points"] for row in evaluation.explain(dear)] == [
        Decimal("30.00"), Decimal("28.00"), Decimal("9.00"), Decimal("10.00"),
    ]  # fmt: skip
    assert "600,000.00" in evaluation.explain(dear)[0]["why"]


@pytest.mark.usefixtures("rollback")
async def test_several_judges_are_averaged_and_each_has_one_sheet() -> None:
    owner, job, (bid,) = await evaluated("80")
    judge = await actor(await job.owner, role="quality")
    for mark in ("5", "3"):
        await evaluation.score_bid(bid, ScoreInput(technical=Decimal(mark)), by=owner)
    scored = await evaluation.score_bid(bid, ScoreInput(technical=Decimal(5)), by=judge)
    assert scored.scores["technical"] == {
        "weight": 35, "judges": 2, "mean": "4.0000", "points": "28.0000",
    }  # fmt: skip


@pytest.mark.usefixtures("rollback")
async def test_who_may_score_and_when() -> None:
    owner, job, (bid,) = await evaluated("80")
    stranger = await actor(await make_organisation(kind="demand"))
    with pytest.raises(NotFound):
        await evaluation.score_bid(bid, MARK, by=stranger)
    with pytest.raises(NotPermitted):
        await evaluation.score_bid(bid, MARK, by=await actor(await job.owner, role="finance"))
    with pytest.raises(InvalidInput):
        await evaluation.score_bid(bid, ScoreInput(), by=owner)
    assert (await Bid.get(id=bid.id)).scores is None
    sealed = await tendering.place_bid(await tendering.published_job(by=owner))
    with pytest.raises(evaluation.NotUnderEvaluation):
        await evaluation.score_bid(sealed, MARK, by=owner)


@pytest.mark.usefixtures("rollback")
async def test_an_award_tells_the_others_and_stands_still() -> None:
    owner, job, (dear, cheap) = await evaluated("80", "60")
    with pytest.raises(awards.NotAwardable):  # one bid is not scored yet
        await awards.award_bid(
            await evaluation.score_bid(cheap, MARK, by=owner), "x" * 10, by=owner
        )
    await evaluation.score_bid(dear, MARK, by=owner)
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
    for bid in bids:
        await tendering.score(bid, by=owner)
    with pytest.raises(awards.NotAwardable) as refusal:
        await awards.award_bid(bids[0], "最早提交的投标。", by=owner)
    assert "等保三级" in refusal.value.message
    assert await Award.all().count() == 0
    assert (await awards.award_bid(bids[1], "满足全部要求。" * 2, by=owner)).bid_id == bids[1].id


@pytest.mark.usefixtures("rollback")
async def test_a_refused_bid_leaves_the_comparison() -> None:
    owner, _job, (dear, cheap) = await evaluated("80", "60")
    await evaluation.disqualify_bid(cheap, RefusalReason.COLLUSION, "报价雷同", by=owner)
    dear = await evaluation.score_bid(dear, MARK, by=owner)
    assert dear.scores["price"]["points"] == "40.0000"
    assert (await Bid.get(id=cheap.id)).status == BidStatus.DISQUALIFIED


@pytest.mark.usefixtures("rollback")
async def test_an_evaluation_may_end_without_an_award() -> None:
    owner, job, (bid,) = await evaluated("80")
    job = await awards.declare_unsuccessful(job, "全部投标未达到技术门槛", by=owner)
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
