"""Release after acceptance: once, to the fen, from where the money lies (P1, P3)."""

import datetime as dt

import pytest

from billing import handlers, ledger, payments, payouts, redemptions
from billing.bank import record_bank_line
from billing.batch_settlements import settle_periodically
from billing.chart import (
    CUSTODY_BANK,
    PLATFORM_FEE,
    PROCESSOR_CLEARING,
    TAX,
    AccountKind,
    buyer_payable,
    order_held,
    order_pledged,
    subsidy_payable,
    supplier_receivable,
    treasury_receivable,
)
from billing.forms import BankLineInput, ProfileInput
from billing.models import (
    BillingProfile,
    Payment,
    Payout,
    Settlement,
    SettlementLine,
    VoucherRedemption,
)
from billing.profiles import save_profile
from billing.settlements import settle_order
from billing.statements import ledger_of, stated_of, statement_of
from billing.states import (
    PaymentMethod,
    PaymentStatus,
    PayoutStatus,
    RedemptionStatus,
    TaxpayerKind,
)
from billing.twin import Twin
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.errors import NotPermitted
from market.orders.models import Milestone, Order
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import (
    COMPUTE_LINE,
    SYSTEM,
    drained,
    make_programme,
    operator_actor,
    pay_stage,
    reloaded,
    unpaid_order,
)
from tests.factories.orders import Deal, deliver, inspect


async def accept(deal: Deal) -> Deal:
    """The whole quantity delivered and accepted; the outbox not yet worked off."""
    deal = await reloaded(deal)
    await inspect(deal, await deliver(deal))
    return await reloaded(deal)


async def pay_by_bank(deal: Deal, position: int) -> Payment:
    """One stage paid by transfer and matched."""
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=position, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    buyer = await deal.order.buyer
    await record_bank_line(
        BankLineInput(
            bank_reference=f"B{position:04d}",
            booked_on=clock.today(),
            payer_name=buyer.name,
            amount_fen=payment.amount_fen,
            narrative=payment.reference,
        ),
        by=await operator_actor(),
    )
    return payment


async def p1_holds(order: Order) -> None:
    """Paid in (buyer and treasury) = refunded + released + held + fee, from our rows."""
    paid = sum(
        await Payment.filter(order=order, status=PaymentStatus.SUCCEEDED).values_list(
            "amount_fen", flat=True
        )
    )
    made = await Settlement.filter(order=order)
    held = await ledger.balance_of(order_held(order.number))
    released = sum(row.net_fen for row in made)
    assert paid == released + held + sum(row.fee_fen for row in made)


