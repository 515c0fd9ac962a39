"""Undoing a paid order before delivery: all money back, all vouchers back (P4)."""

from billing import ledger, obligations, redemptions, transfers
from billing.bank import line_key
from billing.chart import CUSTODY_BANK, PROCESSOR_CLEARING, AccountKey, order_held
from billing.ledger_models import LedgerTransaction, LedgerTransfer
from billing.models import BankLine, Payment, Refund
from billing.payments import receipt_key
from billing.states import PaymentMethod, PaymentStatus, RefundStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number
from market.orders import orders
from market.orders.models import DeliveryBatch, Order
from market.orders.parties import require_side
from market.orders.states import BatchStatus, OrderStatus


class NotRefundable(Conflict):
    """Delivery has begun, nothing was paid, or a payment is still on its way."""

    title = "This order cannot be refunded"


@atomic()
async def refund_order(order: Order, *, reason: str, by: Actor) -> list[Refund]:
    """End a funded order before its first delivery: what was paid goes back in full.

    Buyer's owner or finance. The order ends now, the money follows. Raises NotRefundable,
    NotPermitted.
    """
    require_side(by, order.buyer_id, Role.FINANCE)
    order = await lock(order)
    await _require_refundable(order)
    payments = await Payment.filter(order_id=order.id).order_by("id")
    refunds = [
        await _refund_payment(order, payment, reason=reason)
        for payment in payments
        if payment.status == PaymentStatus.SUCCEEDED
    ]
    await end_open_payments(order, by=by)
    await redemptions.release_all(order, by=by)
    await orders.mark_refunded(order, by=by)
    if not refunds:
        await obligations.withdraw_pledge(order)
    return refunds


async def _require_refundable(order: Order) -> None:
    delivered = await DeliveryBatch.filter(order_id=order.id).exclude(status=BatchStatus.PLANNED)
    if order.status != OrderStatus.FUNDED or delivered:
        raise NotRefundable(
            _("An order is refunded in full only once it is paid and before the first delivery")
        )
    if await Payment.exists(order_id=order.id, status=PaymentStatus.PROCESSING):
        raise NotRefundable(_("A payment of this order is still on its way: wait until it is here"))


async def _refund_payment(order: Order, payment: Payment, *, reason: str) -> Refund:
    refund_id = uuid7()
    hold = await transfers.reserve(
        order_held(order.number),
        source_of(payment),
        payment.amount_fen,
        kind="refund",
        key=f"refund:{refund_id}",
        order=order,
    )
    refund = await Refund.create(
        id=refund_id,
        number=await next_number("RF"),
        order=order,
        payment=payment,
        amount_fen=payment.amount_fen,
        reason=reason,
        transfer=hold,
    )
    await outbox.record("refund.requested", refund=refund.id)
    return refund


def source_of(payment: Payment) -> AccountKey:
    """Where the money of a payment lies."""
    return PROCESSOR_CLEARING if payment.method == PaymentMethod.ONLINE else CUSTODY_BANK


async def end_open_payments(order: Order, *, by: Actor) -> None:
    """Close what the buyer of an ended order had begun to pay; inside a verb."""
    for payment in await Payment.filter(order_id=order.id, status=PaymentStatus.PENDING):
        if payment.session_id:
            await outbox.record("payment.cancel_requested", payment=payment.id)
        else:
            await payment.move_to(PaymentStatus.CANCELLED, by=by, live_stage=None)


@atomic()
async def complete_refund(refund: Refund, *, provider_id: str, by: Actor) -> Refund:
    """The money is back with the buyer: the receipt is reversed, once, to the fen (L5, L6).

    A second call changes nothing.
    """
    order = await lock_id(Order, refund.order_id)
    refund = await lock(refund)
    if refund.status == RefundStatus.SUCCEEDED:
        return refund
    payment = await Payment.get(id=refund.payment_id)
    await refund.move_to(
        RefundStatus.SUCCEEDED, by=by, provider_id=provider_id, refunded_at=clock.now()
    )
    await payment.move_to(PaymentStatus.REFUNDED, by=by, live_stage=None)
    hold = await LedgerTransfer.get(id=refund.transfer_id)
    await transfers.void_transfer(hold, by=by)
    await _reverse(receipt_key(payment))
    if line := await BankLine.get_or_none(payment_id=payment.id):
        await _reverse(line_key(line))
    if not await Refund.filter(order_id=order.id).exclude(status=RefundStatus.SUCCEEDED).exists():
        await obligations.withdraw_pledge(order)
    await outbox.record("order.refunded", refund=refund.id, order=order.id)
    return refund


async def _reverse(key: str) -> None:
    await ledger.reverse(await LedgerTransaction.get(key=key), kind="refund")


@atomic()
async def fail_refund(refund: Refund, *, note: str, by: Actor) -> None:
    """The rail refused: the money stays held until an operator tries again."""
    refund = await lock(refund)
    if refund.status == RefundStatus.PENDING:
        await refund.move_to(RefundStatus.FAILED, by=by, reason=note)


@atomic()
async def retry_refund(refund: Refund, *, by: Actor) -> Refund:
    """Give a refused refund to its rail again, as a new attempt. Raises InvalidTransition."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    refund = await lock(refund)
    await refund.move_to(RefundStatus.PENDING, by=by, attempts=refund.attempts + 1)
    await outbox.record("refund.requested", refund=refund.id)
    return refund


@atomic()
async def confirm_bank_refund(refund: Refund, *, reference: str, by: Actor) -> Refund:
    """The bank has executed a refund (its own reference). Operator's finance."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    payment = await Payment.get(id=refund.payment_id)
    if payment.method != PaymentMethod.BANK_TRANSFER:
        raise NotRefundable(_("The processor confirms this refund itself"))
    return await complete_refund(refund, provider_id=reference, by=by)
