"""The ledger's one writer: balanced postings, written once, never across an account's bound."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from billing.chart import CHART, AccountKey, Leg, Side, credit, debit
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction, LedgerTransfer
from market.kit import clock, rows
from market.kit.audit import canonical
from market.kit.db import atomic
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.orders.models import Order


class Unbalanced(ValueError):
    """The legs do not balance, or have no positive whole amounts: a defect of the caller."""


class KeyReused(ValueError):
    """The key already names a posting of other content: a defect of the caller."""


class BoundCrossed(Conflict):
    """The posting would take from an account more than it has free, held transfers counted."""

    title = "There is not enough money for this"


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
    lines = checked(legs)
    try:
        return await _post(lines, kind=kind, key=key, order=order, reverses=reverses)
    except (IntegrityError, BoundCrossed):
        existing = await rows.select(LedgerTransaction, "key", [key])
        if not existing:
            raise
        order_id, reversed_key = _names(order, reverses)
        if existing[0].digest != content_digest(key, kind, order_id, reversed_key, lines):
            raise KeyReused(key) from None
        return existing[0]


@atomic()
async def _post(lines: Sequence[Leg], **content: Any) -> LedgerTransaction:
    book = Book(await lock_accounts({leg.account for leg in lines}))
    written = book.post(lines, **content)
    await book.write()
    return rows.saved(LedgerTransaction, written)


class Book:
    """Locked accounts, and postings and holds made on them one after the other, each seeing those
    before it; nothing is in the database until `write`, which takes one statement for each table,
    of a few rows one for all.

    The keys are fresh: whoever may come twice looks for the key, or is refused by its index.
    """

    def __init__(self, accounts: dict[AccountKey, LedgerAccount]) -> None:
        self.accounts = accounts
        self.transactions: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []
        self.transfers: list[dict[str, Any]] = []
        self._moves: list[tuple[AccountKey, int, int]] = []
        self._free = {
            key: account.balance_fen - account.pending_fen for key, account in accounts.items()
        }

    def post(
        self,
        legs: Iterable[Leg],
        *,
        kind: str,
        key: str,
        order: Order | None = None,
        reverses: LedgerTransaction | None = None,
    ) -> dict[str, Any]:
        """A balanced transaction; its row. Raises Unbalanced, BoundCrossed."""
        lines = checked(legs)
        changes: dict[AccountKey, int] = {}
        for leg in lines:
            changes[leg.account] = changes.get(leg.account, 0) + leg.change_fen
        for account, change in changes.items():
            self._require_free(account, change)
        for account, change in changes.items():
            self._move(account, change, 0)
        order_id, reversed_key = _names(order, reverses)
        transaction_id = uuid7()
        transaction = {
            "id": transaction_id,
            "key": key,
            "kind": kind,
            "order_id": order.id if order else None,
            "reverses_id": reverses.id if reverses else None,
            "digest": content_digest(key, kind, order_id, reversed_key, lines),
            "posted_at": clock.now(),
        }
        self.transactions.append(transaction)
        self.entries += [
            {
                "transaction_id": transaction_id,
                "position": position,
                "account_id": self.accounts[account].id,
                "side": side,
                "amount_fen": amount_fen,
            }
            for position, (account, side, amount_fen) in enumerate(lines)
        ]
        return transaction

    def hold(
        self,
        debited: AccountKey,
        credited: AccountKey,
        amount_fen: int,
        *,
        kind: str,
        key: str,
        order: Order | None = None,
        expires_at: dt.datetime | None = None,
    ) -> dict[str, Any]:
        """A transfer kept back on each account it will take from; its row. Raises BoundCrossed."""
        taken = [
            leg.account
            for leg in (debit(debited, amount_fen), credit(credited, amount_fen))
            if leg.change_fen < 0
        ]
        for account in taken:
            self._require_free(account, -amount_fen)
        for account in taken:
            self._move(account, 0, amount_fen)
        transfer = {
            "id": uuid7(),
            "key": key,
            "kind": kind,
            "order_id": order.id if order else None,
            "debit_account_id": self.accounts[debited].id,
            "credit_account_id": self.accounts[credited].id,
            "amount_fen": amount_fen,
            "expires_at": expires_at,
        }
        self.transfers.append(transfer)
        return transfer

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All that is written in the block, or after an exception nothing of it."""
        written: tuple[list[Any], ...] = (
            self.transactions, self.entries, self.transfers, self._moves,
        )  # fmt: skip
        lengths = [len(made) for made in written]
        try:
            yield
        except BaseException:
            for account, balance, pending in self._moves[lengths[-1] :]:
                self._free[account] -= balance - pending
            for made, length in zip(written, lengths, strict=True):
                del made[length:]
            raise

    async def write(self) -> None:
        """Write it all, each account once."""
        changes: dict[UUID, list[int]] = {}
        for account, balance, pending in self._moves:
            change = changes.setdefault(self.accounts[account].id, [0, 0])
            change[0] += balance
            change[1] += pending
        moved = {account_id: change for account_id, change in changes.items() if any(change)}
        await rows.together(
            partial(rows.add, LedgerAccount, ("balance_fen", "pending_fen"), moved),
            partial(rows.insert, LedgerTransaction, self.transactions),
            partial(rows.insert, LedgerEntry, self.entries),
            partial(rows.insert, LedgerTransfer, self.transfers),
        )

    def _require_free(self, account: AccountKey, change_fen: int) -> None:
        """Raise BoundCrossed when `change_fen` would leave less than the account's pending (L3)."""
        if change_fen < 0 and self._free[account] + change_fen < 0:
            label = _(CHART[account.kind].label)
            raise BoundCrossed(
                _("“%(account)s” does not hold that much: nothing was moved", account=label)
            )

    def _move(self, account: AccountKey, balance: int, pending: int) -> None:
        self._free[account] += balance - pending
        self._moves.append((account, balance, pending))


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
    """The rows of accounts, opened when new, locked in the order of their codes.

    Nothing is locked before it is known whether one has to be opened: that happens in the same order.
    """
    by_code = {key.code: key for key in sorted(keys, key=lambda key: key.code)}
    found = await _locked(by_code)
    if len(found) < len(by_code):
        await rows.insert_or_lock(
            LedgerAccount,
            "code",
            [{"code": code, "kind": key.kind, "owner": key.owner} for code, key in by_code.items()],
        )
        found = await _locked(by_code)
    return {by_code[row.code]: row for row in found}


async def _locked(codes: Iterable[str]) -> list[LedgerAccount]:
    return await rows.select(
        LedgerAccount, "code", codes, order_by="code", is_locked=True, if_all=True
    )


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


def checked(legs: Iterable[Leg]) -> Sequence[Leg]:
    """The legs with an amount. Raises Unbalanced."""
    lines = [leg for leg in legs if leg.amount_fen != 0]
    debits = credits = 0
    for _account, side, fen in lines:
        if fen < 0:
            raise Unbalanced("a posting has legs of positive amounts")
        if side == Side.DEBIT:
            debits += fen
        else:
            credits += fen
    if not lines:
        raise Unbalanced("a posting has legs")
    if debits != credits:
        raise Unbalanced(f"debits {debits} are not credits {credits}")
    return lines


def _names(
    order: Order | None, reverses: LedgerTransaction | None
) -> tuple[str | None, str | None]:
    return str(order.id) if order else None, reverses.key if reverses else None


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
