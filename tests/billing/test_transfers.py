"""Two-phase transfers: kept back, then resolved once."""

import datetime as dt

import pytest

from billing import ledger, transfers
from billing.chart import CUSTODY_BANK, credit, debit, supplier_receivable
from billing.ledger_models import LedgerAccount, LedgerTransaction, LedgerTransfer
from billing.states import TransferStatus
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.actor import Actor
from market.kit.states import InvalidTransition

DUE = supplier_receivable("O-1")
SYSTEM = Actor.system("test")


async def funded(fen: int = 100) -> None:
    """A supplier is due money that lies at the bank."""
    await ledger.post([debit(CUSTODY_BANK, fen), credit(DUE, fen)], kind="payment", key="in")


async def reserve(fen: int, key: str = "t") -> LedgerTransfer:
    """Keep a payout back."""
    return await transfers.reserve(DUE, CUSTODY_BANK, fen, kind="payout", key=key)


async def pending() -> set[int]:
    """The pending figures of both accounts."""
    return set(await LedgerAccount.all().values_list("pending_fen", flat=True))


async def test_l3_pending_counts_against_the_bound(rollback: None) -> None:
    await funded()
    await reserve(60)
    with pytest.raises(ledger.BoundCrossed):
        await reserve(41, key="second")
    with pytest.raises(ledger.BoundCrossed):
        await ledger.post([debit(DUE, 41), credit(CUSTODY_BANK, 41)], kind="payout", key="x")
    assert await pending() == {60}
    assert await LedgerTransfer.all().count() == 1
    await reserve(40, key="second")
    assert await verify_ledger() == []


async def test_posting_in_part_frees_the_rest(rollback: None) -> None:
    await funded()
    await transfers.post_transfer(await reserve(60), by=SYSTEM, amount_fen=25)
    assert await ledger.balance_of(DUE) == 75
    assert await pending() == {0}
    transfer = await LedgerTransfer.get()
    assert (transfer.status, transfer.posted_fen) == (TransferStatus.POSTED, 25)


async def test_posting_more_than_was_held_is_refused(rollback: None) -> None:
    await funded()
    transfer = await reserve(60)
    for fen in (0, 61):
        with pytest.raises(ledger.Unbalanced):
            await transfers.post_transfer(transfer, by=SYSTEM, amount_fen=fen)
    assert await pending() == {60}


async def test_v4_a_reserve_resolves_exactly_once(rollback: None) -> None:
    await funded()
    transfer = await reserve(60)
    await transfers.void_transfer(transfer, by=SYSTEM)
    with pytest.raises(InvalidTransition):
        await transfers.void_transfer(transfer, by=SYSTEM)
    with pytest.raises(InvalidTransition):
        await transfers.post_transfer(transfer, by=SYSTEM)
    assert await ledger.balance_of(DUE) == 100
    assert await pending() == {0}
    assert await LedgerTransaction.all().count() == 1


async def test_the_same_key_reserves_once(rollback: None) -> None:
    await funded()
    assert (await reserve(60)).id == (await reserve(60)).id
    assert await pending() == {60}


async def test_expired_transfers_are_given_up(rollback: None) -> None:
    await funded()
    due = clock.now() + dt.timedelta(hours=1)
    await transfers.reserve(DUE, CUSTODY_BANK, 60, kind="payout", key="t", expires_at=due)
    await reserve(10, key="for ever")
    assert await transfers.expire_transfers() == 0
    with clock.frozen_at(due):
        assert await transfers.expire_transfers() == 1
    assert await pending() == {10}
    assert (await LedgerTransfer.get(key="t")).status == TransferStatus.EXPIRED
