"""Paying a stage: the intent first, then the rail, then what the rail says happened."""

from dataclasses import dataclass
from uuid import UUID

from billing import ledger, obligations, webhooks
from billing.chart import (
    LATE_MONEY,
    PROCESSOR_CLEARING,
    Leg,
    buyer_payable,
    credit,
    debit,
    order_held,
    order_pledged,
)
from billing.models import Payment
from billing.references import new_reference
from billing.stages import stage_at
from billing.states import PaymentMethod, PaymentStatus
from market.accounts.states import Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders import orders
from market.orders.models import Order
from market.orders.parties import require_side
from market.orders.states import OrderStatus


class StageNotPayable(Conflict):
    """The stage is paid, covered or its order has ended."""

    title = "This stage cannot be paid"


class StageBeingPaid(Conflict):
    """Another payment of the same stage is under way by another rail."""

    title = "This stage is being paid already"


class AmountDiffers(Conflict):
    """The processor took another amount or currency than was asked for."""

    title = "The amount does not match"


class PaidAfterTheEnd(Conflict):
    """Money came for a payment that was over: an operator decides what becomes of it."""

    title = "This payment was over"


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """What the processor says of a checkout session; `amount_fen` in CNY fen."""

    session_id: str
    status: PaymentStatus
    amount_fen: int
    currency: str
    payment_intent: str


@atomic()
async def intend_payment(
    order: Order, *, position: int, method: PaymentMethod, by: Actor
) -> Payment:
    """The durable intent to pay one stage: one live payment a stage, asked again it is the same one.

    Buyer's owner, buyer or finance role. Raises StageNotPayable, StageBeingPaid, NotPermitted.
    """
    require_side(by, order.buyer_id, Role.BUYER, Role.FINANCE)
    order = await lock(order)
    stage = await stage_at(order, position)
    if not stage.is_payable:
        raise StageNotPayable(_("This stage is paid already, or its order has ended"))
    if stage.payment is not None:
        if stage.payment.method != method:
            raise StageBeingPaid(
                _(
                    "Payment %(number)s of this stage is open: cancel it first",
                    number=stage.payment.number,
                )
            )
        return stage.payment
    return await Payment.create(
        number=await next_number("PAY"),
        order=order,
        milestone=stage.milestone,
        payer_id=order.buyer_id,
        method=method,
        amount_fen=stage.due_fen,
        live_stage=stage.milestone.id,
        reference=new_reference(),
        created_by_id=by.person_id,
    )


@atomic()
async def note_session(payment: Payment, *, session_id: str, url: str) -> Payment:
    """Remember the checkout session the processor opened for an intent; wakes events parked on it.

    When the payment was given up while the page was being opened, the page is closed again.
    """
    payment = await lock(payment)
    payment.session_id, payment.checkout_url = session_id, url
    await payment.save(update_fields=["session_id", "checkout_url"])
    await webhooks.wake_parked(session_id)
    if payment.status == PaymentStatus.CANCELLED:
        await outbox.record("payment.cancel_requested", payment=payment.id)
    return payment


@atomic()
async def cancel_payment(payment: Payment, *, by: Actor) -> Payment:
    """Give up an open payment so that the stage can be paid another way.

    A bank transfer ends at once; an online one when the processor has closed its page, so that
    the same money cannot come twice. Raises InvalidTransition, NotPermitted.
    """
    require_side(by, payment.payer_id, Role.BUYER, Role.FINANCE)
    payment = await _lock_with_order(payment)
    if payment.session_id:
        await outbox.record("payment.cancel_requested", payment=payment.id)
        return payment
    await payment.move_to(PaymentStatus.CANCELLED, by=by, live_stage=None)
    return payment


@atomic()
async def apply_checkout(payment: Payment, state: CheckoutState, *, by: Actor) -> Payment:
    """Move a payment to what the processor says now; never backwards, whatever came before (W1).

    Raises AmountDiffers when other money was taken than asked for, PaidAfterTheEnd when the payment
    had been given up or its order has ended: `keep_late_money` comes next.
    """
    order = await lock_id(Order, payment.order_id)
    payment = await lock(payment)
    can_move = Payment.can_move(payment.status, state.status)
    is_over = not can_move or order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
    if state.status == PaymentStatus.SUCCEEDED and payment.paid_at is None and is_over:
        raise PaidAfterTheEnd(
            _("Payment %(number)s was over when its money came", number=payment.number)
        )
    if not can_move:
        return payment
    if state.status == PaymentStatus.SUCCEEDED:
        if (state.amount_fen, state.currency) != (payment.amount_fen, "cny"):
            raise AmountDiffers(
                _(
                    "The processor took %(amount)s fen of %(currency)s for payment %(number)s",
                    amount=state.amount_fen,
                    currency=state.currency,
                    number=payment.number,
                )
            )
        return await record_received(
            payment,
            into=debit(PROCESSOR_CLEARING, payment.amount_fen),
            by=by,
            payment_intent=state.payment_intent,
        )
    live = payment.live_stage if state.status == PaymentStatus.PROCESSING else None
    await payment.move_to(state.status, by=by, live_stage=live)
    return payment


@atomic()
async def keep_late_money(payment: Payment, state: CheckoutState, *, by: Actor) -> None:
    """Money of a payment that is over lies in suspense until an operator sends it back; once (P1)."""
    payment = await _lock_with_order(payment)
    if payment.status in (PaymentStatus.PENDING, PaymentStatus.PROCESSING):
        is_open = payment.status == PaymentStatus.PENDING
        ended = PaymentStatus.CANCELLED if is_open else PaymentStatus.FAILED
        await payment.move_to(ended, by=by, live_stage=None, payment_intent=state.payment_intent)
    await ledger.post(
        [debit(PROCESSOR_CLEARING, state.amount_fen), credit(LATE_MONEY, state.amount_fen)],
        kind="late_money",
        key=f"late:{payment.id}",
    )


@atomic()
async def record_received(
    payment: Payment, *, into: Leg, by: Actor, payment_intent: str = ""
) -> Payment:
    """The money of a payment is here: it is held for the order, and the first one funds it.

    `into` says where it lies. Raises InvalidTransition for a payment that is over.
    """
    payment = await _lock_with_order(payment)
    order = await lock_id(Order, payment.order_id)
    await payment.move_to(
        PaymentStatus.SUCCEEDED, by=by, paid_at=clock.now(), payment_intent=payment_intent
    )
    await obligations.pledge_order(order)
    await ledger.post(
        [
            into,
            credit(buyer_payable(order.number), payment.amount_fen),
            debit(order_pledged(order.number), payment.amount_fen),
            credit(order_held(order.number), payment.amount_fen),
        ],
        kind="payment",
        key=receipt_key(payment),
        order=order,
    )
    if order.status == OrderStatus.PLACED:
        await orders.mark_funded(order, by=by)
    await outbox.record("payment.received", payment=payment.id)
    return payment


def receipt_key(payment: Payment) -> str:
    """The ledger key of a payment's receipt."""
    return f"payment:{payment.id}"


async def payment_by_session(session_id: str, reference: str | None) -> Payment | None:
    """The payment of a checkout session, by its id or by the intent the session names."""
    if payment := await Payment.get_or_none(session_id=session_id):
        return payment
    try:
        return await Payment.get_or_none(id=UUID(reference)) if reference else None
    except ValueError:
        return None


async def _lock_with_order(payment: Payment) -> Payment:
    """Lock order, then payment: the order of locks everywhere."""
    await lock_id(Order, payment.order_id)
    return await lock(payment)
