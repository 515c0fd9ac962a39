"""Pages of the operator: receipts, payouts and refunds by bank, refused instructions, parked events."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, exports, payouts, refunds, webhooks, words
from billing.chart import AccountKind
from billing.forms import BankReferenceInput
from billing.ledger_models import LedgerAccount
from billing.ledger_rows import rows_behind
from billing.models import Payout, Refund, WebhookEvent
from billing.states import (
    EventStatus,
    PayoutStatus,
    RefundStatus,
)
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate


async def show_queues(request: Request) -> Response:
    """What waits for a person: receipts in suspense, bank instructions, refusals, parked events."""
    actor = web.signed_in(request)
    access.require_operator(actor)
    payments = access.payments_of(actor).order_by("-id").select_related("order", "payer")
    if file := await exports.PAYMENTS.file(request, payments):
        return file
    page = await paginate(request, payments)
    return await web.render(
        request,
        "billing/operator_payments.html",
        words=words,
        payouts=await Payout.filter(status__in=(PayoutStatus.PENDING, PayoutStatus.FAILED))
        .order_by("id")
        .select_related("supplier__billing_profile", "settlement__order"),
        refunds=await Refund.filter(status__in=(RefundStatus.PENDING, RefundStatus.FAILED))
        .order_by("id")
        .select_related("payment__payer", "order"),
        events=await WebhookEvent.filter(status=EventStatus.PARKED).order_by("id"),
        accounts=await LedgerAccount.filter(
            kind__in=(
                AccountKind.CUSTODY_BANK,
                AccountKind.PROCESSOR_CLEARING,
                AccountKind.SUSPENSE,
                AccountKind.TREASURY_RECEIVABLE,
            )
        ).order_by("code"),
        page=page,
        behind=await rows_behind(page.items),
    )


async def confirm_payout(request: Request) -> Response:
    """Note that the bank has executed a payout."""
    actor = web.signed_in(request)
    payout = await access.payout_to_confirm(actor, request.path_params["number"])
    form = await Form.read(request, BankReferenceInput)
    if form.is_valid:
        with form.guard():
            await payouts.confirm_bank_payout(payout, reference=form.input.reference, by=actor)
            return web.see_other(request, "operator:payments", flash=_("Payment recorded"))
    return await _confirmation(request, form, payout, "payouts:confirm")


async def confirm_refund(request: Request) -> Response:
    """Note that the bank has executed a refund."""
    actor = web.signed_in(request)
    refund = await access.refund_to_confirm(actor, request.path_params["number"])
    form = await Form.read(request, BankReferenceInput)
    if form.is_valid:
        with form.guard():
            await refunds.confirm_bank_refund(refund, reference=form.input.reference, by=actor)
            return web.see_other(request, "operator:payments", flash=_("Payment recorded"))
    return await _confirmation(request, form, refund, "refunds:confirm")


async def _confirmation(
    request: Request, form: Form[BankReferenceInput], row: Payout | Refund, name: str
) -> Response:
    return await web.render(
        request,
        "billing/bank_confirm.html",
        form=form,
        row=row,
        url=web.path_for(name, number=row.number),
    )


async def retry_payout(request: Request) -> Response:
    """Give a refused payout to its rail again."""
    actor = web.signed_in(request)
    payout = await access.payout_to_confirm(actor, request.path_params["number"])
    await payouts.retry_payout(payout, by=actor)
    return web.see_other(request, "operator:payments", flash=_("The instruction was repeated"))


async def retry_refund(request: Request) -> Response:
    """Give a refused refund to its rail again."""
    actor = web.signed_in(request)
    refund = await access.refund_to_confirm(actor, request.path_params["number"])
    await refunds.retry_refund(refund, by=actor)
    return web.see_other(request, "operator:payments", flash=_("The instruction was repeated"))


async def retry_event(request: Request) -> Response:
    """Look at a parked event again."""
    actor = web.signed_in(request)
    event = await access.event_to_retry(actor, request.path_params["event_id"])
    await webhooks.retry_parked(event, by=actor)
    return web.see_other(request, "operator:payments", flash=_("The event is looked at again"))


BOTH = ["GET", "POST"]
routes = [
    Route("/operator/payments", show_queues, name="operator:payments"),
    Route("/operator/payouts/{number}", confirm_payout, name="payouts:confirm", methods=BOTH),
    Route("/operator/payouts/{number}/retry", retry_payout, name="payouts:retry", methods=["POST"]),
    Route("/operator/refunds/{number}", confirm_refund, name="refunds:confirm", methods=BOTH),
    Route("/operator/refunds/{number}/retry", retry_refund, name="refunds:retry", methods=["POST"]),
    Route(
        "/operator/events/{event_id}/retry", retry_event, name="webhooks:retry", methods=["POST"]
    ),
]
