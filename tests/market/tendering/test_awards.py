"""Award: who decides, the standstill, several winners and lots, what happens when one falls away."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.directory.models import Certificate, SupplierProfile
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.outbox import OutboxMessage
from market.tendering import awards, bids, deadlines, evaluation, jobs, lots, outcomes
from market.tendering.models import Award, Bid, Clarification, Job, Lot
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    CancelReason,
    JobStatus,
    PassingReason,
    RefusalReason,
)
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


async def lotted(*lots_: tuple[int, str]) -> tuple[Actor, Job, list[Lot]]:
    """A ranked job of lots, each with a dear and a cheap bid."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner, volume=sum(volume for volume, _title in lots_))
    rows = [{"title": title, "volume": volume, "budget_fen": "1000000"} for volume, title in lots_]
    await lots.save_lots(job, lots.from_rows(rows), by=owner)
    job = await tendering.publish(job, by=owner)
    for lot in await lots.lots_of(job):
        for price in ("80", "60"):
            by = await tendering.make_supplier()
            await bids.place_bid(job, tendering.offer(unit_price=price), lot=lot, by=by)
    job = await tendering.open_bids(job)
    for bid in await Bid.filter(job=job):
        await tendering.score(bid, by=owner)
    return owner, await Job.get(id=job.id), await Lot.filter(job=job).order_by("position")


async def statuses(job: Job) -> tuple[str, list[str]]:
    rows = await Lot.filter(job=job).order_by("position")
    return (await Job.get(id=job.id)).status.value, [lot.status.value for lot in rows]


async def after_standstill(award: Award) -> None:
    assert award.stand_still_until is not None
    with clock.frozen_at(award.stand_still_until):
        assert await awards.activate_award(award)


@pytest.mark.usefixtures("rollback")
async def test_every_lot_is_ranked_awarded_and_completed_by_itself() -> None:
    owner, job, (north, south) = await lotted((4000, "北片"), (6000, "南片"))
    ordered = await Bid.filter(job=job).order_by("lot__position", "rank")
    assert [bid.rank for bid in ordered] == [1, 2, 1, 2]
    first = await awards.award_bid(await Bid.get(lot=north, rank=1), RATIONALE, by=owner)
    assert (first.lot_id, first.volume, first.total_fen) == (north.id, Decimal(4000), 24_000_000)
    assert await statuses(job) == ("evaluation", ["stand_still", "evaluation"])
    with pytest.raises(evaluation.NotUnderEvaluation):
        await awards.award_bid(await Bid.get(lot=north, rank=2), RATIONALE, by=owner)
    assert (await Bid.get(lot=south, rank=1)).status == BidStatus.EVALUATED
    await after_standstill(first)
    assert await statuses(job) == ("evaluation", ["awarded", "evaluation"])
    second = await awards.award_bid(await Bid.get(lot=south, rank=1), RATIONALE, by=owner)
    assert await statuses(job) == ("stand_still", ["awarded", "stand_still"])
    await after_standstill(second)
    assert await statuses(job) == ("awarded", ["awarded", "awarded"])
    by = Actor.system("orders")
    await outcomes.complete_award(first, by=by)
    assert await statuses(job) == ("awarded", ["completed", "awarded"])
    for _again in range(2):
        await outcomes.complete_award(second, by=by)
    assert await statuses(job) == ("completed", ["completed", "completed"])


@pytest.mark.usefixtures("rollback")
async def test_a_lot_without_an_award_leaves_the_others_and_none_fails_the_job() -> None:
    owner, job, (north, south) = await lotted((4000, "北片"), (6000, "南片"))
    first = await awards.award_bid(await Bid.get(lot=north, rank=1), RATIONALE, by=owner)
    await outcomes.declare_unsuccessful(job, "南片预算取消。", lot=south, by=owner)
    assert await statuses(job) == ("stand_still", ["stand_still", "unsuccessful"])
    assert await Bid.filter(lot=south, reason_code="no_award").count() == 2
    await awards.cancel_award(first, "北片中标人放弃。", by=owner)
    assert await statuses(job) == ("evaluation", ["evaluation", "unsuccessful"])
    await outcomes.declare_unsuccessful(job, "北片预算取消。", lot=north, by=owner)
    assert await statuses(job) == ("unsuccessful", ["unsuccessful", "unsuccessful"])


@pytest.mark.usefixtures("rollback")
async def test_several_winners_share_the_volume_by_rank() -> None:
    rules = {"minimum_bids": 1, "maximum_awards": 2}
    owner, job, (third, second, first) = await ranked("80", "70", "60", procedure_config=rules)
    with pytest.raises(awards.NotAwardable):
        await awards.award_bid(first, RATIONALE, others=[second, third], by=owner)
    assert await Award.all().count() == 0
    award = await awards.award_bid(second, RATIONALE, others=[first], by=owner)
    assert (award.bid_id, award.volume, award.total_fen) == (second.id, Decimal(4000), 28_000_000)
    best = await Award.get(bid=first)
    assert (best.volume, best.total_fen) == (Decimal(6000), 36_000_000)
    await after_standstill(award)
    assert (await Job.get(id=job.id)).status == JobStatus.STAND_STILL
    await awards.cancel_award(best, "放弃中标。", by=owner)
    assert (await Job.get(id=job.id)).status == JobStatus.EVALUATION
    following = await awards.award_bid(await Bid.get(id=third.id), RATIONALE, by=owner)
    assert following.volume == Decimal(6000)
    await after_standstill(following)
    assert (await Job.get(id=job.id)).status == JobStatus.AWARDED
    await outcomes.complete_award(award, by=owner)
    assert (await Job.get(id=job.id)).status == JobStatus.AWARDED
    await outcomes.complete_award(following, by=owner)
    assert (await Job.get(id=job.id)).status == JobStatus.COMPLETED


