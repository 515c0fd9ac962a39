"""What measures read of one slice, each thing once."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tortoise.functions import Sum

from market.bureau import statistics
from market.bureau.models import ALL, ActivityKind, ActivityRollup
from market.bureau.periods import Period, shifted
from market.bureau.statistics import Slice, Volume
from market.kit import clock
from market.vocabulary.regions import Region


@dataclass(frozen=True, slots=True)
class Activity:
    """The sums of one kind of activity in a slice."""

    events: int = 0
    hits: int = 0
    amount_fen: int = 0
    base_fen: int = 0


@dataclass(slots=True)
class Reader:
    """Reads the measures of one slice; what several need is read once."""

    part: Slice
    _trade: Volume | None = None
    _activity: dict[ActivityKind, Activity] | None = None
    _memory: dict[str, Any] = field(default_factory=dict)

    @property
    def region(self) -> Region:
        """The region the measures are of."""
        return self.part.region

    async def trade(self) -> Volume:
        """The money of the deals."""
        if self._trade is None:
            months = await statistics.volume_by(self.part, "month")
            self._trade = statistics.total_of(months.values())
        return self._trade

    async def activity(self, kind: ActivityKind) -> Activity:
        """What is counted beside the money; a bureau's programmes count where their region is."""
        if self._activity is None:
            self._activity = await activities_of(self.part)
        return self._activity.get(kind, Activity())

    async def once(self, name: str, read: Callable[[], Awaitable[Any]]) -> Any:
        """What `read` gives, kept under a name."""
        if name not in self._memory:
            self._memory[name] = await read()
        return self._memory[name]


async def activities_of(part: Slice) -> dict[ActivityKind, Activity]:
    """The sums of every kind in a slice."""
    query = ActivityRollup.filter(
        region_code=part.region.code, month__range=(part.period.first, part.period.last)
    )
    if part.industry or part.modality:
        query = (
            query.filter(industry=part.industry) if part.industry else query.exclude(industry=ALL)
        )
        query = query.filter(modality=part.modality) if part.modality else query
    else:
        query = query.filter(industry=ALL)
    rows = await (
        query.annotate(e=Sum("events"), h=Sum("hits"), a=Sum("amount_fen"), b=Sum("base_fen"))
        .group_by("kind")
        .values("kind", "e", "h", "a", "b")
    )
    return {
        ActivityKind(row["kind"]): Activity(*(int(row[name]) for name in "ehab")) for row in rows
    }


def hundredths(part: int, whole: int) -> int | None:
    """`part` by `whole` in hundredths, rounded half up; None when there is no whole."""
    return (part * 200 + whole) // (2 * whole) if whole else None


def moments_of(period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a period and the first after it, by the Chinese calendar."""
    first, after = (
        dt.datetime(int(month[:4]), int(month[5:]), 1, tzinfo=clock.CHINA)
        for month in (period.first, shifted(period.last, 1))
    )
    return first, after
