"""Pages of delivery and inspection."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import Role
from market.kit import documents, files, tables, web
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders import (
    access,
    batches,
    classes,
    findings,
    floors,
    inspections,
    manifests,
    reports,
    views,
    words,
    work_views,
)
from market.orders.forms import DeliveryInput, InspectionInput, SecretInput
from market.orders.models import DeliveryBatch
from market.orders.parties import require_side
from market.orders.states import BatchStatus
from market.orders.terms import plain_number


async def plan(request: Request) -> Response:
    """Open the order's next batch."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    batch = await batches.plan_batch(order, by=actor)
    return web.see_other(
        request, "batches:show", number=batch.number,
        flash=_("Batch planned; the seeds of both sides are committed"),
    )  # fmt: skip


async def resume(request: Request) -> Response:
    """Let deliveries go on after a discontinued inspection."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    await inspections.resume_inspection(order, by=actor)
    return web.see_other(
        request, "orders:show", number=order.number, flash=_("Inspection goes on, tightened")
    )


async def show(request: Request) -> Response:
    """A batch with its manifest, seeds, samples and verdicts."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    return await web.render(
        request, "market/orders/batches_show.html", batch=batch, words=words,
        view=await views.batch_view(batch, actor),
    )  # fmt: skip


async def commit(request: Request) -> Response:
    """Put one's own secret into the draw."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    form = await Form.read(request, SecretInput)
    if form.is_valid:
        with form.guard():
            await batches.commit_seed(batch, secret=form.input.secret, by=actor)
            return web.see_other(
                request, "batches:show", number=batch.number, flash=_("Your seed is committed")
            )
    return await web.render(request, "market/orders/batches_commit.html", batch=batch, form=form)


async def deliver(request: Request) -> Response:
    """Deliver a batch with its manifest."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    left = await batches.quantity_left(batch.order, apart_from=batch)
    form = await Form.read(
        request, DeliveryInput, {"quantity": plain_number(left), "note": batch.note}
    )
    if form.is_valid:
        with form.guard():
            await _submit(request, batch, form)
            return web.see_other(
                request, "batches:show", number=batch.number, flash=_("Batch delivered")
            )
    return await web.render(
        request, "market/orders/batches_deliver.html", batch=batch, form=form, left=left,
        limit=manifests.MAX_ITEMS, choices=await work_views.delivery_choices(batch.order),
    )  # fmt: skip


async def _submit(request: Request, batch: DeliveryBatch, form: Form[DeliveryInput]) -> None:
    actor = web.actor_of(request)
    require_side(actor, batch.order.supplier_id, Role.PROJECT)  # before a file is kept
    upload = form.upload(manifests.FIELD)
    if upload is None or not upload.filename:
        raise InvalidInput(fields={manifests.FIELD: _("Choose the manifest")})
    content = await upload.read(manifests.MAX_BYTES + 1)
    if len(content) > manifests.MAX_BYTES:
        raise InvalidInput(fields={manifests.FIELD: _("The manifest is larger than 20 MB")})
    items = manifests.parse(upload.filename, content)
    file = await files.store(upload.filename, content, by=actor, kinds=manifests.KINDS)
    await batches.submit_batch(batch, form.input, items=items, file=file, by=actor)


async def manifest(request: Request) -> Response:
    """The manifest as it was delivered."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    file = batch.manifest_file
    if file is None:
        raise NotFound(_("This batch has not been delivered"))
    return tables.download(await files.read(file), file.content_type, file.filename)


async def sample(request: Request) -> Response:
    """Draw the sample and go to the inspection sheet."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    await inspections.draw_sample(batch, by=actor)
    return web.see_other(
        request, "batches:inspect", number=batch.number, flash=_("Sample drawn from both seeds")
    )


async def inspect(request: Request) -> Response:
    """The inspection sheet: mark what does not conform; of a long sample, list it."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    view = await views.batch_view(batch, actor)
    if view.current is None:
        raise inspections.NotBeingInspected(_("Draw the sample of this batch first"))
    form = await Form.read(request, InspectionInput, draft="kept")
    if form.is_submitted:
        with form.guard():
            status = await _record(batch, form, view.current.items, actor)
            return web.see_other(request, "batches:show", number=batch.number, flash=_(status))
    return await web.render(
        request, "market/orders/batches_inspect.html", batch=batch, form=form,
        sample=view.current, rows=list(enumerate(view.current.items)), defects=words.defects(),
        gravities=words.gravities(), floors=await floors.floors_for(batch.order),
        is_list=len(view.current.items) > findings.SHEET_LIMIT, words=words,
        minor=classes.minor_plan(view.current),
    )  # fmt: skip


async def _record(
    batch: DeliveryBatch, form: Form[InspectionInput], items: list[str], by: Actor
) -> str:
    """Record what the form found; the sentence that says how it was decided."""
    found = (
        findings.from_list(form.values[findings.LIST_FIELD])
        if findings.LIST_FIELD in form.values
        else findings.from_sheet(form.values, items)
    )
    measured = findings.measurements(form.values)
    decided = await inspections.record_inspection(batch, found, measured, by=by)
    is_accepted = decided.status == BatchStatus.ACCEPTED
    return N_("Batch accepted") if is_accepted else N_("Batch not accepted")


async def report(request: Request) -> Response:
    """The acceptance report on A4, once the batch is decided."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    if batch.decided_at is None:
        raise NotFound(_("This batch has not been decided"))
    rounds = await reports.rounds_of(batch)
    return await web.render(
        request, "market/orders/batches_print.html", batch=batch, order=batch.order, rounds=rounds,
        words=words, document=await documents.issue(
            N_("Acceptance report"), batch.number, reports.report_digest(batch, rounds)
        ),
    )  # fmt: skip


async def rework(request: Request) -> Response:
    """Take a batch that was not accepted back."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    await batches.start_rework(batch, by=actor)
    return web.see_other(
        request, "batches:show", number=batch.number, flash=_("Rework begun; new seeds committed")
    )


BOTH = ["GET", "POST"]
routes = [
    Route("/orders/{number}/batches", plan, name="batches:plan", methods=["POST"]),
    Route("/orders/{number}/resume", resume, name="orders:resume", methods=["POST"]),
    Route("/batches/{number}", show, name="batches:show"),
    Route("/batches/{number}/seed", commit, name="batches:commit", methods=BOTH),
    Route("/batches/{number}/deliver", deliver, name="batches:deliver", methods=BOTH),
    Route("/batches/{number}/manifest", manifest, name="batches:manifest"),
    Route("/batches/{number}/sample", sample, name="batches:sample", methods=["POST"]),
    Route("/batches/{number}/inspect", inspect, name="batches:inspect", methods=BOTH),
    Route("/batches/{number}/print", report, name="batches:print"),
    Route("/batches/{number}/rework", rework, name="batches:rework", methods=["POST"]),
]
