"""The money of a contract that ends, or shrinks, after something was paid: to the fen (P1, P4, V5)."""

import pytest

from billing import handlers, ledger, payments, redemptions
from billing.chart import buyer_payable, order_held, order_pledged
from billing.models import (
    Payment,
    PriceChange,
    Refund,
    Settlement,
    VoucherAllocation,
    VoucherPool,
    VoucherRedemption,
)
from billing.stages import stages_of
from billing.states import PaymentMethod, PaymentStatus, RefundStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.disputes.models import Dispute
from market.orders import changes, terminations
from market.orders.change_models import ContractChange
from market.orders.contract_forms import TerminationInput
from market.orders.models import Contract, Order
from market.orders.states import OrderStatus
from tests.factories.billing import (
    deliver_webhooks,
    drained,
    make_programme,
    pay_stage,
    reloaded,
    unpaid_order,
)
from tests.factories.disputes import answer, make_dispute
from tests.factories.orders import Deal, deliver, inspect

LABELLING = {"spend": {"categories": ["labelling"]}, "tiers": [{"rate_bp": 1000}]}


async def ended(deal: Deal) -> ContractChange:
    """The contract of a deal ended by both."""
    contract = await Contract.get(id=deal.contract.id)
    content = TerminationInput(explanation="双方协商一致，不再继续。")
    change = await terminations.propose_termination(contract, content, by=deal.buyer)
    for side in (deal.buyer, deal.supplier):
        change = await changes.sign_change(change, digest=change.digest, by=side)
    return change


async def finished(processor: Twin) -> None:
    """What the outbox and the processor still bring."""
    for _round in range(2):
        await drained()
        await deliver_webhooks(processor)


async def is_balanced(order: Order) -> None:
    """P1: paid = sent back + released, and nothing is held, owed or promised any more."""
    paid = sum(row.amount_fen for row in await Payment.filter(order=order, paid_at__isnull=False))
    back = await Refund.filter(order=order, status=RefundStatus.SUCCEEDED)
    gone = sum(row.net_fen + row.fee_fen for row in await Settlement.filter(order=order))
    assert paid == sum(row.amount_fen for row in back) + gone
    for key in (order_held(order.number), buyer_payable(order.number), order_pledged(order.number)):
        assert await ledger.balance_of(key) == 0, key.code
    assert await verify_ledger() == []


