"""Corporate transfers: a line enters once and is applied only when it is certain (B1)."""

import datetime as dt

import pytest

from billing import bank, ledger, payments
from billing.chart import CUSTODY_BANK, SUSPENSE
from billing.forms import BankLineInput
from billing.models import BankLine, Payment
from billing.states import BankLineStatus, PaymentMethod, PaymentStatus
from billing.verification import verify_ledger
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.states import InvalidTransition
from tests.factories.billing import operator_actor, unpaid_order
from tests.factories.orders import Deal

Owed = tuple[Deal, Payment, Actor, str]


async def owed() -> Owed:
    """A transfer payment waiting for its money, the operator, and the buyer's name."""
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    buyer = await deal.order.buyer
    return deal, payment, await operator_actor(), buyer.name


def line_for(payment: Payment, payer: str, **values: object) -> BankLineInput:
    """A statement line that fits, unless `values` say otherwise."""
    return BankLineInput.model_validate(
        {
            "bank_reference": "20261121-1",
            "booked_on": clock.today(),
            "payer_name": payer,
            "amount_fen": payment.amount_fen,
            "narrative": f"标注款{payment.reference}",
            **values,
        }
    )


async def test_a_certain_line_is_applied_at_once(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    line = await bank.record_bank_line(line_for(payment, payer), by=operator)
    assert (line.status, line.payment_id) == (BankLineStatus.APPLIED, payment.id)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert await ledger.balance_of(SUSPENSE) == 0
    assert await ledger.balance_of(CUSTODY_BANK) == payment.amount_fen
    assert await verify_ledger() == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"payer_name": "代付公司"}, "由第三方代付，不自动入账"),
        ({"narrative": "标注款"}, "附言中没有唯一有效的付款码"),
        ({"amount_fen": 1}, "金额与应付款不一致"),
        ({"narrative": "PT00000000C PT0000000IA"}, "附言中没有唯一有效的付款码"),
    ],
)
async def test_an_uncertain_line_waits_in_suspense(
    rollback: None, changed: dict[str, object], reason: str
) -> None:
    _deal, payment, operator, payer = await owed()
    line = await bank.record_bank_line(line_for(payment, payer, **changed), by=operator)
    assert (line.status, line.reason) == (BankLineStatus.SUSPENSE, reason)
    assert (await Payment.get()).status == PaymentStatus.PENDING
    assert await ledger.balance_of(SUSPENSE) == line.amount_fen
    assert await verify_ledger() == []


async def test_a_line_enters_once(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    await bank.record_bank_line(line_for(payment, payer), by=operator)
    with pytest.raises(InvalidInput) as refusal:
        await bank.record_bank_line(line_for(payment, payer), by=operator)
    assert list(refusal.value.fields) == ["bank_reference"]
    assert await BankLine.all().count() == 1
    assert await ledger.balance_of(CUSTODY_BANK) == payment.amount_fen


async def test_b1_a_person_applies_an_exact_line_once(rollback: None) -> None:
    _deal, payment, operator, _payer = await owed()
    line = await bank.record_bank_line(line_for(payment, "代付公司"), by=operator)
    reason = "收到代付说明函，加盖公章"
    await bank.apply_bank_line(line, payment, reason=reason, by=operator)
    assert (await audit.history(line))[-1].reason == reason
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    with pytest.raises((bank.LineDoesNotFit, InvalidTransition)):
        await bank.apply_bank_line(line, payment, reason=reason, by=operator)
    assert await ledger.balance_of(SUSPENSE) == 0


async def test_b1_a_line_of_another_amount_is_not_applied(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    fen = payment.amount_fen + 1
    line = await bank.record_bank_line(line_for(payment, payer, amount_fen=fen), by=operator)
    with pytest.raises(bank.LineDoesNotFit):
        await bank.apply_bank_line(line, payment, reason="金额多一分也不行", by=operator)
    assert await ledger.balance_of(SUSPENSE) == fen


async def test_the_booking_date_has_come(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    tomorrow = clock.today() + dt.timedelta(days=1)
    with pytest.raises(InvalidInput):
        await bank.record_bank_line(line_for(payment, payer, booked_on=tomorrow), by=operator)
    assert await BankLine.all().count() == 0


async def test_only_the_operators_finance_enters_lines(rollback: None) -> None:
    deal, payment, _operator, payer = await owed()
    for by in (deal.buyer, deal.supplier, await operator_actor("quality")):
        with pytest.raises(NotPermitted):
            await bank.record_bank_line(line_for(payment, payer), by=by)
    assert await BankLine.all().count() == 0
    assert await ledger.balance_of(CUSTODY_BANK) == 0
