"""The pages of the index, and their tables as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from market.accounts.oversight import codes_within
from market.kit import clock, i18n, web
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.prices import monitor
from market.prices.access import country
from market.prices.hedonic import MOST, Adjusted, Priced, adjusted_index
from market.prices.models import PriceCell, PriceObservation
from market.prices.monitor import Evidence, Key, Line
from market.prices.queries import PricesQuery, PublishedQuery
from market.prices.spreads import MINIMUM, change_bp
from market.vocabulary import regions
from market.vocabulary.annotation import TASK_TYPES
from market.vocabulary.regions import COUNTRY_CODE, Region

CONTROLS = {
    "quality": N_("agreed quality"), "volume": N_("volume"), "urgency": N_("days to deliver"),
    "region": N_("province"),
}  # fmt: skip
SHOWN = 40  # contracts on a page; the file holds all
MOST_KEPT = 500
_KEPT: dict[object, Adjusted | None] = {}
PAGE_OF = {True: "bureau:prices", False: "prices:published"}


def task_name(code: str) -> str:
    """The task in the reader's language."""
    return TASK_TYPES.label(code, i18n.current_locale())


def region_name(code: str) -> str:
    """The region's own name."""
    found = regions.region(code)
    return _("the whole country") if code == COUNTRY_CODE else found.name if found else code


def month_now() -> str:
    """The present month in China."""
    return f"{clock.today():%Y-%m}"


def months_until(month: str) -> list[tuple[str, str]]:
    """Sixty months back from one, for a filter."""
    return [(name, name) for name in (monitor.shifted(month, -n) for n in range(60))]


@dataclass(frozen=True, slots=True)
class Detail:
    """One task in a region: its months, the adjusted index beside, contracts, the regions below."""

    key: Key
    history: Sequence[PriceCell]
    adjusted: Adjusted | None
    evidence: Sequence[Evidence]
    count: int  # of the contracts that `evidence` shows some of
    below: Sequence[PriceCell]

    @property
    def points(self) -> list[tuple[object, ...]]:
        """The chart: each month with median, first and ninth decile; a gap where nothing stands."""
        found = {cell.month: cell for cell in self.history}
        if not found:
            return []
        first, last = min(found), max(found)
        count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
        months = [monitor.shifted(first, n) for n in range(count)]
        return [
            (month, cell.median, cell.p10, cell.p90) if (cell := found.get(month)) else (month, None, None, None)
            for month in months
        ]  # fmt: skip

    @property
    def indices(self) -> list[tuple[str, int, int, int, int]]:
        """The raw and the adjusted index month by month from the adjusted one's first month."""
        if self.adjusted is None:
            return []
        cells = {cell.month: cell for cell in self.history}
        base = cells[self.adjusted.months[0].month].median
        return [
            (one.month, 10_000 + change_bp(cells[one.month].median, base), one.index_bp, one.error_bp, one.n)
            for one in self.adjusted.months
        ]  # fmt: skip

    @property
    def held_equal(self) -> str:
        """The characteristics that the adjusted index holds equal."""
        names = self.adjusted.controls if self.adjusted else ()
        return "、".join(_(CONTROLS[name]) for name in names)


@dataclass(frozen=True, slots=True)
class Board:
    """A page: the month's lines, what rose most with both months' contracts, and one task if chosen."""

    region: Region
    month: str
    lines: Sequence[Line]
    riser: Line | None
    riser_rows: Sequence[Evidence]
    detail: Detail | None

    @property
    def riser_count(self) -> int:
        """How many contracts stand behind what rose most, in both months."""
        found = (self.riser.cell, self.riser.month_before) if self.riser else ()
        return sum(cell.n for cell in found if cell)

    @property
    def outliers(self) -> int:
        """How many contracts of the month are flagged."""
        return sum(line.cell.outliers for line in self.lines)


