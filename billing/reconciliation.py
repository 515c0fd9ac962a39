"""Each day's reconciliation: the ledger beside the bank, the processor, the treasuries and our own rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from billing import ledger
from billing.bank_models import (
    Reconciliation,
)
from billing.chart import (
    PROCESSOR_CLEARING,
    SUSPENSE,
)
from billing.comparisons import compare
from billing.ledger_models import LedgerEntry
from billing.verification import verify_ledger
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, db, documents, signing
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
    "processor_balance": N_("Ledger and the balance the processor states"),
    "treasury": N_("Ledger and vouchers the treasuries owe"),
    "suspense": N_("Ledger and receipts not used yet"),
    "deposits": N_("Ledger and deposits in custody"),
    "fees": N_("Ledger and fees held for others' work"),
    "withheld": N_("Ledger and income tax withheld, not handed over yet"),
}


async def reconcile(*, by: Actor) -> Reconciliation:
    """Compare everything as it stands at one moment; the report is signed and never changed.

    Operator's finance, or the clock. Raises NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    async with db.snapshot():
        content = await _compared(by)
    return await _keep(content)


async def _compared(by: Actor) -> dict[str, Any]:
    return {
        "day": clock.today().isoformat(),
        "made_at": clock.now().isoformat(timespec="seconds"),
        "made_by": by.name,
        "comparisons": [one.stated() for one in await compare()],
        "ledger_problems": await verify_ledger(),
        "clearing": await clearing(),
    }


@atomic()
async def _keep(content: dict[str, Any]) -> Reconciliation:
    differences = len(content["ledger_problems"])
    for one in content["comparisons"]:
        differences += one["unexplained_fen"] != 0
        differences += sum(row["kind"] == "not_instructed" for row in one["explains"])
    return await Reconciliation.create(
        number=await next_number("RC"), day=dt.date.fromisoformat(content["day"]), content=content,
        differences=differences, digest=documents.digest_of(content),
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
    "late_money": N_("Receipt for a payment that was over"),
    "late_return": N_("Late receipt sent back to its payer"),
    "since_asked": N_("Booked after the processor was asked"),
    "redemption": N_("Voucher the treasury has not paid"),
    "bank_line": N_("Receipt not used yet"),
    "holding": N_("Deposit or fee in custody"),
    "withheld": N_("Income tax withheld"),
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
