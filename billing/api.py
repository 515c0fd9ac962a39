"""JSON operations of billing."""

from billing import (
    access,
    checkout,
    debt_routes,
    epoch_api,
    invoices,
    labour_api,
    offers,
    operator_api,
    payments,
    redemptions,
    refunds,
    stages,
)
from billing.forms import (
    InvoiceInput,
    InvoiceRecordInput,
    PaymentInput,
    ProgrammeInput,
    RefundInput,
)
from billing.schemas import (
    InvoiceOut,
    PaymentOut,
    PayoutOut,
    ProgrammeOut,
    ProgrammesOut,
    QuoteOut,
    QuotesOut,
    RedemptionOut,
    RefundsOut,
    SettlementOut,
    StageOut,
    StagesOut,
)
from billing.states import PaymentMethod
from market.kit import web
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.orders.models import Order

TAG = "billing"
READ, WRITE = "payments:read", "payments:write"


@operation(
    "GET", "/orders/{number}/stages", summary="Payment stages of an order", tag=TAG,
    returns=StagesOut, scope=READ,
)  # fmt: skip
async def list_stages(call: Call[Nothing, Nothing]) -> StagesOut:
    """What is due when, less vouchers, and which payment pays it."""
    order = await access.order_of_party(call.actor, call.path("number"))
    return StagesOut(items=[StageOut.of(stage) for stage in await stages.stages_of(order)])


@operation(
    "POST", "/orders/{number}/stages/{position}/payments", summary="Pay a stage", tag=TAG,
    body=PaymentInput, returns=PaymentOut, status=201, scope=WRITE,
)  # fmt: skip
async def pay_stage(call: Call[PaymentInput, Nothing]) -> PaymentOut:
    """Opens the payment, or returns the open one; an online payment carries its page's address."""
    order = await access.order_to_pay(call.actor, call.path("number"))
    payment = await payments.intend_payment(
        order, position=_position(call.path("position")), method=call.body.method, by=call.actor
    )
    if payment.method == PaymentMethod.ONLINE:
        back = web.absolute_url("payments:show", number=payment.number)
        await checkout.open_checkout(payment, return_url=back)
    return PaymentOut.of(await access.payment_to_read(call.actor, payment.number))


@operation(
    "GET", "/payments/{number}", summary="A payment", tag=TAG, returns=PaymentOut, scope=READ
)
async def show_payment(call: Call[Nothing, Nothing]) -> PaymentOut:
    """Where a payment stands."""
    return PaymentOut.of(await access.payment_to_read(call.actor, call.path("number")))


@operation(
    "POST", "/payments/{number}/cancel", summary="Cancel a payment", tag=TAG,
    returns=PaymentOut, scope=WRITE,
)  # fmt: skip
async def cancel_payment(call: Call[Nothing, Nothing]) -> PaymentOut:
    """An online payment ends once its page is closed."""
    payment = await access.payment_to_read(call.actor, call.path("number"))
    return PaymentOut.of(await payments.cancel_payment(payment, by=call.actor))


@operation(
    "POST", "/orders/{number}/refund", summary="Undo an order before delivery", tag=TAG,
    body=RefundInput, returns=RefundsOut, status=201, scope=WRITE,
)  # fmt: skip
async def refund_order(call: Call[RefundInput, Nothing]) -> RefundsOut:
    """Everything paid goes back, the order ends."""
    order = await access.order_to_pay(call.actor, call.path("number"))
    return RefundsOut.of(await refunds.refund_order(order, reason=call.body.reason, by=call.actor))


@operation(
    "GET", "/settlements", summary="Settlements", tag=TAG, query=CursorQuery,
    returns=CursorPage[SettlementOut], scope=READ,
)  # fmt: skip
async def list_settlements(call: Call[Nothing, CursorQuery]) -> CursorPage[SettlementOut]:
    """Releases of your orders, newest first."""
    query = access.settlements_of(call.actor).select_related("order")
    rows, following = await cursor_page(query, call.query)
    return CursorPage(items=[SettlementOut.of(row) for row in rows], next=following)


@operation(
    "GET", "/settlements/{number}", summary="A settlement", tag=TAG, returns=SettlementOut,
    scope=READ,
)  # fmt: skip
async def show_settlement(call: Call[Nothing, Nothing]) -> SettlementOut:
    """Every figure and how it was made."""
    return SettlementOut.of(await access.settlement_to_read(call.actor, call.path("number")))


