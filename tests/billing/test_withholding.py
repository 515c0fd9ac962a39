"""Income tax on labour remuneration: the announcement's own figures, the levels, and what always holds."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.withholding import Paid, withhold
from market.kit.money import apply_bp


def year(incomes: dict[int, int], *, of: int = 2026) -> dict[int, int]:
    """The tax of one payment in each month named, in fen."""
    paid: list[Paid] = []
    for month, income in sorted(incomes.items()):
        day = dt.date(of, month, 5)
        made = withhold(income, day=day, earlier=paid)
        paid.append(Paid(day, income, made.tax_fen))
    return {one.day.month: one.tax_fen for one in paid}


def test_ten_thousand_a_month_is_ninety_yuan_each_month() -> None:
    assert year({1: 1_000_000, 2: 1_000_000, 3: 1_000_000}) == {1: 9_000, 2: 9_000, 3: 9_000}


@pytest.mark.parametrize(
    ("income", "tax"),
    [
        (625_000, 0),  # 6,250 - 1,250 - 5,000 = 0
        (625_001, 0),  # 0.01 taxable, 0.0003 of tax
        (5_125_000, 108_000),  # 36,000.00 at 3 %
        (5_125_100, 108_008),  # 36,000.80 at 10 % less 2,520
        (18_625_000, 1_188_000),  # 144,000.00 at 10 % less 2,520
        (38_125_000, 4_308_000),  # 300,000.00 at 20 % less 16,920
        (53_125_000, 7_308_000),  # 420,000.00 at 25 % less 31,920
        (83_125_000, 14_508_000),  # 660,000.00 at 30 % less 52,920
        (120_625_000, 25_008_000),  # 960,000.00 at 35 % less 85,920
        (250_625_000, 71_808_000),  # 2,000,000.00 at 45 % less 181,920
    ],
)
def test_each_level_of_the_table(income: int, tax: int) -> None:
    assert year({7: income}) == {7: tax}


def test_a_high_month_moves_the_year_up_a_level_at_once() -> None:
    # 10,000; then 60,000: 70,000 - 14,000 - 10,000 = 46,000 at 10 % - 2,520 - 90
    assert year({1: 1_000_000, 2: 6_000_000}) == {1: 9_000, 2: 199_000}


def test_a_low_month_gives_nothing_back() -> None:
    # February: 13,000 - 2,600 - 10,000 = 400 at 3 % is 12.00, and 90.00 is withheld already.
    # March: 23,000 - 4,600 - 15,000 = 3,400 at 3 % is 102.00, less 90.00.
    assert year({1: 1_000_000, 2: 300_000, 3: 1_000_000}) == {1: 9_000, 2: 0, 3: 1_200}


def test_a_month_without_income_begins_the_cumulation_anew() -> None:
    assert year({1: 1_000_000, 3: 1_000_000}) == {1: 9_000, 3: 9_000}


def test_a_new_year_begins_anew() -> None:
    december = Paid(dt.date(2026, 12, 31), 5_000_000, 105_000)
    made = withhold(1_000_000, day=dt.date(2027, 1, 1), earlier=[december])
    assert (made.income_fen, made.months, made.tax_fen) == (1_000_000, 1, 9_000)


PAYMENTS = st.lists(st.tuples(st.integers(1, 365), st.integers(1, 30_000_000)), max_size=14)


@given(PAYMENTS)
def test_no_payment_is_eaten_up_and_every_tax_is_the_rules(payments: list[tuple[int, int]]) -> None:
    paid: list[Paid] = []
    for number, income in sorted(payments):
        day = dt.date(2025, 12, 31) + dt.timedelta(days=number)
        made = withhold(income, day=day, earlier=paid)
        assert 0 <= made.tax_fen < income or (made.tax_fen, income) == (0, income)
        assert made.tax_fen >= apply_bp(made.taxable_fen, 300, "half_up") - made.before_fen - 1
        assert made.months <= day.month
        paid.append(Paid(day, income, made.tax_fen))


@given(st.integers(1, 12), st.lists(st.integers(1, 5_000_000), min_size=2, max_size=6))
def test_a_month_in_parts_is_taxed_as_one_payment(month: int, parts: list[int]) -> None:
    paid: list[Paid] = []
    for index, income in enumerate(parts):
        day = dt.date(2026, month, 1 + index)
        paid.append(Paid(day, income, withhold(income, day=day, earlier=paid).tax_fen))
    assert sum(one.tax_fen for one in paid) == year({month: sum(parts)})[month]
