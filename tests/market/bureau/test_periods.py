"""Reporting periods by the Chinese calendar, and what each is compared with."""

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.bureau.periods import (
    PeriodName,
    months_between,
    period_of,
    shifted,
)
from market.bureau.publication import quarter_name, quarters
from market.kit import clock


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.frozen_at(dt.datetime(2026, 10, 31, 16, 30, tzinfo=dt.UTC)):  # 00:30 in China
        yield


@pytest.mark.parametrize(
    ("name", "span", "before"),
    [
        (PeriodName.MONTH, ("2026-11", "2026-11"), ("2026-10", "2026-10")),
        (PeriodName.QUARTER, ("2026-10", "2026-11"), ("2026-07", "2026-08")),
        (PeriodName.YEAR, ("2026-01", "2026-11"), ("2025-01", "2025-11")),
        (PeriodName.TWELVE, ("2025-12", "2026-11"), ("2024-12", "2025-11")),
    ],
)
def test_named_periods(name: PeriodName, span: tuple[str, str], before: tuple[str, str]) -> None:
    period = period_of(name)
    assert (period.first, period.last) == span
    assert (period.before.first, period.before.last) == before


def test_a_custom_period_is_compared_with_the_same_span_before() -> None:
    period = period_of(PeriodName.CUSTOM, first="2026-02", last="2026-04")
    assert period.months == ["2026-02", "2026-03", "2026-04"]
    assert (period.before.first, period.before.last) == ("2025-11", "2026-01")


def test_only_quarters_that_are_over_are_published() -> None:
    shown = quarters()
    assert (shown[0].first, shown[0].last) == ("2026-07", "2026-09")
    assert quarter_name(shown[0]) == "2026-Q3"
    months = [month for period in shown for month in period.months]
    assert len(months) == len(set(months)) == 24


def test_every_period_is_compared_with_the_year_before_too() -> None:
    before = period_of(PeriodName.QUARTER).year_before
    assert (before.first, before.last) == ("2025-10", "2025-11")


@given(st.integers(2000, 2098), st.integers(1, 12), st.integers(-240, 11))
def test_shifting_and_counting_months_agree(year: int, month: int, by: int) -> None:
    first = f"{year}-{month:02d}"
    assert months_between(first, shifted(first, by)) == by + 1
