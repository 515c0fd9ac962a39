"""Verbs of reports: who saw a violation files it, the reported is heard, the authority decides."""

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import Role
from market.complaints import competence, measures
from market.complaints.forms import MeasureInput, ReportInput
from market.complaints.models import ComplaintEvidence, ViolationReport
from market.complaints.states import ViolationStatus
from market.complaints.terms import (
    MAX_FILES,
    REPORT_WORKING_DAYS,
    VIEW_WORKING_DAYS,
    working_days_on,
)
from market.datasets.models import DatasetNeed
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted, NotSignedIn
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering.models import Job

REPORTER = Actor(name="reporter")  # the log must not name who reported
SPEAKERS = (Role.SALES, Role.BUYER, Role.PROJECT, Role.QUALITY)


class NotHeardYet(Conflict):
    """The reported has neither given its view nor let its time pass."""

    title = "The reported has not been heard"


@atomic()
async def draft_report(
    content: ReportInput, *, accused: Organisation, job: Job | None = None,
    need: DatasetNeed | None = None, by: Actor,
) -> ViolationReport:  # fmt: skip
    """Keep a draft; any signed-in person may report any organisation but their own."""
    if not by.is_authenticated:
        raise NotSignedIn(_("Please sign in to continue"))
    if accused.id == by.organisation_id:
        raise NotPermitted(_("You cannot report your own organisation"))
    report = await ViolationReport.create(
        number=await next_number("VR"), accused=accused, job=job, need=need,
        reporter_id=by.person_id, kind=content.kind, statement=content.statement,
    )  # fmt: skip
    await audit.record(report, "drafted", by=REPORTER)
    return report


@atomic()
async def edit_report(report: ViolationReport, content: ReportInput, *, by: Actor) -> None:
    """Change a draft of one's own."""
    report = await _own_draft(report, by)
    report.kind, report.statement = content.kind, content.statement
    await report.save(update_fields=["kind", "statement"])


@atomic()
async def discard_report(report: ViolationReport, *, by: Actor) -> None:
    """Throw a draft of one's own away."""
    report = await _own_draft(report, by)
    await audit.record(report, "discarded", by=REPORTER)
    await ComplaintEvidence.filter(report=report).delete()
    await report.delete()


@atomic()
async def attach_evidence(report: ViolationReport, file: StoredFile, *, by: Actor) -> None:
    """Add a file: the reporter's to a draft or a pending report, the reported's to its view."""
    is_of_accused = report.reporter_id != by.person_id
    if is_of_accused:
        _require_accused(report, by)
    report = await lock(report)
    if report.status not in (ViolationStatus.DRAFT, ViolationStatus.PENDING):
        raise Conflict(_("The report is closed; no evidence can be added"))
    if (
        await ComplaintEvidence.filter(report=report, is_of_accused=is_of_accused).count()
        >= MAX_FILES
    ):
        raise InvalidInput(fields={"file": _("At most %(count)s files", count=MAX_FILES)})
    await ComplaintEvidence.create(report=report, file=file, is_of_accused=is_of_accused)
    actor = by if is_of_accused else REPORTER
    await audit.record(report, "evidence added", by=actor, after={"sha256": file.sha256})


@atomic()
async def file_report(report: ViolationReport, *, by: Actor) -> ViolationReport:
    """File the draft: the reported has five working days for its view, the authority twenty to decide.

    One pending report a person and organisation. Raises Conflict.
    """
    report = await _own_draft(report, by)
    same = ViolationReport.filter(
        reporter_id=by.person_id, accused_id=report.accused_id, status=ViolationStatus.PENDING
    )
    if await same.exists():
        raise Conflict(_("Your earlier report about this organisation is still pending"))
    await report.move_to(
        ViolationStatus.PENDING, by=REPORTER, filed_at=clock.now(),
        view_due_at=working_days_on(VIEW_WORKING_DAYS),
        due_at=working_days_on(REPORT_WORKING_DAYS),
    )  # fmt: skip
    await outbox.record("violation.filed", report=report.id)
    return report


@atomic()
async def give_view(report: ViolationReport, text: str, *, by: Actor) -> ViolationReport:
    """The reported says its side, once, in time. Raises Conflict."""
    _require_accused(report, by)
    report = await lock(report)
    late = report.view_due_at is None or report.view_due_at < clock.now()
    if report.status != ViolationStatus.PENDING or report.viewed_at is not None or late:
        raise Conflict(_("The time for a view has passed, or it was given already"))
    report.view, report.viewed_at = text, clock.now()
    await report.save(update_fields=["view", "viewed_at"])
    await audit.record(report, "view given", by=by, after={"view": text})
    await outbox.record("violation.viewed", report=report.id)
    return report


def _require_accused(report: ViolationReport, by: Actor) -> None:
    if report.accused_id != by.organisation_id or report.status == ViolationStatus.DRAFT:
        raise NotFound(_("This report does not exist"))
    require(by, *SPEAKERS, verified=False)


@atomic()
async def decide_report(
    report: ViolationReport, decision: MeasureInput, *, by: Actor
) -> ViolationReport:
    """Decline, or uphold with a measure no milder than the repetition demands; a suspension begins now.

    The reported must have been heard or have let its time pass (行政处罚法第四十五条). Raises
    NotHeardYet, InvalidInput.
    """
    competence.require_decider(by)
    accused = await Organisation.get(id=report.accused_id)
    if not await may_decide(by, accused):
        raise NotFound(_("This report does not exist"))
    report = await lock(report)
    is_waiting = report.view_due_at is not None and report.view_due_at > clock.now()
    if report.status == ViolationStatus.PENDING and report.viewed_at is None and is_waiting:
        raise NotHeardYet(_("The reported may still give its view; decide after that"))
    changes = {
        "reasons": decision.reasons, "decided_by_id": by.organisation_id, "decided_at": clock.now()
    }  # fmt: skip
    if decision.is_upheld:
        await measures.check(report, decision)
        changes |= measures.consequences(decision)
        await report.move_to(ViolationStatus.UPHELD, by=by, reason=decision.reasons, **changes)
        await measures.suspend(report, accused)
    else:
        await report.move_to(ViolationStatus.DECLINED, by=by, reason=decision.reasons, **changes)
    await outbox.record("violation.decided", report=report.id)
    return report


async def may_decide(by: Actor, accused: Organisation) -> bool:
    """The operator decides about anyone, a bureau about organisations of its region."""
    if by.kind == "operator":
        return by.verified
    return await competence.is_competent(by, accused.region_code)


async def _own_draft(report: ViolationReport, by: Actor) -> ViolationReport:
    if by.person_id is None or report.reporter_id != by.person_id:
        raise NotFound(_("This report does not exist"))
    report = await lock(report)
    if report.status != ViolationStatus.DRAFT:
        raise Conflict(_("It is filed; a draft only can be changed"))
    return report
