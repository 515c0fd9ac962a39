"""Deadlines of objections, complaints and violation reports."""

from uuid import UUID

from market.calendar.deadlines import Deadline, Span
from market.complaints import competence
from market.complaints.complaints import appeal_until
from market.complaints.models import Complaint, ViolationReport
from market.complaints.states import (
    DECIDED,
    ComplaintLevel,
    ComplaintStatus,
    ViolationStatus,
)
from market.complaints.terms import APPEAL_DAYS
from market.kit.web import path_for


def _of(kind: str, row: Complaint, organisation_id: UUID) -> Deadline:
    at = appeal_until(row) if kind == "appeal" else row.due_at
    assert at is not None
    return Deadline.of(
        kind, row, at, title=row.job.title, number=row.number,
        url=path_for("complaints:show", number=row.number), organisation_id=organisation_id,
    )  # fmt: skip


async def _pending(level: ComplaintLevel, span: Span) -> list[Complaint]:
    if span.organisation_id is None and not span.is_of_all:
        return []
    rows = Complaint.filter(
        status=ComplaintStatus.PENDING, level=level, **span.within("due_at")
    ).select_related("job")
    return await rows


async def objections_to_answer(span: Span) -> list[Deadline]:
    """The owner's seven working days."""
    return [
        _of("objection_answer", row, row.job.owner_id)
        for row in await _pending(ComplaintLevel.OBJECTION, span)
        if span.is_for(row.job.owner_id)
    ]


async def complaints_to_decide(span: Span) -> list[Deadline]:
    """The bureau's thirty working days."""
    found = []
    for row in await _pending(ComplaintLevel.COMPLAINT, span):
        for authority in await competence.authorities_over(row.job.region_code):
            if span.is_for(authority.id):
                found.append(_of("complaint_decision", row, authority.id))
    return found


async def appeals(span: Span) -> list[Deadline]:
    """The complainant's ten days after the owner's answer, unless it has complained."""
    if span.organisation_id is None and not span.is_of_all:
        return []
    rows = Complaint.filter(
        status__in=DECIDED, level=ComplaintLevel.OBJECTION,
        **span.earlier(APPEAL_DAYS).within("decided_at"),
    ).select_related("job")  # fmt: skip
    if span.organisation_id is not None:
        rows = rows.filter(complainant_id=span.organisation_id)
    answered = [row for row in await rows if (at := appeal_until(row)) and span.has(at)]
    ids = [row.id for row in answered]
    done = set(await Complaint.filter(objection_id__in=ids).values_list("objection_id", flat=True))
    return [_of("appeal", row, row.complainant_id) for row in answered if row.id not in done]


async def violations(span: Span) -> list[Deadline]:
    """The view of the reported."""
    rows = ViolationReport.filter(
        status=ViolationStatus.PENDING, viewed_at=None, **span.within("view_due_at")
    ).select_related("accused")
    return [
        Deadline.of(
            "violation_view", row, row.view_due_at, title=row.accused.name, number=row.number,
            url=path_for("violations:show", number=row.number), organisation_id=row.accused_id,
        )
        for row in await rows
        if span.is_for(row.accused_id) and (span.organisation_id or span.is_of_all)
    ]  # fmt: skip


async def reports_to_decide(span: Span) -> list[Deadline]:
    """The authority's twenty working days."""
    if span.organisation_id is None and not span.is_of_all:
        return []
    rows = ViolationReport.filter(status=ViolationStatus.PENDING, **span.within("due_at"))
    found = []
    for row in await rows.select_related("accused"):
        for authority in await competence.authorities_over(row.accused.region_code):
            if span.is_for(authority.id):
                found.append(
                    Deadline.of(
                        "violation_decision", row, row.due_at, title=row.accused.name,
                        number=row.number, url=path_for("violations:show", number=row.number),
                        organisation_id=authority.id,
                    )
                )  # fmt: skip
    return found
