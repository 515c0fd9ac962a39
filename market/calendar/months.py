"""Which days a page of the calendar shows, and its deadlines day by day."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from market.calendar.deadlines import Deadline
from market.kit import clock
from market.kit.i18n import current_locale

NEXT_DAYS = 30
MONTHS_AHEAD = 6


@dataclass(frozen=True, slots=True)
class Day:
    """A day with what is due on it."""

    date: dt.date
    deadlines: list[Deadline]


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """From now for thirty days, or a whole month ("2026-12"); nonsense means the former."""
    first = _month(month)
    if first is None:
        return clock.now(), clock.end_of_day(clock.today() + dt.timedelta(days=NEXT_DAYS))
    days = calendar.monthrange(first.year, first.month)[1]
    return clock.start_of_day(first), clock.start_of_day(first + dt.timedelta(days=days))


def _month(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=clock.CHINA).date()
    except ValueError:
        return None


def days_of(deadlines: Iterable[Deadline]) -> list[Day]:
    """Grouped by the Chinese calendar day, in order."""
    grouped = groupby(deadlines, key=lambda one: clock.in_china(one.at).date())
    return [Day(date, list(rows)) for date, rows in grouped]


def choices() -> list[tuple[str, str]]:
    """This month and the next six: value and words."""
    first = clock.today().replace(day=1)
    found = []
    for _number in range(MONTHS_AHEAD + 1):
        words = f"{first:%Y-%m}" if current_locale() == "en" else f"{first.month}月"
        found.append((f"{first:%Y-%m}", words))
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return found
