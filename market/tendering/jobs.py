"""The owner's verbs on a job: draft, publish, amend, cancel, complete; and keeping an eye on one."""

import datetime as dt
from typing import Any

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering import gates, notices, sealing
from market.tendering.drafts import Step
from market.tendering.job_templates import JobTemplate
from market.tendering.models import Bid, Job, JobFavourite
from market.tendering.procedures import config_of
from market.tendering.states import (
    BidStatus,
    CancelReason,
    JobStatus,
    NoticeKind,
    RefusalReason,
)

CLOCK = Actor.system("clock")
RUNNING = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
DOCUMENTS = {"deid_proof": "deid_proof_id", "guideline": "guideline_file_id"}


class NotDraft(Conflict):
    """Published jobs change only by amendment."""

    title = "The job has been published"


class NotAmendable(Conflict):
    """The job is not open any more."""

    title = "The job can no longer be amended"


@atomic()
async def draft_job(draft: Step, *, by: Actor, template: JobTemplate | None = None) -> Job:
    """Begin a draft, from a template when one is given. Any organisation may draft; owner or buyer."""
    require(by, Role.BUYER, verified=False)
    values = {**(template.fields if template else {}), **draft.changes()}
    job = await Job.create(
        number=await next_number("J"),
        owner_id=by.organisation_id,
        created_by_id=by.person_id,
        region_code=by.region_code or "100000",
        template=template.code if template else "",
        **{"title": "", "industry": "", "modality": "", **values},
    )
    await audit.record(job, "drafted", by=by, after={"template": job.template})
    return job


@atomic()
async def save_draft(job: Job, draft: Step, *, by: Actor) -> Job:
    """Keep what has been filled in so far; nothing is required yet. Raises NotDraft once published."""
    job = await _own(job, by, verified=False)
    if job.status != JobStatus.DRAFT:
        raise NotDraft(_("Job %(number)s is published; amend it instead", number=job.number))
    await _apply(job, draft)
    return job


@atomic()
async def attach_document(job: Job, name: str, file: StoredFile, *, by: Actor) -> Job:
    """Attach the de-identification proof or the guideline to a draft or an open job."""
    job = await _own(job, by, verified=False)
    if job.status not in (JobStatus.DRAFT, *RUNNING):
        raise NotAmendable(_("Documents can be attached until bids close"))
    field = DOCUMENTS[name]
    before, after = {field: getattr(job, field)}, {field: file.id, "sha256": file.sha256}
    setattr(job, field, file.id)
    await job.save(update_fields=[field])
    await audit.record(job, "document attached", by=by, before=before, after=after)
    return job


@atomic()
async def publish_job(job: Job, *, by: Actor) -> Job:
    """Open the job for questions and bids. Raises InvalidInput naming every gate that is not passed.

    State secrets and core data are refused; medical data needs its level and a proof of
    de-identification (济南行动方案三·13); deadlines keep their working days. The rules in force are
    frozen into the job, and the key of its bids is drawn.
    """
    job = await _own(job, by)
    if problems := gates.problems_of(job):
        raise InvalidInput(fields=problems)
    config = config_of(job)
    job.procedure_config = config.model_dump(mode="json")
    job.key_wrapped = sealing.fresh_key(job)
    await job.save(update_fields=["procedure_config", "key_wrapped"])
    first = JobStatus.OPEN_ENQUIRIES if config.separate_enquiries else JobStatus.OPEN_BIDDING
    await job.move_to(first, by=by, published_at=clock.now())
    await notices.publish(job, NoticeKind.PUBLISHED)
    await outbox.record("job.published", job=job.id)
    return job


@atomic()
async def amend_job(job: Job, draft: Step, *, by: Actor) -> Job:
    """Change an open job before bids close: every bid must be re-confirmed, and the deadline leaves
    at least the configured working days. Raises NotAmendable, or InvalidInput for a broken gate.
    """
    job = await _own(job, by)
    if job.status not in RUNNING or _is_past(job.bid_deadline_at):
        raise NotAmendable(_("Bidding on job %(number)s has closed", number=job.number))
    frozen = ("procedure", "procedure_config")
    changes = {name: value for name, value in draft.changes().items() if name not in frozen}
    before = {name: getattr(job, name) for name in changes}
    for name, value in changes.items():
        setattr(job, name, value)
    _extend(job, config_of(job).amendment_days)
    if problems := gates.problems_of(job, now=job.published_at):
        raise InvalidInput(fields=problems)
    job.version += 1
    await job.save()
    after = {"version": job.version, **changes, "bid_deadline_at": job.bid_deadline_at}
    await audit.record(job, "amended", by=by, before=before, after=after)
    for bid in await Bid.filter(job=job, status=BidStatus.SUBMITTED):
        await bid.move_to(BidStatus.INVALID, by=CLOCK, reason=f"version {job.version}")
    await notices.publish(job, NoticeKind.AMENDED)
    await outbox.record("job.amended", job=job.id)
    return job


def _extend(job: Job, days: int) -> None:
    """Whether or not there are bids: an extension must not tell that there are."""
    first = clock.end_of_day(clock.add_working_days(clock.today(), days))
    if job.bid_deadline_at is not None and job.bid_deadline_at < first:
        job.bid_deadline_at = first


def _is_past(moment: dt.datetime | None) -> bool:
    return moment is not None and moment <= clock.now()


@atomic()
async def cancel_job(job: Job, code: CancelReason, explanation: str = "", *, by: Actor) -> Job:
    """Give the job up, with a coded reason that is published; unopened bids stay sealed for ever."""
    job = await _own(job, by)
    reason = f"{code.value}: {explanation}".rstrip(": ")
    await job.move_to(JobStatus.CANCELLED, by=by, reason=reason, closing_reason=reason)
    await end_bids(job, RefusalReason.JOB_CANCELLED)
    if job.is_public:
        await notices.publish(job, NoticeKind.CANCELLED)
    await outbox.record("job.cancelled", job=job.id)
    return job


async def end_bids(job: Job, code: RefusalReason) -> None:
    """Close every bid of the job that is still running, in the caller's transaction."""
    running = [status for status in BidStatus if Bid.can_move(status, BidStatus.UNSUCCESSFUL)]
    for bid in await Bid.filter(job=job, status__in=running):
        await bid.move_to(BidStatus.UNSUCCESSFUL, by=CLOCK, reason_code=code.value)
        await outbox.record("bid.unsuccessful", bid=bid.id)


@atomic()
async def complete_job(job: Job, *, by: Actor) -> Job:
    """The awarded work is done; called when its order is completed. Idempotent."""
    job = await lock(job)
    if job.status != JobStatus.COMPLETED:
        await job.move_to(JobStatus.COMPLETED, by=by)
        await outbox.record("job.changed", job=job.id)
    return job


@atomic()
async def toggle_favourite(job: Job, *, by: Actor) -> bool:
    """Keep an eye on a job, or stop doing so; whether it is watched now. Not for viewers."""
    require(by, *(role for role in Role if role != Role.VIEWER), verified=False)
    if await JobFavourite.filter(job=job, organisation_id=by.organisation_id).delete():
        return False
    await JobFavourite.create(job=job, organisation_id=by.organisation_id)
    return True


async def _own(job: Job, by: Actor, *, verified: bool = True) -> Job:
    require(by, Role.BUYER, verified=verified)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    return await lock(job)


async def _apply(job: Job, draft: Step) -> None:
    changes: dict[str, Any] = draft.changes()
    for name, value in changes.items():
        setattr(job, name, value)
    if changes:
        await job.save(update_fields=list(changes))
