"""What the worker does for billing: calls the rails, fetches what events are about, settles."""

import datetime as dt
from contextlib import suppress
from uuid import UUID

from billing import (
    late_returns,
    obligations,
    payments,
    payouts,
    profiles,
    redemptions,
    reductions,
    refunds,
    settlements,
    stripe_gateway,
    webhooks,
)
from billing.bank_models import LateReturn
from billing.chart import AccountKind
from billing.models import BillingProfile, Payment, Payout, Refund, Settlement, WebhookEvent
from billing.states import (
    EventStatus,
    PaymentMethod,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
)
from market.accounts.models import Organisation
from market.disputes.models import Dispute
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict
from market.kit.outbox import Message
from market.orders.models import Order

WEBHOOKS = Actor.system("webhooks")
RAIL = Actor.system("rail")
QUIET = dt.timedelta(minutes=15)


async def on_webhook_received(message: Message) -> None:
    """Fetch what an event is about, as it is now, and take it in; park what is not ours (W4)."""
    event = await WebhookEvent.get(id=UUID(message.payload["event"]))
    if event.status == EventStatus.APPLIED:
        return
    take_in = {"checkout.session": _take_session, "refund": _take_refund}.get(event.object_type)
    if take_in is None:
        await webhooks.mark_applied(event, note="nothing to do")
        return
    try:
        found = await take_in(event.object_id)
    except Conflict as exc:
        await webhooks.park(event, note=exc.message)
        return
    except stripe_gateway.GatewayRefused as exc:
        await webhooks.park(event, note=exc.message)
        return
    if found:
        await webhooks.mark_applied(event)
    else:
        await webhooks.park(event, note="no row of ours")


async def _take_session(session_id: str) -> bool:
    state, reference = await stripe_gateway.retrieve_checkout(session_id)
    payment = await payments.payment_by_session(session_id, reference)
    if payment is None:
        return False
    await _apply(payment, state, by=WEBHOOKS)
    return True


async def _apply(payment: Payment, state: payments.CheckoutState, *, by: Actor) -> None:
    """Take in what the processor says; late money is booked, and still the operator's to decide."""
    try:
        await payments.apply_checkout(payment, state, by=by)
    except payments.PaidAfterTheEnd:
        await payments.keep_late_money(payment, state, by=by)
        raise


async def _take_refund(refund_id: str) -> bool:
    status, reference = await stripe_gateway.retrieve_refund(refund_id)
    refund = await Refund.get_or_none(id=UUID(reference)) if reference else None
    if refund is None:
        late = await LateReturn.get_or_none(id=UUID(reference)) if reference else None
        if late is not None:
            await late_returns.take_state(late, provider_id=refund_id, status=status)
        return late is not None
    await _take_refund_state(refund, refund_id, status)
    return True


async def _take_refund_state(refund: Refund, provider_id: str, status: RefundStatus) -> None:
    if status == RefundStatus.SUCCEEDED:
        await refunds.complete_refund(refund, provider_id=provider_id, by=WEBHOOKS)
    elif status == RefundStatus.FAILED:
        await refunds.fail_refund(refund, note=provider_id, by=WEBHOOKS)


async def on_cancel_requested(message: Message) -> None:
    """Close the processor's page of a payment the buyer gave up, then read what it became."""
    payment = await Payment.get(id=UUID(message.payload["payment"]))
    await stripe_gateway.expire_checkout(payment.session_id)
    state, _reference = await stripe_gateway.retrieve_checkout(payment.session_id)
    with suppress(payments.PaidAfterTheEnd):  # its event waits for the operator
        await _apply(payment, state, by=RAIL)


async def sync_stale_payments() -> int:
    """Ask about open online payments no event has spoken of for a quarter of an hour."""
    stale = await Payment.filter(
        status__in=(PaymentStatus.PENDING, PaymentStatus.PROCESSING),
        method=PaymentMethod.ONLINE,
        updated_at__lt=clock.now() - QUIET,
    ).exclude(session_id="")
    for payment in stale:
        state, _reference = await stripe_gateway.retrieve_checkout(payment.session_id)
        with suppress(Conflict):  # its event waits for the operator, the next payment does not
            await _apply(payment, state, by=RAIL)
    return len(stale)


