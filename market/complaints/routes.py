"""Pages of objections and complaints: the public decisions, drafting, filing, deciding, printing."""

from typing import Any

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.complaints import (
    access,
    complaints,
    decisions,
    exports,
    terms,
    views,
    violation_routes,
)
from market.complaints.forms import ComplaintInput, NewComplaintInput, RulingInput
from market.complaints.models import Complaint
from market.complaints.printing import document_of
from market.complaints.states import ComplaintAbout, ComplaintStatus
from market.kit import files, web
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.tables import download, format_of
from market.tendering.access import visible_job


class NoFields(BaseModel):
    """A form with a file only."""


async def list_complaints(request: Request) -> Response:
    """Public decisions, and what one takes part in; or the same as a file."""
    actor = web.actor_of(request)
    params = request.query_params
    query = access.complaints_to_see(actor).order_by("-id")
    if params.get("mine"):
        query = query.filter(access.involved(actor))
    if (status := params.get("status", "")) in set(ComplaintStatus):
        query = query.filter(status=status)
    if job := params.get("job", ""):
        query = query.filter(job__number=job)
    if (fmt := format_of(request)) is not None:
        return await exports.complaints_file(request, query, fmt)
    return await web.render(
        request, "market/complaints/complaints_list.html", page=await paginate(request, query),
        params=params, words=terms, ruling=views.ruling_label,
    )  # fmt: skip


async def draft(request: Request) -> Response:
    """Write an objection about a job's documents or its award, or the complaint that follows one."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    params = request.query_params
    job = await visible_job(actor, request.path_params["number"])
    form = await Form.read(request, NewComplaintInput, dict(params), draft="kept")
    numbers = {name: str(form.values.get(name) or "") for name in ("award", "objection")}
    award = await access.award_to_contest(actor, job, numbers["award"])
    objection = None
    if numbers["objection"]:
        objection = await access.own_complaint(actor, numbers["objection"])
    if form.is_valid:
        with form.guard():
            row = await complaints.draft_complaint(
                job, form.input, award=award, objection=objection, by=actor
            )
            return web.see_other(request, "complaints:show", number=row.number)
    is_award = award is not None or (objection is not None and objection.award_id is not None)
    about = ComplaintAbout.AWARD if is_award else ComplaintAbout.DOCUMENTS
    return await web.render(
        request, "market/complaints/complaints_draft.html", form=form, job=job, complaint=None,
        grounds=views.grounds(about), objection=objection, about=_(terms.ABOUT[about]),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """Change a draft."""
    actor = web.signed_in(request)
    row = await access.own_complaint(actor, request.path_params["number"])
    values = {name: getattr(row, name) for name in ("ground", "statement", "demand")}
    form = await Form.read(request, ComplaintInput, values, draft="kept")
    if form.is_valid:
        with form.guard():
            await complaints.edit_draft(row, form.input, by=actor)
            return web.see_other(request, "complaints:show", number=row.number, flash=_("Saved"))
    return await web.render(
        request, "market/complaints/complaints_draft.html", form=form, job=row.job, complaint=row,
        grounds=views.grounds(row.about), objection=row.objection, about=_(terms.ABOUT[row.about]),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """A complaint for its parties and the authority; its decision for everybody."""
    row = await access.complaint_to_read(web.actor_of(request), request.path_params["number"])
    return await _page(request, row, Form(NoFields))


async def _page(request: Request, row: Complaint, form: Form[Any]) -> Response:
    view = await views.ComplaintView.of(row, web.actor_of(request))
    return await web.render(
        request, "market/complaints/complaints_show.html", complaint=row, view=view, form=form,
        history=await views.history(row, named=view.is_involved), job=row.job,
    )  # fmt: skip


async def attach(request: Request) -> Response:
    """Add a file to one's draft or pending complaint."""
    actor = web.signed_in(request)
    row = await access.own_complaint(actor, request.path_params["number"])
    form = await Form.read(request, NoFields)
    with form.guard():
        file = await files.store_upload(needed(form), by=actor)
        await complaints.attach_evidence(row, file, by=actor)
        return web.see_other(request, "complaints:show", number=row.number, flash=_("File added"))
    return await _page(request, row, form)


