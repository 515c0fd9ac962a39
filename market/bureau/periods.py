"""Reporting periods in whole Chinese months, and the period each is compared with."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from market.kit import clock
from market.kit.i18n import gettext as _


class PeriodName(StrEnum):
    """The choices of the period filter."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TWELVE = "twelve"
    CUSTOM = "custom"


def shifted(month: str, by: int) -> str:
    """The month `by` months later: "2026-11" by 2 is "2027-01"."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{number + 1:02d}"


def months_between(first: str, last: str) -> int:
    """How many months from `first` to `last`, both counted; below 1 when they are out of order."""
    years = int(last[:4]) - int(first[:4])
    return years * 12 + int(last[5:]) - int(first[5:]) + 1


@dataclass(frozen=True, slots=True)
class Period:
    """From the first month to the last, both included; `before` says what it is compared with."""

    first: str
    last: str
    before_first: str
    comparison: str

    @property
    def months(self) -> list[str]:
        """Every month of the period."""
        return [shifted(self.first, n) for n in range(months_between(self.first, self.last))]

    @property
    def before(self) -> "Period":
        """The period of the same length that this one is compared with."""
        last = shifted(self.before_first, len(self.months) - 1)
        return Period(self.before_first, last, self.before_first, "")

    @property
    def year_before(self) -> "Period":
        """The same months a year ago."""
        return Period(
            shifted(self.first, -12), shifted(self.last, -12), shifted(self.first, -24), ""
        )

    @property
    def label(self) -> str:
        """ "2026-01 – 2026-11", or the one month."""
        return self.first if self.first == self.last else f"{self.first} – {self.last}"


def moments_of(period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a period and the first after it, by the Chinese calendar."""
    first, after = (
        dt.datetime(int(month[:4]), int(month[5:]), 1, tzinfo=clock.CHINA)
        for month in (period.first, shifted(period.last, 1))
    )
    return first, after


def current_month(today: dt.date | None = None) -> str:
    """The present month in China."""
    return f"{today or clock.today():%Y-%m}"


def quarter_start(month: str) -> str:
    """The first month of a month's quarter."""
    return shifted(month, -((int(month[5:]) - 1) % 3))


def period_of(name: PeriodName, *, first: str = "", last: str = "") -> Period:
    """The period a reader chose.

    A month is compared with the month before, a quarter with as many months of the quarter before, a
    year with the same months a year ago, any other span with the span of equal length before it. The
    present month is counted as far as it has gone.
    """
    now = current_month()
    if name is PeriodName.MONTH:
        return Period(now, now, shifted(now, -1), _("on the whole month before"))
    if name is PeriodName.QUARTER:
        first = quarter_start(now)
        return Period(first, now, shifted(first, -3), _("on the same months of the quarter before"))
    if name is PeriodName.YEAR:
        first = f"{now[:4]}-01"
        return Period(first, now, shifted(first, -12), _("on the same months last year"))
    if name is PeriodName.TWELVE:
        first = shifted(now, -11)
        return Period(first, now, shifted(first, -12), _("on the twelve months before"))
    before = shifted(first, -months_between(first, last))
    return Period(first, last, before, _("on the same span before"))
