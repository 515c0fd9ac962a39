"""Pages of how an order is worked: guideline versions, annotator groups, reduced inspection."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import files, tables, web
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.orders import access, assignments, guidelines, inspections, words, work_views
from market.orders.guideline_versions import versions_of
from market.orders.models import Order
from market.orders.parties import require_side
from market.orders.work_forms import AssignmentInput, GroupInput, GuidelineInput, RemovalInput
from market.orders.work_models import GuidelineVersion

GUIDELINE_KINDS = {
    suffix: files.KINDS[suffix] for suffix in (".pdf", ".docx", ".md", ".txt", ".zip")
}


async def list_guidelines(request: Request) -> Response:
    """Every version of an order's guideline, newest first, with what it touched."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    return await web.render(
        request, "market/orders/guidelines_list.html", order=order, words=words,
        view=await work_views.guidelines_view(order, actor),
    )  # fmt: skip


async def publish(request: Request) -> Response:
    """Publish the next version; the button “what is affected” only shows it."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    require_side(actor, order.buyer_id, *guidelines.WRITERS)
    newest = (await versions_of(order))[0]
    form = await Form.read(
        request, GuidelineInput, {"text": newest.text, "transition_days": 3}, draft="kept"
    )
    affected = None
    if form.is_valid:
        affected = await guidelines.affected_by(order, form.input.label_classes)
        if form.values.get("step") != "preview":
            with form.guard():
                return await _publish(request, order, form)
    return await web.render(
        request, "market/orders/guidelines_publish.html", order=order, form=form, newest=newest,
        affected=affected, quantity=guidelines.quantity_of(affected or ()), words=words,
        kinds=",".join(GUIDELINE_KINDS),
    )  # fmt: skip


async def _publish(request: Request, order: Order, form: Form[GuidelineInput]) -> Response:
    actor, upload = web.actor_of(request), form.upload("file")
    kept = await files.store_upload(upload, by=actor, kinds=GUIDELINE_KINDS) if upload else None
    version = await guidelines.publish_guideline(order, form.input, file=kept, by=actor)
    told = _("Guideline %(label)s published", label=version.label)
    if version.change_id is None:
        return web.see_other(request, "guidelines:list", number=order.number, flash=told)
    change = await version.change
    return web.see_other(request, "changes:show", number=change.number, flash=told)


async def guideline_file(request: Request) -> Response:
    """The document of a version."""
    order = await access.own_order(web.signed_in(request), request.path_params["number"])
    version = (
        await GuidelineVersion.filter(order_id=order.id, label=request.path_params["label"])
        .select_related("file")
        .first()
    )
    if version is None or version.file is None:
        raise NotFound(_("There is no such entry"))
    file = version.file
    return tables.download(await files.read(file), file.content_type, file.filename)


async def list_annotators(request: Request) -> Response:
    """The groups of an order: names for the supplier, pseudonyms for the client."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    return await _annotators_page(request, order)


async def _annotators_page(
    request: Request, order: Order, form: Form[AssignmentInput] | None = None
) -> Response:
    view = await work_views.annotators_view(order, web.actor_of(request))
    return await web.render(
        request, "market/orders/annotators_list.html", order=order, view=view,
        form=form or Form(AssignmentInput), group_form=Form(GroupInput),
        groups=[(row.group.code, f"{row.group.code} · {row.group.name}") for row in view.groups],
        talents=[(str(one.talent.id), one.talent.name) for one in view.candidates],
    )  # fmt: skip


async def open_group(request: Request) -> Response:
    """Open a group of annotators."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, GroupInput)
    if form.is_valid:
        with form.guard():
            await assignments.open_group(order, form.input, by=actor)
            return _to_annotators(request, order, _("Group opened"))
    return await _annotators_page(request, order)


async def assign(request: Request) -> Response:
    """Put a talent into a group; refused with every reason named."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, AssignmentInput)
    if form.is_valid:
        with form.guard():
            await assignments.assign_talent(order, form.input, by=actor)
            return _to_annotators(request, order, _("Annotator assigned"))
    return await _annotators_page(request, order, form)


async def unassign(request: Request) -> Response:
    """Take an annotator off the order."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, RemovalInput)
    if form.is_valid:
        with form.guard():
            await assignments.end_assignment(order, form.input.assignment, by=actor)
            return _to_annotators(request, order, _("Annotator taken off"))
    return await _annotators_page(request, order)


def _to_annotators(request: Request, order: Order, flash: str) -> Response:
    return web.see_other(request, "annotators:list", number=order.number, flash=flash)


async def reduction(request: Request) -> Response:
    """Agree to reduced inspection, or take that back."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    is_allowed = (await request.form()).get("is_allowed") == "1"
    await inspections.allow_reduction(order, is_allowed=is_allowed, by=actor)
    return web.see_other(request, "orders:show", number=order.number, flash=_("Saved"))


BOTH = ["GET", "POST"]
POST = ["POST"]
routes = [
    Route("/orders/{number}/guidelines", list_guidelines, name="guidelines:list"),
    Route("/orders/{number}/guidelines/new", publish, name="guidelines:publish", methods=BOTH),
    Route("/orders/{number}/guidelines/{label}/file", guideline_file, name="guidelines:file"),
    Route("/orders/{number}/annotators", list_annotators, name="annotators:list"),
    Route("/orders/{number}/annotators/groups", open_group, name="annotators:group", methods=POST),
    Route("/orders/{number}/annotators/assign", assign, name="annotators:assign", methods=POST),
    Route("/orders/{number}/annotators/remove", unassign, name="annotators:remove", methods=POST),
    Route("/orders/{number}/reduction", reduction, name="orders:reduction", methods=POST),
]