async def bureau_board(region: Region, query: PricesQuery) -> Board:
    """The exact figures of a region, small cells too."""
    month = query.month or await monitor.default_month(region)
    lines = await monitor.lines_of(region, month)
    top = monitor.riser(lines)
    rows: list[Evidence] = []
    if top is not None:
        key = (top.cell.task_type, top.cell.unit)
        for which in (month, monitor.shifted(month, -1)):
            rows += await monitor.evidence_of(region, which, key, most=SHOWN // 2)
    detail = await _detail(region, month, (query.task, query.unit)) if query.task else None
    return Board(region, month, lines, top, rows, detail)


async def _detail(region: Region, month: str, key: Key) -> Detail:
    detail = await index_of(region, month, key)
    return replace(
        detail,
        evidence=await monitor.evidence_of(region, month, key, most=SHOWN),
        count=sum(cell.n for cell in detail.history if cell.month == month),
        below=await monitor.below(region, month, key),
    )


async def index_of(region: Region, month: str, key: Key) -> Detail:
    """The months of a task with its adjusted index, without contracts and regions below."""
    history = await monitor.history_of(region, month, key)
    return Detail(key, history, await _adjusted(region, month, key, history), (), 0, ())


async def _adjusted(
    region: Region, month: str, key: Key, history: Sequence[PriceCell]
) -> Adjusted | None:
    """The adjusted index of the last thirteen months, kept until one of their cells is written."""
    cells = tuple((cell.id, cell.updated_at) for cell in history)
    asked = (region.code, month, key, cells)
    if asked not in _KEPT:
        rows: Any = await (
            PriceObservation.filter(
                region_code__range=codes_within(region.prefix), task_type=key[0], unit=key[1],
                unit_price__gt=0, month__range=(monitor.shifted(month, -12), month),
            ).order_by("-signed_at", "id").limit(MOST).values_list(*Priced._fields)
        )  # fmt: skip
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[asked] = adjusted_index([Priced(*row) for row in rows])
    return _KEPT[asked]


async def published_board(query: PublishedQuery) -> Board:
    """What everybody may see: complete months of the whole country, nothing below five contracts.

    Of the provinces beside it, those that `publishable` lets stand; no contract by itself.
    """
    last = monitor.shifted(month_now(), -1)
    region, month = country(), min(query.month or last, last)
    lines = await monitor.lines_of(region, month, least=MINIMUM)
    detail = None
    if query.task:
        key = (query.task, query.unit)
        history = await monitor.history_of(region, month, key, least=MINIMUM)
        whole = next((cell for cell in history if cell.month == month), None)
        parts = await monitor.below(region, month, key) if whole else []
        parts = monitor.publishable(parts, whole.n if whole else 0)
        detail = Detail(key, history, None, (), 0, parts)
    return Board(region, month, lines, monitor.riser(lines), (), detail)


def _cell(name: str) -> Callable[[Line], object]:
    return lambda line: getattr(line.cell, name)


LINES = Export(
    N_("Unit-price index"),
    (
        (N_("Task"), "text", lambda line: task_name(line.cell.task_type)),
        (N_("Unit"), "text", _cell("unit")),
        (N_("Month"), "text", _cell("month")),
        (N_("Contracts"), "integer", _cell("n")),
        (N_("Tenth percentile (yuan)"), "unit_price", _cell("p10")),
        (N_("Median (yuan)"), "unit_price", _cell("median")),
        (N_("Ninetieth percentile (yuan)"), "unit_price", _cell("p90")),
        (N_("Change on last month"), "percent", "change_bp"),
        (N_("Change on last year"), "percent", "year_bp"),
        (N_("Outliers"), "integer", _cell("outliers")),
    ),
)
EVIDENCE = Export(
    N_("Contracts behind the price"),
    (
        (N_("Contract"), "text", "row.number"),
        (N_("In force since"), "datetime", "row.signed_at"),
        (N_("Region"), "text", lambda one: regions.full_name(one.row.region_code)),
        (N_("Quantity"), "number", "row.quantity"),
        (N_("Unit"), "text", "row.unit"),
        (N_("Unit price (yuan)"), "unit_price", "row.unit_price"),
        (N_("Agreed quality"), "percent", "row.quality_bp"),
        (N_("Days to deliver"), "integer", "row.days"),
        (N_("Modified z-score"), "number", "score"),
    ),
)


def link_to(query: PublishedQuery, line: Line, *, is_bureau: bool) -> str:
    """The page of a line's task."""
    return web.path_for(
        PAGE_OF[is_bureau], **query.params(task=line.cell.task_type, unit=line.cell.unit)
    )


def rise_of(line: Line) -> str:
    """What rose, by how much, from what to what."""
    assert line.month_before is not None, "a rise has something before it"
    yuan, percent = (web.environment.filters[name] for name in ("unit_price", "percent"))
    return _(
        "%(task)s rose by %(change)s: from %(before)s to %(now)s yuan/%(unit)s.",
        task=task_name(line.cell.task_type), change=percent(line.change_bp or 0),
        before=yuan(line.month_before.median), now=yuan(line.cell.median), unit=line.cell.unit,
    )  # fmt: skip
