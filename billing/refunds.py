"""Money back to the buyer: a paid order undone before delivery, or a part after a dispute (P4)."""

from billing import ledger, obligations, redemptions, transfers
from billing.bank import pay_back
from billing.chart import (
    CUSTODY_BANK,
    PROCESSOR_CLEARING,
    AccountKey,
    buyer_payable,
    credit,
    debit,
    order_held,
    order_pledged,
)
from billing.ledger_models import LedgerTransaction, LedgerTransfer
from billing.models import Payment, Refund
from billing.payments import receipt_key
from billing.stages import Stage
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
from market.kit.outbox import Message
from market.orders import orders
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.parties import require_side
from market.orders.states import IN_DISPUTE, BatchStatus, ContractStatus, OrderStatus

UNDER_WAY = (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


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
    return await _refund_all(order, reason=reason, by=by)


@atomic()
async def refund_terminated_order(order: Order, *, by: Actor) -> list[Refund]:
    """Give everything back of an order whose contract ended with nothing accepted; again, or while
    a batch is in dispute: nothing.

    Raises NotRefundable while a payment is on its way.
    """
    order = await lock(order)
    if order.status not in UNDER_WAY or order.accepted_quantity or await _is_in_dispute(order):
        return []
    await _require_nothing_on_its_way(order)
    return await _refund_all(order, reason=_("The contract was terminated"), by=by)


async def _is_in_dispute(order: Order) -> bool:
    return await DeliveryBatch.exists(order_id=order.id, status__in=IN_DISPUTE)


async def refund_if_terminated(order: Order, *, by: Actor) -> None:
    """After a dispute: what its order's contract owed the buyer when it ended."""
    if await Contract.exists(id=order.contract_id, status=ContractStatus.TERMINATED):
        await refund_terminated_order(order, by=by)


async def on_contract_terminated(message: Message) -> None:
    """contract.terminated: what was paid for work of which nothing was accepted goes back."""
    order = await Order.get(id=message.payload["order"])
    await refund_terminated_order(order, by=Actor.system("contracts"))


async def _refund_all(order: Order, *, reason: str, by: Actor) -> list[Refund]:
    received = await Payment.filter(order_id=order.id, status=PaymentStatus.SUCCEEDED)
    is_part = await Refund.exists(order_id=order.id)  # a dispute sent a part back before
    give_back = _return_rest if is_part else _refund_payment
    refunds = [await give_back(order, payment, reason=reason) for payment in received]
    await end_open_payments(order, by=by)
    await redemptions.release_all(order, by=by)
    await orders.mark_refunded(order, by=by)
    if is_part:
        await _waive_rest(order)
    elif not refunds:
        await obligations.withdraw_pledge(order)
    return [refund for refund in refunds if refund]


async def _return_rest(order: Order, payment: Payment, *, reason: str) -> Refund | None:
    rest = await held_of(payment)
    return await return_part(order, payment, rest, reason=reason) if rest else None


async def _waive_rest(order: Order) -> None:
    """What the buyer still owes an order of which a part went back before is owed no more."""
    owed = await ledger.balance_of(buyer_payable(order.number))
    if owed:
        await ledger.post(
            [debit(order_pledged(order.number), owed), credit(buyer_payable(order.number), owed)],
            kind="pledge_withdrawn",
            key=f"waived:{order.id}",
            order=order,
        )


async def _require_refundable(order: Order) -> None:
    delivered = await DeliveryBatch.filter(order_id=order.id).exclude(status=BatchStatus.PLANNED)
    if order.status != OrderStatus.FUNDED or delivered:
        raise NotRefundable(
            _("An order is refunded in full only once it is paid and before the first delivery")
        )
    await _require_nothing_on_its_way(order)


async def _require_nothing_on_its_way(order: Order) -> None:
    if await Payment.exists(order_id=order.id, status=PaymentStatus.PROCESSING):
        raise NotRefundable(_("A payment of this order is still on its way: wait until it is here"))


async def _refund_payment(order: Order, payment: Payment, *, reason: str) -> Refund | None:
    return await _request(order, payment, payment.amount_fen, reason=reason, is_part=False)


async def excess_of(stage: Stage) -> int:
    """What is held of a stage beyond what is due on it now, in fen (P4)."""
    payment = stage.payment
    if payment is None or payment.status != PaymentStatus.SUCCEEDED or stage.is_released:
        return 0
    return int(max(0, await held_of(payment) - stage.due_fen))


async def held_of(payment: Payment) -> int:
    """What of a received payment has not been sent back, in fen."""
    back = await Refund.filter(payment=payment)
    return int(payment.amount_fen - sum(row.amount_fen for row in back))


async def return_part(order: Order, payment: Payment, fen: int, *, reason: str) -> Refund:
    """Send back a part of a payment; the receipt stands, the part leaves what is held."""
    return await _request(order, payment, fen, reason=reason, is_part=True)


async def _request(
    order: Order, payment: Payment, fen: int, *, reason: str, is_part: bool
) -> Refund:
    refund_id = uuid7()
    hold = await transfers.reserve(
        order_held(order.number),
        source_of(payment),
        fen,
        kind="refund",
        key=f"refund:{refund_id}",
        order=order,
    )
    refund = await Refund.create(
        id=refund_id,
        number=await next_number("RF"),
        order=order,
        payment=payment,
        amount_fen=fen,
        is_reduction=is_part,
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
    """The money is back with the buyer: the receipt is reversed, once, to the fen (L5, L6); of a
    price reduction only its part leaves what is held.

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
    if refund.is_reduction:
        hold = await LedgerTransfer.get(id=refund.transfer_id)
        await transfers.post_transfer(hold, by=by)
    else:
        await _undo_payment(order, refund, payment, by=by)
    await outbox.record("order.refunded", refund=refund.id, order=order.id)
    return refund


async def _undo_payment(order: Order, refund: Refund, payment: Payment, *, by: Actor) -> None:
    """Reverse the receipt; with the last of an order's payments what was owed is withdrawn."""
    await payment.move_to(PaymentStatus.REFUNDED, by=by, live_stage=None)
    hold = await LedgerTransfer.get(id=refund.transfer_id)
    await transfers.void_transfer(hold, by=by)
    await _reverse(receipt_key(payment))
    if payment.method == PaymentMethod.BANK_TRANSFER:
        await pay_back(payment, key=f"paid_back:{refund.id}")
    if not await Refund.filter(order_id=order.id).exclude(status=RefundStatus.SUCCEEDED).exists():
        await obligations.withdraw_pledge(order)


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
