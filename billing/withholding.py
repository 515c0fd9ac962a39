"""Income tax withheld from a person's labour remuneration, cumulatively over the year; pure."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from market.kit.money import apply_bp

DATA = Path(__file__).parent / "data" / "withholding_rates.json"


@dataclass(frozen=True, slots=True)
class Paid:
    """An earlier payment to the same person: its day in China, its gross and its tax in fen."""

    day: dt.date
    income_fen: int
    tax_fen: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """How a tax was made, in fen: everything here is cumulative but `tax_fen`, what is withheld now."""

    income_fen: int
    months: int
    taxable_fen: int
    rate_bp: int
    quick_fen: int
    before_fen: int
    tax_fen: int


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return found


def source() -> str:
    """The announcement the rule stands in."""
    return str(_table()["source"])


def withhold(income_fen: int, *, day: dt.date, earlier: Sequence[Paid]) -> Withheld:
    """The tax on a payment, from what the platform has paid the person before it.

    (income - 20 % - 5,000 yuan a month) x rate - quick deduction - withheld before, never below zero;
    products are rounded half up to the fen. What a lower sum would give back waits for the person's
    own annual settlement.
    """
    run = months_in_a_row((paid.day for paid in earlier), day)
    counted = [paid for paid in earlier if (paid.day.year, paid.day.month) in run]
    income = income_fen + sum(paid.income_fen for paid in counted)
    before = sum(paid.tax_fen for paid in counted)
    expenses = apply_bp(income, _table()["expenses_bp"], "half_up")
    taxable = max(0, income - expenses - _table()["monthly_fen"] * len(run))
    level = next(
        one for one in _table()["levels"] if one["up_to_fen"] is None or taxable <= one["up_to_fen"]
    )
    total = apply_bp(taxable, level["rate_bp"], "half_up") - level["quick_fen"]
    return Withheld(
        income, len(run), taxable, level["rate_bp"], level["quick_fen"], before,
        max(0, total - before),
    )  # fmt: skip


def months_in_a_row(days: Iterable[dt.date], day: dt.date) -> set[tuple[int, int]]:
    """The months of the year with a payment that end with this day's, none left out between them.

    连续取得劳务报酬的月份: after a month without income the cumulation begins anew.
    """
    paid = {one.month for one in days if one.year == day.year and one <= day}
    first = day.month
    while first - 1 in paid:
        first -= 1
    return {(day.year, month) for month in range(first, day.month + 1)}
