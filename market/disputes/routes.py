"""Pages of disputes: raise, answer, mediate, decide."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.disputes import (
    access,
    disputes,
    labels,
    measurements,
    mediation,
    reading_routes,
    resolutions,
)
from market.disputes.forms import (
    AgreementInput,
    AnswerInput,
    AppointmentInput,
    ClaimInput,
    DecisionInput,
    DeclarationInput,
    OwnSecretInput,
    ProposalInput,
    ReferralInput,
)
from market.disputes.models import Dispute
from market.disputes.rules import rules
from market.disputes.states import DisputeStatus
from market.disputes.views import dispute_view
from market.kit import files, paging, tables, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.orders.rulings import price_of

FILES = "evidence"
AT_MOST = 10


async def listing(request: Request) -> Response:
    """The disputes the organisation is part of, mediates or oversees; `?status=` narrows."""
    actor = web.signed_in(request)
    query = access.disputes_of(actor).order_by("-id")
    status = request.query_params.get("status", "")
    if status in tuple(DisputeStatus):
        query = query.filter(status=status)
    if fmt := tables.format_of(request):
        rows = await query.limit(5000).values_list(*EXPORTED)
        return tables.table_response(request, _("Disputes"), _columns(), rows, fmt)
    page = await paging.paginate(request, query.select_related(*access.RELATED))
    return await web.render(
        request, "market/disputes/disputes_list.html", page=page, status=status,
        statuses=DisputeStatus, labels=labels,
    )  # fmt: skip


EXPORTED = (
    "number", "order__number", "batch__number", "claimant__name", "respondent__name", "status",
    "ground", "value_fen", "amount_fen", "way", "created_at", "resolved_at",
)  # fmt: skip


def _columns() -> list[tables.Column]:
    return [
        tables.Column(_("Dispute")), tables.Column(_("Order")), tables.Column(_("Batch")),
        tables.Column(_("Raised by")), tables.Column(_("Against")), tables.Column(_("Status")),
        tables.Column(_("Ground")), tables.Column(_("Price of the batch"), "money"),
        tables.Column(_("Resolved amount"), "money"), tables.Column(_("How")),
        tables.Column(_("Raised at"), "datetime"), tables.Column(_("Resolved at"), "datetime"),
    ]  # fmt: skip


async def show(request: Request) -> Response:
    """A dispute with what each side says, the proposal, the measurement and the result."""
    actor = web.signed_in(request)
    dispute = await access.dispute_to_see(actor, request.path_params["number"])
    return await _page(request, dispute)


async def _page(request: Request, dispute: Dispute, **forms: Form[Any]) -> Response:
    view = await dispute_view(dispute, web.actor_of(request))
    shown: dict[str, Any] = {"form": Form(DeclarationInput), **forms}
    return await web.render(
        request, "market/disputes/disputes_show.html", dispute=dispute, view=view, labels=labels,
        rules=rules(), **shown,
    )  # fmt: skip


async def raise_dispute(request: Request) -> Response:
    """Dispute the verdict on a batch."""
    actor = web.signed_in(request)
    batch = await access.batch_to_dispute(actor, request.path_params["number"])
    is_buyer = actor.organisation_id == batch.order.buyer_id
    await disputes.require_disputable(batch.order, batch, is_buyer=is_buyer)
    form = await Form.read(request, ClaimInput, draft="kept")
    if form.is_valid:
        with form.guard():
            kept = await _evidence(request, form)
            made = await disputes.open_dispute(batch, form.input, files=kept, by=actor)
            return web.see_other(
                request, "disputes:show", number=made.number, flash=_("Dispute raised")
            )
    return await web.render(
        request, "market/disputes/disputes_open.html", batch=batch, form=form, labels=labels,
        value_fen=price_of(batch.order, batch), is_buyer=is_buyer, rules=rules(),
    )  # fmt: skip


async def _evidence(request: Request, form: Form[Any]) -> list[files.StoredFile]:
    actor = web.actor_of(request)
    uploads = form.files.get(FILES, [])[:AT_MOST]
    return [await files.store_upload(upload, by=actor, field=FILES) for upload in uploads]


async def answer(request: Request) -> Response:
    """Answer a dispute with one's own amount."""
    actor = web.signed_in(request)
    dispute = await access.own_dispute(actor, request.path_params["number"])
    form = await Form.read(request, AnswerInput, draft="kept")
    if form.is_valid:
        with form.guard():
            kept = await _evidence(request, form)
            await disputes.answer_dispute(dispute, form.input, files=kept, by=actor)
            return _done(request, dispute, _("Answer sent"))
    return await web.render(
        request, "market/disputes/disputes_answer.html", dispute=dispute, form=form,
        labels=labels, is_buyer=actor.organisation_id == dispute.order.buyer_id, rules=rules(),
    )  # fmt: skip


def _done(request: Request, dispute: Dispute, flash: str) -> Response:
    return web.see_other(request, "disputes:show", number=dispute.number, flash=flash)


async def withdraw(request: Request) -> Response:
    """Take a dispute back."""
    actor = web.signed_in(request)
    dispute = await access.own_dispute(actor, request.path_params["number"])
    await disputes.withdraw_dispute(dispute, by=actor)
    return _done(request, dispute, _("Dispute withdrawn"))