@operation(
    "GET", "/payouts", summary="Payouts to your organisation", tag=TAG, query=CursorQuery,
    returns=CursorPage[PayoutOut], scope=READ,
)  # fmt: skip
async def list_payouts(call: Call[Nothing, CursorQuery]) -> CursorPage[PayoutOut]:
    """Newest first."""
    rows, following = await cursor_page(access.payouts_of(call.actor), call.query)
    return CursorPage(items=[PayoutOut.of(row) for row in rows], next=following)


@operation(
    "POST", "/orders/{number}/invoice", summary="Ask for an order's invoice", tag=TAG,
    body=InvoiceInput, returns=InvoiceOut, status=201, scope=WRITE,
)  # fmt: skip
async def request_invoice(call: Call[InvoiceInput, Nothing]) -> InvoiceOut:
    """Once an order; the supplier then issues it."""
    order = await access.order_to_pay(call.actor, call.path("number"))
    invoice = await invoices.request_invoice(order, kind=call.body.kind, by=call.actor)
    return InvoiceOut.of(invoice, order=order.number)


@operation(
    "POST", "/invoices/{number}/record", summary="Record an issued invoice", tag=TAG,
    body=InvoiceRecordInput, returns=InvoiceOut, scope=WRITE,
)  # fmt: skip
async def record_invoice(call: Call[InvoiceRecordInput, Nothing]) -> InvoiceOut:
    """The seller notes the 20-digit number and the date."""
    invoice = await access.invoice_to_read(call.actor, call.path("number"))
    issued = await invoices.record_invoice(invoice, call.body, by=call.actor)
    return InvoiceOut.of(issued, order=invoice.order.number)


@operation(
    "GET", "/voucher-programmes", summary="Voucher programmes", tag=TAG, returns=ProgrammesOut,
    public=True,
)  # fmt: skip
async def list_programmes(call: Call[Nothing, Nothing]) -> ProgrammesOut:
    """Rules as data, complete and immutable by version; drafts lack published terms."""
    rows = await access.public_programmes().order_by("code")
    return ProgrammesOut(items=[ProgrammeOut.of(row) for row in rows])


@operation(
    "GET", "/orders/{number}/voucher-quotes", summary="Vouchers for an order", tag=TAG,
    returns=QuotesOut, scope=READ,
)  # fmt: skip
async def quote_vouchers(call: Call[Nothing, Nothing]) -> QuotesOut:
    """Every open programme's answer, with its reasons."""
    order: Order = await access.order_of_party(call.actor, call.path("number"))
    side = offers.side_of(order, call.actor)
    answers = await offers.offers_for(order, claimant=side)
    return QuotesOut(items=[QuoteOut.of(offer) for offer in answers])


@operation(
    "POST", "/orders/{number}/vouchers", summary="Apply a voucher to an order", tag=TAG,
    body=ProgrammeInput, returns=RedemptionOut, status=201, scope=WRITE,
)  # fmt: skip
async def redeem_voucher(call: Call[ProgrammeInput, Nothing]) -> RedemptionOut:
    """Reserves the grant from the programme's budget."""
    order = await access.order_of_party(call.actor, call.path("number"))
    programme = await access.open_programme(call.body.programme)
    return RedemptionOut.of(
        await redemptions.redeem_voucher(order, programme=programme, by=call.actor)
    )


@operation(
    "POST", "/vouchers/{number}/release", summary="Give a reserved voucher back", tag=TAG,
    returns=RedemptionOut, scope=WRITE,
)  # fmt: skip
async def release_voucher(call: Call[Nothing, Nothing]) -> RedemptionOut:
    """While nothing was paid on the strength of it."""
    redemption = await access.own_redemption(call.actor, call.path("number"))
    return RedemptionOut.of(await redemptions.release_voucher(redemption, by=call.actor))


def _position(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise InvalidInput(fields={"position": _("Enter a whole number")})
    return int(text)


operations: list[Operation] = [
    list_stages, pay_stage, show_payment, cancel_payment, refund_order, list_settlements,
    show_settlement, list_payouts, request_invoice, record_invoice, list_programmes,
    quote_vouchers, redeem_voucher, release_voucher, *debt_routes.operations, *epoch_api.operations,
    *labour_api.operations, *operator_api.operations,
]  # fmt: skip
