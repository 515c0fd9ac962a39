"""What verify_ledger notices, and how epochs chain."""

import datetime as dt

from billing import ledger, redemptions
from billing.chart import CUSTODY_BANK, SUSPENSE, buyer_payable, credit, debit
from billing.epochs import seal_ledger
from billing.ledger_models import (
    LedgerAccount,
    LedgerEntry,
    LedgerEpoch,
    LedgerTransaction,
    LedgerTransfer,
)
from billing.models import Payment, Payout, Refund, Settlement, VoucherPool
from billing.row_verification import broken_rows
from billing.states import RefundStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.db import connection
from tests.factories.billing import (
    COMPUTE_LINE,
    drained,
    make_programme,
    pay_stage,
    reloaded,
    unpaid_order,
)
from tests.factories.orders import deliver, inspect

HELD = SUSPENSE


async def postings(*amounts: int) -> None:
    """Some receipts."""
    for number, fen in enumerate(amounts):
        await ledger.post(
            [debit(CUSTODY_BANK, fen), credit(HELD, fen)], kind="payment", key=f"p{number}-{fen}"
        )


async def test_l2_chain_verifies_and_notices_a_change(rollback: None) -> None:
    await postings(100, 200)
    assert await seal_ledger() is None  # not settled yet
    later = clock.now() + dt.timedelta(seconds=6)
    with clock.frozen_at(later):
        first = await seal_ledger()
        await postings(300)
    with clock.frozen_at(later + dt.timedelta(seconds=6)):
        second = await seal_ledger()
    assert first is not None
    assert second is not None
    assert (first.transactions, second.transactions) == (2, 1)
    assert second.previous_digest == first.digest
    assert await verify_ledger() == []

    row = await LedgerTransaction.filter(key="p0-100").first()
    assert row is not None
    await LedgerEntry.filter(transaction=row).update(amount_fen=101)
    await LedgerAccount.all().update(balance_fen=601)
    assert await verify_ledger() == [
        "transaction p0-100: its content was changed",
        "epoch 1: transactions were changed, added or removed",
    ]


async def test_l2_rewriting_the_digest_too_breaks_the_chain(rollback: None) -> None:
    await postings(100)
    with clock.frozen_at(clock.now() + dt.timedelta(seconds=6)):
        await seal_ledger()
    row = await LedgerTransaction.get()
    await LedgerEntry.all().update(amount_fen=101)
    await LedgerAccount.all().update(balance_fen=101)
    digest = ledger.content_digest(
        row.key, row.kind, None, None, [debit(CUSTODY_BANK, 101), credit(HELD, 101)]
    )
    await LedgerTransaction.all().update(digest=digest)
    assert await verify_ledger() == ["epoch 1: transactions were changed, added or removed"]
    assert await LedgerEpoch.all().count() == 1


async def test_l4_a_wrong_cache_is_noticed(rollback: None) -> None:
    await postings(100)
    await LedgerAccount.filter(code=HELD.code).update(balance_fen=99, pending_fen=1)
    assert await verify_ledger() == [
        "account suspense: 99 kept, 100 folded",
        "account suspense: 1 pending, 0 held",
    ]


async def test_l1_a_missing_leg_is_noticed(rollback: None) -> None:
    await postings(100)
    await LedgerEntry.filter(side="credit").delete()
    problems = await verify_ledger()
    assert "transaction p0-100: debits are not credits" in problems


async def test_l5_l6_a_reversal_that_is_no_mirror_is_noticed(rollback: None) -> None:
    await postings(100)
    undone = await ledger.reverse(await LedgerTransaction.get(), kind="refund")
    assert await verify_ledger() == []
    entry = await LedgerEntry.filter(transaction=undone).first()
    assert entry is not None
    await LedgerEntry.filter(id=entry.id).update(amount_fen=99)
    assert f"transaction {undone.key}: not the mirror image of what it reverses" in (
        await verify_ledger()
    )


async def test_l3_a_balance_below_its_bound_is_noticed(rollback: None) -> None:
    await postings(100)
    await LedgerAccount.filter(code=HELD.code).update(pending_fen=101)
    assert "account suspense: below its bound" in await verify_ledger()


async def test_p2_p3_p4_w3_v1_planted_faults_are_each_named(
    rollback: None, processor: Twin
) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(deal, processor)
    await pay_stage(deal, processor, position=2)
    await inspect(await reloaded(deal), await deliver(await reloaded(deal)))
    await drained()
    assert await verify_ledger() == []
    number = deal.order.number
    first, second = await Payment.filter(order=deal.order).order_by("id")

    await Payment.filter(id=second.id).update(milestone_id=first.milestone_id)
    assert await broken_rows() == [f"order {number}: stage 1 is paid 2 times"]
    await Payment.filter(id=second.id).update(milestone_id=second.milestone_id)

    payout = await Payout.get()
    await LedgerTransfer.filter(id=payout.transfer_id).update(posted_fen=payout.amount_fen - 1)
    assert await broken_rows() == [f"payout {payout.number}: paid without its hold being posted"]
    await LedgerTransfer.filter(id=payout.transfer_id).update(posted_fen=payout.amount_fen)

    pool = await VoucherPool.get()
    await VoucherPool.all().update(limit_fen=1, redeemed_fen=2)
    assert await broken_rows() == [
        f"pool test-compute total: (0, 2) kept, (0, {pool.redeemed_fen}) drawn",
        "pool test-compute total: 2 of 1 given away",
    ]
    await VoucherPool.all().update(limit_fen=pool.limit_fen, redeemed_fen=pool.redeemed_fen)

    hold = await LedgerTransfer.first()
    refund = await Refund.create(
        number="RF-1", order=deal.order, payment=first, amount_fen=first.amount_fen + 1,
        reason="x", status=RefundStatus.SUCCEEDED, transfer=hold,
    )  # fmt: skip
    assert f"payment {first.number}: {refund.amount_fen} refunded of {first.amount_fen}" in (
        await broken_rows()
    )
    released = await Settlement.get()
    await connection().execute_query("UPDATE orders SET status = 'in_progress'")
    assert f"settlement {released.number}: its order is in_progress" in await broken_rows()


async def test_owed_must_be_promised(rollback: None) -> None:
    await ledger.post([debit(buyer_payable("PO-1"), 5), credit(HELD, 5)], kind="pledge", key="half")
    assert await verify_ledger() == ["order PO-1: owed and promised differ by 5 fen"]