async def test_p4_what_was_paid_and_not_earned_goes_back(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    await inspect(deal, await deliver(deal, quantity="100"))
    change = await ended(deal)
    await finished(processor)
    refund = await Refund.get()
    assert (refund.amount_fen, refund.status) == (6_400_000, RefundStatus.SUCCEEDED)
    row = await PriceChange.get()
    assert (row.change_id, row.lowered_fen, row.returned_fen) == (change.id, 23_200_000, 6_400_000)
    assert (await Settlement.get()).gross_fen == 800_000
    assert deal.order is not None
    assert [stage.due_fen for stage in await stages_of(deal.order)] == [800_000, 0, 0]
    await is_balanced(deal.order)


async def test_two_paid_stages_are_lowered_in_proportion(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    for position in (1, 2):
        await pay_stage(deal, processor, position=position)
    await inspect(deal, await deliver(deal, quantity="1000"))
    await ended(deal)
    await finished(processor)
    assert [stage.price_fen for stage in await stages_of(deal.order)] == [2_666_667, 5_333_333, 0]
    assert sum(row.amount_fen for row in await Refund.all()) == 13_600_000
    await is_balanced(deal.order)


async def test_what_is_still_owed_is_paid_after_the_end(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await pay_stage(deal, processor)
    await inspect(deal, await deliver(deal, quantity="1000"))
    change = await ended(deal)
    assert (change.terms["ending"]["owed_fen"], change.terms["ending"]["back_fen"]) == (800_000, 0)
    await finished(processor)
    assert await ledger.balance_of(buyer_payable(deal.order.number)) == 800_000
    assert (await Refund.all().count(), (await PriceChange.get()).returned_fen) == (0, 0)


@pytest.mark.parametrize("quantity", ["100", "1200"])
async def test_v5_a_voucher_is_decided_again_under_its_version(
    rollback: None, processor: Twin, quantity: str
) -> None:
    programme = await make_programme(code="labelling-voucher", pool_fen=9_000_000, **LABELLING)
    deal = await unpaid_order()
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    await inspect(deal, await deliver(deal, quantity=quantity))
    await ended(deal)
    await finished(processor)
    earned = int(quantity) * 8_000
    voucher = await VoucherRedemption.get()
    assert voucher.grant_fen == earned // 10
    assert sum(row.amount_fen for row in await VoucherAllocation.all()) == earned // 10
    pool = await VoucherPool.get()
    assert (pool.reserved_fen, pool.redeemed_fen) == (0, earned // 10)
    for stage in await stages_of(deal.order):
        assert stage.due_fen >= 0
        if stage.is_payable and not stage.is_paid:
            await pay_stage(deal, processor, position=stage.milestone.position)
    await finished(processor)
    assert sum(stage.price_fen for stage in await stages_of(deal.order)) == earned
    if quantity == "100":
        await is_balanced(deal.order)
    assert await verify_ledger() == []


async def test_a_dispute_before_the_end_is_counted_once(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await make_dispute(by="buyer", deal=deal, quantity="1200", amount_fen=600_000)
    await answer(case, 600_000)
    await finished(processor)
    assert (await Dispute.get()).reduction_fen == 9_000_000
    change = await ended(await reloaded(deal))
    await finished(processor)
    statement = change.terms["ending"]
    assert (statement["reduced_fen"], statement["earned_fen"]) == (9_000_000, 600_000)
    order = await Order.get(id=case.order.id)
    assert order.status == OrderStatus.COMPLETED
    stages = await stages_of(order)
    assert min(stage.price_fen for stage in stages) >= 0
    assert sum(stage.price_fen for stage in stages) == 600_000
    await is_balanced(order)


@pytest.mark.parametrize("other", [False, True])
async def test_a_worthless_batch_before_the_end_leaves_the_others(
    rollback: None, processor: Twin, *, other: bool
) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    await Order.all().update(rework_limit=0)  # the batch has no round left
    case = await make_dispute(by="buyer", deal=deal, quantity="1000")
    await answer(case, 0)
    if other:
        await inspect(deal, await deliver(deal, quantity="100"))
    await finished(processor)
    change = await ended(await reloaded(deal))
    await finished(processor)
    assert change.terms["ending"]["earned_fen"] == (800_000 if other else 0)
    order = await Order.get(id=case.order.id)
    assert order.status == (OrderStatus.COMPLETED if other else OrderStatus.REFUNDED)
    assert sum(row.gross_fen for row in await Settlement.all()) == (800_000 if other else 0)
    assert sum(row.amount_fen for row in await Refund.all()) == (6_400_000 if other else 7_200_000)
    await is_balanced(order)


async def test_the_end_waits_for_an_open_payment_page(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await pay_stage(deal, processor)
    await inspect(deal, await deliver(deal, quantity="100"))
    open_one = await payments.intend_payment(
        deal.order, position=2, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    await ended(deal)
    await Payment.filter(id=open_one.id).update(session_id="cs_open")
    assert await handlers.reduce_waiting_orders() == 0
    assert (await PriceChange.all().count(), await Settlement.all().count()) == (0, 0)
    await Payment.filter(id=open_one.id).update(session_id="")
    assert await handlers.reduce_waiting_orders() == 1
    assert (await Payment.get(id=open_one.id)).status == PaymentStatus.CANCELLED
    assert await handlers.reduce_waiting_orders() == 0
    await finished(processor)
    await is_balanced(deal.order)
