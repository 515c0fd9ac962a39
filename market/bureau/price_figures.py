"""The price index as codes and numbers, and the unit prices behind it: its part of the recount."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from tortoise.queryset import QuerySet

from market.bureau.statistics import code_range
from market.prices import monitor
from market.prices.access import country
from market.prices.models import PriceCell, PriceObservation
from market.prices.monitor import Line
from market.prices.observations import areas_around
from market.prices.queries import PublishedQuery
from market.prices.spreads import MINIMUM
from market.prices.views import Board, index_of, month_now, published_board
from market.vocabulary import regions
from market.vocabulary.annotation import TASK_TYPES
from market.vocabulary.regions import Region

Page = tuple[str, str]  # of the index: region, month


def observations_of(region: Region) -> QuerySet[PriceObservation]:
    """The unit prices that the index of a region counts."""
    rows = PriceObservation.filter(region_code__range=code_range(region), unit_price__gt=0)
    return rows.exclude(task_type="")


def whole(price: Decimal) -> int:
    """A unit price in ten-thousandths of a yuan."""
    return int(price * 10_000)


async def pages_below(region: Region, months: Sequence[str]) -> list[Page]:
    """The pages of a region and of those one level down, in some months."""
    codes = {region.code, *(child.code for child in regions.children(region.code))}
    return [
        page for page in await _pages(observations_of(region))
        if page[0] in codes and page[1] in set(months)
    ]  # fmt: skip


async def all_pages() -> list[Page]:
    """Every page that shows a price, or should."""
    return await _pages(observations_of(country()))


async def _pages(observations: QuerySet[PriceObservation]) -> list[Page]:
    """By the cells and by what was observed: a cell that is missing is not overlooked."""
    found = set(await PriceCell.all().distinct().values_list("region_code", "month"))
    for code, month in await observations.distinct().values_list("region_code", "month"):
        found |= {(area.code, month) for area in areas_around(code)}
    return sorted(page for page in found if regions.region(page[0]))


def newest(pages: Iterable[Page]) -> list[Page]:
    """Of each region the pages of its two newest months."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, month in sorted(pages):
        found[code].append(month)
    return [(code, month) for code, months in found.items() for month in months[-2:]]


async def index_figures(pages: Iterable[Page], adjusted: Collection[Page]) -> list[dict[str, Any]]:
    """The lines of the bureau's pages, what each says rose most, and of some the adjusted indices."""
    found = []
    for code, month in pages:
        region = regions.region(code)
        assert region is not None
        lines = await monitor.lines_of(region, month)
        page = _figures(code, month, 1, lines, monitor.riser(lines))
        if (code, month) in adjusted:
            page["adjusted"] = await _adjusted(region, month, lines)
        found.append(page)
    return found


async def _adjusted(region: Region, month: str, lines: Sequence[Line]) -> dict[str, Any]:
    """Of each task that has one: contracts, what is held equal, and the rows of its table."""
    found = {}
    for line in lines:
        detail = await index_of(region, month, (line.cell.task_type, line.cell.unit))
        if detail.adjusted:
            found[_key(line)] = {
                "n": detail.adjusted.n,
                "controls": list(detail.adjusted.controls),
                "rows": detail.indices,
            }
    return found


async def published_figures() -> list[dict[str, Any]]:
    """The public page of each month that is over, with the provinces it shows beside a task."""
    found = []
    cells = PriceCell.filter(region_code=country().code, month__lt=month_now())
    months: Any = await cells.distinct().order_by("month").values_list("month", flat=True)
    for month in months:
        board = await published_board(PublishedQuery(month=month))
        page = _figures(board.region.code, month, MINIMUM, board.lines, board.riser)
        known = [line for line in board.lines if line.cell.task_type in TASK_TYPES]
        page["parts"] = {_key(line): await _parts(board, line) for line in known}
        found.append(page)
    return found


async def _parts(board: Board, line: Line) -> dict[str, list[int]]:
    query = PublishedQuery(month=board.month, task=line.cell.task_type, unit=line.cell.unit)
    detail = (await published_board(query)).detail
    return {cell.region_code: _spread(cell) for cell in detail.below} if detail else {}


def _figures(
    region: str, month: str, least: int, lines: Sequence[Line], top: Line | None
) -> dict[str, Any]:
    return {
        "region": region,
        "months": [month, monitor.shifted(month, -1), monitor.shifted(month, -12)],
        "least": least,
        "keys": [_key(line) for line in lines],
        "rows": [[*_spread(line.cell), line.change_bp, line.year_bp] for line in lines],
        "rose_most": _key(top) if top else "",
    }


def _key(line: Line) -> str:
    return f"{line.cell.task_type}|{line.cell.unit}"


def _spread(cell: PriceCell) -> list[int]:
    return [cell.n, *map(whole, (cell.p10, cell.median, cell.p90)), cell.outliers]
