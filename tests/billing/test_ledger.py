"""The ledger's writer: L1 to L6."""

import random

import pytest

from billing import ledger
from billing.chart import (
    CUSTODY_BANK,
    PLATFORM_FEE,
    PROCESSOR_CLEARING,
    SUSPENSE,
    AccountKey,
    Leg,
    Side,
    credit,
    debit,
    subsidy_payable,
    supplier_receivable,
)
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction
from billing.verification import verify_ledger

HELD = subsidy_payable("O-2")
DUE = supplier_receivable("O-1")


async def receive(fen: int, key: str = "in") -> LedgerTransaction:
    """Money comes in and is held."""
    return await ledger.post([debit(CUSTODY_BANK, fen), credit(HELD, fen)], kind="payment", key=key)


async def test_l1_debits_are_credits_or_nothing_is_written(rollback: None) -> None:
    for legs in (
        [debit(CUSTODY_BANK, 100), credit(HELD, 99)],
        [debit(CUSTODY_BANK, 100)],
        [debit(CUSTODY_BANK, -100), credit(HELD, -100)],
        [debit(CUSTODY_BANK, 0), credit(HELD, 0)],
        [],
    ):
        with pytest.raises(ledger.Unbalanced):
            await ledger.post(legs, kind="payment", key="x")
    assert await LedgerTransaction.all().count() == 0
    assert await LedgerAccount.all().count() == 0


async def test_l2_entries_are_immutable(rollback: None) -> None:
    transaction = await receive(100)
    entry = await LedgerEntry.filter(transaction=transaction).first()
    assert entry is not None
    entry.amount_fen = 1
    for act in (entry.save, entry.delete, transaction.save, transaction.delete):
        with pytest.raises(TypeError, match="append-only"):
            await act()
    assert await LedgerEntry.filter(amount_fen=100).count() == 2


async def test_l3_a_bounded_account_never_crosses_zero(rollback: None) -> None:
    await receive(100)
    with pytest.raises(ledger.BoundCrossed) as refusal:
        await ledger.post([debit(HELD, 101), credit(DUE, 101)], kind="settlement", key="out")
    assert refusal.value.status_code == 409
    assert await ledger.balance_of(HELD) == 100
    assert await ledger.balance_of(DUE) == 0
    await ledger.post([debit(HELD, 100), credit(DUE, 100)], kind="settlement", key="out")
    assert await ledger.balance_of(HELD) == 0


async def test_l4_balance_is_the_fold_of_the_entries_at_every_prefix(rollback: None) -> None:
    chance = random.Random(20261121)
    accounts: list[AccountKey] = [CUSTODY_BANK, PROCESSOR_CLEARING, HELD, DUE, SUSPENSE]
    written = 0
    for number in range(60):
        debited, credited = chance.sample(accounts, 2)
        fen = chance.randrange(1, 500)
        try:
            await ledger.post(
                [debit(debited, fen), credit(credited, fen)], kind="payment", key=f"k{number}"
            )
        except ledger.BoundCrossed:
            continue
        written += 1
        entries = await LedgerEntry.all().order_by("id").select_related("account")
        for key in accounts:
            own = [entry for entry in entries if entry.account.code == key.code]
            assert await ledger.balance_of(key) == ledger.fold(key, own)
            assert ledger.fold(key, own) >= 0
    assert written == 43
    assert await verify_ledger() == []


async def test_l5_a_transaction_is_reversed_at_most_once(rollback: None) -> None:
    transaction = await receive(100)
    first = await ledger.reverse(transaction, kind="refund")
    again = await ledger.reverse(transaction, kind="refund")
    assert again.id == first.id
    assert await LedgerTransaction.all().count() == 2
    assert await ledger.balance_of(CUSTODY_BANK) == 0


async def test_l6_a_reversal_is_the_original_to_the_fen(rollback: None) -> None:
    transaction = await ledger.post(
        [debit(CUSTODY_BANK, 10000), credit(HELD, 9434), credit(PLATFORM_FEE, 566)],
        kind="payment",
        key="in",
    )
    undone = await ledger.reverse(transaction, kind="refund")
    assert await ledger.legs_of(undone) == [
        Leg(CUSTODY_BANK, Side.CREDIT, 10000),
        Leg(HELD, Side.DEBIT, 9434),
        Leg(PLATFORM_FEE, Side.DEBIT, 566),
    ]
    assert undone.reverses_id == transaction.id


async def test_a_reversal_waits_for_what_has_left(rollback: None) -> None:
    transaction = await receive(100)
    await ledger.post([debit(HELD, 1), credit(DUE, 1)], kind="settlement", key="out")
    with pytest.raises(ledger.BoundCrossed):
        await ledger.reverse(transaction, kind="refund")
    assert await ledger.balance_of(HELD) == 99


async def test_the_same_key_posts_once(rollback: None) -> None:
    first, second = await receive(100), await receive(100)
    assert first.id == second.id
    assert await ledger.balance_of(HELD) == 100
    with pytest.raises(ledger.KeyReused):
        await receive(101)
    assert await LedgerEntry.all().count() == 2


async def test_a_key_is_known_when_the_money_has_left(rollback: None) -> None:
    await receive(100)
    out = [debit(HELD, 60), credit(DUE, 60)]
    first = await ledger.post(out, kind="settlement", key="out")
    again = await ledger.post(out, kind="settlement", key="out")
    assert again.id == first.id
    with pytest.raises(ledger.BoundCrossed):
        await ledger.post(out, kind="settlement", key="another")
    assert await ledger.balance_of(HELD) == 40


async def test_balance_at_a_moment_counts_what_was_posted_by_then(rollback: None) -> None:
    first = await receive(100)
    await receive(50, key="later")
    assert await ledger.balance_at(HELD, first.posted_at) == 100
    assert await ledger.balance_of(HELD) == 150