def needed(form: Form[Any]) -> UploadFile:
    """The uploaded file; raises InvalidInput without one."""
    upload = form.upload("file")
    if upload is None:
        raise InvalidInput(fields={"file": _("Choose a file")})
    return upload


async def file_(request: Request) -> Response:
    """File the draft."""
    actor = web.signed_in(request)
    row = await access.own_complaint(actor, request.path_params["number"])
    form = await Form.read(request, NoFields)
    with form.guard():
        await complaints.file_complaint(row, by=actor)
        flash = _("Filed; the time to decide runs")
        return web.see_other(request, "complaints:show", number=row.number, flash=flash)
    return await _page(request, row, form)


async def withdraw(request: Request) -> Response:
    """Take a pending complaint back."""
    actor = web.signed_in(request)
    row = await access.own_complaint(actor, request.path_params["number"])
    await complaints.withdraw_complaint(row, by=actor)
    return web.see_other(request, "complaints:show", number=row.number, flash=_("Withdrawn"))


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    actor = web.signed_in(request)
    row = await access.own_complaint(actor, request.path_params["number"])
    await complaints.discard_draft(row, by=actor)
    return web.see_other(request, "complaints:list", mine=1, flash=_("The draft is gone"))


async def decide(request: Request) -> Response:
    """The owner's answer or the bureau's decision."""
    actor = web.signed_in(request)
    row = await access.complaint_involved_in(actor, request.path_params["number"])
    if not await views.decides(row, actor):
        raise NotFound(_("This complaint does not exist"))
    form = await Form.read(request, RulingInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await decisions.decide_complaint(row, form.input, by=actor)
            flash = _("The decision is published with its reasons")
            return web.see_other(request, "complaints:show", number=row.number, flash=flash)
    return await web.render(
        request, "market/complaints/complaints_decide.html", complaint=row, form=form,
        view=await views.ComplaintView.of(row, actor), rulings=views.rulings(row.about), job=row.job,
    )  # fmt: skip


async def evidence(request: Request) -> Response:
    """One file of a complaint."""
    params = request.path_params
    actor = web.signed_in(request)
    file = await access.complaint_file(actor, params["number"], params["key"])
    return download(await files.read(file), file.content_type, file.filename)


async def print_(request: Request) -> Response:
    """The complaint, or its decision, on paper."""
    actor = web.actor_of(request)
    row = await access.complaint_to_read(actor, request.path_params["number"])
    view = await views.ComplaintView.of(row, actor)
    return await web.render(
        request, "market/complaints/complaints_print.html", complaint=row, view=view, job=row.job,
        document=await document_of(row),
    )  # fmt: skip


async def about_job(request: Request) -> Response:
    """The part of a job's page about complaints: what may be contested, what was."""
    actor = web.actor_of(request)
    job = await visible_job(actor, request.path_params["number"])
    award = await access.award_to_contest(actor, job, request.query_params.get("award", ""))
    offer = await views.offer_on(actor, job, award)
    return await web.render(
        request, "market/complaints/_about_job.html", job=job, award=award, offer=offer,
        words=terms,
    )  # fmt: skip


routes = [
    Route("/complaints", list_complaints, name="complaints:list"),
    Route("/jobs/{number}/complaints", about_job, name="complaints:about_job"),
    Route("/jobs/{number}/complaints/new", draft, name="complaints:draft",
          methods=["GET", "POST"]),
    Route("/complaints/{number}", show, name="complaints:show"),
    Route("/complaints/{number}/edit", edit, name="complaints:edit", methods=["GET", "POST"]),
    Route("/complaints/{number}/evidence", attach, name="complaints:attach", methods=["POST"]),
    Route("/complaints/{number}/evidence/{key}", evidence, name="complaints:evidence"),
    Route("/complaints/{number}/file", file_, name="complaints:file", methods=["POST"]),
    Route("/complaints/{number}/withdraw", withdraw, name="complaints:withdraw",
          methods=["POST"]),
    Route("/complaints/{number}/discard", discard, name="complaints:discard", methods=["POST"]),
    Route("/complaints/{number}/decision", decide, name="complaints:decide",
          methods=["GET", "POST"]),
    Route("/complaints/{number}/print", print_, name="complaints:print"),
    *violation_routes.routes,
]  # fmt: skip
