"""JSON operations on what stands beside a call: lots, versions, guests, locked rules, reviews."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field

from market.kit.api import Call, Nothing, Operation, operation
from market.tendering import access, job_reviews, jobs, locks, lots, posting_access, rules
from market.tendering.drafts import Step
from market.tendering.forms import JobVerdictInput
from market.tendering.models import Job, Lot
from market.tendering.posting_models import JobReview, ProcedureLock
from market.tendering.states import JobStatus

JOBS, BUREAU = "jobs", "bureau"
MOST = 200


class LotOut(BaseModel):
    """A lot; the volume counts in the job's unit."""

    position: int
    title: str
    status: str
    volume: Decimal
    budget_fen: int
    ceiling_unit_price: Decimal | None
    closing_reason: str

    @classmethod
    def of(cls, lot: Lot) -> Self:
        """From a row."""
        return cls(**{name: getattr(lot, name) for name in cls.model_fields})


class LotsOut(BaseModel):
    """The lots of a job, in order."""

    items: list[LotOut]


class JobVersionsOut(BaseModel):
    """The amendments of a job in words, newest first."""

    items: list[dict[str, Any]]


class GuestsInput(BaseModel):
    """Numbers of the suppliers to invite; those not named are taken off the list."""

    invited: list[str] = Field(max_length=jobs.MOST_INVITED)


class GuestsOut(BaseModel):
    """Numbers of the suppliers to be invited."""

    invited: list[str]


class LockOut(BaseModel):
    """A rule of a bureau, in words as well."""

    id: str
    bureau: str
    region_code: str
    procedure: str
    industry: str
    field: str
    rule: str
    reason: str
    document: str
    valid_from: dt.date
    valid_until: dt.date | None
    ended_at: dt.datetime | None

    @classmethod
    def of(cls, lock: ProcedureLock) -> Self:
        """From a row whose bureau has been fetched."""
        names = set(cls.model_fields) - {"id", "bureau", "rule"}
        return cls(
            id=str(lock.id), bureau=lock.bureau.name, rule=rules.sentence(lock),
            **{name: getattr(lock, name) for name in names},
        )  # fmt: skip


class LocksOut(BaseModel):
    """The rules a bureau has set."""

    items: list[LockOut]


class JobReviewOut(BaseModel):
    """A job that waits, or waited, for its bureau."""

    id: str
    job: str
    title: str
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    is_approved: bool | None
    reasons: str

    @classmethod
    def of(cls, review: JobReview) -> Self:
        """From a row whose job has been fetched."""
        return cls(
            id=str(review.id), job=review.job.number, title=review.job.title,
            asked_at=review.created_at, decided_at=review.decided_at,
            is_approved=review.is_approved, reasons=review.reasons,
        )  # fmt: skip


class JobReviewsOut(BaseModel):
    """What waits for a bureau, the oldest first."""

    items: list[JobReviewOut]


async def _job(call: Call[Any, Any]) -> Job:
    return await access.own_job(call.actor, call.path("number"))


@operation(
    "GET", "/jobs/{number}/lots", summary="Lots of a job", tag=JOBS, returns=LotsOut, public=True
)
async def list_lots(call: Call[Nothing, Nothing]) -> LotsOut:
    """None where it is bid for as a whole."""
    job = await access.visible_job(call.actor, call.path("number"))
    return LotsOut(items=[LotOut.of(lot) for lot in await lots.lots_of(job)])


@operation("PUT", "/jobs/{number}/lots", summary="Set the lots of a job", tag=JOBS,
           body=lots.LotsInput, returns=LotsOut, scope="jobs:write")  # fmt: skip
async def set_lots(call: Call[lots.LotsInput, Nothing]) -> LotsOut:
    """Of a draft; of an open job it is an amendment."""
    job = await _job(call)
    if job.status == JobStatus.DRAFT:
        await lots.save_lots(job, call.body.lots, by=call.actor)
    else:
        await jobs.amend_job(job, Step(), new_lots=call.body.lots, by=call.actor)
    return LotsOut(items=[LotOut.of(lot) for lot in await lots.lots_of(job)])


