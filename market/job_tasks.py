"""What an owner's jobs ask of it, and what they wait for, as lines of its first screen."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from market.kit import clock, web
from market.kit.i18n import gettext as _
from market.pools.models import PoolMembership
from market.pools.states import MembershipStatus
from market.tendering.ceremony import CALLED
from market.tendering.models import Award, Job, Judge, Question
from market.tendering.procedures import config_of
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import AwardStatus, JobStatus, JudgeStatus

_LIVE = (
    JobStatus.DRAFT,
    JobStatus.REVIEW,
    JobStatus.OPEN_ENQUIRIES,
    JobStatus.OPEN_BIDDING,
    JobStatus.PREQUALIFICATION,
    JobStatus.OPENING,
    JobStatus.EVALUATION,
)
_SEATED = (JudgeStatus.APPOINTED, JudgeStatus.JUDGING, JudgeStatus.FINISHED)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the desk: what it is about, what to do, where, by when, and its state."""

    title: str
    action: str
    url: str
    noun: str
    status: str
    due_at: dt.datetime | None = None

    @property
    def working_days_left(self) -> int | None:
        """Working days until it is due; negative once it is overdue."""
        if self.due_at is None:
            return None
        if self.due_at < clock.now():
            return -1
        return clock.working_days_between(clock.today(), clock.in_china(self.due_at).date())


Desk = tuple[list[Task], list[Task]]


def job_task(
    job: Job, action: str, due_at: dt.datetime | None = None, *, page: str = "jobs:show"
) -> Task:
    """A line about a job that leads to one of its pages."""
    url = web.path_for(page, number=job.number)
    return Task(job.title, action, url, "job", job.status.value, due_at)


async def jobs_of_owner(own: UUID) -> Desk:
    """Drafts, questions, openings, evaluations, pilots and applications to pools; what others do."""
    jobs = await Job.filter(owner_id=own, status__in=_LIVE).order_by("-id").limit(50)
    asked = set(
        await Question.filter(job__owner_id=own, answered_at=None).values_list("job_id", flat=True)
    )
    todo = [
        job_task(job, _("Go on with the draft")) for job in jobs if job.status == JobStatus.DRAFT
    ]
    todo += [
        job_task(job, _("Answer the questions"), job.question_deadline_at)
        for job in jobs
        if job.id in asked
    ]
    opened, judged = await _evaluations([job for job in jobs if job.status == JobStatus.EVALUATION])
    todo += opened + await _openings(own, jobs) + await _pilots_to_prepare(own)
    todo += await _applications(own)
    waiting = [
        job_task(job, _("Bids are opened"), job.bid_deadline_at)
        for job in jobs
        if job.status == JobStatus.OPEN_BIDDING
    ]
    waiting += judged + await _standstills(own)
    waiting += [
        job_task(job, _("The bureau reviews the job"))
        for job in jobs
        if job.status == JobStatus.REVIEW
    ]
    return todo, waiting


async def _evaluations(jobs: list[Job]) -> Desk:
    """Rankings to decide on and panels to fill; bids that a full panel is marking."""
    seats = Judge.filter(job_id__in=[job.id for job in jobs], status__in=_SEATED)
    seated = Counter([seat.job_id for seat in await seats.only("job_id")])
    page = "jobs:evaluation"
    todo, waiting = [], []
    for job in jobs:
        if job.ranked_at:
            todo.append(job_task(job, _("Decide the award"), page=page))
        elif seated[job.id] < config_of(job).judges_needed:
            todo.append(job_task(job, _("Evaluate the bids"), job.judging_due_at, page=page))
        else:
            judged = _("The judges mark the bids")
            waiting.append(job_task(job, judged, job.judging_due_at, page=page))
    return todo, waiting


async def _standstills(own: UUID) -> list[Task]:
    """Awards whose standstill runs: the contract is drafted at its end."""
    rows = Award.filter(job__owner_id=own, status=AwardStatus.PENDING).order_by("id")
    return [
        Task(row.job.title, _("The standstill runs, then the contract is drafted"),
             web.path_for("awards:show", number=row.number), "award", row.status.value,
             row.stand_still_until)
        for row in await rows.limit(50).select_related("job")
    ]  # fmt: skip


async def _openings(own: UUID, jobs: list[Job]) -> list[Task]:
    """Shares to release, shortlists to make, and open jobs that wait for the opening passphrase."""
    wanted = KeyShare.filter(organisation_id=own, released_at=None, remind_at__isnull=False)
    due = {row.key.job_id for row in await wanted.filter(key__opened_at=None).select_related("key")}
    keyed = {key.job_id for key in await JobKey.filter(job__owner_id=own).only("job_id")}
    found = []
    for job in jobs:
        if job.status in CALLED and job.id in due:
            url = web.path_for("jobs:ceremony", number=job.number)
            found.append(Task(job.title, _("Open the bids with your passphrase"), url, "job",
                              job.status.value, job.bid_deadline_at))  # fmt: skip
        elif job.status == JobStatus.PREQUALIFICATION:
            url = web.path_for("jobs:shortlist", number=job.number)
            found.append(Task(job.title, _("Decide the shortlist"), url, "job", job.status.value))
        elif (
            job.status in (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING) and job.id not in keyed
        ):
            url = web.path_for("accounts:opening_key")
            found.append(Task(job.title, _("Set the opening passphrase"), url, "job",
                              job.status.value))  # fmt: skip
    return found


async def _applications(own: UUID) -> list[Task]:
    waiting = PoolMembership.filter(pool__owner_id=own, status=MembershipStatus.APPLIED)
    return [
        Task(f"{row.pool.title} · {row.organisation.name}", _("Decide the application"),
             web.path_for("pools:decide", id=row.id), "pool_membership", row.status.value)
        for row in await waiting.order_by("id").limit(50).select_related("pool", "organisation")
    ]  # fmt: skip


async def _pilots_to_prepare(own: UUID) -> list[Task]:
    """Shortlists are about to be made, or firms wait, and the pilot has no items yet."""
    near = (JobStatus.PREQUALIFICATION, JobStatus.PILOT)
    jobs = await Job.filter(owner_id=own, status__in=near, pilot__id__isnull=True).order_by("-id")
    return [
        Task(job.title, _("Prepare the pilot"), web.path_for("pilots:prepare", number=job.number),
             "job", job.status.value)
        for job in jobs
        if config_of(job).pilot is not None
    ]  # fmt: skip
