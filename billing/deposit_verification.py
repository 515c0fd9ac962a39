"""Deposits and fees checked: what the ledger holds for each is what our own rows say, to the fen."""

from collections import defaultdict
from uuid import UUID

from billing.chart import AccountKind
from billing.deposit_models import Holding, HoldingPayout, HoldingReceipt
from billing.deposit_states import HoldingPayoutKind
from billing.labour_models import LabourIncome
from billing.ledger_models import LedgerAccount, LedgerTransfer
from billing.states import PayoutStatus, TransferStatus

KINDS = (AccountKind.DEPOSIT_HELD, AccountKind.FEE_HELD)


async def broken_deposits() -> list[str]:
    """P1, P4 and W3 of deposits: held = come - paid out; nothing out without its hold; B1 of receipts."""
    booked = {row.owner: row.balance_fen for row in await LedgerAccount.filter(kind__in=KINDS)}
    come: dict[UUID, int] = defaultdict(int)
    gone: dict[UUID, int] = defaultdict(int)
    for receipt in await HoldingReceipt.all():
        come[receipt.holding_id] += receipt.amount_fen
    problems = []
    for payout in await HoldingPayout.filter(status=PayoutStatus.PAID).order_by("number"):
        if payout.kind != HoldingPayoutKind.INTEREST:
            gone[payout.holding_id] += payout.amount_fen
        hold = await LedgerTransfer.get_or_none(id=payout.transfer_id)
        posted = (hold.status, hold.posted_fen) if hold else None
        if posted != (TransferStatus.POSTED, payout.amount_fen):
            problems.append(f"payout {payout.number}: paid without its hold being posted")
    for income in await LabourIncome.all().select_related("payout"):
        gone[income.payout.holding_id] += income.tax_fen
    for holding in await Holding.all().order_by("number"):
        was_there = holding.held_on is not None and come[holding.id] > 0
        if was_there and come[holding.id] != holding.amount_fen:
            problems.append(
                f"holding {holding.number}: {come[holding.id]} came of {holding.amount_fen}"
            )
        expected = holding.amount_fen - gone[holding.id] if was_there else 0
        held = booked.pop(holding.number, 0)
        if held != expected:
            problems.append(f"holding {holding.number}: {held} held, {expected} by its rows")
    return problems + [
        f"account of {owner}: no such holding" for owner, fen in booked.items() if fen
    ]
