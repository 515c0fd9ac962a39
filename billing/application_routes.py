"""Pages of the review of vouchers: apply, where it is, the bureau's queue, what is published."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import (
    access,
    application_access,
    application_views,
    applications,
    objections,
    review_steps,
    reviewing,
    reviews,
    voucher_exports,
)
from billing.applications import Documents
from billing.programmes import rule_of
from billing.voucher_forms import AnswerInput, ApplyInput, ObjectionInput, ReviewInput
from billing.voucher_states import ReviewOutcome
from market.kit import files, tables, web
from market.kit.actor import Actor
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate

FIELD = "evidence_"


async def _documents(form: Form[ApplyInput], by: Actor) -> Documents:
    return {
        name.removeprefix(FIELD): [
            await files.store_upload(upload, by=by, field=name) for upload in uploads
        ]
        for name, uploads in form.files.items()
        if name.removeprefix(FIELD) in review_steps.EVIDENCE and uploads
    }


def _done(request: Request, number: str, text: str) -> Response:
    return web.see_other(request, "vouchers:application", number=number, flash=text)


async def apply(request: Request) -> Response:
    """Apply for a voucher its issuer reviews on the platform."""
    actor = web.signed_in(request)
    order = await access.order_of_party(actor, request.path_params["number"])
    programme = await access.open_programme(request.path_params["code"])
    form = await Form.read(request, ApplyInput)
    if form.is_valid:
        with form.guard():
            made = await applications.apply_for_voucher(
                order, programme=programme, documents=await _documents(form, actor), by=actor
            )
            return _done(request, made.number, _("Application submitted"))
    return await web.render(
        request, "billing/vouchers_apply.html", order=order, programme=programme,
        rule=rule_of(programme), form=form, steps=review_steps,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """Where an application is, what is missing, who has it; its reviewer decides here."""
    actor = web.signed_in(request)
    row = await application_access.application_to_read(actor, request.path_params["number"])
    view = await application_views.view_application(row)
    return await web.render(
        request, "billing/vouchers_application.html", view=view, steps=review_steps,
        form=Form(ReviewInput, {"outcome": ReviewOutcome.PASSED}), days=application_views.days_left,
        may_decide=application_views.may_decide(row, view.rule, actor),
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """Pass, return or refuse the present step."""
    actor = web.signed_in(request)
    row = await application_access.application_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, ReviewInput)
    if form.is_valid:
        with form.guard():
            await reviews.decide_step(row, **form.input.model_dump(), by=actor)
            return _done(request, row.number, _("Decision recorded"))
    view = await application_views.view_application(row)
    return await web.render(
        request, "billing/vouchers_application.html", view=view, steps=review_steps, form=form,
        days=application_views.days_left,
        may_decide=application_views.may_decide(row, view.rule, actor),
    )  # fmt: skip


async def resubmit(request: Request) -> Response:
    """Send a returned application again, with what was missing."""
    actor = web.signed_in(request)
    row = await application_access.own_application(actor, request.path_params["number"])
    form = await Form.read(request, ApplyInput)
    await applications.resubmit(row, documents=await _documents(form, actor), by=actor)
    return _done(request, row.number, _("Application submitted again"))


async def withdraw(request: Request) -> Response:
    """Take an application back."""
    actor = web.signed_in(request)
    row = await application_access.own_application(actor, request.path_params["number"])
    await applications.withdraw(row, by=actor)
    return _done(request, row.number, _("Application withdrawn"))


async def claim(request: Request) -> Response:
    """Claim the payment of a verified voucher."""
    actor = web.signed_in(request)
    row = await application_access.own_application(actor, request.path_params["number"])
    form = await Form.read(request, ApplyInput)
    await applications.claim_payment(row, documents=await _documents(form, actor), by=actor)
    return _done(request, row.number, _("Payment claimed"))


async def queue(request: Request) -> Response:
    """A bureau's desk: every application with its step and deadline, the most urgent first."""
    actor = web.signed_in(request)
    query = application_access.queue_of(actor)
    step = request.query_params.get("step", "")
    if step in review_steps.STEPS:
        query = query.filter(step=step)
    if file := await voucher_exports.APPLICATIONS.file(request, query):
        return file
    return await web.render(
        request, "billing/vouchers_queue.html", page=await paginate(request, query), step=step,
        steps=review_steps, views=application_views, rule_of=rule_of,
    )  # fmt: skip


