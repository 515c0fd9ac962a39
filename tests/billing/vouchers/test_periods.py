"""Calendar and rolling periods, by the day."""

from datetime import date

import pytest

from billing.vouchers.periods import months_before, shares_period

MAY = date(2026, 5, 15)


@pytest.mark.parametrize(
    ("period", "first_inside", "last_outside"),
    [
        ("month", date(2026, 5, 1), date(2026, 4, 30)),
        ("quarter", date(2026, 4, 1), date(2026, 3, 31)),
        ("half_year", date(2026, 1, 1), date(2025, 12, 31)),
        ("year", date(2026, 1, 1), date(2025, 12, 31)),
        ("3_months", date(2026, 2, 16), date(2026, 2, 15)),
        ("12_months", date(2025, 5, 16), date(2025, 5, 15)),
    ],
)
def test_periods_begin_on_their_first_day(period, first_inside, last_outside):
    assert shares_period(period, MAY, of=MAY)
    assert shares_period(period, first_inside, of=MAY)
    assert not shares_period(period, last_outside, of=MAY)


def test_a_rolling_period_ends_with_its_claim_and_a_calendar_one_does_not():
    assert not shares_period("3_months", date(2026, 5, 16), of=MAY)
    assert shares_period("year", date(2026, 12, 31), of=MAY)
    assert not shares_period("half_year", date(2026, 7, 1), of=MAY)


def test_months_end_on_the_last_day_they_have():
    assert months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_before(date(2024, 5, 31), 3) == date(2024, 2, 29)
    assert months_before(date(2026, 1, 31), 12) == date(2025, 1, 31)
