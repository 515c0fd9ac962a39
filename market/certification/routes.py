"""Pages of the certification of bases."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.certification import access, applications, exports, reviews, views
from market.certification import forms as f
from market.certification.conditions import AREA, FIRMS, PAPERS, STAFF
from market.certification.models import Certification, CertificationRound
from market.certification.states import CertificationStatus, MaterialKind
from market.kit import clock, documents, files, tables, web
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.vocabulary import regions

FOLDER = "market/certification/"
NOUN = N_("Application for certification as a data annotation base")


def _done(request: Request, row: Certification, flash: str) -> Response:
    return web.see_other(request, "certifications:show", number=row.number, flash=flash)


async def _own(request: Request) -> Certification:
    return await access.own_certification(web.signed_in(request), request.path_params["number"])


MINIMUMS = {"firms_min": FIRMS, "staff_min": STAFF, "area_min": AREA, "public_days": 5}


async def list_rounds(request: Request) -> Response:
    """The calls, the newest first."""
    return await _rounds_page(request, Form(f.RoundInput, MINIMUMS))


async def open_round(request: Request) -> Response:
    """Call for applications: a province's bureau."""
    actor = web.signed_in(request, "bureau")
    form = await Form.read(request, f.RoundInput, MINIMUMS)
    if form.is_valid:
        with form.guard():
            call = await reviews.open_round(form.input, by=actor)
            return web.see_other(
                request, "certification_rounds:show", number=call.number, flash=_("Round opened")
            )
    return await _rounds_page(request, form)


async def _rounds_page(request: Request, form: Form[f.RoundInput]) -> Response:
    rounds = CertificationRound.all().select_related("organiser").order_by("-id")
    if file := await exports.ROUNDS.file(request, rounds):
        return file
    page = await paginate(request, rounds)
    return await web.render(
        request, FOLDER + "rounds_list.html", page=page, form=form,
        places={row.region_code: regions.full_name(row.region_code) for row in page.items},
        is_bureau=web.actor_of(request).kind == "bureau", now=clock.now(),
    )  # fmt: skip


async def show_round(request: Request) -> Response:
    """A call with its conditions; for authorities what was handed in, and annex 5 as a file."""
    call = await access.round_to_see(request.path_params["number"])
    actor = web.actor_of(request)
    reads_annex = access.reads_annex_5(actor, call)
    find = access.certifications_to_read if reads_annex else access.certifications_to_see
    seen = find(actor).filter(round=call).prefetch_related("firms")
    if reads_annex and tables.format_of(request):
        rows = await exports.annex_5_rows(seen)
        return exports.ANNEX_5.of(request, rows, subject=call.number)
    return await web.render(
        request, FOLDER + "rounds_show.html", call=call, page=await paginate(request, seen),
        reads_annex=reads_annex, is_base=actor.kind == "base",
        is_open=call.closes_at > clock.now(),
    )  # fmt: skip


async def apply_(request: Request) -> Response:
    """Begin an application."""
    call = await access.round_to_see(request.path_params["number"])
    row = await applications.begin_application(call, by=web.signed_in(request))
    return web.see_other(request, "certifications:form", number=row.number)


async def list_certifications(request: Request) -> Response:
    """Certified bases and what is publicised; one's own and the region's in full."""
    rows = access.certifications_to_see(web.actor_of(request))
    status = request.query_params.get("status", "")
    if status in set(CertificationStatus):
        rows = rows.filter(status=status)
    return await exports.CERTIFICATIONS.file(request, rows) or await web.render(
        request, FOLDER + "certifications_list.html", page=await paginate(request, rows),
        status=status, statuses=list(CertificationStatus),
    )  # fmt: skip


