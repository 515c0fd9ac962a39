"""A dispute's amount in money: held while it runs, then owed less or paid back, to the fen (P1, V5)."""

import datetime as dt

import pytest

from billing import debts, handlers, ledger, payments, redemptions, reductions, refunds
from billing.batch_settlements import settle_periodically
from billing.chart import (
    PLATFORM_FEE,
    TAX,
    buyer_payable,
    order_held,
    order_pledged,
    subsidy_payable,
    treasury_receivable,
)
from billing.invoices import request_invoice
from billing.models import (
    InvoiceLine,
    Payment,
    Payout,
    PriceReduction,
    Refund,
    Repayment,
    Settlement,
    SettlementLine,
    VoucherAllocation,
    VoucherPool,
    VoucherRedemption,
)
from billing.settlements import settle_order
from billing.stages import stages_of
from billing.states import InvoiceKind, PaymentMethod, PaymentStatus, RedemptionStatus, RefundStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.disputes import disputes
from market.disputes.models import Dispute
from market.kit import clock
from market.kit.errors import NotFound, NotPermitted
from market.orders.models import DeliveryBatch, Milestone, Order
from tests.factories.accounts import make_organisation
from tests.factories.billing import (
    SYSTEM,
    deliver_webhooks,
    drained,
    make_programme,
    pay_stage,
    unpaid_order,
)
from tests.factories.disputes import Case, answer, claim, make_dispute
from tests.factories.orders import Deal

TOTAL = 24_000_000  # 3000 at 80.00: 7.2 m advance, 14.4 m acceptance, 2.4 m retention
LABELLING = {"spend": {"categories": ["labelling"]}, "tiers": [{"rate_bp": 1000}]}


async def disputed(deal: Deal, *, nonconforming: int = 0, amount_fen: int = 0) -> Case:
    """The deal's one batch accepted and disputed by the buyer before anything is released."""
    return await make_dispute(
        by="buyer", deal=deal, nonconforming=nonconforming, amount_fen=amount_fen
    )


async def settled(case: Case) -> Dispute:
    """Resolved by the amount the buyer named: the supplier names the same."""
    named = case.dispute.buyer_fen
    assert named is not None
    return await answer(case, named)


async def disputed_again(case: Case, amount_fen: int, *, by: str = "buyer") -> Case:
    """The same batch in dispute anew, after the first dispute was taken back."""
    batch = await DeliveryBatch.get(id=case.batch.id)
    raised = await disputes.open_dispute(batch, claim(amount_fen), by=case.side(by))
    return Case(raised, case.deal, batch, case.mediator, case.reader)


async def finished(case: Case, processor: Twin) -> None:
    """Everything the outbox, the processor and the end of the retention still bring."""
    await drained()
    await deliver_webhooks(processor)
    await drained()


async def is_balanced(order: Order) -> None:
    """P1: paid in = refunded + released + fee, nothing held or owed, and the ledger is sound."""
    paid = sum(row.amount_fen for row in await Payment.filter(order=order, status="succeeded"))
    back = sum(
        row.amount_fen
        for row in await Refund.filter(
            order=order, is_reduction=True, status=RefundStatus.SUCCEEDED
        )
    )
    settled = await Settlement.filter(order=order)
    assert paid == back + sum(row.net_fen + row.fee_fen for row in settled)
    for key in (order_held(order.number), buyer_payable(order.number), order_pledged(order.number)):
        assert await ledger.balance_of(key) == 0, key.code
    assert await verify_ledger() == []


async def pay_the_rest(case: Case, processor: Twin) -> None:
    """The buyer pays what the reduction left, and the retention's time ends."""
    await pay_stage(case.deal, processor, position=2)
    await pay_stage(case.deal, processor, position=3)
    await finished(case, processor)
    end = (await Milestone.get(order_id=case.order.id, position=3)).due_at
    assert end is not None
    with clock.frozen_at(end + dt.timedelta(seconds=1)):
        await settle_periodically()
        await finished(case, processor)


async def test_money_is_held_while_a_batch_is_in_dispute(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal)
    await drained()
    assert await settle_order(case.order, by=SYSTEM) is None
    retention = await Milestone.get(order_id=case.order.id, position=3)
    assert retention.due_at is not None
    with clock.frozen_at(retention.due_at + dt.timedelta(days=1)):
        assert await settle_periodically() == 0
    assert await ledger.balance_of(order_held(case.order.number)) == 7_200_000
    assert (await Settlement.all().count(), await Payout.all().count()) == (0, 0)

    await disputes.withdraw_dispute(case.dispute, by=deal.buyer)
    await drained()
    assert (await Settlement.get()).gross_fen == 7_200_000
    assert await PriceReduction.all().count() == 0


