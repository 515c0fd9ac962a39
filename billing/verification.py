"""The ledger checked from its entries: balances, bounds, seals, and each order's equation."""

from collections import defaultdict
from uuid import UUID

from billing import ledger
from billing.chart import AccountKey, AccountKind, Leg, Side
from billing.deposit_verification import broken_deposits
from billing.epochs import broken_epochs
from billing.labour_verification import broken_withholding
from billing.ledger_models import (
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    LedgerTransfer,
)
from billing.models import Payment, Refund, Settlement
from billing.row_verification import broken_rows
from billing.states import PaymentStatus, RefundStatus, TransferStatus
from market.kit import db

Transactions = dict[UUID, LedgerTransaction]


async def verify_ledger() -> list[str]:
    """Recompute everything from the entries; a sentence for each thing wrong (none = sound).

    L1 debits are credits, L2 content matches its digest and the published roots, L3 no balance less its
    pending is below zero, L4 cached balances are the fold of the entries, L5 and L6 reversals, P1 per
    order, and what billing.row_verification adds. All of one moment: what is posted meanwhile is no difference.
    """
    async with db.snapshot():
        return await _problems()


async def _problems() -> list[str]:
    entries = await LedgerEntry.all().order_by("transaction_id", "position")
    accounts = {row.id: ledger.key_of(row) for row in await LedgerAccount.all()}
    transactions = {row.id: row for row in await LedgerTransaction.all().order_by("id")}
    legs: dict[str, list[Leg]] = defaultdict(list)
    for entry in entries:
        leg = Leg(accounts[entry.account_id], entry.side, entry.amount_fen)
        legs[transactions[entry.transaction_id].key].append(leg)
    return [
        *_unbalanced(legs),
        *_broken_seals(transactions, legs),
        *await broken_epochs(),
        *_broken_reversals(transactions, legs),
        *await _wrong_balances(legs),
        *_broken_orders(legs),
        *await _broken_holdings(legs),
        *await broken_rows(),
        *await broken_deposits(),
        *await broken_withholding(),
    ]


def _unbalanced(legs: dict[str, list[Leg]]) -> list[str]:
    return [
        f"transaction {key}: debits are not credits"
        for key, lines in legs.items()
        if sum(x.amount_fen if x.side == Side.DEBIT else -x.amount_fen for x in lines) != 0
    ]


def _broken_seals(transactions: Transactions, legs: dict[str, list[Leg]]) -> list[str]:
    problems = []
    for row in transactions.values():
        digest = ledger.content_digest(
            row.key,
            row.kind,
            str(row.order_id) if row.order_id else None,
            transactions[row.reverses_id].key if row.reverses_id else None,
            legs.get(row.key, []),
        )
        if digest != row.digest:
            problems.append(f"transaction {row.key}: its content was changed")
    return problems


def _broken_reversals(transactions: Transactions, legs: dict[str, list[Leg]]) -> list[str]:
    """L5, L6: a reversal is its original's mirror image, and the only one."""
    problems, seen = [], set()
    for row in transactions.values():
        if row.reverses_id is None:
            continue
        original = transactions[row.reverses_id].key
        if original in seen:
            problems.append(f"transaction {original}: reversed more than once")
        seen.add(original)
        undone = {(leg.account, leg.side != Side.DEBIT, leg.amount_fen) for leg in legs[row.key]}
        if undone != {(x.account, x.side == Side.DEBIT, x.amount_fen) for x in legs[original]}:
            problems.append(f"transaction {row.key}: not the mirror image of what it reverses")
    return problems


async def _wrong_balances(legs: dict[str, list[Leg]]) -> list[str]:
    folded: dict[AccountKey, int] = defaultdict(int)
    for lines in legs.values():
        for leg in lines:
            folded[leg.account] += leg.change_fen
    pending = await _held()
    problems = []
    for row in await LedgerAccount.all().order_by("code"):
        key = ledger.key_of(row)
        if row.balance_fen != folded[key]:
            problems.append(f"account {row.code}: {row.balance_fen} kept, {folded[key]} folded")
        if row.pending_fen != pending[key]:
            problems.append(f"account {row.code}: {row.pending_fen} pending, {pending[key]} held")
        if row.balance_fen - row.pending_fen < 0 or row.balance_fen < 0:
            problems.append(f"account {row.code}: below its bound")
    return problems


async def _held() -> dict[AccountKey, int]:
    pending: dict[AccountKey, int] = defaultdict(int)
    held = await LedgerTransfer.filter(status=TransferStatus.HELD).select_related(
        "debit_account", "credit_account"
    )
    for transfer in held:
        for account, side in (
            (transfer.debit_account, Side.DEBIT),
            (transfer.credit_account, Side.CREDIT),
        ):
            leg = Leg(ledger.key_of(account), side, transfer.amount_fen)
            if leg.change_fen < 0:
                pending[leg.account] += transfer.amount_fen
    return pending


def _broken_orders(legs: dict[str, list[Leg]]) -> list[str]:
    """Per order, what is still owed is what is still promised, to the fen."""
    balances: dict[str, int] = defaultdict(int)
    signs = {AccountKind.BUYER_PAYABLE: 1, AccountKind.ORDER_PLEDGED: -1}
    for lines in legs.values():
        for leg in lines:
            if sign := signs.get(leg.account.kind):
                balances[leg.account.owner] += sign * leg.change_fen
    return [
        f"order {number}: owed and promised differ by {difference} fen"
        for number, difference in sorted(balances.items())
        if difference
    ]


async def _broken_holdings(legs: dict[str, list[Leg]]) -> list[str]:
    """Per order, what is held is what was paid in, less released and refunded (P1), by our own rows."""
    held: dict[str, int] = defaultdict(int)
    for lines in legs.values():
        for leg in lines:
            if leg.account.kind == AccountKind.ORDER_HELD:
                held[leg.account.owner] += leg.change_fen
    expected: dict[str, int] = defaultdict(int)
    for payment in await Payment.filter(status=PaymentStatus.SUCCEEDED).select_related("order"):
        expected[payment.order.number] += payment.amount_fen
    for refund in await Refund.filter(
        is_reduction=True, status=RefundStatus.SUCCEEDED
    ).select_related("order"):
        expected[refund.order.number] -= refund.amount_fen
    for settlement in await Settlement.all().select_related("order"):
        expected[settlement.order.number] -= settlement.cash_fen
    return [
        f"order {number}: {held[number]} held, {expected[number]} paid in and not released or refunded"
        for number in sorted({*held, *expected})
        if held[number] != expected[number]
    ]
