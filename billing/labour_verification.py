"""Withheld tax checked: every payment by the rule again, the ledger beside our own rows, to the fen."""

from collections import defaultdict

from billing import ledger
from billing.chart import WITHHELD_TAX
from billing.labour import as_paid
from billing.labour_models import LabourIncome, TaxRemittance
from billing.ledger_models import LedgerTransaction
from billing.withholding import withhold


async def broken_withholding() -> list[str]:
    """T2: each tax is the rule's on what was paid before; posted once; owed = withheld - handed over."""
    incomes = await LabourIncome.all().order_by("id")
    remitted = await TaxRemittance.all().order_by("month")
    problems = _wrong_taxes(incomes)
    posted = set(await LedgerTransaction.filter(kind="withholding").values_list("key", flat=True))
    expected = {row.tax_key for row in incomes if row.tax_fen}
    problems += [f"{key}: no such payment, or not posted" for key in sorted(posted ^ expected)]
    by_month: dict[str, int] = defaultdict(int)
    for row in incomes:
        by_month[f"{row.paid_on:%Y-%m}"] += row.tax_fen
    problems += [
        f"tax of {row.month}: {row.amount_fen} handed over, {by_month[row.month]} withheld"
        for row in remitted
        if row.amount_fen != by_month[row.month]
    ]
    owed = sum(by_month.values()) - sum(row.amount_fen for row in remitted)
    held = await ledger.balance_of(WITHHELD_TAX)
    return problems + ([f"withheld tax: {held} held, {owed} by its rows"] if held != owed else [])


def _wrong_taxes(incomes: list[LabourIncome]) -> list[str]:
    before: dict[str, list[LabourIncome]] = defaultdict(list)
    problems = []
    for row in incomes:
        made = withhold(row.income_fen, day=row.paid_on, earlier=as_paid(before[row.identity]))
        stated = (row.run_fen, row.months, row.taxable_fen, row.rate_bp, row.tax_fen)
        if stated != (made.income_fen, made.months, made.taxable_fen, made.rate_bp, made.tax_fen):
            problems.append(f"{row.tax_key}: {row.tax_fen} withheld, {made.tax_fen} by the rule")
        before[row.identity].append(row)
    return problems
