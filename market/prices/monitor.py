"""The index of a region and month: every task beside last month and last year, and what rose most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tortoise.queryset import QuerySet

from market.accounts.oversight import codes_within
from market.kit import clock
from market.prices.models import PriceCell, PriceObservation
from market.prices.spreads import MINIMUM, change_bp, is_outlier, yardstick_of
from market.vocabulary import regions
from market.vocabulary.annotation import TASK_TYPES
from market.vocabulary.regions import COUNTRY_CODE, Region

Key = tuple[str, str]
SHOWN_MONTHS = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One task and unit in a month, with the same a month and a year before where it was traded."""

    cell: PriceCell
    month_before: PriceCell | None
    year_before: PriceCell | None

    @property
    def change_bp(self) -> int | None:
        """The median's change on the month before."""
        return _change(self.cell, self.month_before)

    @property
    def year_bp(self) -> int | None:
        """The median's change on the same month last year."""
        return _change(self.cell, self.year_before)

    @property
    def is_published(self) -> bool:
        """Whether enough contracts stand behind the month."""
        return self.cell.n >= MINIMUM

    @property
    def is_change_sound(self) -> bool:
        """Whether enough contracts stand behind both months that the change compares."""
        return (
            self.is_published and self.month_before is not None and self.month_before.n >= MINIMUM
        )

    @property
    def sound_change_bp(self) -> int | None:
        """The change on the month before, where both months have enough contracts."""
        return self.change_bp if self.is_change_sound else None

    @property
    def sound_year_bp(self) -> int | None:
        """The change on last year, where both months have enough contracts."""
        enough = self.is_published and self.year_before and self.year_before.n >= MINIMUM
        return self.year_bp if enough else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A contract behind a cell and how far its price lies from the others of the cell."""

    row: PriceObservation
    score: Decimal

    @property
    def is_outlier(self) -> bool:
        """Whether the rule flags it."""
        return is_outlier(self.score)


def _change(now: PriceCell, before: PriceCell | None) -> int | None:
    return None if before is None else change_bp(now.median, before.median)


def shifted(month: str, by: int) -> str:
    """The month `by` months later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{number + 1:02d}"


async def _cells(region: Region, month: str, least: int) -> Mapping[Key, PriceCell]:
    rows = await PriceCell.filter(region_code=region.code, month=month, n__gte=least)
    return {(row.task_type, row.unit): row for row in rows}


async def lines_of(region: Region, month: str, *, least: int = 1) -> list[Line]:
    """Every task and unit of a month, the most traded first; cells below `least` contracts left out."""
    now = await _cells(region, month, least)
    before = await _cells(region, shifted(month, -1), least)
    year = await _cells(region, shifted(month, -12), least)
    lines = [Line(cell, before.get(key), year.get(key)) for key, cell in now.items()]
    return sorted(lines, key=lambda line: (-line.cell.n, line.cell.task_type, line.cell.unit))


def riser(lines: Sequence[Line]) -> Line | None:
    """What rose most on the month before: among cells with five contracts in both months if any rose.

    Otherwise among all, which the page then says; None when nothing rose.
    """
    for pool in ([line for line in lines if line.is_change_sound], lines):
        rising = [line for line in pool if (line.change_bp or 0) > 0]
        if rising:
            return min(
                rising,
                key=lambda line: (-(line.change_bp or 0), line.cell.task_type, line.cell.unit),
            )
    return None


async def default_month(region: Region) -> str:
    """The last complete month in which something was signed in a region; else the present one."""
    now = f"{clock.today():%Y-%m}"
    rows = PriceCell.filter(region_code=region.code, month__lt=now).order_by("-month")
    found = await rows.first()
    return found.month if found else now


async def newest_published(task: str, unit: str) -> PriceCell | None:
    """The newest complete month with enough contracts of a task, by any of its names, in the country."""
    term = TASK_TYPES.exact(task)
    rows = PriceCell.filter(
        region_code=COUNTRY_CODE, task_type=term.code if term else task, unit=unit, n__gte=MINIMUM,
        month__lt=f"{clock.today():%Y-%m}",
    )  # fmt: skip
    return await rows.order_by("-month").first()


async def evidence_of(
    region: Region, month: str, key: Key, *, most: int | None = None
) -> list[Evidence]:
    """The contracts behind a cell, the dearest first; `most` of them: outliers before the others."""
    rows = PriceObservation.filter(
        region_code__range=codes_within(region.prefix), month=month, task_type=key[0], unit=key[1]
    )
    prices: Any = await rows.order_by("unit_price").values_list("unit_price", flat=True)
    if not prices:
        return []
    judge = yardstick_of(prices)
    found = await _dearest(rows, prices, judge.usual(prices), most)
    return [Evidence(row, judge.score(row.unit_price)) for row in found]


async def _dearest(
    rows: QuerySet[PriceObservation],
    prices: Sequence[Decimal],
    usual: tuple[int, int],
    most: int | None,
) -> list[PriceObservation]:
    """The dearest first; `most` of them: those above and below what is usual before the others."""
    rows = rows.order_by("-unit_price", "number")
    if most is None or len(prices) <= most:
        return await rows
    first, end = usual
    lowest, highest = prices[first], prices[end - 1]
    above = await rows.filter(unit_price__gt=highest).limit(most) if end < len(prices) else []
    left = most - len(above)
    below = await rows.filter(unit_price__lt=lowest).limit(left) if first and left else []
    left -= len(below)
    among = await rows.filter(unit_price__range=(lowest, highest)).limit(left) if left else []
    return [*above, *among, *below]


async def history_of(region: Region, until: str, key: Key, *, least: int = 1) -> list[PriceCell]:
    """The months of a task up to `until`, two years back, oldest first; cells below `least` left out."""
    return await PriceCell.filter(
        region_code=region.code, task_type=key[0], unit=key[1], n__gte=least,
        month__range=(shifted(until, 1 - SHOWN_MONTHS), until),
    ).order_by("month")  # fmt: skip


async def below(region: Region, month: str, key: Key) -> list[PriceCell]:
    """The cells of a task one level below a region, by code."""
    codes = [child.code for child in regions.children(region.code)]
    return await PriceCell.filter(
        region_code__in=codes, month=month, task_type=key[0], unit=key[1]
    ).order_by("region_code")


def publishable(cells: Sequence[PriceCell], whole: int) -> list[PriceCell]:
    """The parts of a published whole that may stand beside it.

    A part below five contracts is left out; where the rest would then be one to four contracts, the
    smallest parts follow until it is none or at least five, so that nobody can subtract it.
    """
    shown = sorted(
        (cell for cell in cells if cell.n >= MINIMUM), key=lambda cell: (-cell.n, cell.region_code)
    )
    while shown and 0 < whole - sum(cell.n for cell in shown) < MINIMUM:
        shown.pop()
    return sorted(shown, key=lambda cell: cell.region_code)
