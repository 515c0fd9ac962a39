"""JSON operations on complaints and violation reports."""

from market.complaints import access, complaints, decisions, violations
from market.complaints.forms import (
    ComplaintInput,
    MeasureInput,
    NewComplaintInput,
    NewReportInput,
    RulingInput,
    ViewInput,
)
from market.complaints.models import Complaint, ViolationReport
from market.complaints.schemas import (
    ComplaintOut,
    PublicDecisionOut,
    PublicDecisionsOut,
    ReportOut,
)
from market.kit.actor import Actor
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.limiting import limit
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.tendering.access import visible_job

COMPLAINTS, VIOLATIONS = "complaints", "violations"
READ, WRITE = "complaints:read", "complaints:write"


@operation("GET", "/complaints", summary="Complaints and decisions", tag=COMPLAINTS,
           query=CursorQuery, returns=CursorPage[ComplaintOut], public=True, scope=READ)  # fmt: skip
async def list_complaints(call: Call[Nothing, CursorQuery]) -> CursorPage[ComplaintOut]:
    """Decided ones for everybody; pending ones for who takes part in them."""
    rows, after = await cursor_page(access.complaints_to_see(call.actor), call.query)
    own = access.involved(call.actor)
    mine = set(
        await Complaint.filter(own)
        .filter(id__in=[row.id for row in rows])
        .values_list("id", flat=True)
    )
    items = [ComplaintOut.of(row, whole=row.id in mine) for row in rows]
    return CursorPage(items=items, next=after)


@operation("GET", "/complaints/{number}", summary="A complaint", tag=COMPLAINTS,
           returns=ComplaintOut, public=True, scope=READ)  # fmt: skip
async def show_complaint(call: Call[Nothing, Nothing]) -> ComplaintOut:
    """Its decision for everybody, all of it for its parties and the authority."""
    return await _complaint(
        await access.complaint_to_read(call.actor, call.path("number")), call.actor
    )


@operation("POST", "/jobs/{number}/complaints", summary="Draft an objection or a complaint",
           tag=COMPLAINTS, body=NewComplaintInput, returns=ComplaintOut, status=201,
           scope=WRITE)  # fmt: skip
async def draft_complaint(call: Call[NewComplaintInput, Nothing]) -> ComplaintOut:
    """About the documents; with `award` about that award; with `objection` the complaint after it."""
    job = await visible_job(call.actor, call.path("number"))
    award = await access.award_to_contest(call.actor, job, call.body.award)
    objection = None
    if call.body.objection:
        objection = await access.own_complaint(call.actor, call.body.objection)
    row = await complaints.draft_complaint(
        job, call.body, award=award, objection=objection, by=call.actor
    )
    return await _complaint(await access.own_complaint(call.actor, row.number), call.actor)


@operation("PUT", "/complaints/{number}", summary="Change a draft", tag=COMPLAINTS,
           body=ComplaintInput, returns=ComplaintOut, scope=WRITE)  # fmt: skip
async def edit_complaint(call: Call[ComplaintInput, Nothing]) -> ComplaintOut:
    """One's own, before it is filed."""
    row = await access.own_complaint(call.actor, call.path("number"))
    await complaints.edit_draft(row, call.body, by=call.actor)
    return await _complaint(await access.own_complaint(call.actor, row.number), call.actor)


@operation("POST", "/complaints/{number}/file", summary="File a draft", tag=COMPLAINTS,
           returns=ComplaintOut, scope=WRITE)  # fmt: skip
async def file_complaint(call: Call[Nothing, Nothing]) -> ComplaintOut:
    """Holds up the opening, or suspends the standstill, until it is decided."""
    row = await access.own_complaint(call.actor, call.path("number"))
    await complaints.file_complaint(row, by=call.actor)
    return await _complaint(await access.own_complaint(call.actor, row.number), call.actor)


@operation("POST", "/complaints/{number}/withdraw", summary="Withdraw a complaint",
           tag=COMPLAINTS, returns=ComplaintOut, scope=WRITE)  # fmt: skip
async def withdraw_complaint(call: Call[Nothing, Nothing]) -> ComplaintOut:
    """While it is pending."""
    row = await access.own_complaint(call.actor, call.path("number"))
    await complaints.withdraw_complaint(row, by=call.actor)
    return await _complaint(await access.own_complaint(call.actor, row.number), call.actor)


@operation("DELETE", "/complaints/{number}", summary="Discard a draft", tag=COMPLAINTS,
           scope=WRITE)  # fmt: skip
async def discard_complaint(call: Call[Nothing, Nothing]) -> None:
    """One's own, before it is filed."""
    row = await access.own_complaint(call.actor, call.path("number"))
    await complaints.discard_draft(row, by=call.actor)


