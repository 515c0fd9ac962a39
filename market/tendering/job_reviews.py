"""A bureau's look at a job before it is published: approve it, or return it with reasons."""

import datetime as dt

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.tendering import gates, jobs, rules
from market.tendering.forms import JobVerdictInput
from market.tendering.models import Job
from market.tendering.posting_models import JobReview
from market.tendering.states import JobStatus


class AlreadyDecided(Conflict):
    """A review is decided once."""

    title = "This review has been decided"


@atomic()
async def approve_job(review: JobReview, *, by: Actor) -> Job:
    """Publish a reviewed job. Its deadlines move by the working days the review took.

    Raises AlreadyDecided, NotFound for another bureau's review, InvalidInput when a gate fails now.
    """
    job, review = await _undecided(review, by)
    _postpone(job, review.created_at)
    if problems := gates.problems_of(job):
        raise InvalidInput(
            _("The job has to be returned: %(why)s", why=next(iter(problems.values())))
        )
    await job.save(update_fields=["question_deadline_at", "bid_deadline_at"])
    await _decide(review, by, is_approved=True)
    return await jobs.open_job(job, by=by)


@atomic()
async def return_job(review: JobReview, reasons: str, *, by: Actor) -> Job:
    """Give a job back to its owner as a draft, with the reasons the owner reads."""
    job, review = await _undecided(review, by)
    own = rules.own_rules(job)
    await job.move_to(JobStatus.DRAFT, by=by, reason=reasons, procedure_config=own)
    await _decide(review, by, is_approved=False, reasons=reasons)
    return job


async def decide(review: JobReview, verdict: JobVerdictInput, *, by: Actor) -> Job:
    """Approve or return, as decided; a return needs its reasons."""
    if verdict.decision == "approve":
        return await approve_job(review, by=by)
    if len(verdict.reasons.strip()) < 5:
        raise InvalidInput(fields={"reasons": _("Give the reason in at least 5 characters")})
    return await return_job(review, verdict.reasons, by=by)


@atomic()
async def take_back(job: Job, *, by: Actor) -> Job:
    """The owner takes a job back from review to change it; the review falls away."""
    require(by, Role.BUYER)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    job = await lock(job)
    await job.move_to(JobStatus.DRAFT, by=by, procedure_config=rules.own_rules(job))
    await JobReview.filter(job=job, decided_at=None).delete()
    return job


async def returned(job: Job) -> list[JobReview]:
    """The reviews that gave a job back, the latest first, with their bureau."""
    refused = JobReview.filter(job=job, is_approved=False).order_by("-decided_at")
    return await refused.select_related("bureau")


async def _undecided(review: JobReview, by: Actor) -> tuple[Job, JobReview]:
    require(by, Role.QUALITY, Role.PROJECT, kind=OrganisationKind.BUREAU)
    if review.bureau_id != by.organisation_id:
        raise NotFound(_("This review does not exist"))
    job = await lock_id(Job, review.job_id)
    review = await lock(review)
    if review.decided_at is not None:
        raise AlreadyDecided(_("This review has been decided"))
    return job, review


async def _decide(review: JobReview, by: Actor, *, is_approved: bool, reasons: str = "") -> None:
    review.decided_at, review.decided_by_id = clock.now(), by.person_id
    review.is_approved, review.reasons = is_approved, reasons
    await review.save(
        update_fields=["decided_at", "decided_by_id", "is_approved", "reasons", "updated_at"]
    )
    await outbox.record("job.reviewed", review=review.id)


def _postpone(job: Job, asked_at: dt.datetime) -> None:
    days = clock.working_days_between(clock.in_china(asked_at).date(), clock.today())
    if days <= 0:
        return
    for name in ("question_deadline_at", "bid_deadline_at"):
        moment = getattr(job, name)
        local = clock.in_china(moment)
        day = clock.add_working_days(local.date(), days)
        setattr(job, name, clock.start_of_day(day) + (local - clock.start_of_day(local.date())))
