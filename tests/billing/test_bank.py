"""Corporate transfers: a line enters once and is applied only when it is certain (B1)."""

import datetime as dt

import pytest

from billing import bank, ledger, payments
from billing.bank_models import BankAllocation
from billing.chart import CUSTODY_BANK, SUSPENSE
from billing.forms import BankLineInput
from billing.models import BankLine, Payment
from billing.states import BankLineStatus, PaymentMethod, PaymentStatus
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
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
    assert line.status == BankLineStatus.APPLIED
    allocation = await BankAllocation.get()
    assert (allocation.payment_id, allocation.amount_fen) == (payment.id, payment.amount_fen)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert await ledger.balance_of(SUSPENSE) == 0
    assert await ledger.balance_of(CUSTODY_BANK) == payment.amount_fen
    assert await verify_ledger() == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"payer_name": "代付公司"}, "由第三方代付，不自动入账"),
        (
            {"payer_name": "代付公司", "narrative": "标注款"},
            "附言中没有付款码，且该付款人没有待收转账",
        ),
        (
            {"narrative": "标注款", "amount_fen": 1},
            "附言中没有付款码，且该付款人的待收转账凑不成该金额",
        ),
        ({"narrative": "投标保证金"}, "附言写明另有用途"),
    ],
)
async def test_an_uncertain_line_waits_in_suspense(
    rollback: None, changed: dict[str, object], reason: str
) -> None:
    _deal, payment, operator, payer = await owed()
    line = await bank.record_bank_line(line_for(payment, payer, **changed), by=operator)
    assert (line.status, line.reason) == (BankLineStatus.SUSPENSE, reason)
    assert (await Payment.get()).status == PaymentStatus.PENDING
    assert await BankAllocation.all().count() == 0
    assert await ledger.balance_of(SUSPENSE) == line.amount_fen
    assert await verify_ledger() == []


async def test_b1_parts_are_set_aside_until_the_payment_is_whole(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    first = await bank.record_bank_line(line_for(payment, payer, amount_fen=100), by=operator)
    assert first.status == BankLineStatus.SUSPENSE
    assert (await Payment.get()).status == PaymentStatus.PENDING
    rest = payment.amount_fen - 100
    values = {"bank_reference": "20261121-2", "amount_fen": rest + 7}
    second = await bank.record_bank_line(line_for(payment, payer, **values), by=operator)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert (await BankLine.get(id=first.id)).status == BankLineStatus.APPLIED
    assert second.status == BankLineStatus.SUSPENSE  # seven fen too much
    assert await bank.remaining_of(second) == 7
    assert await ledger.balance_of(SUSPENSE) == 7
    assert await verify_ledger() == []


async def test_a_cancelled_payment_frees_its_parts(rollback: None) -> None:
    deal, payment, operator, payer = await owed()
    line = await bank.record_bank_line(line_for(payment, payer, amount_fen=100), by=operator)
    assert await bank.remaining_of(line) == 0
    await payments.cancel_payment(payment, by=deal.buyer)
    assert await bank.remaining_of(line) == 100


async def test_a_line_enters_once(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    await bank.record_bank_line(line_for(payment, payer), by=operator)
    with pytest.raises(InvalidInput) as refusal:
        await bank.record_bank_line(line_for(payment, payer), by=operator)
    assert list(refusal.value.fields) == ["bank_reference"]
    assert await BankLine.all().count() == 1
    assert await ledger.balance_of(CUSTODY_BANK) == payment.amount_fen


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
