"""Money for a payment that was over: it lies in suspense, goes back once, and the processor's word is compared."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from billing import checkout, comparisons, late_returns, ledger, payments, processor_balances
from billing.bank_models import LateReturn, ProcessorBalance
from billing.bank_states import DecisionStatus
from billing.chart import LATE_MONEY, PROCESSOR_CLEARING
from billing.late_returns import NoLateMoney
from billing.models import Payment
from billing.states import PaymentMethod, PaymentStatus, RefundStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.settings import settings
from tests.factories.accounts import signed_in_client
from tests.factories.billing import (
    SYSTEM,
    deliver_webhooks,
    operator_actor,
    pay_stage,
    unpaid_order,
)

WHY = "付款时订单已取消，退回付款人"


async def late(processor: Twin) -> tuple[Payment, Actor]:
    """A payment whose money came after it was given up, and the operator's finance."""
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    await checkout.open_checkout(payment, return_url="http://testserver/payments")
    payment = await Payment.get(id=payment.id)
    await payment.move_to(PaymentStatus.CANCELLED, by=SYSTEM, live_stage=None)
    processor.pay(payment.session_id)
    await deliver_webhooks(processor)
    return await Payment.get(id=payment.id), await operator_actor()


async def test_late_money_goes_back_once_and_leaves_nothing(
    rollback: None, processor: Twin
) -> None:
    payment, operator = await late(processor)
    assert await ledger.balance_of(LATE_MONEY) == payment.amount_fen
    assert [one.number for one in await late_returns.waiting()] == [payment.number]
    row = await late_returns.propose_late_return(payment, reason=WHY, by=operator)
    assert row.status == DecisionStatus.APPROVED
    with pytest.raises(NoLateMoney):
        await late_returns.propose_late_return(payment, reason=WHY, by=operator)
    assert await late_returns.send_late_returns() == 1
    assert await late_returns.send_late_returns() == 0
    await deliver_webhooks(processor)  # the processor's own word comes again
    assert (await LateReturn.get()).status == DecisionStatus.DONE
    assert await ledger.balance_of(LATE_MONEY) == 0
    assert await ledger.balance_of(PROCESSOR_CLEARING) == 0
    assert await verify_ledger() == []


async def test_above_the_amount_a_second_person_agrees(
    rollback: None, processor: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "four_eyes_above_fen", 0)
    payment, operator = await late(processor)
    row = await late_returns.propose_late_return(payment, reason=WHY, by=operator)
    with pytest.raises(NotPermitted):
        await late_returns.judge_late_return(row, is_agreed=True, reason="", by=operator)
    with pytest.raises(InvalidInput):
        await late_returns.judge_late_return(row, is_agreed=False, reason="否", by=operator)
    assert await late_returns.send_late_returns() == 0
    second = replace(operator, person_id=uuid4())
    await late_returns.judge_late_return(row, is_agreed=True, reason="", by=second)
    assert await late_returns.send_late_returns() == 1


async def test_w3_a_lost_answer_sends_the_money_once(rollback: None, processor: Twin) -> None:
    payment, operator = await late(processor)
    await late_returns.propose_late_return(payment, reason=WHY, by=operator)
    await late_returns.send_late_returns()
    row = await LateReturn.get()
    assert await processor_balances.ask_balance() == processor.available()
    assert not await late_returns.take_state(row, provider_id="re_x", status=RefundStatus.SUCCEEDED)
    assert await verify_ledger() == []


async def test_a_payment_in_time_has_nothing_to_send_back(rollback: None, processor: Twin) -> None:
    payment = await pay_stage(await unpaid_order(), processor)
    with pytest.raises(NoLateMoney):
        await late_returns.propose_late_return(payment, reason=WHY, by=await operator_actor())
    assert await LateReturn.all().count() == 0


async def test_the_processors_own_word_is_compared(rollback: None, processor: Twin) -> None:
    before = processor.available()
    await pay_stage(await unpaid_order(), processor)
    held = await ledger.balance_of(PROCESSOR_CLEARING)
    [alone] = [one for one in await comparisons.compare() if one.name == "processor_balance"]
    assert alone.other_fen is None
    await processor_balances.ask_balance()
    said = await ProcessorBalance.get()
    assert said.amount_fen - before == held
    await ProcessorBalance.filter(id=said.id).update(amount_fen=held - 1)
    [now] = [one for one in await comparisons.compare() if one.name == "processor_balance"]
    assert (now.ledger_fen, now.unexplained_fen) == (held, 1)


async def test_the_queue_leads_to_the_page_that_sends_it_back(
    client: httpx.AsyncClient, processor: Twin
) -> None:
    payment, operator = await late(processor)
    await signed_in_client(client, operator.person_id)
    assert payment.number in (await client.get("/operator/queues?kind=late")).text
    told = (await client.get("/api/v1/operator/exceptions?kind=late")).json()["items"]
    assert [(one["number"], one["amount_fen"]) for one in told] == [
        (payment.number, payment.amount_fen)
    ]
    path = f"/operator/late-money/{payment.number}"
    assert (await client.get(path)).status_code == 200
    assert (await client.post(path, data={"reason": WHY})).status_code == 303
    assert (await LateReturn.get()).status == DecisionStatus.APPROVED
    assert (await client.get(path)).status_code == 200
    again = await client.post(
        f"/api/v1/payments/{payment.number}/late-return", json={"reason": WHY}
    )
    assert again.status_code == 409
