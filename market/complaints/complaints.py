"""Verbs of who complains: draft, evidence, filing in time, taking back."""

import datetime as dt
from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.complaints.forms import ComplaintInput
from market.complaints.models import Complaint, ComplaintEvidence
from market.complaints.states import ComplaintAbout, ComplaintLevel, ComplaintStatus, Ruling
from market.complaints.terms import (
    APPEAL_DAYS,
    COMPLAINT_WORKING_DAYS,
    GROUNDS,
    MAX_FILES,
    OBJECTION_WORKING_DAYS,
    UNFOUNDED_LIMIT,
    UNFOUNDED_WITHIN,
    working_days_on,
)
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering import awards
from market.tendering.models import Award, Bid, Job
from market.tendering.questions import ASKABLE
from market.tendering.states import AwardStatus

FILERS = (Role.SALES, Role.PROJECT)


class ComplaintNotPossible(Conflict):
    """Too late, not the complainant's to contest, or contested already."""

    title = "This cannot be contested now"


class TooManyUnfounded(Conflict):
    """Three complaints without any facts in twelve months close the way for a while."""

    title = "Too many unfounded complaints"


@atomic()
async def draft_complaint(
    job: Job, content: ComplaintInput, *, award: Award | None = None,
    objection: Complaint | None = None, by: Actor,
) -> Complaint:  # fmt: skip
    """Keep a draft: an objection about the documents or an award, or, after an answered
    objection of one's own, the complaint to the bureau about the same.

    Raises ComplaintNotPossible, InvalidInput for a ground of the other kind.
    """
    require(by, *FILERS, kind=OrganisationKind.SUPPLIER)
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    if objection is not None:
        award = await Award.get_or_none(id=objection.award_id)
    complaint = Complaint(
        job=job, award=award, complainant_id=by.organisation_id, objection=objection,
        level=ComplaintLevel.COMPLAINT if objection else ComplaintLevel.OBJECTION,
        about=ComplaintAbout.AWARD if award else ComplaintAbout.DOCUMENTS,
    )  # fmt: skip
    _fill(complaint, content)
    await _check_possible(complaint, job, award, objection)
    complaint.number = await next_number("CP")
    await complaint.save()
    await audit.record(complaint, "drafted", by=by)
    return complaint


def _fill(complaint: Complaint, content: ComplaintInput) -> None:
    if complaint.about not in GROUNDS[content.ground].about:
        raise InvalidInput(fields={"ground": _("This ground does not fit what is contested")})
    complaint.ground = content.ground
    complaint.statement, complaint.demand = content.statement, content.demand


@atomic()
async def edit_draft(complaint: Complaint, content: ComplaintInput, *, by: Actor) -> Complaint:
    """Change a draft of one's own. Raises Conflict once it is filed."""
    complaint = await _own_draft(complaint, by)
    _fill(complaint, content)
    await complaint.save(update_fields=["ground", "statement", "demand"])
    return complaint


@atomic()
async def discard_draft(complaint: Complaint, *, by: Actor) -> None:
    """Throw a draft and its evidence away; the log keeps that there was one."""
    complaint = await _own_draft(complaint, by)
    await audit.record(complaint, "discarded", by=by)
    await ComplaintEvidence.filter(complaint=complaint).delete()
    await complaint.delete()


@atomic()
async def attach_evidence(complaint: Complaint, file: StoredFile, *, by: Actor) -> None:
    """Add a file, at most ten, to one's own draft or pending complaint."""
    complaint = await _own(complaint, by)
    if complaint.status not in (ComplaintStatus.DRAFT, ComplaintStatus.PENDING):
        raise Conflict(_("The complaint is closed; no evidence can be added"))
    if await ComplaintEvidence.filter(complaint=complaint).count() >= MAX_FILES:
        raise InvalidInput(fields={"file": _("At most %(count)s files", count=MAX_FILES)})
    await ComplaintEvidence.create(complaint=complaint, file=file)
    await audit.record(complaint, "evidence added", by=by, after={"sha256": file.sha256})


@atomic()
async def file_complaint(complaint: Complaint, *, by: Actor) -> Complaint:
    """File the draft; the time to decide runs. About documents it holds the opening up, about an
    award it suspends the standstill (招标投标法实施条例第五十四条).

    An objection is answered within 7 working days (第94号令第十三条), a complaint decided within 30
    (第二十六条). Raises ComplaintNotPossible, TooManyUnfounded.
    """
    job = await lock_id(Job, complaint.job_id)
    complaint = await _own_draft(complaint, by)
    award = await Award.get_or_none(id=complaint.award_id)
    objection = await Complaint.get_or_none(id=complaint.objection_id)
    await _check_possible(complaint, job, award, objection)
    await _check_not_frivolous(complaint.complainant_id)
    is_objection = complaint.level == ComplaintLevel.OBJECTION
    days = OBJECTION_WORKING_DAYS if is_objection else COMPLAINT_WORKING_DAYS
    await complaint.move_to(
        ComplaintStatus.PENDING, by=by, filed_at=clock.now(), due_at=working_days_on(days),
        job_version=job.version, blocks_opening=complaint.about == ComplaintAbout.DOCUMENTS,
    )  # fmt: skip
    if award is not None and await _can_be_suspended(award):
        await awards.suspend(award, by=by, reason=complaint.number)
    await outbox.record("complaint.filed", complaint=complaint.id)
    return complaint


