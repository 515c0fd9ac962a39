"""Working days of China."""

import datetime as dt

from market.kit import clock


def test_national_day_week_is_no_working_week() -> None:
    assert not clock.is_working_day(dt.date(2026, 10, 1))
    assert clock.is_working_day(dt.date(2026, 10, 10))  # a Saturday worked in lieu
    assert clock.add_working_days(dt.date(2026, 9, 30), 1) == dt.date(2026, 10, 8)


def test_years_not_yet_announced_are_estimated() -> None:
    assert not clock.is_working_day(dt.date(2027, 1, 1))
    assert clock.is_working_day(dt.date(2027, 3, 1))


def test_working_days_between_is_the_inverse() -> None:
    start = dt.date(2026, 11, 20)
    assert clock.working_days_between(start, clock.add_working_days(start, 7)) == 7
    assert clock.working_days_between(start, start) == 0


def test_a_date_deadline_is_its_last_second_in_china() -> None:
    assert clock.end_of_day(dt.date(2026, 11, 30)) == dt.datetime(
        2026, 11, 30, 15, 59, 59, tzinfo=dt.UTC
    )


def test_frozen_time() -> None:
    moment = dt.datetime(2026, 1, 2, 20, tzinfo=dt.UTC)
    with clock.frozen_at(moment):
        assert clock.now() == moment
        assert clock.today() == dt.date(2026, 1, 3)
    assert clock.now() != moment
