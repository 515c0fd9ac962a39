"""The owner's verbs on a job: draft, publish, amend, cancel, complete; and keeping an eye on one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from market.accounts.models import Organisation
from market.accounts.opening_keys import current_key
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering import bid_log, gates, lots, notices, outcomes, shares, versions
from market.tendering.drafts import Step
from market.tendering.job_templates import JobTemplate
from market.tendering.models import Bid, Job
from market.tendering.posting_models import JobFavourite, JobInvitation, JobReview
from market.tendering.procedures import config_of
from market.tendering.readiness import Readiness, readiness_of
from market.tendering.sealed_models import JobKey
from market.tendering.states import (
    BidEventKind,
    BidStatus,
    CancelReason,
    JobStatus,
    NoticeKind,
    RefusalReason,
)

CLOCK = Actor.system("clock")
RUNNING = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
MOST_INVITED = 50
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
    if job.status == JobStatus.REVIEW:
        raise NotDraft(_("Job %(number)s is under review; take it back first", number=job.number))
    if job.status != JobStatus.DRAFT:
        raise NotDraft(_("Job %(number)s is published; amend it instead", number=job.number))
    await _apply(job, draft)
    return job


@atomic()
async def set_invited(
    job: Job, *, add: Sequence[str] = (), remove: Sequence[str] = (), by: Actor
) -> Job:
    """Put suppliers, by number, on a draft's list of invited or take them off. Raises NotDraft."""
    job = await _own(job, by, verified=False)
    if job.status != JobStatus.DRAFT:
        raise NotDraft(_("Job %(number)s is published; amend it instead", number=job.number))
    kept = dict.fromkeys([*job.procedure_config.get("invited", ()), *add])
    listed = [number for number in kept if number not in remove]
    if len(listed) > MOST_INVITED:
        raise InvalidInput(fields={"add": _("At most %(count)s suppliers", count=MOST_INVITED)})
    job.procedure_config = {**job.procedure_config, "invited": listed}
    await job.save(update_fields=["procedure_config"])
    return job


@atomic()
async def attach_document(job: Job, name: str, file: StoredFile, *, by: Actor) -> Job:
    """Attach the de-identification proof or the guideline to a draft; to an open job by amendment."""
    job = await _own(job, by, verified=False)
    if job.status in RUNNING:
        return await amend_job(job, Step(), documents={name: file}, by=by)
    if job.status != JobStatus.DRAFT:
        raise NotAmendable(_("Documents can be attached until bids close"))
    field = DOCUMENTS[name]
    before, after = {field: getattr(job, field)}, {field: file.id, "sha256": file.sha256}
    setattr(job, field, file.id)
    await job.save(update_fields=[field])
    await audit.record(job, "document attached", by=by, before=before, after=after)
    return job


@atomic()
async def publish_job(job: Job, *, by: Actor, may_wait_for_keys: bool = False) -> Job:
    """Open the job for questions and bids, or hand it to the bureau that reviews it first.

    Raises InvalidInput naming every gate that is not passed: state secrets and core data are refused;
    medical data needs its level and a proof of de-identification (济南行动方案三·13); deadlines keep
    their working days. The rules in force are frozen into the job with who set each.
    """
    job = await _own(job, by)
    ready = await readiness_of(job)
    config = ready.rules.config
    if ready.problems or config is None:
        raise InvalidInput(fields=ready.problems)
    if not may_wait_for_keys and await current_key(job.owner_id) is None:
        text = _("Set your organisation's opening passphrase before you publish")
        raise InvalidInput(fields={"opening_key": text})
    if config.invited_only:
        numbers = tuple(firm.number for firm in ready.invited)
        config = config.model_copy(update={"invited": numbers})
    job.procedure_config = config.model_dump(mode="json")
    job.procedure_sources = ready.rules.sources
    await job.save(update_fields=["procedure_config", "procedure_sources"])
    if config.needs_review and "bureau" in ready.rules.sources.get("needs_review", {}):
        return await _ask_for_review(job, ready, by=by)
    return await open_job(job, by=by)


async def _ask_for_review(job: Job, ready: Readiness, *, by: Actor) -> Job:
    bureau_id = ready.rules.sources["needs_review"]["bureau"]
    await job.move_to(JobStatus.REVIEW, by=by)
    review = await JobReview.create(job=job, bureau_id=bureau_id)
    await outbox.record("job.review_asked", review=review.id)
    return job


