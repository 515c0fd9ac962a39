"""Every place where money lies, compared: the ledger beside the bank, the processor, the treasuries, our rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from billing import bank, ledger
from billing.bank_models import (
    BankDebit,
    BankDecision,
    BankStatement,
    LateReturn,
    ProcessorBalance,
)
from billing.bank_states import DecisionKind, DecisionStatus, StatementStatus
from billing.chart import (
    CUSTODY_BANK,
    PROCESSOR_CLEARING,
    SUSPENSE,
    WITHHELD_TAX,
    AccountKind,
)
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_states import DEPOSITS, FEES, IN_CUSTODY, HoldingPayoutKind
from billing.labour_models import LabourIncome, TaxRemittance
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction
from billing.models import BankLine, Payment, Payout, Refund, VoucherRedemption
from billing.states import (
    BankLineStatus,
    PaymentMethod,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
)
from market.kit import clock


@dataclass(frozen=True, slots=True)
class Row:
    """A row behind a figure: what it is, its fen, and since when it waits."""

    kind: str
    number: str
    fen: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two figures that should be one; `other_fen` is None where the other side has not spoken.

    `made_of` are the rows that sum to the other figure, `explains` those that sum to what the ledger
    has more (a row that is only late on one side).
    """

    name: str
    subject: str
    ledger_fen: int
    other_fen: int | None
    made_of: tuple[Row, ...] = ()
    explains: tuple[Row, ...] = ()

    @property
    def difference_fen(self) -> int:
        """What the ledger has more."""
        return 0 if self.other_fen is None else self.ledger_fen - self.other_fen

    @property
    def unexplained_fen(self) -> int:
        """What of it no row explains: zero, or somebody must look."""
        if self.other_fen is None:
            return 0
        return self.difference_fen - sum(row.fen for row in self.explains)

    def stated(self) -> dict[str, Any]:
        """As the report keeps it."""
        sums = {"difference_fen": self.difference_fen, "unexplained_fen": self.unexplained_fen}
        return asdict(self) | sums


async def compare() -> list[Comparison]:
    """Every comparison, as it stands."""
    return [
        await _custody(), *await _processor(), *await _treasuries(), await _suspense(), *await _held(),
        await _withheld(),
    ]  # fmt: skip


async def _custody() -> Comparison:
    last = (
        await BankStatement.filter(status=StatementStatus.READ, closing_fen__not_isnull=True)
        .order_by("-last_on", "-id")
        .first()
    )
    return Comparison(
        "custody", last.number if last else "", await ledger.balance_of(CUSTODY_BANK),
        last.closing_fen if last else None, explains=await _late_rows(),
    )  # fmt: skip


async def _late_rows() -> tuple[Row, ...]:
    """What one side has and the other has not: the ledger's more is positive."""
    ours = await _instructions()
    theirs = {row.bank_reference: row for row in await BankDebit.all()}
    rows = [row for reference, row in ours.items() if reference not in theirs]
    rows += [
        Row("not_instructed", reference, row.amount_fen, row.booked_on.isoformat())
        for reference, row in theirs.items()
        if reference not in ours
    ]
    rows += [
        Row("not_on_statement", row.number, row.amount_fen, row.booked_on.isoformat())
        for row in await BankLine.filter(statement_id=None)
    ]
    return tuple(sorted(rows, key=lambda row: (row.since, row.number)))


async def _instructions() -> dict[str, Row]:
    """What we were told the bank has paid, by the bank's reference."""
    payouts = await Payout.filter(status=PayoutStatus.PAID, source=AccountKind.CUSTODY_BANK)
    refunds = await Refund.filter(
        status=RefundStatus.SUCCEEDED, payment__method=PaymentMethod.BANK_TRANSFER
    )
    returns = await BankDecision.filter(kind=DecisionKind.RETURN, status=DecisionStatus.DONE)
    found = [(x.provider_id, x.number, x.amount_fen, x.paid_at) for x in payouts]
    found += [(x.provider_id, x.number, x.amount_fen, x.refunded_at) for x in refunds]
    found += [(x.bank_reference, x.number, x.amount_fen, x.done_at) for x in returns]
    of_holdings = await HoldingPayout.filter(status=PayoutStatus.PAID)
    found += [(x.provider_id, x.number, x.amount_fen, x.paid_at) for x in of_holdings]
    taxes = await TaxRemittance.all()
    found += [(x.reference, x.month, x.amount_fen, x.remitted_at) for x in taxes]
    return {
        reference: Row("not_debited", number, -fen, _day(at))
        for reference, number, fen, at in found
    }