@operation("POST", "/complaints/{number}/decision", summary="Decide", tag=COMPLAINTS,
           body=RulingInput, returns=ComplaintOut, scope=WRITE)  # fmt: skip
async def decide_complaint(call: Call[RulingInput, Nothing]) -> ComplaintOut:
    """The owner an objection, the bureau a complaint; published with its reasons."""
    row = await access.complaint_involved_in(call.actor, call.path("number"))
    await decisions.decide_complaint(row, call.body, by=call.actor)
    return await _complaint(await access.complaint_to_read(call.actor, row.number), call.actor)


async def _complaint(row: Complaint, actor: Actor) -> ComplaintOut:
    return ComplaintOut.of(row, whole=await access.is_involved(actor, row))


@operation("GET", "/violations", summary="Violation reports", tag=VIOLATIONS, query=CursorQuery,
           returns=CursorPage[ReportOut], scope=READ)  # fmt: skip
async def list_reports(call: Call[Nothing, CursorQuery]) -> CursorPage[ReportOut]:
    """One's own, those about one's organisation, an authority's all."""
    rows, after = await cursor_page(access.reports_to_see(call.actor), call.query)
    return CursorPage(items=[ReportOut.of(row) for row in rows], next=after)


@operation("GET", "/violations/{number}", summary="A violation report", tag=VIOLATIONS,
           returns=ReportOut, scope=READ)  # fmt: skip
async def show_report(call: Call[Nothing, Nothing]) -> ReportOut:
    """Without its reporter."""
    return ReportOut.of(await access.report_to_read(call.actor, call.path("number")))


@operation("POST", "/violations", summary="Draft a violation report", tag=VIOLATIONS,
           body=NewReportInput, returns=ReportOut, status=201, scope=WRITE)  # fmt: skip
async def draft_report(call: Call[NewReportInput, Nothing]) -> ReportOut:
    """About an organisation, or the owner of a job or a dataset need."""
    body = call.body
    accused, job, need = await access.reported(body.organisation, body.job, body.need)
    await limit("10/day", "violation-report", str(call.actor.person_id))
    row = await violations.draft_report(body, accused=accused, job=job, need=need, by=call.actor)
    return await _report(row, call.actor)


@operation("POST", "/violations/{number}/file", summary="File a report", tag=VIOLATIONS,
           returns=ReportOut, scope=WRITE)  # fmt: skip
async def file_report(call: Call[Nothing, Nothing]) -> ReportOut:
    """The reported is heard first."""
    row = await access.own_report(call.actor, call.path("number"))
    return await _report(await violations.file_report(row, by=call.actor), call.actor)


@operation("DELETE", "/violations/{number}", summary="Discard a draft report", tag=VIOLATIONS,
           scope=WRITE)  # fmt: skip
async def discard_report(call: Call[Nothing, Nothing]) -> None:
    """One's own, before it is filed."""
    row = await access.own_report(call.actor, call.path("number"))
    await violations.discard_report(row, by=call.actor)


@operation("POST", "/violations/{number}/view", summary="Give your view", tag=VIOLATIONS,
           body=ViewInput, returns=ReportOut, scope=WRITE)  # fmt: skip
async def give_view(call: Call[ViewInput, Nothing]) -> ReportOut:
    """Of the reported, once, in time."""
    row = await access.report_about_us(call.actor, call.path("number"))
    return await _report(await violations.give_view(row, call.body.text, by=call.actor), call.actor)


@operation("POST", "/violations/{number}/decision", summary="Decide on a report", tag=VIOLATIONS,
           body=MeasureInput, returns=ReportOut, scope=WRITE)  # fmt: skip
async def decide_report(call: Call[MeasureInput, Nothing]) -> ReportOut:
    """Upheld with a measure, or declined."""
    row = await access.report_to_decide(call.actor, call.path("number"))
    return await _report(await violations.decide_report(row, call.body, by=call.actor), call.actor)


@operation("GET", "/organisations/{number}/decisions", summary="Decisions about an organisation",
           tag=VIOLATIONS, returns=PublicDecisionsOut, public=True)  # fmt: skip
async def list_public_decisions(call: Call[Nothing, Nothing]) -> PublicDecisionsOut:
    """Final and not expired."""
    organisation = await access.listed_organisation(call.path("number"))
    rows = await access.public_decisions(organisation)
    return PublicDecisionsOut(items=[PublicDecisionOut.of(row) for row in rows])


async def _report(row: ViolationReport, actor: Actor) -> ReportOut:
    return ReportOut.of(await access.report_to_read(actor, row.number))


operations: list[Operation] = [
    list_complaints, show_complaint, draft_complaint, edit_complaint, file_complaint,
    withdraw_complaint, discard_complaint, decide_complaint, list_reports, show_report,
    draft_report, file_report, discard_report, give_view, decide_report, list_public_decisions,
]  # fmt: skip