async def open_job(job: Job, *, by: Actor) -> Job:
    """Open a job whose rules are frozen, in the caller's transaction: keys drawn, guests invited.

    An imported job may be opened before its owner has an opening key; it takes no bid until then.
    """
    config = config_of(job)
    await shares.draw_keys(job, config)
    first = JobStatus.OPEN_ENQUIRIES if config.separate_enquiries else JobStatus.OPEN_BIDDING
    await job.move_to(first, by=by, published_at=clock.now())
    if config.invited_only:
        guests = await Organisation.filter(number__in=config.invited)
        await JobInvitation.bulk_create(
            JobInvitation(job=job, organisation=firm) for firm in guests
        )
    await notices.publish(job, NoticeKind.PUBLISHED)
    await outbox.record("job.published", job=job.id)
    return job


@atomic()
async def amend_job(
    job: Job, draft: Step, *, by: Actor, documents: Mapping[str, StoredFile] | None = None,
    new_lots: Sequence[lots.LotInput] | None = None,
) -> Job:  # fmt: skip
    """Change an open job before bids close: every bid must be re-confirmed, and the deadline leaves
    at least the configured working days. What changed is kept for everyone to read; an amendment
    that changes nothing is none. Raises NotAmendable, or InvalidInput for a broken gate.
    """
    job = await _own(job, by)
    if job.status not in RUNNING or _is_past(job.bid_deadline_at):
        raise NotAmendable(_("Bidding on job %(number)s has closed", number=job.number))
    before, after = await _changed(job, draft, documents or {})
    if new_lots is not None and (pair := await lots.amend_lots(job, new_lots)) is not None:
        before["lots"], after["lots"] = pair
    if not versions.differences(before, after):
        return job
    before["bid_deadline_at"] = before.get("bid_deadline_at", job.bid_deadline_at)
    _extend(job, config_of(job).amendment_days)
    after["bid_deadline_at"] = job.bid_deadline_at
    problems = gates.problems_of(job, now=job.published_at)
    if problems := problems | lots.problems_of(job, await lots.lots_of(job)):
        raise InvalidInput(fields=problems)
    job.version += 1
    await job.save()
    await versions.keep(job, versions.differences(before, after))
    after["version"] = job.version
    await audit.record(job, "amended", by=by, before=before, after=after)
    await _invalidate_bids(job)
    await notices.publish(job, NoticeKind.AMENDED)
    await outbox.record("job.amended", job=job.id)
    return job


async def _changed(
    job: Job, draft: Step, documents: Mapping[str, StoredFile]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put an amendment's values on the row; what was there and what is now."""
    frozen = ("procedure", "procedure_config")
    after = {name: value for name, value in draft.changes().items() if name not in frozen}
    before = {name: getattr(job, name) for name in after}
    for name, value in after.items():
        setattr(job, name, value)
    for name, file in documents.items():
        old = await StoredFile.get_or_none(id=getattr(job, DOCUMENTS[name]))
        before[name], after[name] = (
            f"{kept.filename} (SHA-256 {kept.sha256[:12]})" if kept else "" for kept in (old, file)
        )
        setattr(job, DOCUMENTS[name], file.id)
    return before, after


async def _invalidate_bids(job: Job) -> None:
    standing = await Bid.filter(job=job, status=BidStatus.SUBMITTED)
    await Bid.move_all(standing, BidStatus.INVALID, by=CLOCK, reason=f"version {job.version}")
    if await JobKey.filter(job=job).exists():
        await bid_log.append(job, BidEventKind.AMENDED)


def _extend(job: Job, days: int) -> None:
    """Whether or not there are bids: an extension must not tell that there are."""
    first = clock.end_of_day(clock.add_working_days(clock.today(), days))
    if job.bid_deadline_at is not None and job.bid_deadline_at < first:
        job.bid_deadline_at = first


def _is_past(moment: dt.datetime | None) -> bool:
    return moment is not None and moment <= clock.now()


@atomic()
async def cancel_job(job: Job, code: CancelReason, explanation: str = "", *, by: Actor) -> Job:
    """Give the job up, with a coded reason that is published; unopened bids stay sealed for ever.

    Its awards fall with it; raises Conflict once the contract of one is in force.
    """
    job = await _own(job, by)
    reason = f"{code.value}: {explanation}".rstrip(": ")
    await job.move_to(JobStatus.CANCELLED, by=by, reason=reason, closing_reason=reason)
    await outcomes.end_parts(job, reason, by=by)
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
