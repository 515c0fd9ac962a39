"""Each day's reconciliation: the ledger beside the bank, the processor, the treasuries and our own rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from billing import bank, ledger
from billing.bank_models import BankDebit, BankDecision, BankStatement, Reconciliation
from billing.bank_states import DecisionKind, DecisionStatus, StatementStatus
from billing.chart import (
    CUSTODY_BANK,
    PROCESSOR_CLEARING,
    SUSPENSE,
    AccountKind,
)
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_states import DEPOSITS, FEES, IN_CUSTODY, HoldingPayoutKind
from billing.ledger_models import LedgerAccount, LedgerEntry
from billing.models import BankLine, Payment, Payout, Refund, VoucherRedemption
from billing.states import (
    BankLineStatus,
    PaymentMethod,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
)
from billing.verification import verify_ledger
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, documents, signing
from market.kit.actor import Actor
from market.kit.audit import canonical
from market.kit.db import atomic
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

PURPOSE = "reconciliation"
NOUN = N_("Reconciliation report")
COMPARISONS = {
    "custody": N_("Ledger and closing balance of the custody bank"),
    "processor": N_("Ledger and the processor's confirmations"),
    "treasury": N_("Ledger and vouchers the treasuries owe"),
    "suspense": N_("Ledger and receipts not used yet"),
    "deposits": N_("Ledger and deposits in custody"),
    "fees": N_("Ledger and fees held for others' work"),
}


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


@atomic()
async def reconcile(*, by: Actor) -> Reconciliation:
    """Compare everything as it stands now; the report is signed and never changed.

    Operator's finance, or the clock. Raises NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    comparisons, problems = await compare(), await verify_ledger()
    content = {
        "day": clock.today().isoformat(),
        "made_at": clock.now().isoformat(timespec="seconds"),
        "made_by": by.name,
        "comparisons": [one.stated() for one in comparisons],
        "ledger_problems": problems,
        "clearing": await clearing(),
    }
    unexplained = sum(one.unexplained_fen != 0 for one in comparisons)
    strays = sum(row.kind == "not_instructed" for one in comparisons for row in one.explains)
    return await Reconciliation.create(
        number=await next_number("RC"), day=clock.today(), content=content,
        differences=unexplained + strays + len(problems), digest=documents.digest_of(content),
        key=signing.public_key(PURPOSE),
        signature=signing.sign(canonical(content).encode(), purpose=PURPOSE),
    )  # fmt: skip


async def reconcile_daily() -> bool:
    """The clock's report of the day; whether one was made."""
    if await Reconciliation.exists(day=clock.today()):
        return False
    await reconcile(by=Actor.system("clock"))
    return True


def problems_of(report: Reconciliation) -> list[str]:
    """What is wrong with a kept report: its digest or its signature (none = as it was made)."""
    found = []
    if documents.digest_of(report.content) != report.digest:
        found.append(f"report {report.number}: its content was changed")
    if not signing.is_signed(canonical(report.content).encode(), report.signature, key=report.key):
        found.append(f"report {report.number}: its signature does not fit")
    return found


async def verify_reports() -> list[str]:
    """`problems_of` every kept report."""
    return [text for row in await Reconciliation.all().order_by("id") for text in problems_of(row)]


async def compare() -> list[Comparison]:
    """Every comparison, as it stands."""
    return [
        await _custody(), await _processor(), *await _treasuries(), await _suspense(), *await _held(),
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
    return {
        reference: Row("not_debited", number, -fen, _day(at))
        for reference, number, fen, at in found
    }


async def _processor() -> Comparison:
    came = await Payment.filter(method=PaymentMethod.ONLINE).exclude(paid_at=None)
    back = await Refund.filter(status=RefundStatus.SUCCEEDED, payment__method=PaymentMethod.ONLINE)
    gone = await Payout.filter(status=PayoutStatus.PAID, source=AccountKind.PROCESSOR_CLEARING)
    rows = [Row("payment", x.number, x.amount_fen, _day(x.paid_at)) for x in came]
    rows += [Row("refund", x.number, -x.amount_fen, _day(x.refunded_at)) for x in back]
    rows += [Row("payout", x.number, -x.amount_fen, _day(x.paid_at)) for x in gone]
    return _of_rows("processor", "", await ledger.balance_of(PROCESSOR_CLEARING), rows)


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
            left = one.amount_fen - sum(row.amount_fen for row in paid)
            rows.append(Row("holding", one.number, left, str(one.held_on or "")))
        found.append(_of_rows(name, "", booked, rows))
    return found


def _of_rows(name: str, subject: str, ledger_fen: int, rows: Sequence[Row]) -> Comparison:
    return Comparison(name, subject, ledger_fen, sum(row.fen for row in rows), tuple(rows))


async def clearing() -> list[dict[str, Any]]:
    """The accounts that must come to zero: what they hold, and for how many days the oldest fen has."""
    found = []
    for key in (SUSPENSE, PROCESSOR_CLEARING):
        entries = (
            await LedgerEntry.filter(account__code=key.code)
            .order_by("transaction__posted_at", "id")
            .select_related("transaction")
        )
        changes = [
            (ledger.fold(key, [entry]), clock.in_china(entry.transaction.posted_at).date())
            for entry in entries
        ]
        since = _oldest(changes)
        days = (clock.today() - since).days if since else 0
        fen = sum(change for change, _day in changes)
        found.append({"account": key.code, "fen": fen, "days": days})
    return found


def _oldest(changes: Sequence[tuple[int, dt.date]]) -> dt.date | None:
    """The day the oldest fen still there came, first in first out; None of an empty account."""
    gone = -sum(change for change, _day in changes if change < 0)
    for change, day in changes:
        if change > 0:
            gone -= change
            if gone < 0:
                return day
    return None


def comparison_label(name: str) -> str:
    """What was compared, in words."""
    return _(COMPARISONS[name])


ROWS: Mapping[str, str] = {
    "not_debited": N_("Confirmed as paid, not on a statement"),
    "not_instructed": N_("On a statement, without an instruction of ours"),
    "not_on_statement": N_("Entered by hand, not from a statement"),
    "payment": N_("Payment"),
    "refund": N_("Refund"),
    "payout": N_("Payout"),
    "redemption": N_("Voucher the treasury has not paid"),
    "bank_line": N_("Receipt not used yet"),
    "holding": N_("Deposit or fee in custody"),
}


def row_label(kind: str) -> str:
    """What a row of a report is, in words."""
    return _(ROWS[kind])


def stated_rows(report: Reconciliation) -> list[dict[str, Any]]:
    """Every row of a report with what it belongs to, for a file."""
    return [
        {**row, "comparison": comparison_label(one["name"]), "label": row_label(row["kind"])}
        for one in report.content["comparisons"]
        for row in (*one["made_of"], *one["explains"])
    ]


def _day(moment: dt.datetime | None) -> str:
    return clock.in_china(moment).date().isoformat() if moment else ""
