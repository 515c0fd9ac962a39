"""The inbox: only the processor's own fresh events, each once, none dropped (W1, W2, W4)."""

import datetime as dt
import json
from typing import Any

import pytest

from billing import checkout, handlers, ledger, payments, stripe_gateway, webhooks
from billing.chart import LATE_MONEY, PROCESSOR_CLEARING
from billing.models import Payment, WebhookEvent
from billing.states import EventStatus, PaymentMethod, PaymentStatus
from billing.stripe_gateway import BadSignature, check_signature, verify_event
from billing.twin import Twin
from market.kit import clock
from market.kit.errors import NotPermitted
from market.kit.outbox import Message, OutboxMessage
from market.orders.models import Order
from market.orders.states import OrderStatus
from tests.factories.billing import (
    SYSTEM,
    deliver_webhooks,
    drained,
    operator_actor,
    unpaid_order,
)

SECRET = "whsec_test_secret"
PAYLOAD = (
    b'{"id":"evt_test_webhook","object":"event",'
    b'"data":{"object":{"id":"rdr_123","object":"terminal.reader"}}}'
)
HEADER = "t=1492774577,v1=1a80e8527d8c197ee95a4cd6c14551cfb89fe0a89cac1760ba62a66cb831b2d9"


async def open_payment(processor: Twin) -> Payment:
    """An online payment with its page open."""
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    await checkout.open_checkout(payment, return_url="http://testserver/")
    return await Payment.get(id=payment.id)


def test_frozen_vector() -> None:
    check_signature(PAYLOAD, HEADER, SECRET, tolerance=None)


