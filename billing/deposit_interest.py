"""Interest on a returned deposit (招标投标法实施条例第五十七条): dated rates as data, actual/360, one rounding."""

import datetime as dt
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from market.settings import settings

DATA = Path(__file__).parent / "data" / "deposit_rates.json"
YEAR_DAYS = 360  # 日利率 = 年利率 / 360
PPM = 1_000_000
DAY_COUNT = "actual/360"


class DepositRate(BaseModel):
    """The yearly rate in parts per million from a day on, and who says so."""

    valid_from: dt.date = Field(alias="from")
    rate_ppm: int = Field(ge=0, le=PPM)
    source: str


class Segment(BaseModel):
    """So many days at one rate."""

    days: int
    rate_ppm: int
    source: str


class Interest(BaseModel):
    """The interest in fen and how it was made; kept with the holding."""

    fen: int
    since: dt.date
    until: dt.date
    day_count: str = DAY_COUNT
    segments: tuple[Segment, ...]


@cache
def rates() -> tuple[DepositRate, ...]:
    """The rates in force, the oldest first: the installation's file, or the central bank's benchmark."""
    text = (settings.deposit_rates_file or DATA).read_text("utf-8")
    found = [DepositRate.model_validate(row) for row in json.loads(text)]
    return tuple(sorted(found, key=lambda row: row.valid_from))


def interest_on(
    fen: int, since: dt.date, until: dt.date, *, table: Sequence[DepositRate] | None = None
) -> Interest:
    """Interest on `fen` from the day of the receipt to the day before the return, rounded down once.

    The sum over the rates of fen x ppm x days, divided by 360 million; no float, no rounding between.
    """
    table = rates() if table is None else table
    segments, numerator = [], 0
    for at, rate in enumerate(table):
        end = table[at + 1].valid_from if at + 1 < len(table) else until
        # days before the first rate count at the first
        first = since if at == 0 else max(since, rate.valid_from)
        days = (min(end, until) - first).days
        if days > 0:
            segments.append(Segment(days=days, rate_ppm=rate.rate_ppm, source=rate.source))
            numerator += fen * rate.rate_ppm * days
    return Interest(
        fen=numerator // (PPM * YEAR_DAYS), since=since, until=until, segments=tuple(segments)
    )


def stated(interest: Interest) -> dict[str, Any]:
    """As the holding keeps it."""
    return interest.model_dump(mode="json")
