"""Transaction volume by month, region, industry and modality, read from the rollup."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tortoise.expressions import Q
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from market.accounts.oversight import codes_within
from market.bureau.models import ALL, FactKind, Side, TradeRollup
from market.bureau.periods import Period
from market.bureau.rollups import is_wide
from market.vocabulary import regions
from market.vocabulary.regions import Region, RegionLevel


@dataclass(frozen=True, slots=True)
class Slice:
    """What is counted: a region and below on one side of the deals, a period, and a filter."""

    region: Region
    period: Period
    side: Side = Side.DEMAND
    industry: str = ""
    modality: str = ""

    @property
    def before(self) -> "Slice":
        """The same in the period it is compared with."""
        return replace(self, period=self.period.before)

    @property
    def year_before(self) -> "Slice":
        """The same a year ago."""
        return replace(self, period=self.period.year_before)


@dataclass(slots=True)
class Figure:
    """One kind of event in a cell: how many, how much (fen), how much of it across provinces."""

    deals: int = 0
    amount_fen: int = 0
    cross_province_fen: int = 0

    def add(self, other: "Figure", *, sign: int = 1) -> None:
        """Count another cell in, or with `sign` -1 out."""
        self.deals += sign * other.deals
        self.amount_fen += sign * other.amount_fen
        self.cross_province_fen += sign * other.cross_province_fen


@dataclass(slots=True)
class Volume:
    """The four figures of a cell of a report."""

    figures: dict[FactKind, Figure] = field(
        default_factory=lambda: {kind: Figure() for kind in FactKind}
    )

    def __getitem__(self, kind: FactKind | str) -> Figure:
        return self.figures[FactKind(kind)]

    def add(self, other: "Volume", *, sign: int = 1) -> None:
        """Count another cell in, or with `sign` -1 out."""
        for kind, figure in other.figures.items():
            self.figures[kind].add(figure, sign=sign)

    @property
    def cross_province_bp(self) -> int | None:
        """Share of the contracted amount whose other party is in another province; None of nothing."""
        contracted = self[FactKind.CONTRACTED]
        return share_bp(contracted.cross_province_fen, contracted.amount_fen)


def share_bp(part: int, whole: int) -> int | None:
    """`part` of `whole` in basis points, rounded half up; None when there is no whole."""
    return (part * 20000 + whole) // (2 * whole) if whole else None


def change_bp(now: int, before: int) -> int | None:
    """The change against the period before in basis points; None when there was nothing before."""
    share = share_bp(now, before)
    return None if share is None else share - 10000


def code_range(region: Region) -> tuple[str, str]:
    """The lowest and the highest code within a region: an index serves it, a pattern would not."""
    return codes_within(region.prefix)


def _cells(part: Slice, areas: Sequence[str], dimension: str) -> QuerySet[TradeRollup]:
    """The rows that sum to a slice: the whole of a region, unless it is split or filtered.

    By industry or by modality alone a province and the country have sums of their own.
    """
    query = TradeRollup.filter(
        side=part.side,
        region_code__in=areas,
        month__range=(part.period.first, part.period.last),
    )
    chosen = {"industry": part.industry, "modality": part.modality}
    split = [name for name, value in chosen.items() if value or dimension == name]
    if not split:
        return query.filter(industry=ALL, modality=ALL)
    query = query.filter(**{name: value for name, value in chosen.items() if value})
    if len(split) == 2:
        return query.exclude(unit=ALL)
    kept = {"industry": "modality", "modality": "industry"}[split[0]]
    wide, narrow = [[area for area in areas if is_wide(area) is kind] for kind in (True, False)]
    margin = Q(region_code__in=wide, unit=ALL, **{kept: ALL}) & ~Q(**{split[0]: ALL})
    return query.filter(margin | Q(region_code__in=narrow) & ~Q(unit=ALL) if narrow else margin)


async def _volumes(part: Slice, areas: Sequence[str], dimension: str) -> dict[str, Volume]:
    rows = (
        await _cells(part, areas, dimension)
        .annotate(n=Sum("deals"), amount=Sum("amount_fen"), cross=Sum("cross_province_fen"))
        .group_by("kind", dimension)
        .values("kind", dimension, "n", "amount", "cross")
    )
    found: defaultdict[str, Volume] = defaultdict(Volume)
    for row in rows:
        figure = Figure(int(row["n"]), int(row["amount"]), int(row["cross"]))
        found[row[dimension]][row["kind"]].add(figure)
    return dict(found)


async def volume_by(part: Slice, dimension: str) -> dict[str, Volume]:
    """The volume for each value of `dimension` (month, industry, modality)."""
    return await _volumes(part, [part.region.code], dimension)


async def rows_by_month(part: Slice, kind: FactKind | None) -> dict[str, int]:
    """How many facts of a slice lie in each month, from the rollup: counting millions takes seconds."""
    cells = _cells(part, [part.region.code], "month")
    cells = cells.filter(kind=kind) if kind else cells
    found = await cells.annotate(n=Sum("facts")).group_by("month").values("month", "n")
    return {row["month"]: int(row["n"]) for row in found}


async def volume_below(part: Slice) -> dict[str, Volume]:
    """The volume for each region one level down.

    What lies in the region but in none below (a province as an address) counts under its own code.
    """
    own = part.region.code
    below = [child.code for child in regions.children(own)]
    found = await _volumes(part, [own, *below], "region_code")
    rest = found.pop(own, Volume())
    for volume in found.values():
        rest.add(volume, sign=-1)
    is_filled = any(one.deals or one.amount_fen for one in rest.figures.values())
    return {**found, own: rest} if is_filled else found


def total_of(volumes: Iterable[Volume]) -> Volume:
    """The sum of cells."""
    total = Volume()
    for volume in volumes:
        total.add(volume)
    return total


def by_month(volumes: Mapping[str, Volume], period: Period) -> dict[str, Volume]:
    """Every month of the period in order, empty ones too."""
    return {month: volumes.get(month, Volume()) for month in period.months}


def has_below(region: Region) -> bool:
    """Whether a region can be opened further."""
    return region.level is not RegionLevel.DISTRICT and bool(regions.children(region.code))


def ranked(volumes: Mapping[str, Volume], kind: FactKind) -> list[tuple[str, Volume]]:
    """Cells from the largest amount of `kind` down, ties by code."""
    return sorted(volumes.items(), key=lambda item: (-item[1][kind].amount_fen, item[0]))
