"""The end of a contract: by both, by notice with its ground, and because it is done."""

import datetime as dt
from typing import Any

import pytest

from billing.models import Refund
from billing.twin import twin
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.errors import NotPermitted
from market.orders import changes, terminations
from market.orders.change_models import ContractChange
from market.orders.contract_forms import NoticeInput, TerminationInput
from market.orders.endings import BatchesUndecided
from market.orders.models import Contract, Milestone, Order
from market.orders.states import ChangeStatus, ContractStatus, OrderStatus
from market.orders.terminations import NoGround
from tests.factories.accounts import actor
from tests.factories.billing import drained, pay_stage, unpaid_order
from tests.factories.orders import Deal, deliver, inspect, make_completed_order, make_order

pytestmark = pytest.mark.usefixtures("rollback")
WHY = "双方协商一致，不再继续。"


async def end(deal: Deal) -> ContractChange:
    """Proposed by the buyer and signed by both."""
    content = TerminationInput(explanation=WHY)
    change = await terminations.propose_termination(deal.contract, content, by=deal.buyer)
    for side in (deal.buyer, deal.supplier):
        change = await changes.sign_change(change, digest=change.digest, by=side)
    return change


async def notice(deal: Deal, reason: str, *, by: Any = None) -> ContractChange:
    content = NoticeInput.model_validate({"reason": reason, "explanation": WHY})
    return await terminations.give_notice(deal.contract, content, by=by or deal.buyer)


async def statuses(deal: Deal) -> tuple[str, str]:
    contract = await Contract.get(id=deal.contract.id)
    order = await Order.get(contract_id=contract.id)
    return contract.status, order.status


async def test_before_payment_both_simply_part() -> None:
    deal = await make_order(funded=False)
    await end(deal)
    assert await statuses(deal) == (ContractStatus.TERMINATED, OrderStatus.CANCELLED)


async def test_with_nothing_accepted_the_money_goes_back() -> None:
    twin().take_deliveries()
    deal = await unpaid_order()
    await pay_stage(deal, twin())
    await end(deal)
    assert await statuses(deal) == (ContractStatus.TERMINATED, OrderStatus.FUNDED)
    await drained()
    assert await statuses(deal) == (ContractStatus.TERMINATED, OrderStatus.REFUNDED)
    assert await Refund.filter(order=deal.order).count() == 1
    assert await verify_ledger() == []


async def test_what_was_accepted_stays_and_is_paid() -> None:
    deal = await make_order()
    await inspect(deal, await deliver(deal, quantity="1200"))
    change = await end(deal)
    assert await statuses(deal) == (ContractStatus.TERMINATED, OrderStatus.COMPLETED)
    order = await Order.get(contract_id=deal.contract.id)
    assert (order.total_fen, change.total_fen) == (9_600_000, 9_600_000)
    stages = await Milestone.filter(order=order)
    assert sum(stage.amount_fen for stage in stages) == 9_600_000
    assert all(stage.reached_at for stage in stages)


async def test_more_paid_than_accepted_goes_back_as_both_have_signed() -> None:
    twin().take_deliveries()
    deal = await unpaid_order()
    await pay_stage(deal, twin())
    await inspect(deal, await deliver(deal, quantity="100"))
    change = await end(deal)
    assert change.terms["ending"] == {
        "accepted": "100", "price_fen": 800_000, "reduced_fen": 0, "earned_fen": 800_000,
        "paid_fen": 7_200_000, "back_fen": 6_400_000, "owed_fen": 0,
    }  # fmt: skip
    assert [stage["amount_fen"] for stage in change.terms["payment"]] == [800_000, 0, 0]
    assert "64,000.00元由平台自托管款退还甲方" in str(change.terms["clauses"])
    assert await statuses(deal) == (ContractStatus.TERMINATED, OrderStatus.COMPLETED)


async def test_an_undecided_batch_comes_first() -> None:
    deal = await make_order()
    await deliver(deal, quantity="1200")
    with pytest.raises(BatchesUndecided):
        await end(deal)
    assert await ContractChange.all().count() == 0


@pytest.mark.parametrize("role", ["buyer", "project", "viewer"])
async def test_ending_is_an_owners_act(role: str) -> None:
    deal = await make_order()
    member = await actor(await deal.contract.buyer, role)
    with pytest.raises(NotPermitted):
        await terminations.propose_termination(
            deal.contract, TerminationInput(explanation=WHY), by=member
        )
    with pytest.raises(NotPermitted):
        await notice(deal, "force_majeure", by=member)
    assert await ContractChange.all().count() == 0


@pytest.mark.parametrize("reason", ["late_delivery", "rework_exhausted", "late_payment"])
async def test_a_reason_the_facts_do_not_carry(reason: str) -> None:
    deal = await make_order()
    with pytest.raises(NoGround):
        await notice(deal, reason)
    assert await ContractChange.all().count() == 0


async def test_the_other_sides_reasons_are_not_ones_own() -> None:
    deal = await make_order()
    for reason in ("late_delivery", "data_security_breach"):
        with pytest.raises(NoGround):
            await notice(deal, reason, by=deal.supplier)
    with pytest.raises(ValueError, match="签署"):
        await notice(deal, "agreed")


async def test_a_notice_ends_the_contract_when_its_period_is_over() -> None:
    deal = await make_order(delivery_days=30)
    with clock.shifted_by(dt.timedelta(days=40)):
        change = await notice(deal, "late_delivery")
        assert change.notice_ends_at is not None
        assert await terminations.end_due_contracts() == 0
    with clock.frozen_at(change.notice_ends_at + dt.timedelta(seconds=1)):
        assert await terminations.end_due_contracts() == 1
        assert await terminations.end_due_contracts() == 0
    assert (await ContractChange.get(id=change.id)).status == ChangeStatus.ACTIVE
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.TERMINATED


async def test_only_who_gave_notice_takes_it_back() -> None:
    deal = await make_order()
    change = await notice(deal, "force_majeure")
    with pytest.raises(NotPermitted):
        await changes.refuse_change(change, reason="不同意", by=deal.supplier)
    with pytest.raises(changes.ChangeNotOpen):
        await changes.sign_change(change, digest=change.digest, by=deal.supplier)
    await changes.refuse_change(change, reason="情况好转", by=deal.buyer)
    with clock.shifted_by(dt.timedelta(days=60)):
        assert await terminations.end_due_contracts() == 0
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.ACTIVE


async def test_rework_exhausted_and_late_payment_are_grounds() -> None:
    deal = await make_order()
    order = deal.order
    assert order is not None
    await Order.filter(id=order.id).update(rework_limit=0)
    await inspect(deal, await deliver(deal, quantity="1200"), nonconforming=20)
    assert (await notice(deal, "rework_exhausted")).notice_ends_at
    late = await make_order(funded=False)
    with clock.shifted_by(dt.timedelta(days=40)):
        assert (await notice(late, "late_payment", by=late.supplier)).notice_ends_at


async def test_a_performed_contract_ends_after_its_retention() -> None:
    deal = await make_completed_order()
    assert await terminations.end_due_contracts() == 0
    with clock.shifted_by(dt.timedelta(days=92)):
        assert await terminations.end_due_contracts() == 1
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.TERMINATED
