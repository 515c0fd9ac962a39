"""Jobs, bids and awards for tests, made through the verbs on a moving clock."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from market.accounts import opening_keys
from market.accounts.models import Organisation, Person
from market.kit import clock, files
from market.kit.actor import Actor
from market.tendering import (
    attachments,
    awards,
    bids,
    ceremony,
    evaluation,
    jobs,
    judging,
    opening_access,
    panel,
    stages,
    transcripts,
)
from market.tendering.drafts import JobDraft
from market.tendering.forms import Attachment, BidInput
from market.tendering.judging_forms import DeclarationInput, JudgeInput, SheetInput
from market.tendering.models import Award, Bid, Job, Judge, ScoreSheet
from market.tendering.sealed_models import KeyShare
from tests.factories.accounts import PASSPHRASE, actor, first_owner, make_organisation

SUMMARY = "对一批去标识图像逐张拉框并标注属性，双人互检，抽样验收。"


def job_values(**values: Any) -> dict[str, Any]:
    """What makes a job that passes every gate, on the clock of the test."""
    today = clock.today()
    asked = clock.add_working_days(today, 4)
    closed = clock.add_working_days(asked, 4)
    return {
        "title": "城市道路图像拉框标注",
        "summary": SUMMARY,
        "industry": "交通运输",
        "modality": "图像",
        "task_types": ["2D框"],
        "dataset_type": "行业通识数据集",
        "volume": Decimal(10000),
        "unit": "张",
        "quality": {"accuracy": 0.95},
        "budget_fen": 2_000_000_00,
        "ceiling_unit_price": Decimal("90"),
        "has_no_state_secrets": True,
        "procedure": "open",
        "procedure_config": {"minimum_bids": 1},
        "question_deadline_at": clock.start_of_day(asked) + dt.timedelta(hours=17),
        "bid_deadline_at": clock.start_of_day(closed) + dt.timedelta(hours=10),
        "delivery_deadline": closed + dt.timedelta(days=120),
        **values,
    }


async def make_job(*, by: Actor | None = None, **values: Any) -> Job:
    """A complete draft of a verified demand organisation (a new one unless `by` is given)."""
    owner = by or await actor(await make_organisation(kind="demand"))
    return await jobs.draft_job(JobDraft(**job_values(**values)), by=owner)


async def owner_of(job: Job) -> Actor:
    """The first owner of the organisation that posted the job."""
    return await first_owner(await Organisation.get(id=job.owner_id))


async def publish(job: Job, *, by: Actor | None = None) -> Job:
    """Publish a draft; it is open for bids at once under the default procedure."""
    return await jobs.publish_job(job, by=by or await owner_of(job))


async def published_job(*, by: Actor | None = None, **values: Any) -> Job:
    """A job that takes questions and bids."""
    owner = by or await actor(await make_organisation(kind="demand"))
    return await publish(await make_job(by=owner, **values), by=owner)


async def make_supplier(**values: Any) -> Actor:
    """An actor of a new verified supplier."""
    return await actor(await make_organisation(kind="supplier", **values))


def offer(**values: Any) -> BidInput:
    """An offer within the default job's ceiling and budget."""
    defaults: dict[str, Any] = {"unit_price": "80", "delivery_days": 60, "daily_capacity": 500}
    return BidInput.model_validate({**defaults, **values})


async def place_bid(
    job: Job, *, by: Actor | None = None, files: Sequence[Attachment] = (), **values: Any
) -> Bid:
    """A sealed bid of a new supplier, or of `by`, with its files."""
    firm = by or await make_supplier()
    sealed = await attachments.seal_files(job, None, files, by=firm)
    return await bids.place_bid(job, offer(**values), files=sealed, by=firm)


async def close_bidding(job: Job) -> Job:
    """The job after its deadline: waiting for the shares of its key, or unsuccessful."""
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=1)):
        await stages.close_bidding(job.id)
    return await Job.get(id=job.id)


