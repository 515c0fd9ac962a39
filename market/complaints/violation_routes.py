"""Pages of violation reports: reporting, being heard, deciding, and the public entries."""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.complaints import access, exports, terms, views, violations
from market.complaints.forms import MeasureInput, NewReportInput, ReportInput, ViewInput
from market.complaints.models import ViolationReport
from market.complaints.states import ViolationStatus
from market.kit import files, web
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.kit.paging import paginate
from market.kit.tables import download


class NoFields(BaseModel):
    """A form with a file only."""


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, _(label)) for kind, label in terms.KINDS.items()]


async def list_reports(request: Request) -> Response:
    """One's own reports, those about one's organisation, and an authority's queue."""
    actor = web.signed_in(request)
    query = access.reports_to_see(actor).order_by("-id")
    if (status := request.query_params.get("status", "")) in set(ViolationStatus):
        query = query.filter(status=status)
    return await exports.VIOLATIONS.file(request, query) or await web.render(
        request, "market/complaints/violations_list.html", page=await paginate(request, query),
        status=status, words=terms, measure=views.measure_label,
    )  # fmt: skip


async def report(request: Request) -> Response:
    """Report an organisation, or the owner of a job or a dataset need."""
    actor = web.signed_in(request)
    form = await Form.read(request, NewReportInput, dict(request.query_params), draft="kept")
    numbers = [str(form.values.get(name) or "") for name in ("organisation", "job", "need")]
    accused, job, need = await access.reported(*numbers)
    if form.is_valid:
        await limit("10/day", "violation-report", str(actor.person_id))
        with form.guard():
            row = await violations.draft_report(
                form.input, accused=accused, job=job, need=need, by=actor
            )
            return web.see_other(request, "violations:show", number=row.number)
    return await web.render(
        request, "market/complaints/violations_report.html", form=form, accused=accused, job=job,
        need=need, report=None, kinds=_kinds(),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """Change a draft."""
    actor = web.signed_in(request)
    row = await access.own_report(actor, request.path_params["number"])
    values = {"kind": row.kind, "statement": row.statement}
    form = await Form.read(request, ReportInput, values, draft="kept")
    if form.is_valid:
        with form.guard():
            await violations.edit_report(row, form.input, by=actor)
            return web.see_other(request, "violations:show", number=row.number, flash=_("Saved"))
    return await web.render(
        request, "market/complaints/violations_report.html", form=form, accused=row.accused,
        job=row.job, need=row.need, report=row, kinds=_kinds(),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """A report for the reporter, the reported and the authority; each sees their own part."""
    row = await access.report_to_read(web.signed_in(request), request.path_params["number"])
    return await _page(request, row, Form(NoFields))


async def _page(request: Request, row: ViolationReport, form: Form[Any]) -> Response:
    view = await views.ReportView.of(row, web.actor_of(request))
    return await web.render(
        request, "market/complaints/violations_show.html", report=row, view=view, form=form,
        history=await views.history(row, named=view.may_decide),
    )  # fmt: skip


async def file_(request: Request) -> Response:
    """File the draft."""
    actor = web.signed_in(request)
    row = await access.own_report(actor, request.path_params["number"])
    form = await Form.read(request, NoFields)
    with form.guard():
        await violations.file_report(row, by=actor)
        flash = _("Filed; who you are is not told to the reported")
        return web.see_other(request, "violations:show", number=row.number, flash=flash)
    return await _page(request, row, form)


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    actor = web.signed_in(request)
    row = await access.own_report(actor, request.path_params["number"])
    await violations.discard_report(row, by=actor)
    return web.see_other(request, "violations:list", flash=_("The draft is gone"))


async def attach(request: Request) -> Response:
    """Add a file of one's side."""
    actor = web.signed_in(request)
    row = await access.report_to_read(actor, request.path_params["number"])
    if not (await views.ReportView.of(row, actor)).may_add_evidence:
        raise NotFound(_("This report does not exist"))
    form = await Form.read(request, NoFields)
    with form.guard():
        if (upload := form.upload("file")) is None:
            raise InvalidInput(fields={"file": _("Choose a file")})
        await violations.attach_evidence(row, await files.store_upload(upload, by=actor), by=actor)
        return web.see_other(request, "violations:show", number=row.number, flash=_("File added"))
    return await _page(request, row, form)


async def evidence(request: Request) -> Response:
    """One file of a report."""
    params = request.path_params
    file = await access.report_file(web.signed_in(request), params["number"], params["key"])
    return download(await files.read(file), file.content_type, file.filename)


async def speak(request: Request) -> Response:
    """The reported gives its view."""
    actor = web.signed_in(request)
    row = await access.report_about_us(actor, request.path_params["number"])
    form = await Form.read(request, ViewInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await violations.give_view(row, form.input.text, by=actor)
            flash = _("Your view is with the authority")
            return web.see_other(request, "violations:show", number=row.number, flash=flash)
    view = await views.ReportView.of(row, actor)
    return await web.render(
        request, "market/complaints/violations_speak.html", report=row, view=view, form=form
    )


async def decide(request: Request) -> Response:
    """The authority's decision, with a coded measure."""
    actor = web.signed_in(request)
    row = await access.report_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, MeasureInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await violations.decide_report(row, form.input, by=actor)
            return web.see_other(request, "violations:show", number=row.number, flash=_("Decided"))
    return await web.render(
        request, "market/complaints/violations_decide.html", report=row, form=form,
        view=await views.ReportView.of(row, actor),
        measures=[(code.value, _(label)) for code, label in terms.MEASURES.items()],
    )  # fmt: skip


async def public(request: Request) -> Response:
    """The final decisions about an organisation, for everybody; a part of its page with `fragment=1`."""
    organisation = await access.listed_organisation(request.path_params["number"])
    page = "_decisions" if request.query_params.get("fragment") else "violations_public"
    return await web.render(
        request, f"market/complaints/{page}.html", organisation=organisation, words=terms,
        rows=await access.public_decisions(organisation), measure=views.measure_label,
    )  # fmt: skip


routes = [
    Route("/violations", list_reports, name="violations:list"),
    Route("/violations/new", report, name="violations:report", methods=["GET", "POST"]),
    Route("/violations/{number}", show, name="violations:show"),
    Route("/violations/{number}/edit", edit, name="violations:edit", methods=["GET", "POST"]),
    Route("/violations/{number}/file", file_, name="violations:file", methods=["POST"]),
    Route("/violations/{number}/discard", discard, name="violations:discard", methods=["POST"]),
    Route("/violations/{number}/evidence", attach, name="violations:attach", methods=["POST"]),
    Route("/violations/{number}/evidence/{key}", evidence, name="violations:evidence"),
    Route("/violations/{number}/view", speak, name="violations:speak", methods=["GET", "POST"]),
    Route("/violations/{number}/decision", decide, name="violations:decide",
          methods=["GET", "POST"]),
    Route("/organisations/{number}/decisions", public, name="violations:public"),
]  # fmt: skip