async def test_p1_a_partial_amount_lowers_what_is_owed_and_returns_what_was_paid_too_much(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal, amount_fen=19_000_001)
    dispute = await settled(case)
    assert dispute.reduction_fen == 4_999_999
    before = processor.available()
    await finished(case, processor)
    refund = await Refund.get()
    assert (refund.amount_fen, refund.status) == (1_500_000, RefundStatus.SUCCEEDED)
    assert processor.available() == before - 1_500_000 - (await Payout.get()).amount_fen
    stages = await stages_of(case.order)
    assert [stage.price_fen for stage in stages] == [5_700_000, 11_400_001, 1_900_000]
    settlement = await Settlement.get()
    assert (settlement.gross_fen, settlement.cash_fen, settlement.fee_fen) == (
        5_700_000, 5_700_000, 57_000,
    )  # fmt: skip
    assert await verify_ledger() == []

    await pay_the_rest(case, processor)
    lines = await SettlementLine.all().order_by("amount_fen")
    assert [line.amount_fen for line in lines] == [1_900_000, 5_700_000, 11_400_001]
    fees = sum(row.fee_fen for row in await Settlement.all())
    assert await ledger.balance_of(PLATFORM_FEE) + await ledger.balance_of(TAX) == fees
    await is_balanced(case.order)


async def test_a_worthless_batch_sends_everything_back(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal)
    await answer(case, 0)
    await finished(case, processor)
    assert (await Refund.get()).amount_fen == 7_200_000
    assert [stage.due_fen for stage in await stages_of(case.order)] == [0, 0, 0]
    assert sum(row.gross_fen for row in await Settlement.all()) == 0
    await is_balanced(case.order)


async def test_the_full_price_moves_nothing_but_the_release(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal, nonconforming=8)
    await disputes.withdraw_dispute(case.dispute, by=deal.buyer)
    await answer(await disputed_again(case, TOTAL, by="supplier"), TOTAL)
    await drained()
    assert (await Settlement.get()).gross_fen == 7_200_000
    assert (await Refund.all().count(), await PriceReduction.all().count()) == (0, 0)