async def on_refund_requested(message: Message) -> None:
    """Ask the processor to send money back; a bank refund waits for the operator's word."""
    refund = await Refund.get(id=UUID(message.payload["refund"])).select_related("payment")
    if refund.status != RefundStatus.PENDING or refund.payment.method != PaymentMethod.ONLINE:
        return
    try:
        provider_id, status = await stripe_gateway.create_refund(
            refund, payment_intent=refund.payment.payment_intent
        )
    except stripe_gateway.GatewayRefused as exc:
        await refunds.fail_refund(refund, note=exc.message, by=RAIL)
        return
    await _take_refund_state(refund, provider_id, status)


async def on_payout_instructed(message: Message) -> None:
    """Ask the processor to pay a supplier; a bank payout waits for the operator's word."""
    payout = await Payout.get(id=UUID(message.payload["payout"]))
    if payout.status != PayoutStatus.PENDING or payout.source != AccountKind.PROCESSOR_CLEARING:
        return
    settlement = await Settlement.get(id=payout.settlement_id).select_related("order")
    try:
        provider_id = await stripe_gateway.create_transfer(
            payout,
            destination=await _account_of(payout.supplier_id),
            group=settlement.order.number,
        )
    except stripe_gateway.GatewayRefused as exc:
        await payouts.fail_payout(payout, note=exc.message, by=RAIL)
        return
    await payouts.complete_payout(payout, provider_id=provider_id, by=RAIL)


async def _account_of(supplier_id: UUID) -> str:
    profile = await BillingProfile.get_or_none(organisation_id=supplier_id)
    if profile and profile.processor_account:
        return profile.processor_account
    account = await stripe_gateway.open_account(await Organisation.get(id=supplier_id))
    await profiles.note_processor_account(supplier_id, account=account)
    return account


async def on_payment_received(message: Message) -> None:
    """A payment after acceptance is released at once."""
    payment = await Payment.get(id=UUID(message.payload["payment"]))
    await _settle(payment.order_id)


async def on_order_completed(message: Message) -> None:
    """Acceptance of the last delivery releases what was paid."""
    await _settle(UUID(message.payload["order"]))


async def _settle(order_id: UUID) -> None:
    await settlements.settle_order(await Order.get(id=order_id), by=Actor.system("settlement"))


async def on_dispute_resolved(message: Message) -> None:
    """A dispute's amount is fixed: take it off the price, send back what was paid too much, and
    release what was held for it. Waits for a payment that is on its way."""
    dispute = await Dispute.get(id=UUID(message.payload["dispute"]))
    await _follow(dispute.order_id)


async def on_contract_changed(message: Message) -> None:
    """contract.changed: what is owed follows the version both have signed. A lower price takes back
    vouchers and money paid beyond it, and waits for a payment that is on its way."""
    order_id, payload = UUID(message.payload["order"]), message.payload
    if payload["delta_fen"] < 0:
        await _follow(order_id)
    else:
        await obligations.adjust_pledge(
            order_id, change=payload["change"], delta_fen=payload["delta_fen"]
        )


async def _follow(order_id: UUID) -> None:
    """Bring an order's money to its lower price, or close the pages on which the old one is open."""
    if await reductions.reduce_order(order_id, by=RAIL):
        await _finish(order_id)
        return
    for payment in await Payment.filter(order_id=order_id, status=PaymentStatus.PENDING).exclude(
        session_id=""
    ):
        await outbox.record("payment.cancel_requested", payment=payment.id)


async def reduce_waiting_orders() -> int:
    """Take off the price what waited for a payment to end; returns how many orders are done."""
    waiting = await reductions.waiting_orders()
    done = [order_id for order_id in waiting if await reductions.reduce_order(order_id, by=RAIL)]
    for order_id in done:
        await _finish(order_id)
    return len(done)


async def on_dispute_withdrawn(message: Message) -> None:
    """The verdict stands again: what was held for the dispute is released."""
    dispute = await Dispute.get(id=UUID(message.payload["dispute"]))
    await _finish(dispute.order_id)


async def _finish(order_id: UUID) -> None:
    """What a dispute held back: the release, or the refund of a contract that ended meanwhile."""
    await _settle(order_id)
    await refunds.refund_if_terminated(await Order.get(id=order_id), by=RAIL)


async def on_order_cancelled(message: Message) -> None:
    """An order ended before payment owes nothing and holds no voucher."""
    await _end_cancelled(UUID(message.payload["order"]))


@atomic()
async def _end_cancelled(order_id: UUID) -> None:
    order = await lock_id(Order, order_id)
    await refunds.end_open_payments(order, by=Actor.system("orders"))
    await redemptions.release_all(order, by=Actor.system("orders"))
    await obligations.withdraw_pledge(order)
