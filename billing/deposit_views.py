"""Everything behind a deposit's figures: receipts, letters, proposals, payouts, ledger rows."""

from dataclasses import dataclass
from uuid import UUID

from billing import holdings, statements
from billing.deposit_models import (
    Forfeiture,
    Guarantee,
    Holding,
    HoldingPayout,
    HoldingReceipt,
)
from billing.labour_models import LabourIncome
from billing.ledger_models import LedgerTransaction


@dataclass(frozen=True)
class HoldingView:
    """A holding with its rows, the oldest first."""

    holding: Holding
    receipts: list[HoldingReceipt]
    letters: list[Guarantee]
    forfeitures: list[Forfeiture]
    payouts: list[HoldingPayout]
    taxes: dict[UUID, LabourIncome]  # by payout: what went to a person
    postings: list[statements.Posting]

    @property
    def come_fen(self) -> int:
        """What has come of it."""
        return sum(row.amount_fen for row in self.receipts)


async def view_holding(holding: Holding) -> HoldingView:
    """Read it."""
    payouts = await HoldingPayout.filter(holding=holding).order_by("id").select_related("payee")
    keys = [holdings.receipt_key(holding)]
    keys += [f"transfer:holding_payout:{row.id}" for row in payouts]
    taxes = {row.payout_id: row for row in await LabourIncome.filter(payout__holding=holding)}
    keys += [row.tax_key for row in taxes.values()]
    found = await LedgerTransaction.filter(key__in=keys).order_by("id")
    return HoldingView(
        holding,
        await HoldingReceipt.filter(holding=holding).order_by("id").select_related("line"),
        await Guarantee.filter(holding=holding).order_by("id").select_related("file"),
        await Forfeiture.filter(holding=holding).order_by("id"),
        payouts,
        taxes,
        await statements.with_entries(found),
    )