async def test_only_what_is_not_released_can_be_taken_off(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    for position in (1, 2, 3):
        await pay_stage(deal, processor, position=position)
    case = await disputed(deal)
    await disputes.withdraw_dispute(case.dispute, by=deal.buyer)
    await drained()  # advance and acceptance are released, the retention is held
    await settled(await disputed_again(case, 20_000_000))
    await finished(case, processor)
    reduction = await PriceReduction.get()
    assert (reduction.amount_fen, reduction.covered_fen) == (4_000_000, 2_400_000)
    assert (await Refund.get()).amount_fen == 2_400_000
    await is_repaid_once(case)
    with clock.frozen_at(clock.now() + dt.timedelta(days=200)):
        await settle_periodically()
    await is_balanced(case.order)


async def is_repaid_once(case: Case) -> None:
    """The rest is an open debt of the supplier until the buyer confirms it, once."""
    for side in (case.deal.buyer, case.deal.supplier):
        assert debts.total_of(await debts.open_debts(side.organisation_id)) == 1_600_000
    word = {"dispute": (await Dispute.get(resolved_at__isnull=False)).number, "reference": "B-1"}
    with pytest.raises(NotPermitted):
        await debts.confirm_repayment(case.order, **word, by=case.deal.supplier)
    with pytest.raises(NotFound):
        await debts.confirm_repayment(case.order, dispute="D-0", reference="B", by=case.deal.buyer)
    assert await Repayment.all().count() == 0
    await debts.confirm_repayment(case.order, **word, by=case.deal.buyer)
    with pytest.raises(debts.DebtSettled):
        await debts.confirm_repayment(case.order, **word, by=case.deal.buyer)
    (debt,) = await debts.debts_of(case.order)
    assert (debt.status, debt.amount_fen) == ("settled", 1_600_000)
    assert await debts.open_debts(case.deal.supplier.organisation_id) == []


async def test_a_reduction_waits_for_a_payment_on_its_way(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal, amount_fen=19_000_000)
    assert deal.order is not None
    await payments.intend_payment(
        case.order, position=2, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    await settled(case)
    await Payment.filter(method=PaymentMethod.BANK_TRANSFER).update(session_id="cs_under_way")
    assert not await reductions.reduce_order(case.order.id, by=SYSTEM)
    assert await settle_order(case.order, by=SYSTEM) is None
    assert await PriceReduction.all().count() == 0
    await Payment.filter(method=PaymentMethod.BANK_TRANSFER).update(session_id="")
    assert await handlers.reduce_waiting_orders() == 1
    open_one = await Payment.get(method=PaymentMethod.BANK_TRANSFER)
    assert open_one.status == PaymentStatus.CANCELLED  # asked for the old amount
    assert (await PriceReduction.get()).covered_fen == 5_000_000
    assert (await Settlement.get()).gross_fen == 5_700_000


async def test_applying_twice_changes_nothing(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal, amount_fen=19_000_000)
    await settled(case)
    for _again in range(2):
        assert await reductions.reduce_order(case.order.id, by=SYSTEM)
    assert await PriceReduction.all().count() == 1
    refund = await Refund.get()
    assert refund.amount_fen == 1_500_000
    await drained()
    await refunds.complete_refund(await Refund.get(), provider_id="re_again", by=SYSTEM)
    assert await ledger.balance_of(order_held(case.order.number)) == 0
    assert await verify_ledger() == []


@pytest.mark.parametrize("is_redeemed", [False, True])
async def test_v5_a_voucher_is_decided_again_on_the_reduced_base(
    rollback: None, processor: Twin, *, is_redeemed: bool
) -> None:
    programme = await make_programme(code="labelling-voucher", pool_fen=9_000_000, **LABELLING)
    deal = await unpaid_order()
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    assert (await VoucherRedemption.get()).grant_fen == 2_400_000
    await pay_stage(deal, processor)
    case = await disputed(deal, amount_fen=19_000_000)
    if is_redeemed:  # released in part, then disputed for the rest
        await disputes.withdraw_dispute(case.dispute, by=deal.buyer)
        await drained()
        case = await disputed_again(case, 19_000_000)
    await settled(case)
    await finished(case, processor)
    voucher = await VoucherRedemption.get()
    assert voucher.status == RedemptionStatus.REDEEMED
    assert voucher.grant_fen == 1_900_000  # a tenth of 19 m
    assert voucher.grant_fen == sum(voucher.split.values())
    assert voucher.grant_fen == sum(row.amount_fen for row in await VoucherAllocation.all())
    pool = await VoucherPool.get()
    assert (pool.reserved_fen, pool.redeemed_fen) == (0, 1_900_000)
    for funder, part in voucher.split.items():
        assert await ledger.balance_of(treasury_receivable(funder)) == part
    supplier = await case.order.supplier
    assert await ledger.balance_of(subsidy_payable(supplier.number)) == 1_900_000
    assert await verify_ledger() == []
    await pay_the_rest(case, processor)
    made = await Settlement.filter(order=case.order)
    assert sum(row.gross_fen for row in made) == 19_000_000
    assert sum(row.voucher_fen for row in made) == 1_900_000
    await is_balanced(case.order)


async def test_v5_a_voucher_that_pays_the_buyer_back_shrinks_with_the_price(
    rollback: None, processor: Twin
) -> None:
    programme = await make_programme(
        code="back-voucher", pool_fen=9_000_000, mode="reimburse_buyer", **LABELLING
    )
    deal = await unpaid_order()
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    case = await disputed(deal)
    await answer(case, 0)
    await finished(case, processor)
    voucher = await VoucherRedemption.get()
    assert (voucher.grant_fen, sum(voucher.split.values())) == (0, 0)
    assert (await VoucherPool.get()).reserved_fen == 0
    await is_balanced(case.order)


async def test_the_whole_price_gone_returns_the_whole_voucher(
    rollback: None, processor: Twin
) -> None:
    programme = await make_programme(code="labelling-voucher", pool_fen=9_000_000, **LABELLING)
    deal = await unpaid_order()
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    case = await disputed(deal)
    await answer(case, 0)
    await finished(case, processor)
    assert (await VoucherRedemption.get()).grant_fen == 0
    assert [stage.price_fen for stage in await stages_of(case.order)] == [0, 0, 0]
    assert (await PriceReduction.get()).covered_fen == TOTAL
    await is_balanced(case.order)


async def test_another_order_s_dispute_holds_nothing(rollback: None, processor: Twin) -> None:
    await make_organisation()
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    await make_dispute()
    case = await disputed(deal)
    await disputes.withdraw_dispute(case.dispute, by=deal.buyer)
    await drained()
    assert (await Settlement.get()).order_id == case.order.id


async def test_t1_an_invoice_asked_for_afterwards_is_for_the_lowered_price(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await disputed(deal, amount_fen=19_000_000)
    await settled(case)
    await finished(case, processor)
    order = await Order.get(id=case.order.id)
    invoice = await request_invoice(order, kind=InvoiceKind.ORDINARY, by=deal.buyer)
    assert invoice.net_fen + invoice.vat_fen == 19_000_000
    lines = await InvoiceLine.filter(invoice=invoice)
    assert sum(line.vat_fen for line in lines) == invoice.vat_fen
