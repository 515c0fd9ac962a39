"""What people do with receipts: apply, split, send back, undo; above an amount in pairs."""

from dataclasses import replace
from uuid import uuid4

import pytest

from billing import bank, bank_decisions, ledger, payments
from billing.bank_decisions import LineDoesNotFit, NotUndoable
from billing.bank_forms import DecisionInput, read_parts
from billing.bank_models import BankDecision
from billing.bank_states import DecisionStatus
from billing.chart import CUSTODY_BANK, SUSPENSE
from billing.models import BankLine, Payment
from billing.states import BankLineStatus, PaymentMethod, PaymentStatus
from billing.verification import verify_ledger
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.states import InvalidTransition
from market.orders.models import Order
from market.orders.states import OrderStatus
from market.settings import settings
from tests.billing.test_bank import line_for, owed

WHY = "收到代付说明函，加盖公章"


async def stranded(**values: object) -> tuple[Payment, BankLine, Actor]:
    """A third party's receipt in suspense, and the payment it is for."""
    _deal, payment, operator, _payer = await owed()
    line = await bank.record_bank_line(line_for(payment, "代付公司", **values), by=operator)
    return payment, line, operator


def decision(kind: str, *parts: str) -> DecisionInput:
    """What a person fills in."""
    return DecisionInput.model_validate({"kind": kind, "parts": "\n".join(parts), "reason": WHY})


async def test_a_person_applies_a_receipt_once(rollback: None) -> None:
    payment, line, operator = await stranded()
    wanted = decision("apply", f"{payment.number} {payment.amount_fen / 100:.2f}")
    done = await bank_decisions.propose_decision(line, wanted, by=operator)
    assert done.status == DecisionStatus.DONE
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert (await BankLine.get()).status == BankLineStatus.APPLIED
    with pytest.raises(LineDoesNotFit):
        await bank_decisions.propose_decision(line, wanted, by=operator)
    assert await ledger.balance_of(SUSPENSE) == 0
    assert await verify_ledger() == []


async def test_b1_no_more_than_the_line_and_no_more_than_is_awaited(rollback: None) -> None:
    payment, line, operator = await stranded(amount_fen=500)
    for amount in ("5.01", f"{payment.amount_fen / 100 + 1:.2f}"):
        with pytest.raises(LineDoesNotFit):
            await bank_decisions.propose_decision(
                line, decision("apply", f"{payment.number} {amount}"), by=operator
            )
    assert await BankDecision.all().count() == 0
    assert await bank.remaining_of(line) == 500


async def test_above_the_amount_a_second_person_agrees(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "four_eyes_above_fen", 1000)
    payment, line, operator = await stranded()
    wanted = decision("apply", f"{payment.number} {payment.amount_fen / 100:.2f}")
    asked = await bank_decisions.propose_decision(line, wanted, by=operator)
    assert asked.status == DecisionStatus.PROPOSED
    assert (await Payment.get()).status == PaymentStatus.PENDING
    with pytest.raises(NotPermitted):
        await bank_decisions.agree(asked, by=operator)
    with pytest.raises(LineDoesNotFit):
        await bank_decisions.propose_decision(line, wanted, by=operator)
    second = replace(operator, person_id=uuid4())
    done = await bank_decisions.agree(asked, by=second)
    assert (done.status, done.decided_by_id) == (DecisionStatus.DONE, second.person_id)
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    with pytest.raises((InvalidTransition, LineDoesNotFit)):
        await bank_decisions.agree(asked, by=second)


async def test_a_refused_proposal_does_nothing(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "four_eyes_above_fen", 0)
    _payment, line, operator = await stranded()
    asked = await bank_decisions.propose_decision(line, decision("return"), by=operator)
    await bank_decisions.refuse(asked, reason="付款说明还在路上", by=operator)
    assert (await BankDecision.get()).status == DecisionStatus.REFUSED
    assert await bank.remaining_of(line) == line.amount_fen


async def test_a_receipt_goes_back_to_its_payer(rollback: None) -> None:
    _payment, line, operator = await stranded()
    asked = await bank_decisions.propose_decision(line, decision("return"), by=operator)
    assert asked.status == DecisionStatus.APPROVED
    assert await bank.remaining_of(line) == 0
    assert await ledger.balance_of(CUSTODY_BANK) == line.amount_fen
    await bank_decisions.confirm_return(asked, reference="OUT-1234", by=operator)
    assert (await BankLine.get()).status == BankLineStatus.RETURNED
    assert await ledger.balance_of(CUSTODY_BANK) == await ledger.balance_of(SUSPENSE) == 0
    with pytest.raises(InvalidTransition):
        await bank_decisions.confirm_return(asked, reference="OUT-1235", by=operator)
    assert await verify_ledger() == []


async def test_undoing_mirrors_the_posting_and_opens_the_stage_again(rollback: None) -> None:
    deal, payment, operator, payer = await owed()
    line = await bank.record_bank_line(line_for(payment, payer), by=operator)
    done = await bank_decisions.propose_decision(line, decision("undo"), by=operator)
    assert done.status == DecisionStatus.DONE
    assert (await Payment.get()).status == PaymentStatus.REVERSED
    assert (await Order.get()).status == OrderStatus.PLACED
    assert (await BankLine.get()).status == BankLineStatus.SUSPENSE
    assert await bank.remaining_of(line) == line.amount_fen == await ledger.balance_of(SUSPENSE)
    assert deal.order is not None
    again = await payments.intend_payment(
        await Order.get(), position=1, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    part = f"{again.number} {again.amount_fen / 100:.2f}"
    await bank_decisions.propose_decision(line, decision("apply", part), by=operator)
    assert (await Payment.get(id=again.id)).status == PaymentStatus.SUCCEEDED
    assert (await Order.get()).status == OrderStatus.FUNDED
    assert await verify_ledger() == []


async def test_what_was_never_applied_cannot_be_undone(rollback: None) -> None:
    _payment, line, operator = await stranded()
    with pytest.raises(NotUndoable):
        await bank_decisions.propose_decision(line, decision("undo"), by=operator)
    assert await BankDecision.all().count() == 0


def test_parts_are_read_line_by_line() -> None:
    assert read_parts("PAY-1 12.50\n\nPAY-2 1,000\n") == [("PAY-1", 1250), ("PAY-2", 100_000)]
    for wrong in ("PAY-1", "PAY-1 zwei", "PAY-1 1\nPAY-1 2", "PAY-1 0"):
        with pytest.raises(ValueError, match="PAY-1"):
            read_parts(wrong)
