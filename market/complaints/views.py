"""What the pages of complaints and reports show beside the row: what one may do, words, steps."""

from dataclasses import dataclass
from typing import Any

from market.complaints import access, competence, complaints, measures, terms, violations
from market.complaints.models import Complaint, ComplaintEvidence, ViolationReport
from market.complaints.states import (
    ComplaintAbout,
    ComplaintLevel,
    ComplaintStatus,
    Measure,
    Ruling,
    ViolationStatus,
)
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.tendering.access import own_bid_on, owns
from market.tendering.models import Award, Job
from market.tendering.states import AwardStatus


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """A complaint for one reader; what is not theirs to see is empty."""

    is_involved: bool
    is_complainant: bool
    may_edit: bool
    may_add_evidence: bool
    may_withdraw: bool
    may_decide: bool
    may_appeal: bool
    evidence: list[ComplaintEvidence]
    ground: str
    clause: str
    level: str
    about: str
    ruling: str
    who: str
    steps: list[dict[str, Any]]

    @classmethod
    async def of(cls, complaint: Complaint, by: Actor) -> "ComplaintView":
        """What this reader sees and may do."""
        whole = await access.is_involved(by, complaint)
        own = by.organisation_id is not None and complaint.complainant_id == by.organisation_id
        status = complaint.status
        ground = terms.GROUNDS[complaint.ground]
        until = complaints.appeal_until(complaint)
        return cls(
            is_involved=whole, is_complainant=own,
            may_edit=own and status == ComplaintStatus.DRAFT,
            may_add_evidence=own and status in (ComplaintStatus.DRAFT, ComplaintStatus.PENDING),
            may_withdraw=own and status == ComplaintStatus.PENDING,
            may_decide=status == ComplaintStatus.PENDING and await decides(complaint, by),
            may_appeal=own and complaint.is_decided and until is not None and until > clock.now(),
            evidence=await access.evidence_of(complaint) if whole else [],
            ground=_(ground.label), clause=ground.clause, level=_(terms.LEVELS[complaint.level]),
            about=_(terms.ABOUT[complaint.about]), ruling=ruling_label(complaint.ruling),
            who=complaint.complainant.name if whole else _("a supplier"),
            steps=_steps(complaint),
        )  # fmt: skip


async def decides(complaint: Complaint, by: Actor) -> bool:
    """Whether the decision is this actor's organisation's."""
    if complaint.level == ComplaintLevel.OBJECTION:
        return owns(by, complaint.job)
    return await competence.is_competent(by, complaint.job.region_code)


def ruling_label(ruling: Ruling | None) -> str:
    """The words of a decision; empty before there is one."""
    return _(terms.RULINGS[ruling].label) if ruling else ""


def _steps(complaint: Complaint) -> list[dict[str, Any]]:
    is_pending = complaint.status == ComplaintStatus.PENDING
    is_draft = complaint.status == ComplaintStatus.DRAFT
    end = _("Withdrawn") if complaint.status == ComplaintStatus.WITHDRAWN else _("Decided")
    objection = complaint.level == ComplaintLevel.OBJECTION
    deciding = _("The owner answers") if objection else _("The bureau decides")
    return [
        {"label": _("Draft"), "state": "current" if is_draft else "done",
         "at": complaint.created_at, "due": None},
        {"label": deciding, "state": "current" if is_pending else "todo" if is_draft else "done",
         "at": complaint.filed_at, "due": complaint.due_at if is_pending else None},
        {"label": end, "state": "todo" if is_draft or is_pending else "done",
         "at": complaint.decided_at, "due": None},
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report for one reader; the reporter is in no field."""

    is_reporter: bool
    is_accused: bool
    may_edit: bool
    may_add_evidence: bool
    may_speak: bool
    may_decide: bool
    evidence: list[ComplaintEvidence]
    kind: str
    measure: str
    mildest: str

    @classmethod
    async def of(cls, report: ViolationReport, by: Actor) -> "ReportView":
        """What this reader sees and may do."""
        reporter = by.person_id is not None and report.reporter_id == by.person_id
        accused = by.organisation_id is not None and report.accused_id == by.organisation_id
        pending = report.status == ViolationStatus.PENDING
        in_time = report.view_due_at is not None and report.view_due_at > clock.now()
        deciding = pending and await violations.may_decide(by, report.accused)
        return cls(
            is_reporter=reporter, is_accused=accused and not reporter,
            may_edit=reporter and report.status == ViolationStatus.DRAFT,
            may_add_evidence=(reporter and (pending or report.status == ViolationStatus.DRAFT))
            or (accused and pending),
            may_speak=accused and pending and in_time and report.viewed_at is None,
            may_decide=deciding, evidence=await access.report_evidence(by, report),
            kind=_(terms.KINDS[report.kind]), measure=measure_label(report),
            mildest=await _mildest(report) if deciding else "",
        )  # fmt: skip


async def _mildest(report: ViolationReport) -> str:
    earlier = await measures.earlier_upheld(report)
    return _(terms.MEASURES[measures.mildest_after(earlier)])


def measure_label(report: ViolationReport) -> str:
    """Warning; 6 penalty points; suspension for 30 days."""
    if report.measure is None:
        return ""
    if report.measure == Measure.POINTS:
        return _("%(points)s penalty points", points=report.points)
    if report.measure == Measure.SUSPENSION:
        return _("Suspension for %(days)s days", days=report.days)
    return _(terms.MEASURES[report.measure])


def grounds(about: ComplaintAbout) -> list[tuple[str, str]]:
    """Choices of a form: the ground with its clause."""
    found = [(ground, terms.GROUNDS[ground]) for ground in terms.grounds_about(about)]
    return [(ground.value, f"{_(term.label)}（{term.clause}）") for ground, term in found]


def rulings(about: ComplaintAbout) -> list[tuple[str, str]]:
    """Choices of a form: the decisions."""
    return [(code.value, _(terms.RULINGS[code].label)) for code in terms.rulings_about(about)]


async def offer_on(by: Actor, job: Job, award: Award | None) -> dict[str, Any]:
    """What the page of a job or an award offers: to contest it, and what was contested."""
    is_firm = by.kind == "supplier" and by.verified and not owns(by, job)
    documents = is_firm and job.bid_deadline_at is not None and job.bid_deadline_at > clock.now()
    standing = award is not None and award.status == AwardStatus.PENDING
    bid = await own_bid_on(by, job) if is_firm and standing else None
    rows = await access.complaints_to_see(by).filter(job=job).order_by("-id").limit(10)
    waits = any(
        row.complainant_id == by.organisation_id and row.status == ComplaintStatus.PENDING
        for row in rows
    )
    opened = bid is not None and bid.bidder_id is not None
    return {
        "may_contest_documents": documents and job.is_public and not standing and not waits,
        "may_contest_award": opened and not waits,
        "rows": rows,
    }


async def history(row: Complaint | ViolationReport, *, named: bool) -> list[dict[str, Any]]:
    """The log as a timeline; without names for who may not know them."""
    words = {
        "drafted": _("Drafted"), "evidence added": _("Evidence added"),
        "escalated": _("Not answered in time: goes to the bureau"),
        "status:pending": _("Filed"), "status:upheld": _("Upheld"),
        "status:declined": _("Declined"), "status:withdrawn": _("Withdrawn"),
        "view given": _("The reported gave its view"), "suspension ended": _("Suspension ended"),
    }  # fmt: skip
    return [
        {"at": entry.created_at, "text": words.get(entry.action, entry.action),
         "actor": entry.actor_label if named else ""}
        for entry in await audit.history(row)
    ]  # fmt: skip
