"""Pages of the buyer: what is due, paying it, refund, and the processor's calls."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from billing import (
    access,
    checkout,
    debts,
    exports,
    payments,
    refunds,
    stages,
    statements,
    stripe_gateway,
    webhooks,
    words,
)
from billing.bank_models import BankAllocation
from billing.custody import custody_account
from billing.forms import PaymentInput, RefundInput
from billing.ledger_rows import rows_behind
from billing.models import Invoice, Refund, Settlement, VoucherRedemption
from billing.states import LIVE_REDEMPTIONS, PaymentMethod
from market.kit import tables, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.orders import words as order_words


async def list_payments(request: Request) -> Response:
    """The stages the organisation pays, order by order, with what is due and what is late."""
    actor = web.signed_in(request)
    query = access.orders_to_pay(actor)
    if tables.format_of(request):
        owed = await stages.stages_by_order(await query.limit(tables.MAX_ROWS))
        rows = [stage for listed in owed.values() for stage in listed]
        return exports.STAGES.of(request, rows)
    page = await paginate(request, query)
    by_order = await stages.stages_by_order(page.items)
    paid = [stage.payment for listed in by_order.values() for stage in listed if stage.payment]
    return await web.render(
        request,
        "billing/payments_list.html",
        page=page,
        by_order=by_order,
        summary=stages.summarise(by_order.values()),
        debts=await debts.open_debts(actor.organisation_id),
        words=order_words,
        money_words=words,
        behind=await rows_behind(paid),
    )


async def show_order(request: Request) -> Response:
    """The money of one order: stages, payments, vouchers, settlements, ledger."""
    actor = web.signed_in(request)
    order = await access.order_of_party(actor, request.path_params["number"])
    return await web.render(
        request,
        "billing/payments_order.html",
        order=order,
        stages=await stages.stages_of(order),
        is_buyer=order.buyer_id == actor.organisation_id,
        refunds=await Refund.filter(order_id=order.id).order_by("id"),
        debts=await debts.debts_of(order),
        settlements=await Settlement.filter(order_id=order.id).order_by("id"),
        vouchers=await VoucherRedemption.filter(
            order_id=order.id, status__in=LIVE_REDEMPTIONS
        ).select_related("programme"),
        invoice=await Invoice.get_or_none(order_id=order.id),
        postings=await statements.ledger_of(order),
        words=words,
        order_words=order_words,
        form=Form(PaymentInput, {"method": PaymentMethod.ONLINE.value}),
    )


async def pay(request: Request) -> Response:
    """Choose a rail for a stage: on to the payment page, or to the transfer's details."""
    actor = web.signed_in(request)
    order = await access.order_to_pay(actor, request.path_params["number"])
    position = request.path_params["position"]
    form = await Form.read(request, PaymentInput, {"method": PaymentMethod.ONLINE.value})
    if form.is_valid:
        with form.guard():
            payment = await payments.intend_payment(
                order, position=position, method=form.input.method, by=actor
            )
            if payment.method == PaymentMethod.BANK_TRANSFER:
                return web.see_other(request, "payments:show", number=payment.number)
            back = web.absolute_url("payments:show", number=payment.number)
            url = await checkout.open_checkout(payment, return_url=back)
            return RedirectResponse(url, status_code=303)
    stage = await stages.stage_at(order, position)
    return await web.render(
        request,
        "billing/payments_pay.html",
        form=form,
        order=order,
        stage=stage,
        words=words,
        order_words=order_words,
    )


async def show_payment(request: Request) -> Response:
    """One payment: where it stands, and the details of a transfer."""
    actor = web.signed_in(request)
    payment = await access.payment_to_read(actor, request.path_params["number"])
    return await web.render(
        request,
        "billing/payments_show.html",
        payment=payment,
        custody=custody_account(),
        postings=await statements.of_payment(payment),
        received=await BankAllocation.filter(payment=payment, undone_at=None).select_related(
            "line"
        ),
        words=words,
        order_words=order_words,
    )


async def cancel(request: Request) -> Response:
    """Give up an open payment."""
    actor = web.signed_in(request)
    payment = await access.payment_to_read(actor, request.path_params["number"])
    payment = await payments.cancel_payment(payment, by=actor)
    done = (
        _("Payment cancelled")
        if payment.live_stage is None
        else _("The payment page is being closed")
    )
    return web.see_other(request, "payments:show", number=payment.number, flash=done)


async def refund(request: Request) -> Response:
    """Undo a paid order before delivery."""
    actor = web.signed_in(request)
    order = await access.order_to_pay(actor, request.path_params["number"])
    form = await Form.read(request, RefundInput)
    if form.is_valid:
        with form.guard():
            await refunds.refund_order(order, reason=form.input.reason, by=actor)
            return web.see_other(
                request,
                "payments:order",
                number=order.number,
                flash=_("The order has ended; the money is on its way back"),
            )
    return await web.render(
        request,
        "billing/refunds_request.html",
        form=form,
        order=order,
        stages=await stages.stages_of(order),
        order_words=order_words,
    )


async def receive_event(request: Request) -> Response:
    """The processor's webhook: verify, keep once, answer; the worker does the rest."""
    payload = await request.body()
    event = stripe_gateway.verify_event(payload, request.headers.get("stripe-signature"))
    await webhooks.keep_event(event)
    return PlainTextResponse("ok")


routes = [
    Route("/payments", list_payments, name="payments:list"),
    Route("/payments/{number}", show_payment, name="payments:show"),
    Route("/payments/{number}/cancel", cancel, name="payments:cancel", methods=["POST"]),
    Route("/orders/{number}/payments", show_order, name="payments:order"),
    Route(
        "/orders/{number}/stages/{position:int}/pay",
        pay,
        name="payments:pay",
        methods=["GET", "POST"],
    ),
    Route("/orders/{number}/refund", refund, name="refunds:request", methods=["GET", "POST"]),
    Route("/webhooks/stripe", receive_event, name="webhooks:stripe", methods=["POST"]),
]
