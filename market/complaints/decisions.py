"""Decisions on complaints: the owner's answer, the bureau's ruling, the clock's escalation."""

import structlog

from market.accounts.permissions import require
from market.accounts.states import Role
from market.complaints import competence
from market.complaints.complaints import release_award
from market.complaints.forms import RulingInput
from market.complaints.models import Complaint
from market.complaints.states import (
    ComplaintAbout,
    ComplaintLevel,
    ComplaintStatus,
    Ruling,
)
from market.complaints.terms import COMPLAINT_WORKING_DAYS, RULINGS, working_days_on
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.tendering import awards, notices
from market.tendering.models import Award, Job
from market.tendering.states import NoticeKind

log = structlog.get_logger(__name__)
CLOCK = Actor.system("complaints")
ANSWERERS = (Role.BUYER, Role.PROJECT)


class NotAmendedYet(Conflict):
    """The owner upholds an objection about the documents by amending them."""

    title = "Amend the documents first"


@atomic()
async def decide_complaint(complaint: Complaint, ruling: RulingInput, *, by: Actor) -> Complaint:
    """Decide with published reasons: the owner an objection, the competent bureau a complaint.

    Upheld about documents they are amended (an owner must have done so, a bureau orders it and the
    opening waits for it); upheld about an award it is set aside. Declined, what was held up goes on.
    Raises NotAmendedYet, InvalidInput, InvalidTransition.
    """
    job = await lock_id(Job, complaint.job_id)
    await _require_decider(complaint, job, by)
    complaint = await lock(complaint)
    term = RULINGS[ruling.ruling]
    if complaint.about not in term.about:
        raise InvalidInput(fields={"ruling": _("This decision does not fit what is contested")})
    await complaint.move_to(
        term.status, by=by, reason=ruling.reasons, ruling=ruling.ruling, reasons=ruling.reasons,
        decided_by_id=by.organisation_id, decided_at=clock.now(), job_version=job.version,
        blocks_opening=_still_blocks(complaint, job, ruling.ruling),
    )  # fmt: skip
    await _settle_award(complaint, by=by)
    award = await Award.get_or_none(id=complaint.award_id)
    await notices.publish(job, NoticeKind.COMPLAINT_DECIDED, award=award)
    await outbox.record("complaint.decided", complaint=complaint.id)
    return complaint


async def _require_decider(complaint: Complaint, job: Job, by: Actor) -> None:
    if complaint.level == ComplaintLevel.OBJECTION:
        require(by, *ANSWERERS)
        is_theirs = job.owner_id == by.organisation_id
    else:
        competence.require_decider(by)
        is_theirs = await competence.is_competent(by, job.region_code)
    if not is_theirs:
        raise NotFound(_("This complaint does not exist"))


def _still_blocks(complaint: Complaint, job: Job, ruling: Ruling) -> bool:
    """Whether the opening waits for an amendment that the bureau orders now."""
    if ruling != Ruling.AMEND_DOCUMENTS or job.opened_at is not None:
        return False
    is_amended = job.version > complaint.job_version
    if complaint.level == ComplaintLevel.OBJECTION and not is_amended:
        raise NotAmendedYet(_("Amend the job as the objection asks, then uphold it"))
    return not is_amended


async def _settle_award(complaint: Complaint, *, by: Actor) -> None:
    if complaint.ruling != Ruling.SET_ASIDE:
        await release_award(complaint, by=by)
        return
    award = await Award.get(id=complaint.award_id)
    await awards.set_aside(award, complaint.reasons, by=by)


@atomic()
async def lift_amended(job_id: object) -> int:
    """The job was amended after a bureau ordered it: the opening no longer waits. How many."""
    job = await Job.get(id=job_id)
    return await Complaint.filter(
        job=job, status=ComplaintStatus.UPHELD, about=ComplaintAbout.DOCUMENTS,
        blocks_opening=True, job_version__lt=job.version,
    ).update(blocks_opening=False)  # fmt: skip


async def escalate_overdue() -> int:
    """Hand objections that owners left unanswered past their time to the bureau; for the clock."""
    overdue = Complaint.filter(
        status=ComplaintStatus.PENDING, level=ComplaintLevel.OBJECTION, due_at__lte=clock.now()
    )
    moved = 0
    for row in await overdue.order_by("due_at").limit(200):
        try:
            moved += await escalate(row)
        except Exception:
            log.exception("objection could not be escalated", complaint=row.number)
    return moved


@atomic()
async def escalate(complaint: Complaint) -> bool:
    """Make an unanswered objection a complaint to the bureau, with the bureau's time. Idempotent."""
    await lock_id(Job, complaint.job_id)
    complaint = await lock(complaint)
    is_late = complaint.due_at is not None and complaint.due_at <= clock.now()
    if complaint.status != ComplaintStatus.PENDING or not is_late:
        return False
    if complaint.level != ComplaintLevel.OBJECTION:
        return False
    before = {"level": complaint.level, "due_at": complaint.due_at}
    complaint.level = ComplaintLevel.COMPLAINT
    complaint.escalated_at = clock.now()
    complaint.due_at = working_days_on(COMPLAINT_WORKING_DAYS)
    await complaint.save(update_fields=["level", "escalated_at", "due_at"])
    after = {"level": complaint.level, "due_at": complaint.due_at}
    await audit.record(complaint, "escalated", by=CLOCK, before=before, after=after)
    await outbox.record("complaint.escalated", complaint=complaint.id)
    return True
