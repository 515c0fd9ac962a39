"""What verify_ledger notices, and how epochs chain."""

import datetime as dt

from billing import ledger
from billing.chart import CUSTODY_BANK, SUSPENSE, buyer_payable, credit, debit
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerEpoch, LedgerTransaction
from billing.verification import seal_ledger, verify_ledger
from market.kit import clock

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
    assert await verify_ledger() == ["transaction p0-100: its content was changed"]


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


async def test_owed_must_be_promised(rollback: None) -> None:
    await ledger.post([debit(buyer_payable("PO-1"), 5), credit(HELD, 5)], kind="pledge", key="half")
    assert await verify_ledger() == ["order PO-1: owed and promised differ by 5 fen"]