async def release(job: Job, *, by: Actor | None = None) -> Job:
    """One holder (the buyer unless `by` is given) releases its share of the envelope that is due."""
    job = await Job.get(id=job.id)
    holder = by or await owner_of(job)
    share = await opening_access.own_share(holder, job)
    assert share is not None, "nothing is left to release"
    assert job.bid_deadline_at is not None
    private = await unlocked(share)
    with clock.frozen_at(max(clock.now(), job.bid_deadline_at + dt.timedelta(minutes=2))):
        await ceremony.release_share(share, private, by=holder)
    return await Job.get(id=job.id)


async def unlocked(share: KeyShare) -> bytes:
    """The private opening key of a share's holder."""
    return await opening_keys.unlock(share.opening_key, PASSPHRASE)


async def open_bids(job: Job) -> Job:
    """The job after its deadline and the buyer's release: opened and under evaluation, or unsuccessful.

    With two envelopes: the first ones are opened, and the shortlist is to be made.
    """
    job = await close_bidding(job)
    return await release(job) if job.status in ceremony.CALLED else job


async def transcript_of(job: Job) -> dict[str, Any]:
    """The transcript of the last opening of a job."""
    found = await transcripts.newest(job)
    assert found is not None, "nothing has been opened"
    return found


async def shortlist_all(job: Job) -> Job:
    """Every bidder passes the first envelope; without a pilot the prices are then to be opened."""
    owner = await owner_of(job)
    return await stages.shortlist(job, await Bid.filter(job=job, status="opened"), {}, by=owner)


async def sit(job: Job, *, by: Actor, role: str = "chair") -> Judge:
    """A seat of the panel with no interest declared: the owner's own, appointed by itself."""
    job = await Job.get(id=job.id)
    person = await Person.get(id=by.person_id)
    judge = await Judge.get_or_none(job=job, person=person)
    if judge is None:
        seat = JudgeInput.model_validate({"email": person.email, "role": role})
        judge = await panel.appoint_judge(job, seat, by=by)
    if judge.status == "appointed":
        none = DeclarationInput(conflict="none")
        judge = await panel.declare_interests(judge, none, by=by)
    return judge


def sheet(mark: str = "4", **values: Any) -> SheetInput:
    """A complete sheet with the same mark for every criterion, or with those given."""
    marks = dict.fromkeys(("technical", "quality", "schedule", "qualification"), mark)
    whys = {f"{name}_comment": "理由见方案与业绩。" for name in marks}
    return SheetInput.model_validate({**marks, **whys, **values})


async def score(bid: Bid, mark: str = "4", *, by: Actor, **values: Any) -> Bid:
    """The only judge's sheet of a bid; with the last sheet the judge hands in and the bids are ranked."""
    job = await Job.get(id=bid.job_id)
    judge = await sit(job, by=by)
    await judging.save_sheet(bid, sheet(mark, **values), by=by)
    marked = await ScoreSheet.filter(bid__job_id=job.id, judge_id=by.person_id).count()
    if marked == len(await judging.bids_to_judge(judge)):
        await judging.finish_judging(job, by=by)
    return await Bid.get(id=bid.id)


async def award(job: Job, bid: Bid, *, by: Actor | None = None, is_active: bool = True) -> Award:
    """The bid's award: opened, scored and decided; in force unless `is_active` is false."""
    owner = by or await owner_of(job)
    if job.opened_at is None:
        job = await open_bids(job)
    for opened in await Bid.filter(job=job, status="opened"):
        if evaluation.meets_requirements(opened):
            await score(opened, by=owner)
    decided = await awards.award_bid(bid, "综合得分最高，满足全部要求。", by=owner)
    if is_active:
        assert decided.stand_still_until is not None
        with clock.frozen_at(decided.stand_still_until + dt.timedelta(minutes=1)):
            await awards.activate_award(decided)
    return await Award.get(id=decided.id)


async def attach_proof(job: Job, *, by: Actor) -> Job:
    """A de-identification proof on a draft."""
    proof = await files.store("去标识证明.txt", "已按 GB/T 37964 去标识".encode(), by=by)
    return await jobs.attach_document(job, "deid_proof", proof, by=by)