async def commit(request: Request) -> Response:
    """Put one's own secret into the draw of the sub-sample."""
    actor = web.signed_in(request)
    dispute = await access.own_dispute(actor, request.path_params["number"])
    form = await Form.read(request, OwnSecretInput)
    if form.is_valid:
        with form.guard():
            await disputes.commit_own_seed(dispute, secret=form.input.secret, by=actor)
            return _done(request, dispute, _("Your seed is committed"))
    return await web.render(
        request, "market/disputes/disputes_commit.html", dispute=dispute, form=form
    )


async def agree(request: Request) -> Response:
    """Accept the mediator's proposal, the amount that was read."""
    actor = web.signed_in(request)
    dispute = await access.own_dispute(actor, request.path_params["number"])
    form = await Form.read(request, AgreementInput)
    if form.is_valid:
        with form.guard():
            await mediation.agree_to_proposal(dispute, amount_fen=form.input.amount_fen, by=actor)
            return _done(request, dispute, _("Proposal accepted"))
    return await _page(request, dispute, form=form)


async def measure(request: Request) -> Response:
    """Have the batch measured again instead of going on with mediation."""
    actor = web.signed_in(request)
    dispute = await access.dispute_to_see(actor, request.path_params["number"])
    await mediation.order_measurement(dispute, by=actor)
    return _done(request, dispute, _("The sub-sample is drawn"))


async def refer(request: Request) -> Response:
    """Ask the bureau to decide."""
    actor = web.signed_in(request)
    dispute = await access.own_dispute(actor, request.path_params["number"])
    form = await Form.read(request, ReferralInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await mediation.refer_dispute(dispute, form.input, by=actor)
            return _done(request, dispute, _("Referred to the bureau"))
    return await web.render(
        request, "market/disputes/disputes_refer.html", dispute=dispute, form=form
    )


async def take_up(request: Request) -> Response:
    """Become the mediator, declaring independence."""
    actor = web.signed_in(request)
    dispute = await access.mediated_dispute(actor, request.path_params["number"])
    form = await Form.read(request, DeclarationInput)
    if form.is_valid:
        with form.guard():
            await mediation.take_up(dispute, by=actor)
            return _done(request, dispute, _("You mediate this dispute"))
    return await _page(request, dispute, form=form)


async def propose(request: Request) -> Response:
    """Propose an amount to both sides."""
    actor = web.signed_in(request)
    dispute = await access.mediated_dispute(actor, request.path_params["number"])
    form = await Form.read(request, ProposalInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await mediation.propose(dispute, form.input, by=actor)
            return _done(request, dispute, _("Proposal sent to both sides"))
    return await web.render(
        request, "market/disputes/disputes_propose.html", dispute=dispute, form=form,
        view=await dispute_view(dispute, actor),
    )  # fmt: skip


async def appoint(request: Request) -> Response:
    """Ask a third organisation to read the sub-sample."""
    actor = web.signed_in(request)
    dispute = await access.mediated_dispute(actor, request.path_params["number"])
    form = await Form.read(request, AppointmentInput)
    if form.is_valid:
        with form.guard():
            await measurements.appoint_reader(dispute, form.input, by=actor)
            return _done(request, dispute, _("The reader is asked"))
    return await web.render(
        request, "market/disputes/disputes_appoint.html", dispute=dispute, form=form
    )


async def decide(request: Request) -> Response:
    """The bureau's decision, with its code and reasons."""
    actor = web.signed_in(request)
    dispute = await access.mediated_dispute(actor, request.path_params["number"])
    form = await Form.read(request, DecisionInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await resolutions.decide_dispute(dispute, form.input, by=actor)
            return _done(request, dispute, _("Decided"))
    return await web.render(
        request, "market/disputes/disputes_decide.html", dispute=dispute, form=form,
        labels=labels, view=await dispute_view(dispute, actor),
    )  # fmt: skip


async def evidence(request: Request) -> Response:
    """A file put forward by a side."""
    actor = web.signed_in(request)
    number, key = request.path_params["number"], request.path_params["key"]
    found = await access.evidence_to_read(actor, number, key)
    content = await files.read(found.file)
    return tables.download(content, found.file.content_type, found.file.filename)


BOTH = ["GET", "POST"]
POST = ["POST"]
routes = [
    Route("/disputes", listing, name="disputes:list"),
    Route("/batches/{number}/dispute", raise_dispute, name="disputes:open", methods=BOTH),
    Route("/disputes/{number}", show, name="disputes:show"),
    Route("/disputes/{number}/answer", answer, name="disputes:answer", methods=BOTH),
    Route("/disputes/{number}/withdraw", withdraw, name="disputes:withdraw", methods=POST),
    Route("/disputes/{number}/seed", commit, name="disputes:commit", methods=BOTH),
    Route("/disputes/{number}/agree", agree, name="disputes:agree", methods=POST),
    Route("/disputes/{number}/measure", measure, name="disputes:measure", methods=POST),
    Route("/disputes/{number}/refer", refer, name="disputes:refer", methods=BOTH),
    Route("/disputes/{number}/take-up", take_up, name="disputes:take_up", methods=POST),
    Route("/disputes/{number}/propose", propose, name="disputes:propose", methods=BOTH),
    Route("/disputes/{number}/readers", appoint, name="disputes:appoint", methods=BOTH),
    Route("/disputes/{number}/decide", decide, name="disputes:decide", methods=BOTH),
    Route("/disputes/{number}/evidence/{key}", evidence, name="disputes:evidence"),
    *reading_routes.routes,
]
