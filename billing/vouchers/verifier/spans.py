"""The periods again, on the calendar of the claims."""

from calendar import monthrange
from datetime import date
from typing import Any

Json = dict[str, Any]
ROLLING = {"3_months": 3, "12_months": 12}
CALENDAR = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def within(period: str, one: Json, sheet: Json) -> bool:
    """Whether an earlier claim lies in the same period as the claim."""
    if period in ("lifetime", "total"):
        return True
    if period == "batch":
        return bool(one["sheet"]["batch"] == sheet["batch"])
    day, end = (date.fromisoformat(x["as_of"][:10]) for x in (one["sheet"], sheet))
    if period in CALENDAR:
        months = CALENDAR[period]
        return (day.year, (day.month - 1) // months) == (end.year, (end.month - 1) // months)
    year, month = divmod(end.year * 12 + end.month - 1 - ROLLING[period], 12)
    start = date(year, month + 1, min(end.day, monthrange(year, month + 1)[1]))
    return start < day <= end
