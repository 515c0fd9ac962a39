"""The twin behaves as the processor does, seen through the gateway's SDK."""

import pytest

from billing import stripe_gateway, twin
from billing.models import Payment, Refund
from billing.states import RefundStatus
from billing.twin import Refused, Twin
from tests.factories.billing import pay_stage, unpaid_order


async def paid(processor: Twin) -> Payment:
    """A payment whose money the twin holds."""
    return await pay_stage(await unpaid_order(), processor)


def refund_of(payment: Payment, fen: int) -> Refund:
    """A refund row that is nowhere kept."""
    return Refund(order_id=payment.order_id, payment_id=payment.id, amount_fen=fen)


async def test_the_same_key_gives_the_same_answer(rollback: None, processor: Twin) -> None:
    payment = await paid(processor)
    refund = refund_of(payment, 100)
    first = await stripe_gateway.create_refund(refund, payment_intent=payment.payment_intent)
    again = await stripe_gateway.create_refund(refund, payment_intent=payment.payment_intent)
    assert first == again
    assert first[1] == RefundStatus.SUCCEEDED
    assert await stripe_gateway.retrieve_refund(first[0]) == (
        RefundStatus.SUCCEEDED,
        str(refund.id),
    )


async def test_a_key_with_other_parameters_is_refused(rollback: None, processor: Twin) -> None:
    payment = await paid(processor)
    refund = refund_of(payment, 100)
    await stripe_gateway.create_refund(refund, payment_intent=payment.payment_intent)
    refund.amount_fen = 200
    with pytest.raises(stripe_gateway.GatewayRefused, match="same parameters"):
        await stripe_gateway.create_refund(refund, payment_intent=payment.payment_intent)


async def test_p4_refunds_never_exceed_the_payment(rollback: None, processor: Twin) -> None:
    payment = await paid(processor)
    for fen in (3333, payment.amount_fen - 3333):
        await stripe_gateway.create_refund(
            refund_of(payment, fen), payment_intent=payment.payment_intent
        )
    before = processor.available()
    with pytest.raises(stripe_gateway.GatewayRefused):
        await stripe_gateway.create_refund(
            refund_of(payment, 1), payment_intent=payment.payment_intent
        )
    assert processor.available() == before


async def test_a_closed_page_takes_no_money(rollback: None, processor: Twin) -> None:
    payment = await paid(processor)
    with pytest.raises(Refused):
        processor.pay(payment.session_id)
    with pytest.raises(Refused):
        processor.expire(payment.session_id)
    await stripe_gateway.expire_checkout(payment.session_id)
    session = processor.session(payment.session_id)
    assert session is not None
    assert session["status"] == "complete"


async def test_another_key_is_refused(processor: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin, "API_KEY", "sk_test_other")
    with pytest.raises(stripe_gateway.GatewayRefused, match="Invalid API key"):
        await stripe_gateway.retrieve_checkout("cs_1")


async def test_unknown_objects_are_refused(processor: Twin) -> None:
    with pytest.raises(stripe_gateway.GatewayRefused, match="No such object"):
        await stripe_gateway.retrieve_checkout("cs_1")
    assert processor.session("cs_1") is None


def test_events_are_signed_as_the_processor_signs(processor: Twin) -> None:
    payload = b'{"id":"evt_1","livemode":false}'
    assert stripe_gateway.verify_event(payload, processor.sign(payload))["id"] == "evt_1"
