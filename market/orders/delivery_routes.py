"""Pages of delivery, inspection and review."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import files, tables, web
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.orders import access, batches, inspections, manifests, reviews, views, words
from market.orders.forms import DeliveryInput, Finding, InspectionInput, ReviewInput, SecretInput
from market.orders.models import DeliveryBatch
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
        limit=manifests.MAX_ITEMS,
    )  # fmt: skip


async def _submit(request: Request, batch: DeliveryBatch, form: Form[DeliveryInput]) -> None:
    actor = web.actor_of(request)
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
    """The inspection sheet: mark what does not conform."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    view = await views.batch_view(batch, actor)
    if view.current is None:
        raise inspections.NotBeingInspected(_("Draw the sample of this batch first"))
    form = await Form.read(request, InspectionInput)
    if form.is_submitted:
        with form.guard():
            findings = _findings(form.values, view.current.items)
            decided = await inspections.record_inspection(batch, findings, by=actor)
            flash = _("Batch accepted") if decided.status == "accepted" else _("Batch not accepted")
            return web.see_other(request, "batches:show", number=batch.number, flash=flash)
    return await web.render(
        request, "market/orders/batches_inspect.html", batch=batch, view=view, form=form,
        sample=view.current, rows=list(enumerate(view.current.items)), defects=words.defects(),
    )  # fmt: skip


def _findings(values: dict[str, str], items: list[str]) -> list[Finding]:
    """The sheet has for the drawn item i a `defect-i` (empty = conforms) and a `note-i`."""
    return [
        Finding(item=item, defect=values[f"defect-{place}"], note=values.get(f"note-{place}", ""))
        for place, item in enumerate(items)
        if values.get(f"defect-{place}")
    ]


async def rework(request: Request) -> Response:
    """Take a batch that was not accepted back."""
    actor = web.signed_in(request)
    batch = await access.own_batch(actor, request.path_params["number"])
    await batches.start_rework(batch, by=actor)
    return web.see_other(
        request, "batches:show", number=batch.number, flash=_("Rework begun; new seeds committed")
    )


async def review(request: Request) -> Response:
    """Review the other side."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, ReviewInput)
    if form.is_valid:
        with form.guard():
            await reviews.write_review(order, form.input, by=actor)
            return web.see_other(
                request, "orders:show", number=order.number, flash=_("Review written")
            )
    return await web.render(request, "market/orders/reviews_write.html", order=order, form=form)


BOTH = ["GET", "POST"]
routes = [
    Route("/orders/{number}/batches", plan, name="batches:plan", methods=["POST"]),
    Route("/orders/{number}/resume", resume, name="orders:resume", methods=["POST"]),
    Route("/orders/{number}/review", review, name="reviews:write", methods=BOTH),
    Route("/batches/{number}", show, name="batches:show"),
    Route("/batches/{number}/seed", commit, name="batches:commit", methods=BOTH),
    Route("/batches/{number}/deliver", deliver, name="batches:deliver", methods=BOTH),
    Route("/batches/{number}/manifest", manifest, name="batches:manifest"),
    Route("/batches/{number}/sample", sample, name="batches:sample", methods=["POST"]),
    Route("/batches/{number}/inspect", inspect, name="batches:inspect", methods=BOTH),
    Route("/batches/{number}/rework", rework, name="batches:rework", methods=["POST"]),
]
