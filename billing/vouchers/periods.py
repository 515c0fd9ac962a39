"""Periods a threshold or cap runs over, on the calendar of Asia/Shanghai."""

from calendar import monthrange
from datetime import date
from typing import Literal

Period = Literal["month", "quarter", "half_year", "year", "3_months", "12_months"]

_CALENDAR_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_ROLLING_MONTHS = {"3_months": 3, "12_months": 12}


def shares_period(period: str, day: date, *, of: date) -> bool:
    """Whether `day` lies in the calendar period of `of`, or in the rolling months that end there.

    Rolling months are half open: three months to 15 May begin on 16 February.
    """
    if period in _ROLLING_MONTHS:
        return months_before(of, _ROLLING_MONTHS[period]) < day <= of
    months = _CALENDAR_MONTHS[period]
    return day.year == of.year and (day.month - 1) // months == (of.month - 1) // months


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of a shorter month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))
