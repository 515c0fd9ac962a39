"""When to remind: hours, or working days at the same time of day; ranges miss nothing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calendar.deadlines import KINDS, Offset
from market.kit import clock

OFFSETS = sorted(
    {offset for kind in KINDS.values() for offset in kind.offsets},
    key=lambda one: (one.working_days, one.hours),
)
MOMENTS = st.datetimes(min_value=dt.datetime(2026, 1, 5), max_value=dt.datetime(2026, 12, 20)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=clock.CHINA)
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-06T10:00:00+08:00", "2026-03-03T10:00:00+08:00"),  # Friday
        ("2026-03-09T10:00:00+08:00", "2026-03-04T10:00:00+08:00"),  # Monday, over a weekend
        ("2026-03-08T10:00:00+08:00", "2026-03-04T10:00:00+08:00"),  # a Sunday itself
    ],
)
def test_three_working_days_before(at: str, expected: str) -> None:
    moment = Offset(working_days=3).moment(dt.datetime.fromisoformat(at))
    assert moment == dt.datetime.fromisoformat(expected)


@given(st.sampled_from(OFFSETS), MOMENTS, st.integers(min_value=1, max_value=3600))
def test_the_range_holds_every_deadline_whose_moment_has_come(
    offset: Offset, at: dt.datetime, seconds: int
) -> None:
    until = offset.moment(at)
    since = until - dt.timedelta(seconds=seconds)
    start, end = offset.span(since, until)
    assert start <= at < end
    assert offset.moment(at) <= at


@given(st.sampled_from(OFFSETS), MOMENTS, MOMENTS)
def test_a_later_deadline_is_never_reminded_of_on_an_earlier_day(
    offset: Offset, one: dt.datetime, other: dt.datetime
) -> None:
    first, second = sorted((one, other))
    days = [clock.in_china(offset.moment(at)).date() for at in (first, second)]
    assert days == sorted(days)
