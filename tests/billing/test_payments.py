"""Paying a stage: one live payment, one receipt, forward only (P2, W1, W3)."""

from itertools import permutations

import pytest

from billing import checkout, handlers, ledger, payments, stripe_gateway
from billing.chart import PROCESSOR_CLEARING, buyer_payable, order_held
from billing.ledger_models import LedgerTransaction
from billing.models import Payment
from billing.payments import CheckoutState
from billing.stages import stage_at
from billing.states import PaymentMethod, PaymentStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders import orders
from market.orders.models import Order
from market.orders.states import OrderStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import (
    SYSTEM,
    deliver_webhooks,
    drained,
    pay_stage,
    topics,
    unpaid_order,
)
from tests.factories.orders import Deal

URL = "http://testserver/payments"


async def intend(deal: Deal, method: PaymentMethod = PaymentMethod.ONLINE) -> Payment:
    """The buyer's intent to pay the first stage."""
    assert deal.order is not None
    return await payments.intend_payment(deal.order, position=1, method=method, by=deal.buyer)


def state_of(payment: Payment, status: PaymentStatus) -> CheckoutState:
    """What the processor might say."""
    return CheckoutState(payment.session_id, status, payment.amount_fen, "cny", "pi_1")


async def test_p2_a_stage_is_paid_once(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    first = await intend(deal)
    assert (await intend(deal)).id == first.id
    paid = await pay_stage(deal, processor)
    assert paid.id == first.id
    with pytest.raises(payments.StageNotPayable):
        await intend(deal)
    assert await Payment.all().count() == 1
    assert await ledger.balance_of(order_held(deal.order.number)) == paid.amount_fen


async def test_another_rail_only_after_cancelling(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    transfer = await intend(deal, PaymentMethod.BANK_TRANSFER)
    with pytest.raises(payments.StageBeingPaid):
        await intend(deal)
    await payments.cancel_payment(transfer, by=deal.buyer)
    online = await intend(deal)
    assert online.id != transfer.id
    assert (await Payment.get(id=transfer.id)).status == PaymentStatus.CANCELLED


async def test_an_online_payment_ends_when_its_page_is_closed(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    await checkout.open_checkout(payment, return_url=URL)
    payment = await payments.cancel_payment(await Payment.get(id=payment.id), by=deal.buyer)
    assert payment.status == PaymentStatus.PENDING
    await drained()
    payment = await Payment.get(id=payment.id)
    assert (payment.status, payment.live_stage) == (PaymentStatus.EXPIRED, None)
    session = processor.session(payment.session_id)
    assert session is not None
    assert session["status"] == "expired"


async def test_cancelling_a_page_that_was_paid_meanwhile_keeps_the_money(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    await checkout.open_checkout(payment, return_url=URL)
    payment = await payments.cancel_payment(await Payment.get(id=payment.id), by=deal.buyer)
    processor.pay(payment.session_id)
    await drained()
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert await verify_ledger() == []


@pytest.mark.parametrize("role", ["sales", "project", "quality", "viewer"])
async def test_other_roles_may_not_pay(rollback: None, role: str) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    buyer = await deal.order.buyer
    before = await OutboxMessage.all().count()
    with pytest.raises(NotPermitted):
        await payments.intend_payment(
            deal.order, position=1, method=PaymentMethod.ONLINE, by=await actor(buyer, role)
        )
    assert await Payment.all().count() == 0
    assert await OutboxMessage.all().count() == before


async def test_a_stranger_may_not_pay_or_cancel(rollback: None) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    stranger = await actor(await make_organisation())
    with pytest.raises(NotPermitted):
        await payments.cancel_payment(payment, by=stranger)
    with pytest.raises(NotPermitted):
        await payments.cancel_payment(payment, by=deal.supplier)
    assert (await Payment.get()).status == PaymentStatus.PENDING


async def test_w1_any_order_of_news_ends_the_same(rollback: None) -> None:
    news = [
        PaymentStatus.PENDING,
        PaymentStatus.PROCESSING,
        PaymentStatus.SUCCEEDED,
        PaymentStatus.SUCCEEDED,
    ]
    for sequence in set(permutations(news)):
        deal = await unpaid_order(buyer_name="", supplier_name="")
        assert deal.order is not None
        payment = await intend(deal)
        for status in sequence:
            await payments.apply_checkout(payment, state_of(payment, status), by=SYSTEM)
        assert (await Payment.get(id=payment.id)).status == PaymentStatus.SUCCEEDED
        assert await ledger.balance_of(order_held(deal.order.number)) == payment.amount_fen
        assert (await Order.get(id=deal.order.id)).status == OrderStatus.FUNDED
    assert (await topics()).count("payment.received") == len(set(permutations(news)))
    assert await verify_ledger() == []


async def test_another_amount_is_not_taken_for_ours(rollback: None) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    for fen, currency in ((payment.amount_fen - 1, "cny"), (payment.amount_fen, "usd")):
        state = CheckoutState("cs_1", PaymentStatus.SUCCEEDED, fen, currency, "pi_1")
        with pytest.raises(payments.AmountDiffers):
            await payments.apply_checkout(payment, state, by=SYSTEM)
    assert (await Payment.get()).status == PaymentStatus.PENDING
    assert await ledger.balance_of(PROCESSOR_CLEARING) == 0


async def test_w3_a_lost_answer_opens_one_page(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    processor.knobs.lost_answers = 1
    with pytest.raises(stripe_gateway.GatewayUnreachable):
        await checkout.open_checkout(payment, return_url=URL)
    assert (await Payment.get()).session_id == ""
    first = await checkout.open_checkout(payment, return_url=URL)
    again = await checkout.open_checkout(await Payment.get(), return_url=URL)
    assert first == again == f"/pay/twin/{(await Payment.get()).session_id}"
    mine = [
        body
        for body in processor._all("checkout.session")
        if body["client_reference_id"] == str(payment.id)
    ]
    assert len(mine) == 1


async def test_a_failed_payment_frees_the_stage(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    await checkout.open_checkout(payment, return_url=URL)
    payment = await Payment.get()
    processor.pay(payment.session_id, delayed=True)
    await deliver_webhooks(processor)
    assert (await Payment.get()).status == PaymentStatus.PROCESSING
    processor.finish_delayed(payment.session_id, succeeds=False)
    await deliver_webhooks(processor)
    failed = await Payment.get()
    assert (failed.status, failed.live_stage) == (PaymentStatus.FAILED, None)
    assert (await pay_stage(deal, processor)).status == PaymentStatus.SUCCEEDED


async def test_a_payment_no_event_spoke_of_is_asked_about(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    payment = await intend(deal)
    await checkout.open_checkout(payment, return_url=URL)
    payment = await Payment.get()
    processor.pay(payment.session_id)
    processor.take_deliveries()  # lost on the way
    assert await handlers.sync_stale_payments() == 0
    await Payment.all().update(updated_at=payment.created_at - handlers.QUIET)
    assert await handlers.sync_stale_payments() == 1
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED


async def test_an_order_cancelled_before_payment_owes_nothing(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await intend(deal, PaymentMethod.BANK_TRANSFER)
    await orders.cancel_order(deal.order, reason="预算取消，不再采购", by=deal.buyer)
    await drained()
    assert await ledger.balance_of(buyer_payable(deal.order.number)) == 0
    assert (await Payment.get()).status == PaymentStatus.CANCELLED
    assert await LedgerTransaction.all().count() == 2
    order = await Order.get(id=deal.order.id)
    assert (await stage_at(order, 1)).is_payable is False
    assert await verify_ledger() == []