@operation("GET", "/jobs/{number}/versions", summary="What amendments changed", tag=JOBS,
           returns=JobVersionsOut, public=True)  # fmt: skip
async def list_versions(call: Call[Nothing, Nothing]) -> JobVersionsOut:
    """Field by field, before and after."""
    job = await access.visible_job(call.actor, call.path("number"))
    return JobVersionsOut(items=await posting_access.readable_versions(job))


@operation("PUT", "/jobs/{number}/invitations", summary="Choose whom to invite", tag=JOBS,
           body=GuestsInput, returns=GuestsOut, scope="jobs:write")  # fmt: skip
async def set_invitations(call: Call[GuestsInput, Nothing]) -> GuestsOut:
    """Of a draft; they are told when it is published."""
    job = await _job(call)
    gone = [one for one in job.procedure_config.get("invited", ()) if one not in call.body.invited]
    job = await jobs.set_invited(job, add=call.body.invited, remove=gone, by=call.actor)
    return GuestsOut(invited=job.procedure_config["invited"])


@operation("POST", "/jobs/{number}/take-back", summary="Take a job back from review", tag=JOBS,
           returns=GuestsOut, scope="jobs:write")  # fmt: skip
async def take_back_job(call: Call[Nothing, Nothing]) -> GuestsOut:
    """It is a draft again."""
    job = await job_reviews.take_back(await _job(call), by=call.actor)
    return GuestsOut(invited=list(job.procedure_config.get("invited", ())))


@operation("GET", "/procedure-rules", summary="Rules my bureau has set", tag=BUREAU, returns=LocksOut,
           scope="bureau:read")  # fmt: skip
async def list_locks(call: Call[Nothing, Nothing]) -> LocksOut:
    """At most 200, the latest first."""
    rows = await posting_access.locks_of(call.actor).limit(MOST)
    return LocksOut(items=[LockOut.of(row) for row in rows])


@operation("POST", "/procedure-rules", summary="Set a rule for procedures", tag=BUREAU,
           body=locks.LockInput, returns=LockOut, status=201, scope="bureau:write")  # fmt: skip
async def set_lock(call: Call[locks.LockInput, Nothing]) -> LockOut:
    """A fixed value or limits, for the bureau's region or a part of it."""
    return LockOut.of(await locks.set_lock(call.body, by=call.actor))


@operation("POST", "/procedure-rules/{id}/end", summary="End a rule", tag=BUREAU, returns=LockOut,
           scope="bureau:write")  # fmt: skip
async def end_lock(call: Call[Nothing, Nothing]) -> LockOut:
    """Jobs published under it keep it."""
    row = await locks.end_lock(
        await posting_access.own_lock(call.actor, call.path("id")), by=call.actor
    )
    await row.fetch_related("bureau")
    return LockOut.of(row)


@operation("GET", "/job-reviews", summary="Jobs that wait for my review", tag=BUREAU,
           returns=JobReviewsOut, scope="bureau:read")  # fmt: skip
async def list_reviews(call: Call[Nothing, Nothing]) -> JobReviewsOut:
    """At most 200, the oldest first."""
    rows = await posting_access.reviews_of(call.actor).limit(MOST)
    return JobReviewsOut(items=[JobReviewOut.of(row) for row in rows])


@operation("POST", "/job-reviews/{id}", summary="Approve or return a job", tag=BUREAU,
           body=JobVerdictInput, returns=JobReviewOut, scope="bureau:write")  # fmt: skip
async def decide_review(call: Call[JobVerdictInput, Nothing]) -> JobReviewOut:
    """An approved job is published at once."""
    review = await posting_access.own_review(call.actor, call.path("id"))
    await job_reviews.decide(review, call.body, by=call.actor)
    return JobReviewOut.of(await posting_access.own_review(call.actor, call.path("id")))


operations: list[Operation] = [
    list_lots, set_lots, list_versions, set_invitations, take_back_job, list_locks, set_lock,
    end_lock, list_reviews, decide_review,
]  # fmt: skip
