"""Races of the decision on committed data: two judges finishing, two awards, an award against its end."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import Conflict
from market.tendering import awards, evaluation, jobs, judging, outcomes, panel
from market.tendering.judging_forms import DeclarationInput, JudgeInput
from market.tendering.models import Award, Bid, Job, Judge
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    CancelReason,
    JobStatus,
    JudgeStatus,
)
from tests.factories import actor, make_organisation, make_person, tendering

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.committed]
RATIONALE = "综合得分最高，满足全部要求。"
REASON = "预算被取消，无法继续。"


async def together(*works: Any) -> list[Any]:
    """What each returns or raises, all begun at once."""
    async with asyncio.timeout(90):  # a race that waits for ever is a failure, too
        return await asyncio.gather(*works, return_exceptions=True)


def refusals(outcomes_: list[Any]) -> list[type[BaseException]]:
    return [type(outcome) for outcome in outcomes_ if isinstance(outcome, BaseException)]


def bare(verb: Any) -> Any:
    """The verb without its transaction."""
    return verb.__wrapped__


async def opened_job(judges: int = 1, **rules: Any) -> tuple[Job, Actor, list[Bid]]:
    owner = await actor(await make_organisation(kind="demand"))
    config = {"minimum_bids": 1, "judges_needed": judges, **rules}
    job = await tendering.published_job(by=owner, procedure_config=config)
    for price in ("80", "60"):
        await tendering.place_bid(job, unit_price=price)
    job = await tendering.open_bids(job)
    return job, owner, await Bid.filter(job=job).order_by("total_fen")


async def ranked_job() -> tuple[Job, Actor, list[Bid]]:
    job, owner, bids = await opened_job()
    for bid in bids:
        await tendering.score(bid, by=owner)
    return job, owner, await Bid.filter(job=job).order_by("rank")


async def three_judges() -> tuple[Job, list[Actor]]:
    """A job of three judges with complete sheets; the first has handed in."""
    job, owner, bids = await opened_job(judges=3)
    judges = []
    for n in range(3):
        person = await make_person()
        judge = await panel.appoint_judge(job, JudgeInput(email=person.email), by=owner)
        by = Actor(person_id=person.id, name=person.name)
        judge = await panel.accept_seat(judge, by=by)
        await panel.declare_interests(judge, DeclarationInput(conflict="none"), by=by)
        for bid in bids:
            await judging.save_sheet(bid, tendering.sheet(str(n + 3)), by=by)
        judges.append(by)
    await judging.finish_judging(job, by=judges[0])
    return job, judges[1:]


async def rankings(job: Job) -> int:
    return await LogEntry.filter(subject_id=job.id, action="ranked").count()


async def test_two_judges_finishing_at_once_rank_once() -> None:
    job, last = await three_judges()
    outcomes_ = await together(*(judging.finish_judging(job, by=by) for by in last))
    assert refusals(outcomes_) == []
    assert await rankings(job) == 1
    bids = await Bid.filter(job=job).order_by("rank")
    assert [(bid.rank, bid.status) for bid in bids] == [
        (1, BidStatus.EVALUATED), (2, BidStatus.EVALUATED),
    ]  # fmt: skip
    assert bids[0].scores["technical"]["mean"] == str(Decimal("4.0000"))


async def test_without_the_lock_two_judges_rank_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    job, last = await three_judges()
    both_done = asyncio.Barrier(2)
    rank = evaluation.rank_bids

    async def rank_after_both(found: Job, *, by: Actor) -> bool:
        await both_done.wait()
        return await rank(found, by=by)

    monkeypatch.setattr(evaluation, "rank_bids", rank_after_both)
    monkeypatch.setattr(judging, "lock", lambda row: type(row).get(id=row.id))
    await together(*(bare(judging.finish_judging)(job, by=by) for by in last))
    assert await rankings(job) == 2


async def test_one_judge_hands_in_twice_at_once() -> None:
    job, (one, _other) = await three_judges()
    outcomes_ = await together(*(judging.finish_judging(job, by=one) for _ in range(2)))
    assert refusals(outcomes_) == [judging.SheetsClosed]
    judge = await Judge.get(job=job, person_id=one.person_id)
    assert judge.status == JudgeStatus.FINISHED
    assert await LogEntry.filter(subject_id=judge.id, action="status:finished").count() == 1


async def test_an_award_against_the_end_of_its_job() -> None:
    job, owner, (best, _second) = await ranked_job()
    outcomes_ = await together(
        awards.award_bid(best, RATIONALE, by=owner),
        jobs.cancel_job(job, CancelReason.BUDGET_WITHDRAWN, REASON, by=owner),
    )
    job = await Job.get(id=job.id)
    running = await Award.filter(job=job, status__in=outcomes.RUNNING).count()
    assert (job.status, running) == (JobStatus.CANCELLED, 0)
    assert set(refusals(outcomes_)) <= {evaluation.NotUnderEvaluation}


async def test_an_award_against_declaring_that_there_is_none() -> None:
    job, owner, (best, _second) = await ranked_job()
    outcomes_ = await together(
        awards.award_bid(best, RATIONALE, by=owner),
        outcomes.declare_unsuccessful(job, REASON, by=owner),
    )
    assert refusals(outcomes_) == [evaluation.NotUnderEvaluation]
    job, count = await Job.get(id=job.id), await Award.filter(job=job).count()
    assert (job.status, count) in ((JobStatus.STAND_STILL, 1), (JobStatus.UNSUCCESSFUL, 0))


async def test_without_the_lock_a_job_ends_with_an_award(monkeypatch: pytest.MonkeyPatch) -> None:
    job, owner, (best, _second) = await ranked_job()
    both_read = asyncio.Barrier(2)

    async def read_id(model: Any, key: Any) -> Any:
        found = await model.get(id=key)
        if model is Job:
            await both_read.wait()
        return found

    async def read(row: Any) -> Any:
        return await read_id(type(row), row.id)

    monkeypatch.setattr(awards, "lock_id", read_id)
    monkeypatch.setattr(outcomes, "lock", read)
    outcomes_ = await together(
        bare(awards.award_bid)(best, RATIONALE, by=owner),
        bare(outcomes.declare_unsuccessful)(job, REASON, by=owner),
    )
    assert refusals(outcomes_) == []  # decided for a bid, and for none


async def test_the_winner_gives_up_while_the_owner_takes_back() -> None:
    job, owner, (best, _second) = await ranked_job()
    award = await awards.award_bid(best, RATIONALE, by=owner)
    winner = Actor(
        person_id=(await make_person()).id, organisation_id=best.bidder_id, kind="supplier",
        role="owner", verified=True,
    )  # fmt: skip
    outcomes_ = await together(
        awards.refuse_award(award, "产能不足，放弃中标。", by=winner),
        awards.cancel_award(award, REASON, by=owner),
        awards.set_aside(award, "投诉成立。", by=Actor.system("complaints")),
    )
    assert len(refusals(outcomes_)) == 2
    assert all(issubclass(refusal, Conflict) for refusal in refusals(outcomes_))
    award = await Award.get(id=award.id)
    assert award.status == AwardStatus.UNSUCCESSFUL
    assert await LogEntry.filter(subject_id=award.id, action="status:unsuccessful").count() == 1
    assert (await Job.get(id=job.id)).status == JobStatus.EVALUATION


async def test_the_standstill_ends_while_a_complaint_suspends() -> None:
    job, owner, (best, _second) = await ranked_job()
    award = await awards.award_bid(best, RATIONALE, by=owner)
    await Award.filter(id=award.id).update(stand_still_until=award.created_at)
    outcomes_ = await together(
        awards.activate_award(award),
        awards.suspend(award, by=Actor.system("complaints"), reason="收到投诉"),
    )
    assert refusals(outcomes_) == []
    award = await Award.get(id=award.id)
    assert award.suspended_at is not None
    assert (award.status, outcomes_[0]) in (
        (AwardStatus.ACTIVE, True),
        (AwardStatus.PENDING, False),
    )
    assert (await Job.get(id=job.id)).status in (JobStatus.AWARDED, JobStatus.STAND_STILL)