async def _processor() -> list[Comparison]:
    """The ledger beside the processor's own last word, and beside its confirmations of our rows."""
    booked = await ledger.balance_of(PROCESSOR_CLEARING)
    rows = await _processor_rows()
    said = await ProcessorBalance.all().order_by("-asked_at", "-id").first()
    confirmed = _of_rows("processor", "", booked, rows)
    if said is None:
        return [confirmed, Comparison("processor_balance", "", booked, None)]
    since = clock.in_china(said.asked_at)
    entries = await LedgerEntry.filter(
        account__code=PROCESSOR_CLEARING.code, transaction__posted_at__gt=said.asked_at
    ).select_related("transaction")
    later = tuple(
        Row("since_asked", one.transaction.kind, ledger.fold(PROCESSOR_CLEARING, [one]),
            _day(one.transaction.posted_at))
        for one in entries
    )  # fmt: skip
    subject = f"{since:%Y-%m-%d %H:%M}"
    return [
        confirmed,
        Comparison("processor_balance", subject, booked, said.amount_fen, explains=later),
    ]


async def _processor_rows() -> list[Row]:
    came = await Payment.filter(method=PaymentMethod.ONLINE).exclude(paid_at=None)
    back = await Refund.filter(status=RefundStatus.SUCCEEDED, payment__method=PaymentMethod.ONLINE)
    gone = await Payout.filter(status=PayoutStatus.PAID, source=AccountKind.PROCESSOR_CLEARING)
    rows = [Row("payment", x.number, x.amount_fen, _day(x.paid_at)) for x in came]
    rows += [Row("refund", x.number, -x.amount_fen, _day(x.refunded_at)) for x in back]
    rows += [Row("payout", x.number, -x.amount_fen, _day(x.paid_at)) for x in gone]
    late = await LedgerTransaction.filter(kind="late_money").order_by("id")
    for row in late:
        [leg, *_rest] = await ledger.legs_of(row)
        rows.append(Row("late_money", row.key[:20], leg.amount_fen, _day(row.posted_at)))
    sent = await LateReturn.filter(status=DecisionStatus.DONE).order_by("id")
    rows += [Row("late_return", x.number, -x.amount_fen, _day(x.done_at)) for x in sent]
    return rows


async def _treasuries() -> list[Comparison]:
    owed: dict[str, list[Row]] = defaultdict(list)
    for row in await VoucherRedemption.filter(status=RedemptionStatus.REDEEMED).order_by("id"):
        for funder, fen in row.split.items():
            owed[funder].append(Row("redemption", row.number, fen, _day(row.decided_at)))
    kind = AccountKind.TREASURY_RECEIVABLE
    booked = {row.owner: row.balance_fen for row in await LedgerAccount.filter(kind=kind)}
    return [
        _of_rows("treasury", funder, booked.get(funder, 0), owed[funder])
        for funder in sorted(set(booked) | set(owed))
    ]


async def _suspense() -> Comparison:
    lines = await BankLine.filter(status=BankLineStatus.SUSPENSE).order_by("booked_on", "id")
    rows = [
        Row("bank_line", line.number, await bank.unposted_of(line), line.booked_on.isoformat())
        for line in lines
    ]
    return _of_rows("suspense", "", await ledger.balance_of(SUSPENSE), rows)


async def _held() -> list[Comparison]:
    """Deposits and fees that lie in custody, beside the rows that say so."""
    found = []
    for name, kind, purposes in (
        ("deposits", AccountKind.DEPOSIT_HELD, DEPOSITS), ("fees", AccountKind.FEE_HELD, FEES),
    ):  # fmt: skip
        booked = sum(row.balance_fen for row in await LedgerAccount.filter(kind=kind))
        rows = []
        for one in await Holding.filter(purpose__in=purposes, status__in=IN_CUSTODY).order_by("id"):
            paid = await HoldingPayout.filter(holding=one, status=PayoutStatus.PAID).exclude(
                kind=HoldingPayoutKind.INTEREST
            )
            taxed = await LabourIncome.filter(payout__holding=one)
            left = one.amount_fen - sum(row.amount_fen for row in paid)
            left -= sum(row.tax_fen for row in taxed)
            rows.append(Row("holding", one.number, left, str(one.held_on or "")))
        found.append(_of_rows(name, "", booked, rows))
    return found


async def _withheld() -> Comparison:
    """Income tax owed to the tax office, beside the payments of months not handed over."""
    over = {row.month for row in await TaxRemittance.all()}
    rows = [
        Row("withheld", row.payee.number, row.tax_fen, row.paid_on.isoformat())
        for row in await LabourIncome.all().order_by("id").select_related("payee")
        if row.tax_fen and f"{row.paid_on:%Y-%m}" not in over
    ]
    return _of_rows("withheld", "", await ledger.balance_of(WITHHELD_TAX), rows)


def _of_rows(name: str, subject: str, ledger_fen: int, rows: Sequence[Row]) -> Comparison:
    return Comparison(name, subject, ledger_fen, sum(row.fen for row in rows), tuple(rows))


def _day(moment: dt.datetime | None) -> str:
    return clock.in_china(moment).date().isoformat() if moment else ""