@given(st.integers(1, 10**9), st.integers(1, 10))
def test_the_shares_of_winners_make_the_whole(volume: int, winners: int) -> None:
    parts = outcomes.volumes(Decimal(volume), winners)
    assert (sum(parts), len(parts)) == (volume, winners)
    assert parts == sorted(parts, reverse=True)


@pytest.mark.usefixtures("rollback")
async def test_a_better_rank_is_passed_over_only_for_a_coded_reason() -> None:
    owner, _job, (dear, cheap) = await ranked("80", "60")
    with pytest.raises(awards.NotAwardable) as refusal:
        await awards.award_bid(dear, RATIONALE, by=owner)
    assert cheap.number in refusal.value.message
    award = await awards.award_bid(dear, RATIONALE, code=PassingReason.CANNOT_PERFORM, by=owner)
    assert award.reason_code == "cannot_perform"


@pytest.mark.usefixtures("rollback")
async def test_a_winner_who_gives_up_makes_room_for_the_next() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    winner, other = await tendering.make_supplier(), await tendering.make_supplier()
    best = await tendering.place_bid(job, by=winner, unit_price="60")
    following = await tendering.place_bid(job, by=other, unit_price="80")
    award = await tendering.award(job, best, by=owner, is_active=False)
    with pytest.raises(NotFound):
        await awards.refuse_award(award, "产能不足，放弃中标。", by=other)
    award = await awards.refuse_award(award, "产能不足，放弃中标。", by=winner)
    assert award.status == AwardStatus.UNSUCCESSFUL
    assert (await Bid.get(id=best.id)).reason_code == "refused_by_winner"
    (proposed,) = await awards.candidates(job, best)
    assert proposed.id == following.id
    # Nobody better is left, so that no reason is asked for.
    assert (await awards.award_bid(proposed, RATIONALE, by=owner)).reason_code == ""


async def certified(until: dt.date) -> tuple[Actor, Award, Certificate]:
    """An award to a firm whose certificate holds until a day."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner, required_certs=["等保三级"])
    firm = await tendering.make_supplier()
    await SupplierProfile.create(organisation_id=firm.organisation_id, certs=["等保三级"])
    certificate = await Certificate.create(
        organisation_id=firm.organisation_id, name="等保三级", valid_until=until
    )
    bid = await tendering.place_bid(job, by=firm)
    return owner, await tendering.award(job, bid, by=owner, is_active=False), certificate


@pytest.mark.usefixtures("rollback")
async def test_an_expired_certificate_is_renewed_within_a_day() -> None:
    owner, award, certificate = await certified(clock.today() - dt.timedelta(days=1))
    asked = await Clarification.get(award=award)
    assert (asked.facts, asked.due_at - asked.created_at >= dt.timedelta(hours=23)) == (
        {"certificates": ["等保三级"]}, True,
    )  # fmt: skip
    assert award.stand_still_until is not None
    with clock.frozen_at(award.stand_still_until):
        assert not await awards.activate_award(award)
    certificate.valid_until = clock.today() + dt.timedelta(days=365)
    await certificate.save()
    assert await deadlines.settle_due_clarifications() == 1
    await after_standstill(award)
    assert (await Clarification.get(id=asked.id)).status == "accepted"
    assert owner.verified


@pytest.mark.usefixtures("rollback")
async def test_without_its_certificate_the_award_falls() -> None:
    _owner, award, _certificate = await certified(clock.today() - dt.timedelta(days=1))
    asked = await Clarification.get(award=award)
    with clock.frozen_at(asked.due_at):
        assert await deadlines.settle_due_clarifications() == 1
    assert (await Award.get(id=award.id)).status == AwardStatus.UNSUCCESSFUL
    bid = await Bid.get(id=award.bid_id)
    assert (bid.status, bid.reason_code) == (BidStatus.UNSUCCESSFUL, "certificate_expired")


@pytest.mark.usefixtures("rollback")
async def test_a_certificate_in_force_asks_for_nothing() -> None:
    _owner, award, _certificate = await certified(clock.today())
    assert not await Clarification.exists(award=award)


@pytest.mark.usefixtures("rollback")
async def test_a_cancelled_job_takes_its_awards_and_lots_with_it() -> None:
    owner, job, (north, _south) = await lotted((4000, "北片"), (6000, "南片"))
    award = await awards.award_bid(await Bid.get(lot=north, rank=1), RATIONALE, by=owner)
    await jobs.cancel_job(job, CancelReason.BUDGET_WITHDRAWN, by=owner)
    assert await statuses(job) == ("cancelled", ["cancelled", "cancelled"])
    assert (await Award.get(id=award.id)).status == AwardStatus.UNSUCCESSFUL
    assert not await Bid.filter(job=job).exclude(status=BidStatus.UNSUCCESSFUL).exists()