@pytest.mark.parametrize(
    ("payload", "header", "secret"),
    [
        (PAYLOAD + b" ", HEADER, SECRET),
        (PAYLOAD, HEADER.replace("1a80", "1a81"), SECRET),
        (PAYLOAD, HEADER, "whsec_of_another_endpoint"),
        (PAYLOAD, HEADER.replace("v1=", "v0="), SECRET),
        (PAYLOAD, "", SECRET),
        (PAYLOAD, None, SECRET),
        (PAYLOAD, "nonsense", SECRET),
        (PAYLOAD, HEADER, ""),
        (b"\xff\xfe", HEADER, SECRET),
    ],
)
def test_w2_anything_else_is_refused(payload: bytes, header: str | None, secret: str) -> None:
    with pytest.raises(BadSignature):
        check_signature(payload, header, secret, tolerance=None)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_w2_stale_and_future_timestamps_are_refused(seconds: int) -> None:
    sent = dt.datetime.fromtimestamp(1492774577, dt.UTC)
    with clock.frozen_at(sent + dt.timedelta(seconds=seconds)), pytest.raises(BadSignature):
        check_signature(PAYLOAD, HEADER, SECRET)
    with clock.frozen_at(sent + dt.timedelta(seconds=seconds // 301 * 300)):
        check_signature(PAYLOAD, HEADER, SECRET)


def test_w2_an_event_of_the_other_mode_is_refused(processor: Twin) -> None:
    payload = json.dumps({"id": "evt_1", "livemode": True}).encode()
    with pytest.raises(BadSignature, match="another mode"):
        verify_event(payload, processor.sign(payload))


async def test_an_event_is_kept_once(rollback: None, processor: Twin) -> None:
    payment = await open_payment(processor)
    processor.knobs.copies = 3
    processor.pay(payment.session_id)
    assert await deliver_webhooks(processor) == 1
    event = await WebhookEvent.get()
    assert (event.status, event.object_id) == (EventStatus.APPLIED, payment.session_id)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert await OutboxMessage.filter(topic="payment.received").count() == 1


async def test_w1_events_in_reverse_reach_the_same_state(rollback: None, processor: Twin) -> None:
    payment = await open_payment(processor)
    processor.pay(payment.session_id, delayed=True)
    processor.finish_delayed(payment.session_id, succeeds=True)
    processor.knobs.reorder = lambda events: list(reversed(events))
    assert await deliver_webhooks(processor) == 2
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert await WebhookEvent.filter(status=EventStatus.APPLIED).count() == 2


async def test_w4_an_event_before_its_row_is_parked_and_resolves(
    rollback: None, processor: Twin
) -> None:
    payment = await open_payment(processor)
    session = payment.session_id
    body = processor.session(session)
    assert body is not None
    processor._keep(body | {"client_reference_id": None})
    await Payment.all().update(session_id="", checkout_url="")
    processor.pay(session)
    await deliver_webhooks(processor)
    event = await WebhookEvent.get()
    assert (event.status, event.note) == (EventStatus.PARKED, "no row of ours")
    assert (await Payment.get()).status == PaymentStatus.PENDING

    await payments.note_session(payment, session_id=session, url="/pay")
    await drained()
    assert (await WebhookEvent.get()).status == EventStatus.APPLIED
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED


async def test_an_object_the_processor_does_not_know_is_parked(
    rollback: None, processor: Twin
) -> None:
    event = {
        "id": "evt_x",
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_gone", "object": "checkout.session"}},
    }
    assert await webhooks.keep_event(event) is True
    await drained()
    row = await WebhookEvent.get()
    assert row.status == EventStatus.PARKED
    assert "cs_gone" in row.note


async def test_other_objects_need_nothing(rollback: None) -> None:
    await webhooks.keep_event(json.loads(PAYLOAD) | {"type": "terminal.reader.updated"})
    await drained()
    assert (await WebhookEvent.get()).status == EventStatus.APPLIED


async def test_looking_again_is_the_operators(rollback: None, processor: Twin) -> None:
    await webhooks.keep_event(json.loads(PAYLOAD) | {"type": "x"})
    row = await WebhookEvent.get()
    before = await OutboxMessage.all().count()
    with pytest.raises(NotPermitted):
        await webhooks.retry_parked(row, by=(await unpaid_order()).buyer)
    await webhooks.retry_parked(row, by=await operator_actor())
    assert await OutboxMessage.filter(topic="webhook.received").count() == 2
    assert before == 1


async def test_an_applied_event_is_not_worked_again(rollback: None, processor: Twin) -> None:
    payment = await open_payment(processor)
    processor.pay(payment.session_id)
    await deliver_webhooks(processor)
    event = await WebhookEvent.get()
    message = Message(str(event.id), "webhook.received", {"event": str(event.id)})
    await handlers.on_webhook_received(message)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED


async def test_the_gateway_is_never_called_inside_a_verb() -> None:
    token = stripe_gateway.db._depth.set(1)
    try:
        with pytest.raises(AssertionError, match="never called inside a verb"):
            await stripe_gateway.retrieve_checkout("cs_1")
    finally:
        stripe_gateway.db._depth.reset(token)


async def test_money_for_a_payment_given_up_is_parked_for_the_operator(
    rollback: None, processor: Twin
) -> None:
    payment = await open_payment(processor)
    given_up = await Payment.get(id=payment.id)
    await given_up.move_to(PaymentStatus.CANCELLED, by=SYSTEM, live_stage=None)
    processor.pay(payment.session_id)
    await deliver_webhooks(processor)
    event = await WebhookEvent.get()
    assert event.status == EventStatus.PARKED
    assert payment.number in event.note
    assert (await Payment.get()).status == PaymentStatus.CANCELLED
    assert await ledger.balance_of(LATE_MONEY) == payment.amount_fen
    assert await ledger.balance_of(PROCESSOR_CLEARING) == payment.amount_fen


async def test_p1_money_for_an_order_that_has_ended_is_kept_for_the_operator(
    rollback: None, processor: Twin
) -> None:
    payment = await open_payment(processor)
    order = await Order.get(id=payment.order_id)
    await order.move_to(OrderStatus.CANCELLED, by=SYSTEM)
    processor.pay(payment.session_id)
    await deliver_webhooks(processor)
    event = await WebhookEvent.get()
    assert (event.status, payment.number in event.note) == (EventStatus.PARKED, True)
    assert (await Payment.get()).status == PaymentStatus.CANCELLED
    assert await ledger.balance_of(LATE_MONEY) == payment.amount_fen
    with clock.shifted_by(dt.timedelta(hours=1)):
        assert await handlers.sync_stale_payments() == 0


async def test_a_payment_given_up_while_its_page_opens_is_closed_there(
    rollback: None, processor: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    opening = stripe_gateway.create_checkout

    async def give_up_meanwhile(*args: Any, **options: Any) -> tuple[str, str]:
        made = await opening(*args, **options)
        await payments.cancel_payment(payment, by=deal.buyer)
        return made

    monkeypatch.setattr(stripe_gateway, "create_checkout", give_up_meanwhile)
    with pytest.raises(payments.StageNotPayable):
        await checkout.open_checkout(payment, return_url="http://testserver/")
    await drained()
    page = processor.session((await Payment.get()).session_id)
    assert page is not None
    assert page["status"] == "expired"