async def published(request: Request) -> Response:
    """What is published now, for anybody, and until when one may object."""
    query = application_access.published()
    if file := await voucher_exports.PUBLISHED.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "billing/vouchers_published.html", page=page, days=application_views.days_left
    )


async def object_to(request: Request) -> Response:
    """Object to a published application."""
    actor = web.signed_in(request)
    row = await application_access.published_application(request.path_params["number"])
    form = await Form.read(request, ObjectionInput)
    if form.is_valid:
        with form.guard():
            await objections.raise_objection(row, text=form.input.text, by=actor)
            return web.see_other(
                request, "vouchers:published", flash=_("Objection sent to the issuing bureau")
            )
    return await web.render(request, "billing/vouchers_object.html", row=row, form=form)


async def answer(request: Request) -> Response:
    """Answer an objection."""
    actor = web.signed_in(request)
    number, key = request.path_params["number"], request.path_params["key"]
    objection = await application_access.objection_to_answer(actor, number, key)
    form = await Form.read(request, AnswerInput)
    if form.is_valid:
        with form.guard():
            await objections.answer_objection(objection, **form.input.model_dump(), by=actor)
            return _done(request, number, _("Objection answered"))
    return await web.render(
        request, "billing/vouchers_answer.html", objection=objection, number=number, form=form
    )


async def evidence(request: Request) -> Response:
    """A document of an application."""
    actor = web.signed_in(request)
    number, key = request.path_params["number"], request.path_params["key"]
    found = await application_access.evidence_to_read(actor, number, key)
    content = await files.read(found.file)
    return tables.download(content, found.file.content_type, found.file.filename)


async def switch_reviews(request: Request) -> Response:
    """Open or close the review of a programme's claims on this platform."""
    actor = web.signed_in(request)
    programme = await access.programme_of(actor, request.path_params["code"])
    is_on = programme.reviewed_since is None
    await reviewing.switch_reviews(programme, is_on=is_on, by=actor)
    text = _("Claims are reviewed here from now on") if is_on else _("Claims are not reviewed here")
    return web.see_other(request, "bureau:vouchers", flash=text)


BOTH = ["GET", "POST"]
POST = ["POST"]
_ONE = "/vouchers/applications/{number}"
routes = [
    Route("/orders/{number}/vouchers/{code}/apply", apply, name="vouchers:apply", methods=BOTH),
    Route("/vouchers/published", published, name="vouchers:published"),
    Route(_ONE, show, name="vouchers:application"),
    Route(f"{_ONE}/decide", decide, name="vouchers:decide", methods=POST),
    Route(f"{_ONE}/resubmit", resubmit, name="vouchers:resubmit", methods=POST),
    Route(f"{_ONE}/withdraw", withdraw, name="vouchers:withdraw", methods=POST),
    Route(f"{_ONE}/claim", claim, name="vouchers:claim", methods=POST),
    Route(f"{_ONE}/object", object_to, name="vouchers:object", methods=BOTH),
    Route(f"{_ONE}/objections/{{key}}", answer, name="vouchers:answer", methods=BOTH),
    Route(f"{_ONE}/evidence/{{key}}", evidence, name="vouchers:evidence"),
    Route("/bureau/vouchers/applications", queue, name="vouchers:queue"),
    Route(
        "/bureau/vouchers/programmes/{code}/reviews",
        switch_reviews,
        name="vouchers:reviews",
        methods=POST,
    ),
]