async def _page(
    request: Request, row: Certification, form: Form[f.DecisionInput] | None = None
) -> Response:
    context = await views.page_of(row, web.actor_of(request))
    return await web.render(
        request, FOLDER + "certifications_show.html", form=form or Form(f.DecisionInput),
        annex=views.annex_2(row, context["firms"]) if context["whole"] else [], **context,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """An application: for the public what is publicised."""
    actor = web.actor_of(request)
    return await _page(
        request, await access.certification_to_see(actor, request.path_params["number"])
    )


async def print_(request: Request) -> Response:
    """Annexes 2, 3 and 4 on A4: the digest of what was handed in, or of what may yet be changed."""
    actor = web.signed_in(request)
    row = await access.certification_to_read(actor, request.path_params["number"])
    context = await views.page_of(row, actor)
    is_signed = bool(row.digest) and row.status not in applications.OPEN
    content = await applications.content_of(row, row.pledge if is_signed else {})
    digest = row.digest if is_signed else documents.digest_of(content)
    return await web.render(
        request, FOLDER + "print.html", annex=views.annex_2(row, context["firms"]), is_signed=is_signed,
        document=await documents.issue(NOUN, row.number, digest), **context,
    )  # fmt: skip


async def write_form(request: Request) -> Response:
    """Annex 2."""
    row = await _own(request)
    form = await Form.read(request, f.BaseForm, row.form, draft="kept")
    if form.is_valid:
        with form.guard():
            await applications.keep_form(row, form.input, by=web.signed_in(request))
            return _done(request, row, _("Kept"))
    return await web.render(
        request, FOLDER + "form.html", row=row, form=form,
        services=[(code, _(label)) for code, label in f.SERVICES.items()],
        data_kinds=[(code, _(label)) for code, label in f.DATA_KINDS.items()],
    )  # fmt: skip


async def write_plan(request: Request) -> Response:
    """Annex 3."""
    row = await _own(request)
    form = await Form.read(request, f.PlanForm, row.plan, draft="kept")
    if form.is_valid:
        with form.guard():
            await applications.keep_plan(row, form.input, by=web.signed_in(request))
            return _done(request, row, _("Kept"))
    return await web.render(
        request, FOLDER + "plan.html", row=row, form=form,
        targets=[(name, _(label)) for name, label in f.TARGETS.items()],
    )  # fmt: skip


async def add_firm(request: Request) -> Response:
    """A line of the list of firms."""
    row = await _own(request)
    form = await Form.read(request, f.FirmInput)
    if form.is_valid:
        with form.guard():
            await applications.list_firm(row, form.input, by=web.signed_in(request))
            return _done(request, row, _("Firm listed"))
    return await web.render(request, FOLDER + "firm.html", row=row, form=form)


async def remove_firm(request: Request) -> Response:
    """Take a firm off the list."""
    row = await _own(request)
    await applications.unlist_firm(row, request.path_params["id"], by=web.signed_in(request))
    return _done(request, row, _("Taken off the list"))


async def attach(request: Request) -> Response:
    """Attach a paper."""
    row = await _own(request)
    form = await Form.read(request, f.MaterialInput)
    if form.is_valid:
        with form.guard():
            upload = form.upload("file")
            if upload is None:
                raise InvalidInput(fields={"file": _("This field is required")})
            actor = web.signed_in(request)
            kept = await files.store_upload(upload, by=actor)
            await applications.attach_material(row, form.input.kind, kept, by=actor)
            return _done(request, row, _("Attached"))
    kinds = [(kind.value, _(PAPERS[kind])) for kind in MaterialKind]
    return await web.render(request, FOLDER + "material.html", row=row, form=form, kinds=kinds)


async def material(request: Request) -> Response:
    """A paper, as it was uploaded."""
    row = await access.certification_to_read(web.signed_in(request), request.path_params["number"])
    file = (await access.material_to_read(row, request.path_params["id"])).file
    return tables.download(await files.read(file), file.content_type, file.filename)


async def submit(request: Request) -> Response:
    """Sign the pledge and hand in; what is missing is said where it is."""
    row = await _own(request)
    form = await Form.read(request, f.PledgeInput)
    if form.is_valid:
        with form.guard():
            await applications.submit_application(row, form.input, by=web.signed_in(request))
            return _done(request, row, _("Application handed in"))
    return await web.render(
        request,
        FOLDER + "submit.html",
        form=form,
        **await views.page_of(row, web.actor_of(request)),
    )


async def withdraw(request: Request) -> Response:
    """Take it back."""
    row = await _own(request)
    await applications.withdraw_application(row, by=web.signed_in(request))
    return _done(request, row, _("Withdrawn"))


async def decide(request: Request) -> Response:
    """An authority's decision."""
    actor = web.signed_in(request)
    row = await access.certification_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, f.DecisionInput)
    if form.is_valid:
        with form.guard():
            await reviews.decide(row, form.input, by=actor)
            return _done(request, row, _("Decided"))
    return await _page(request, row, form)


async def object_(request: Request) -> Response:
    """Raise an objection."""
    actor = web.signed_in(request, *OrganisationKind)
    row = await access.certification_to_see(actor, request.path_params["number"])
    form = await Form.read(request, f.ObjectionInput)
    if form.is_valid:
        with form.guard():
            await reviews.object_to(row, form.input, by=actor)
            return _done(request, row, _("Objection raised"))
    return await web.render(request, FOLDER + "objection.html", row=row, form=form)


async def answer(request: Request) -> Response:
    """Uphold or dismiss an objection."""
    actor = web.signed_in(request)
    row = await access.certification_to_decide(actor, request.path_params["number"])
    objection = await access.objection_of(row, request.path_params["id"])
    form = await Form.read(request, f.ObjectionAnswer)
    if form.is_valid:
        with form.guard():
            await reviews.answer_objection(objection, form.input, by=actor)
            return _done(request, row, _("Answered"))
    return await web.render(
        request, FOLDER + "answer.html", row=row, objection=objection, form=form
    )


ROUNDS, ONE, BOTH = "/certification-rounds", "/certifications/{number}", ["GET", "POST"]
routes = [
    Route(ROUNDS, list_rounds, name="certification_rounds:list"),
    Route(ROUNDS, open_round, name="certification_rounds:open", methods=["POST"]),
    Route(ROUNDS + "/{number}", show_round, name="certification_rounds:show"),
    Route(ROUNDS + "/{number}/apply", apply_, name="certifications:begin", methods=["POST"]),
    Route("/certifications", list_certifications, name="certifications:list"),
    Route(ONE, show, name="certifications:show"),
    Route(ONE + "/print", print_, name="certifications:print"),
    Route(ONE + "/form", write_form, name="certifications:form", methods=BOTH),
    Route(ONE + "/plan", write_plan, name="certifications:plan", methods=BOTH),
    Route(ONE + "/firms", add_firm, name="certifications:firm", methods=BOTH),
    Route(
        ONE + "/firms/{id:uuid}/remove", remove_firm, name="certifications:unlist", methods=["POST"]
    ),
    Route(ONE + "/materials", attach, name="certifications:attach", methods=BOTH),
    Route(ONE + "/materials/{id:uuid}", material, name="certifications:material"),
    Route(ONE + "/submit", submit, name="certifications:submit", methods=BOTH),
    Route(ONE + "/withdraw", withdraw, name="certifications:withdraw", methods=["POST"]),
    Route(ONE + "/decide", decide, name="certifications:decide", methods=["POST"]),
    Route(ONE + "/objections", object_, name="certifications:object", methods=BOTH),
    Route(ONE + "/objections/{id:uuid}", answer, name="certifications:answer", methods=BOTH),
]