async def _check_possible(
    complaint: Complaint, job: Job, award: Award | None, objection: Complaint | None
) -> None:
    if job.owner_id == complaint.complainant_id:
        raise NotPermitted(_("You cannot contest your own job"))
    if objection is not None:
        _check_answered(complaint, objection)
    elif award is None:
        _check_before_deadline(job)
    elif not _is_in_stand_still(award):
        raise ComplaintNotPossible(_("An award can be contested during the standstill only"))
    if award is not None and not await _has_bid(award, complaint.complainant_id):
        raise ComplaintNotPossible(_("Only who has bid may contest the award"))
    same = Complaint.filter(
        job=job, award=award, complainant_id=complaint.complainant_id,
        status=ComplaintStatus.PENDING,
    )  # fmt: skip
    if await same.exists():
        raise ComplaintNotPossible(_("Your earlier one about the same is still pending"))


def _check_before_deadline(job: Job) -> None:
    deadline = job.bid_deadline_at
    if job.status not in ASKABLE or deadline is None or deadline <= clock.now():
        raise ComplaintNotPossible(_("The documents can be contested until bids close"))


def _check_answered(complaint: Complaint, objection: Complaint) -> None:
    if objection.complainant_id != complaint.complainant_id:
        raise NotFound(_("This complaint does not exist"))
    until = appeal_until(objection)
    if until is None or until < clock.now():
        raise ComplaintNotPossible(
            _("A complaint follows an answered objection within %(days)s days", days=APPEAL_DAYS)
        )


def appeal_until(objection: Complaint) -> dt.datetime | None:
    """Until when the bureau can be asked after the owner's answer: ten days (实施条例第六十条)."""
    if objection.level != ComplaintLevel.OBJECTION or objection.decided_at is None:
        return None
    answered_on = clock.in_china(objection.decided_at).date()
    return clock.end_of_day(answered_on + dt.timedelta(days=APPEAL_DAYS))


def _is_in_stand_still(award: Award) -> bool:
    until = award.stand_still_until
    return award.status == AwardStatus.PENDING and until is not None and until > clock.now()


async def _can_be_suspended(award: Award) -> bool:
    """Until the contract is signed; after that only the bureau's ruling helps."""
    if award.status == AwardStatus.PENDING:
        return True
    contract = await award.contract
    return award.status == AwardStatus.ACTIVE and (contract is None or contract.status == "pending")


async def _has_bid(award: Award, organisation_id: UUID) -> bool:
    return await Bid.filter(job_id=award.job_id, bidder_id=organisation_id).exists()


async def _check_not_frivolous(organisation_id: UUID) -> None:
    lost = Complaint.filter(
        complainant_id=organisation_id, ruling=Ruling.UNFOUNDED,
        decided_at__gt=clock.now() - UNFOUNDED_WITHIN,
    )  # fmt: skip
    if await lost.count() >= UNFOUNDED_LIMIT:
        raise TooManyUnfounded(
            _("%(count)s of your complaints in the last twelve months alleged facts that do not"
              " exist (财政部令第94号第三十七条); you cannot file another one now",
              count=UNFOUNDED_LIMIT)
        )  # fmt: skip


@atomic()
async def withdraw_complaint(complaint: Complaint, *, by: Actor) -> Complaint:
    """Take a pending one back; what it held up goes on."""
    await lock_id(Job, complaint.job_id)
    complaint = await _own(complaint, by)
    await complaint.move_to(ComplaintStatus.WITHDRAWN, by=by, blocks_opening=False)
    await release_award(complaint, by=by)
    await outbox.record("complaint.withdrawn", complaint=complaint.id)
    return complaint


async def release_award(complaint: Complaint, *, by: Actor) -> None:
    """Let the standstill run on, unless another pending complaint about the award still suspends it."""
    award = await Award.get_or_none(id=complaint.award_id)
    if award is None or award.suspended_at is None:
        return
    if not await Complaint.filter(award=award, status=ComplaintStatus.PENDING).exists():
        await awards.resume(award, by=by)


async def _own(complaint: Complaint, by: Actor) -> Complaint:
    require(by, *FILERS, kind=OrganisationKind.SUPPLIER)
    if complaint.complainant_id != by.organisation_id:
        raise NotFound(_("This complaint does not exist"))
    return await lock(complaint)


async def _own_draft(complaint: Complaint, by: Actor) -> Complaint:
    complaint = await _own(complaint, by)
    if complaint.status != ComplaintStatus.DRAFT:
        raise Conflict(_("It is filed; a draft only can be changed"))
    return complaint
