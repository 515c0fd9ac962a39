"""Undoing an order before delivery: everything goes back, once (P4, L5, L6)."""

import pytest

from billing import ledger, payments, redemptions, refunds
from billing.bank import record_bank_line
from billing.chart import (
    CUSTODY_BANK,
    SUSPENSE,
    buyer_payable,
    order_held,
    order_pledged,
)
from billing.forms import BankLineInput
from billing.ledger_models import LedgerTransaction, LedgerTransfer
from billing.models import Payment, Refund, VoucherPool, VoucherRedemption
from billing.states import (
    PaymentMethod,
    PaymentStatus,
    RedemptionStatus,
    RefundStatus,
    TransferStatus,
)
from billing.twin import Twin
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders.models import Order
from market.orders.states import OrderStatus
from tests.factories.billing import (
    COMPUTE_LINE,
    deliver_webhooks,
    drained,
    make_programme,
    operator_actor,
    pay_stage,
    reloaded,
    topics,
    unpaid_order,
)
from tests.factories.orders import Deal, deliver

REASON = "项目取消，尚未开始交付"


async def refund(deal: Deal) -> list[Refund]:
    """The buyer undoes the order."""
    assert deal.order is not None
    return await refunds.refund_order(deal.order, reason=REASON, by=deal.buyer)


async def nothing_is_left(order: Order) -> None:
    """Every account of the order is at zero and the ledger is sound."""
    for key in (order_held(order.number), buyer_payable(order.number), order_pledged(order.number)):
        assert await ledger.balance_of(key) == 0
    assert await verify_ledger() == []


async def test_p4_everything_paid_goes_back_and_no_more(rollback: None, processor: Twin) -> None:
    programme = await make_programme(pool_fen=5_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    deal = await reloaded(deal)
    assert deal.order is not None
    before = processor.available()
    made = await refund(deal)
    paid = (await Payment.get()).amount_fen
    assert [row.amount_fen for row in made] == [paid]
    assert (await Order.get(id=deal.order.id)).status == OrderStatus.REFUNDED
    assert (await VoucherRedemption.get()).status == RedemptionStatus.RELEASED
    pool = await VoucherPool.get()
    assert (pool.reserved_fen, pool.redeemed_fen) == (0, 0)
    assert await ledger.balance_of(order_held(deal.order.number)) == paid  # until it is gone

    await drained()
    await deliver_webhooks(processor)
    assert processor.available() == before - paid
    assert (await Refund.get()).status == RefundStatus.SUCCEEDED
    assert (await Payment.get()).status == PaymentStatus.REFUNDED
    assert (await LedgerTransfer.get()).status == TransferStatus.VOIDED
    assert (await topics()).count("order.refunded") == 1
    await nothing_is_left(deal.order)


async def test_a_refund_completes_once(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    [row] = await refund(await reloaded(deal))
    await drained()
    written = await LedgerTransaction.all().count()
    await refunds.complete_refund(row, provider_id="re_again", by=deal.buyer)
    assert await LedgerTransaction.all().count() == written
    assert (await Refund.get()).provider_id != "re_again"
    with pytest.raises(refunds.NotRefundable):
        await refund(await reloaded(deal))


async def test_w3_a_lost_answer_refunds_once(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    before = processor.available()
    await refund(await reloaded(deal))
    processor.knobs.lost_answers = 1
    await drained()
    assert (await Refund.get()).status == RefundStatus.PENDING
    await OutboxMessage.filter(topic="refund.requested").update(available_at=clock.now())
    await drained()
    assert (await Refund.get()).status == RefundStatus.SUCCEEDED
    assert processor.available() == before - (await Payment.get()).amount_fen


async def test_a_refused_refund_stays_held_until_it_is_tried_again(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    payment = await pay_stage(deal, processor)
    [row] = await refund(await reloaded(deal))
    intent = processor._get(payment.payment_intent)
    processor._keep(intent | {"amount_received": 0})
    await drained()
    row = await Refund.get()
    assert row.status == RefundStatus.FAILED
    assert (await LedgerTransfer.get()).status == TransferStatus.HELD
    processor._keep(intent)
    with pytest.raises(NotPermitted):
        await refunds.retry_refund(row, by=deal.buyer)
    await refunds.retry_refund(row, by=await operator_actor())
    await drained()
    assert (await Refund.get()).status == RefundStatus.SUCCEEDED
    assert deal.order is not None
    await nothing_is_left(deal.order)


async def test_a_bank_refund_waits_for_the_banks_word(rollback: None) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    operator = await operator_actor()
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    buyer = await deal.order.buyer
    await record_bank_line(
        BankLineInput(
            bank_reference="B0001",
            booked_on=clock.today(),
            payer_name=buyer.name,
            amount_fen=payment.amount_fen,
            narrative=payment.reference,
        ),
        by=operator,
    )
    [row] = await refund(await reloaded(deal))
    await drained()
    assert (await Refund.get()).status == RefundStatus.PENDING
    with pytest.raises(NotPermitted):
        await refunds.confirm_bank_refund(row, reference="B9", by=deal.buyer)
    await refunds.confirm_bank_refund(row, reference="B0002", by=operator)
    assert await ledger.balance_of(CUSTODY_BANK) == 0
    assert await ledger.balance_of(SUSPENSE) == 0
    await nothing_is_left(deal.order)


async def test_nothing_goes_back_after_a_delivery_or_before_a_payment(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    with pytest.raises(refunds.NotRefundable):
        await refund(deal)
    await pay_stage(deal, processor)
    deal = await reloaded(deal)
    await deliver(deal)
    with pytest.raises(refunds.NotRefundable):
        await refund(await reloaded(deal))
    assert await Refund.all().count() == 0
    assert await LedgerTransfer.all().count() == 0


async def test_only_the_buyers_finance_may_undo(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    deal = await reloaded(deal)
    assert deal.order is not None
    with pytest.raises(NotPermitted):
        await refunds.refund_order(deal.order, reason=REASON, by=deal.supplier)
    assert (await Order.get(id=deal.order.id)).status == OrderStatus.FUNDED
    assert await Refund.all().count() == 0
