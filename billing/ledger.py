"""The ledger's one writer: balanced postings, written once, never across an account's bound."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tortoise.expressions import F

from billing.chart import CHART, AccountKey, Leg, Side
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction
from market.kit import clock
from market.kit.audit import canonical
from market.kit.db import atomic
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.models import Order


class Unbalanced(ValueError):
    """The legs do not balance, or have no positive whole amounts: a defect of the caller."""


class KeyReused(ValueError):
    """The key already names a posting of other content: a defect of the caller."""


class BoundCrossed(Conflict):
    """The posting would take from an account more than it has free, held transfers counted."""

    title = "There is not enough money for this"


@atomic()
async def post(
    legs: Iterable[Leg],
    *,
    kind: str,
    key: str,
    order: Order | None = None,
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """Write a balanced transaction (integer fen) once per `key`; a second call returns the first's.

    Accounts are locked in the order of their codes. Legs of zero fen are left out. Raises
    Unbalanced, KeyReused, and BoundCrossed when a balance less its pending would fall below zero.
    """
    lines = _checked(legs)
    accounts = await lock_accounts({leg.account for leg in lines})
    digest = _digest(key, kind, order, reverses, lines)
    if existing := await LedgerTransaction.get_or_none(key=key):
        if existing.digest != digest:
            raise KeyReused(key)
        return existing
    await _move_balances(lines, accounts)
    transaction = await LedgerTransaction.create(
        key=key, kind=kind, order=order, reverses=reverses, digest=digest, posted_at=clock.now()
    )
    await LedgerEntry.bulk_create(
        LedgerEntry(
            transaction=transaction,
            position=position,
            account=accounts[leg.account],
            side=leg.side,
            amount_fen=leg.amount_fen,
        )
        for position, leg in enumerate(lines)
    )
    return transaction


@atomic()
async def reverse(transaction: LedgerTransaction, *, kind: str) -> LedgerTransaction:
    """Undo a transaction with its mirror image: once, and to the fen (`reverses` is unique).

    Raises BoundCrossed when what it brought has left in the meantime.
    """
    mirrored = [
        Leg(leg.account, Side.CREDIT if leg.side == Side.DEBIT else Side.DEBIT, leg.amount_fen)
        for leg in await legs_of(transaction)
    ]
    order = await Order.get(id=transaction.order_id) if transaction.order_id else None
    return await post(
        mirrored, kind=kind, key=f"reverse:{transaction.key}", order=order, reverses=transaction
    )


async def legs_of(transaction: LedgerTransaction) -> list[Leg]:
    """The legs of a written transaction."""
    entries = (
        await LedgerEntry.filter(transaction=transaction)
        .order_by("position")
        .select_related("account")
    )
    return [Leg(key_of(entry.account), entry.side, entry.amount_fen) for entry in entries]


def key_of(account: LedgerAccount) -> AccountKey:
    """The name of an account row."""
    return AccountKey(account.kind, account.owner)


async def lock_accounts(keys: set[AccountKey]) -> dict[AccountKey, LedgerAccount]:
    """The rows of accounts, opened when new, locked in the order of their codes."""
    codes = sorted(key.code for key in keys)
    rows = await LedgerAccount.filter(code__in=codes).select_for_update().order_by("code")
    if len(rows) < len(codes):
        await LedgerAccount.bulk_create(
            [LedgerAccount(code=key.code, kind=key.kind, owner=key.owner) for key in sorted(keys)],
            on_conflict=["code"],
            ignore_conflicts=True,
        )
        rows = await LedgerAccount.filter(code__in=codes).select_for_update().order_by("code")
    return {key_of(row): row for row in rows}


async def balance_of(key: AccountKey) -> int:
    """The cached balance in fen, positive on the account's normal side."""
    row = await LedgerAccount.get_or_none(code=key.code)
    return row.balance_fen if row else 0


async def balance_at(key: AccountKey, moment: dt.datetime) -> int:
    """The balance at `moment`, folded from the entries up to and including it."""
    entries = await LedgerEntry.filter(account__code=key.code, transaction__posted_at__lte=moment)
    return fold(key, entries)


def fold(key: AccountKey, entries: Iterable[LedgerEntry]) -> int:
    """The balance that entries make."""
    return sum(Leg(key, entry.side, entry.amount_fen).change_fen for entry in entries)


def require_free(account: LedgerAccount, change_fen: int) -> None:
    """Raise BoundCrossed when `change_fen` would leave less than the account's pending."""
    if change_fen < 0 and account.balance_fen - account.pending_fen + change_fen < 0:
        label = _(CHART[account.kind].label)
        raise BoundCrossed(
            _("“%(account)s” does not hold that much: nothing was moved", account=label)
        )


def _checked(legs: Iterable[Leg]) -> Sequence[Leg]:
    lines = [leg for leg in legs if leg.amount_fen != 0]
    if not lines or any(leg.amount_fen < 0 for leg in lines):
        raise Unbalanced("a posting has legs of positive amounts")
    debits = sum(leg.amount_fen for leg in lines if leg.side == Side.DEBIT)
    credits = sum(leg.amount_fen for leg in lines if leg.side == Side.CREDIT)
    if debits != credits:
        raise Unbalanced(f"debits {debits} are not credits {credits}")
    return lines


async def _move_balances(lines: Sequence[Leg], accounts: dict[AccountKey, LedgerAccount]) -> None:
    changes: dict[AccountKey, int] = defaultdict(int)
    for leg in lines:
        changes[leg.account] += leg.change_fen
    for key, change in changes.items():
        require_free(accounts[key], change)
        await LedgerAccount.filter(id=accounts[key].id).update(
            balance_fen=F("balance_fen") + change
        )


def _digest(
    key: str,
    kind: str,
    order: Order | None,
    reverses: LedgerTransaction | None,
    lines: Sequence[Leg],
) -> str:
    return content_digest(
        key, kind, str(order.id) if order else None, reverses.key if reverses else None, lines
    )


def content_digest(
    key: str, kind: str, order_id: str | None, reverses: str | None, lines: Sequence[Leg]
) -> str:
    """SHA-256 of a transaction's content in canonical JSON."""
    content = [
        key,
        kind,
        order_id,
        reverses,
        [[leg.account.code, str(leg.side), leg.amount_fen] for leg in lines],
    ]
    return hashlib.sha256(canonical(content).encode()).hexdigest()
