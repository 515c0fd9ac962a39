"""Jobs, bids and awards for tests, made through the verbs on a moving clock."""

import datetime as dt
from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.kit import clock, files
from market.kit.actor import Actor
from market.tendering import awards, bids, evaluation, jobs, opening
from market.tendering.drafts import JobDraft
from market.tendering.forms import BidInput, ScoreInput
from market.tendering.models import Award, Bid, Job
from tests.factories.accounts import actor, make_organisation

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
    """An actor of the organisation that posted the job."""
    return await actor(await Organisation.get(id=job.owner_id))


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


async def place_bid(job: Job, *, by: Actor | None = None, **values: Any) -> Bid:
    """A sealed bid of a new supplier, or of `by`."""
    return await bids.place_bid(job, offer(**values), by=by or await make_supplier())


async def open_bids(job: Job) -> Job:
    """The job after its deadline: opened and under evaluation, or unsuccessful."""
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=1)):
        await opening.open_bids(job.id)
    return await Job.get(id=job.id)


async def score(bid: Bid, mark: str = "4", *, by: Actor) -> Bid:
    """The same mark for every judged criterion."""
    sheet = {"technical": mark, "quality": mark, "schedule": mark}
    return await evaluation.score_bid(bid, ScoreInput.model_validate(sheet), by=by)


async def award(job: Job, bid: Bid, *, by: Actor | None = None, is_active: bool = True) -> Award:
    """The bid's award: opened, scored and decided; in force unless `is_active` is false."""
    owner = by or await owner_of(job)
    if job.opening_transcript is None:
        job = await open_bids(job)
    for opened in await Bid.filter(job=job, status="opened"):
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
