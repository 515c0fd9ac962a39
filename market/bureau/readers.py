"""What measures read of one slice, each thing once."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tortoise.functions import Sum

from market.bureau import statistics
from market.bureau.models import ALL, ActivityKind, ActivityRollup
from market.bureau.statistics import Slice, Volume
from market.vocabulary import regions
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
    return (await _activities(part, [part.region.code], "region_code")).get(part.region.code, {})


async def rows_by_month(part: Slice, kind: ActivityKind | None) -> dict[str, int]:
    """How many facts beside the money lie in each month of a slice, of one kind or of all."""
    found = await _activities(part, [part.region.code], "month")
    return {
        month: sum(one.events for name, one in sums.items() if kind in (None, name))
        for month, sums in found.items()
    }


async def _activities(
    part: Slice, areas: Sequence[str], dimension: str
) -> dict[str, dict[ActivityKind, Activity]]:
    query = ActivityRollup.filter(
        kind__in=list(ActivityKind),  # the index begins with it
        region_code__in=areas,
        month__range=(part.period.first, part.period.last),
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
        .group_by("kind", dimension)
        .values("kind", dimension, "e", "h", "a", "b")
    )
    found: defaultdict[str, dict[ActivityKind, Activity]] = defaultdict(dict)
    for row in rows:
        sums = Activity(*(int(row[name]) for name in "ehab"))
        found[row[dimension]][ActivityKind(row["kind"])] = sums
    return found


async def readers_by_month(part: Slice) -> dict[str, Reader]:
    """A reader for each month of a period, with what the rollups hold read at once."""
    volumes = await statistics.volume_by(part, "month")
    counted = await _activities(part, [part.region.code], "month")
    return {
        month: Reader(
            replace(part, period=replace(part.period, first=month, last=month)),
            volumes.get(month, Volume()), counted.get(month, {}),
        )
        for month in part.period.months
    }  # fmt: skip


async def readers_below(part: Slice) -> dict[str, Reader]:
    """A reader for each region one level down, with what the rollups hold read at once."""
    below = regions.children(part.region.code)
    volumes = await statistics.volume_below(part)
    counted = await _activities(part, [child.code for child in below], "region_code")
    return {
        child.code: Reader(
            replace(part, region=child), volumes.get(child.code, Volume()),
            counted.get(child.code, {}),
        )
        for child in below
    }  # fmt: skip


def hundredths(part: int, whole: int) -> int | None:
    """`part` by `whole` in hundredths, rounded half up; None when there is no whole."""
    return (part * 200 + whole) // (2 * whole) if whole else None
