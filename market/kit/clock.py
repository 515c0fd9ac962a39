"""Time: aware UTC inside, China Standard Time on paper, and the statutory working days of China."""

import calendar
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

CHINA = ZoneInfo("Asia/Shanghai")
_offset: ContextVar[dt.timedelta | None] = ContextVar("clock_offset", default=None)
_frozen: ContextVar[dt.datetime | None] = ContextVar("clock_frozen", default=None)


def now() -> dt.datetime:
    """The current time, aware, in UTC."""
    if (fixed := _frozen.get()) is not None:
        return fixed
    real = dt.datetime.now(dt.UTC)
    return real + offset if (offset := _offset.get()) else real


def today() -> dt.date:
    """The current date in China."""
    return now().astimezone(CHINA).date()


@contextmanager
def frozen_at(moment: dt.datetime) -> Iterator[None]:
    """Within the block `now()` is `moment` (aware): for seeding histories and for tests."""
    token = _frozen.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


@contextmanager
def shifted_by(delta: dt.timedelta) -> Iterator[None]:
    """Within the block `now()` runs on, `delta` away from the real time."""
    token = _offset.set(delta)
    try:
        yield
    finally:
        _offset.reset(token)


@cache
def is_working_day(day: dt.date) -> bool:
    """Whether `day` is a statutory working day in China (国务院办公厅 holiday notices, 调休 included).

    Years not yet announced are estimated from the holiday law.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        import holidays  # every country's: loaded only for a year not announced

        return bool(holidays.country_holidays("CN", years=day.year).is_working_day(day))


def add_working_days(day: dt.date, count: int) -> dt.date:
    """The date `count` working days after `day` (`day` itself is day zero, 民法典 201)."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Working days after `start` up to and including `end`; 0 when `end` is not later."""
    span = max((end - start).days, 0)
    return sum(is_working_day(start + dt.timedelta(days=n)) for n in range(1, span + 1))


def end_of_day(day: dt.date) -> dt.datetime:
    """The last second of `day` in China, as UTC: what a date deadline means."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), CHINA).astimezone(dt.UTC)


def start_of_day(day: dt.date) -> dt.datetime:
    """Midnight at which `day` begins in China, as UTC."""
    return dt.datetime.combine(day, dt.time.min, CHINA).astimezone(dt.UTC)


def in_china(moment: dt.datetime) -> dt.datetime:
    """`moment` on a Chinese wall clock."""
    return moment.astimezone(CHINA)


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the month's last where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