async def test_p3_nothing_is_released_before_acceptance(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    for position in (1, 2, 3):
        await pay_stage(deal, processor, position=position)
    await drained()
    deal = await reloaded(deal)
    assert deal.order is not None
    assert await settle_order(deal.order, by=SYSTEM) is None
    await deliver(deal)
    assert await settle_order(deal.order, by=SYSTEM) is None
    assert await Settlement.all().count() == 0
    assert await ledger.balance_of(order_held(deal.order.number)) == deal.order.total_fen
    await p1_holds(deal.order)


async def test_paid_in_full_releases_all_but_the_retention(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    for position in (1, 2, 3):
        await pay_stage(deal, processor, position=position)
    deal = await accept(deal)
    assert deal.order is not None
    await drained()
    settlement = await Settlement.get()
    total = deal.order.total_fen
    assert settlement.gross_fen == total * 9 // 10
    assert await SettlementLine.all().count() == 2
    assert await settle_order(deal.order, by=SYSTEM) is None
    await p1_holds(deal.order)

    retention = await Milestone.get(order_id=deal.order.id, position=3)
    assert retention.due_at is not None
    with clock.frozen_at(retention.due_at - dt.timedelta(seconds=1)):
        assert await settle_periodically() == 0
    with clock.frozen_at(retention.due_at):
        assert await settle_periodically() == 1
        assert await settle_periodically() == 0
    await drained()
    assert await ledger.balance_of(order_held(deal.order.number)) == 0
    await p1_holds(deal.order)
    assert await verify_ledger() == []


async def test_two_rails_make_two_payouts_and_the_fee_is_shared(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order(volume="3001", unit_price="0.3333")
    await pay_stage(deal, processor)
    await pay_by_bank(deal, 2)
    deal = await accept_exact(deal)
    await drained()
    settlement = await Settlement.get()
    rows = {row.source: row for row in await Payout.all()}
    assert settlement.gross_fen == settlement.cash_fen
    assert sum(row.amount_fen for row in rows.values()) == settlement.net_fen
    assert rows[AccountKind.PROCESSOR_CLEARING].status == PayoutStatus.PAID
    bank = rows[AccountKind.CUSTODY_BANK]
    assert bank.status == PayoutStatus.PENDING

    with pytest.raises(NotPermitted):
        await payouts.confirm_bank_payout(bank, reference="B1", by=deal.supplier)
    with pytest.raises(payouts.NotByBank):
        await payouts.confirm_bank_payout(
            rows[AccountKind.PROCESSOR_CLEARING], reference="B1", by=await operator_actor()
        )
    await payouts.confirm_bank_payout(bank, reference="B20261121", by=await operator_actor())
    fee = await ledger.balance_of(PLATFORM_FEE) + await ledger.balance_of(TAX)
    assert fee == settlement.fee_fen
    left = await ledger.balance_of(CUSTODY_BANK) + await ledger.balance_of(PROCESSOR_CLEARING)
    assert left == fee
    assert await verify_ledger() == []


async def accept_exact(deal: Deal) -> Deal:
    """The deal's own quantity delivered and accepted."""
    deal = await reloaded(deal)
    assert deal.order is not None
    await inspect(deal, await deliver(deal, quantity=str(deal.order.quantity)))
    return await reloaded(deal)


async def test_a_deducting_voucher_is_paid_by_the_treasury_not_taken_from_the_supplier(
    rollback: None, processor: Twin
) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    made = await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    assert made.grant_fen == 3_000_000
    for position in (1, 2):
        await pay_stage(deal, processor, position=position)
    deal = await accept(deal)
    assert deal.order is not None
    await drained()
    settlement = await Settlement.get()
    assert settlement.voucher_fen == 3_000_000
    assert settlement.cash_fen == settlement.gross_fen - 3_000_000
    supplier = await deal.order.supplier
    assert await ledger.balance_of(subsidy_payable(supplier.number)) == 3_000_000
    assert await ledger.balance_of(treasury_receivable("市财政")) == 2_000_000
    assert await ledger.balance_of(treasury_receivable("区财政")) == 1_000_000
    retention = (await Milestone.get(order_id=deal.order.id, position=3)).amount_fen
    assert await ledger.balance_of(buyer_payable(deal.order.number)) == retention
    assert await ledger.balance_of(order_pledged(deal.order.number)) == retention
    await p1_holds(deal.order)

    statement = await statement_of(settlement)
    assert sum(part.amount_fen for part in statement.gross_parts) == settlement.gross_fen
    assert sum(part.amount_fen for part in statement.fee_parts) == settlement.fee_fen
    assert sum(part.amount_fen for part in statement.net_parts) == settlement.net_fen
    assert [posting.transaction.kind for posting in statement.postings] == ["settlement", "payout"]
    assert len(await ledger_of(deal.order)) == 6
    assert stated_of(settlement)["gross_fen"] == settlement.gross_fen

    bureau = await actor(await make_organisation(kind="bureau"), "finance")
    redeemed = await VoucherRedemption.get()
    assert redeemed.status == RedemptionStatus.REDEEMED
    await redemptions.record_treasury_payment(redeemed, reference="GK-1", by=bureau)
    assert await ledger.balance_of(subsidy_payable(supplier.number)) == 0
    assert await ledger.balance_of(treasury_receivable("市财政")) == 0
    assert await verify_ledger() == []


async def test_a_reimbursing_voucher_leaves_the_price_and_pays_the_buyer(
    rollback: None, processor: Twin
) -> None:
    programme = await make_programme(mode="reimburse_buyer")
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    deal = await accept(deal)
    assert deal.order is not None
    await drained()
    assert (await VoucherRedemption.get()).status == RedemptionStatus.RESERVED  # not yet paid up
    await pay_stage(deal, processor, position=2)
    await drained()
    assert (await VoucherRedemption.get()).status == RedemptionStatus.REDEEMED
    buyer = await deal.order.buyer
    assert await ledger.balance_of(subsidy_payable(buyer.number)) == 3_000_000
    assert sum(await Settlement.all().values_list("voucher_fen", flat=True)) == 0
    await p1_holds(deal.order)
    assert await verify_ledger() == []


async def test_t1_vat_lines_sum_to_the_settlement(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await save_profile(
        deal.order.supplier_id,
        ProfileInput(taxpayer_kind=TaxpayerKind.SMALL_SCALE),
        by=deal.supplier,
    )
    await pay_stage(deal, processor)
    await accept(deal)
    await drained()
    settlement = await Settlement.get()
    lines = settlement.calculation["vat_lines"]
    assert [line["vat_bp"] for line in lines] == [100, 100]
    assert sum(line["net_fen"] + line["vat_fen"] for line in lines) == settlement.gross_fen
    assert sum(line["vat_fen"] for line in lines) == settlement.vat_fen


async def test_a_refused_payout_stays_due_until_it_is_repeated(
    rollback: None, processor: Twin
) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await BillingProfile.create(
        organisation_id=deal.order.supplier_id, processor_account="acct_gone"
    )
    await pay_stage(deal, processor)
    await accept(deal)
    await drained()
    payout = await Payout.get()
    assert payout.status == PayoutStatus.FAILED
    assert "acct_gone" in payout.note
    supplier = await deal.order.supplier
    assert await ledger.balance_of(supplier_receivable(supplier.number)) == payout.amount_fen
    await BillingProfile.all().update(processor_account="")
    await payouts.retry_payout(payout, by=await operator_actor())
    await drained()
    payout = await Payout.get()
    assert (payout.status, payout.attempts) == (PayoutStatus.PAID, 2)
    assert await ledger.balance_of(supplier_receivable(supplier.number)) == 0
    assert await verify_ledger() == []


async def test_w3_a_lost_answer_pays_out_once(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    await accept(deal)
    await handlers.on_order_completed(
        handlers.Message("1", "order.completed", {"order": str(deal.order and deal.order.id)})
    )
    payout = await Payout.get()
    before = processor.available()
    message = handlers.Message("2", "payout.instructed", {"payout": str(payout.id)})
    account = await handlers._account_of(payout.supplier_id)
    assert account.startswith("acct_")
    processor.knobs.lost_answers = 1
    with pytest.raises(handlers.stripe_gateway.GatewayUnreachable):
        await handlers.on_payout_instructed(message)
    await handlers.on_payout_instructed(message)
    await handlers.on_payout_instructed(message)
    assert processor.available() == before - payout.amount_fen
    assert (await Payout.get()).status == PayoutStatus.PAID
