"""Two-phase transfers: keep an amount back now, post or give it up later, each once."""

import datetime as dt

from tortoise.expressions import F

from billing import ledger
from billing.chart import AccountKey, credit, debit
from billing.ledger_models import LedgerAccount, LedgerTransaction, LedgerTransfer
from billing.states import TransferStatus
from market.kit import clock, rows
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.orders.models import Order


@atomic()
async def reserve(
    debited: AccountKey,
    credited: AccountKey,
    amount_fen: int,
    *,
    kind: str,
    key: str,
    order: Order | None = None,
    expires_at: dt.datetime | None = None,
) -> LedgerTransfer:
    """Keep `amount_fen` back on each account the transfer will take from; once per `key`.

    Raises ledger.BoundCrossed when it is not there, other held transfers counted.
    """
    if amount_fen <= 0:
        raise ledger.Unbalanced("a transfer has a positive amount")
    book = ledger.Book(await ledger.lock_accounts({debited, credited}))
    if existing := await rows.select(LedgerTransfer, "key", [key]):
        return existing[0]
    held = book.hold(
        debited, credited, amount_fen, kind=kind, key=key, order=order, expires_at=expires_at
    )
    await book.write()
    return rows.saved(LedgerTransfer, held)


@atomic()
async def post_transfer(
    transfer: LedgerTransfer, *, by: Actor, amount_fen: int | None = None
) -> LedgerTransaction:
    """Carry a held transfer out, in whole or in part (the rest is freed).

    Raises InvalidTransition when it was resolved before, ledger.Unbalanced for more than was held.
    """
    transfer = await lock(transfer)
    amount = transfer.amount_fen if amount_fen is None else amount_fen
    if not 0 < amount <= transfer.amount_fen:
        raise ledger.Unbalanced("a transfer posts at most what it held")
    debited, credited = await _resolve(transfer, TransferStatus.POSTED, by=by, posted_fen=amount)
    order = await Order.get(id=transfer.order_id) if transfer.order_id else None
    return await ledger.post(
        [debit(debited, amount), credit(credited, amount)],
        kind=transfer.kind,
        key=f"transfer:{transfer.key}",
        order=order,
    )


@atomic()
async def void_transfer(transfer: LedgerTransfer, *, by: Actor) -> None:
    """Give a held transfer up; everything it kept back is free again. Raises InvalidTransition."""
    await _resolve(await lock(transfer), TransferStatus.VOIDED, by=by)


async def expire_transfers() -> int:
    """Give up the held transfers whose time is over; returns how many."""
    due = await LedgerTransfer.filter(status=TransferStatus.HELD, expires_at__lte=clock.now())
    for transfer in due:
        await _expire(transfer)
    return len(due)


@atomic()
async def _expire(transfer: LedgerTransfer) -> None:
    locked = await lock(transfer)
    if locked.status == TransferStatus.HELD:
        await _resolve(locked, TransferStatus.EXPIRED, by=Actor.system())


async def _resolve(
    transfer: LedgerTransfer, status: TransferStatus, *, by: Actor, posted_fen: int = 0
) -> tuple[AccountKey, AccountKey]:
    await transfer.move_to(status, by=by, posted_fen=posted_fen)
    rows = await LedgerAccount.filter(
        id__in=[transfer.debit_account_id, transfer.credit_account_id]
    )
    keys = {row.id: ledger.key_of(row) for row in rows}
    debited, credited = keys[transfer.debit_account_id], keys[transfer.credit_account_id]
    accounts = await ledger.lock_accounts({debited, credited})
    for leg in (debit(debited, transfer.amount_fen), credit(credited, transfer.amount_fen)):
        if leg.change_fen < 0:
            await _change_pending(accounts[leg.account], -transfer.amount_fen)
    return debited, credited


async def _change_pending(account: LedgerAccount, change_fen: int) -> None:
    await LedgerAccount.filter(id=account.id).update(pending_fen=F("pending_fen") + change_fen)
