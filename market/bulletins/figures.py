"""The tables of a bulletin, from the queries that the bureau's pages read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from market.bulletins.states import BulletinKind
from market.bureau import boards, labels, statistics, targets, volumes
from market.bureau.models import FactKind
from market.bureau.periods import Period, shifted
from market.bureau.readings import readings_of, readings_sheet
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice, Volume
from market.bureau.suppression import MINIMUM, merge_small
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.prices import monitor
from market.prices.access import country
from market.prices.views import task_name
from market.vocabulary import regions
from market.vocabulary.regions import Region, RegionLevel

WIDE = (RegionLevel.COUNTRY, RegionLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class Edition:
    """The two faces of a bulletin: exact, and suppressed for everybody."""

    exact: list[Sheet]
    published: list[Sheet]


def period_of(kind: BulletinKind, period: str) -> Period:
    """The months of "2026-10" or "2025", compared with the month, or the year, before."""
    if kind is BulletinKind.MONTHLY:
        return Period(period, period, shifted(period, -1), _("on the whole month before"))
    first = f"{period}-01"
    return Period(first, f"{period}-12", shifted(first, -12), _("on the same months last year"))


async def figures_of(kind: BulletinKind, region: Region, period: str) -> Edition:
    """Volume with its changes, its breakdowns, unit prices and indicators; of a year months and targets.

    Published are totals that nobody can work out a deal from and, from the province up, breakdowns with
    small cells merged and prices of five contracts: a city's tables subtracted from its province's would
    show what the province merged.
    """
    part = Slice(region, period_of(kind, period))
    months = await statistics.volume_by(part, "month")
    whole = statistics.total_of(months.values())
    parts = await _breakdowns(part)
    lines = await monitor.lines_of(region, part.period.last)
    exact = [await _summary(part, whole), *[sheet for sheet, _public in parts], _prices(lines)]
    exact.append(await _indicators(part))
    published = [await _published_summary(part, months, whole)]
    if region.level in WIDE:
        published += [public for _sheet, public in parts if public.rows]
        published.append(_prices(await _publishable(lines)))
    if kind is BulletinKind.YEARLY:
        by_month = statistics.by_month(months, part.period)
        exact.insert(1, volumes.month_chart(by_month, str).sheet)
        exact.append(boards.targets_sheet(await targets.targets_of(region)))
    return Edition(exact, published)


async def _indicators(part: Slice) -> Sheet:
    """Every indicator of the catalogue with its source, without the codes of the desk."""
    sheet = readings_sheet(await readings_of(part))
    return Sheet(sheet.name, sheet.title, sheet.columns[1:], [row[1:] for row in sheet.rows])


async def _publishable(lines: Sequence[monitor.Line]) -> list[monitor.Line]:
    """Prices of five contracts whose rest in the country is nothing, or five as well."""
    if not lines:
        return []
    whole = {
        (line.cell.task_type, line.cell.unit): line.cell.n
        for line in await monitor.lines_of(country(), lines[0].cell.month)
    }
    return [
        line for line in lines
        if line.is_published
        and not 0 < whole[line.cell.task_type, line.cell.unit] - line.cell.n < MINIMUM
    ]  # fmt: skip


async def _summary(part: Slice, whole: Volume) -> Sheet:
    before = statistics.total_of((await statistics.volume_by(part.before, "month")).values())
    year = statistics.total_of((await statistics.volume_by(part.year_before, "month")).values())
    heads = [
        Column(_("Event")), Column(_("Number of deals"), "integer"), Column(_("Amount (yuan)"), "money"),
        Column(_("Change on the period before"), "percent"),
        Column(_("Change on last year"), "percent"),
    ]  # fmt: skip
    rows = [
        [
            labels.kind(kind), figure.deals, figure.amount_fen,
            statistics.change_bp(figure.amount_fen, before[kind].amount_fen),
            statistics.change_bp(figure.amount_fen, year[kind].amount_fen),
        ]
        for kind, figure in whole.figures.items()
    ]  # fmt: skip
    return Sheet("summary", _("Volume and its change"), heads, rows)


async def _published_summary(part: Slice, months: Mapping[str, Volume], whole: Volume) -> Sheet:
    """The totals that may stand: not few, nor subtracted from the region above or its own months."""
    above = regions.parent_of(part.region.code)
    wider = Volume()
    if above is not None:
        wider = statistics.total_of(
            (await statistics.volume_by(Slice(above, part.period), "month")).values()
        )
    heads = [
        Column(_("Event")),
        Column(_("Number of deals"), "integer"),
        Column(_("Amount (yuan)"), "money"),
    ]
    rows = []
    for kind, figure in whole.figures.items():
        rest = wider[kind].deals - figure.deals if above else 0
        small = sum(n for month in months.values() if (n := month[kind].deals) < MINIMUM)
        stands = figure.deals >= MINIMUM and not 0 < rest < MINIMUM
        stands &= len(months) < 2 or not 0 < small < MINIMUM
        rows.append(
            [labels.kind(kind), *((figure.deals, figure.amount_fen) if stands else (None, None))]
        )
    note = _("An empty cell is fewer than five deals, or could be worked out by subtraction.")
    return Sheet("summary", _("Volume traded"), heads, rows, note=note)


async def _breakdowns(part: Slice) -> list[tuple[Sheet, Sheet]]:
    below = await statistics.volume_below(part)
    industries = await statistics.volume_by(part, "industry")
    modalities = await statistics.volume_by(part, "modality")
    return [
        _both("regions", _("Region"), below, labels.region),
        _both("industries", _("Industry"), industries, labels.industry),
        _both("modalities", _("Modality"), modalities, labels.modality),
    ]


def _both(
    name: str, dimension: str, found: Mapping[str, Volume], word: Callable[[str], str]
) -> tuple[Sheet, Sheet]:
    """A breakdown as the bureau's page has it, and with its small cells merged."""
    exact = volumes.breakdown(name, dimension, found, word=word, link=str).sheet
    counts = {code: volume[FactKind.CONTRACTED].deals for code, volume in found.items()}
    alone, rest = merge_small(counts)
    rows = [[word(code), *_contracted(found[code])] for code in alone]
    if rest:
        merged = statistics.total_of(found[code] for code in rest)
        rows.append([_("other (small cells merged)"), *_contracted(merged)])
    heads = [
        Column(dimension), Column(_("Contracts"), "integer"), Column(_("Contracted (yuan)"), "money"),
    ]  # fmt: skip
    title = _("Contracts by %(dimension)s", dimension=dimension)
    return Sheet(name, exact.title, exact.columns, exact.rows), Sheet(name, title, heads, rows)


def _contracted(volume: Volume) -> tuple[int, int]:
    figure = volume[FactKind.CONTRACTED]
    return figure.deals, figure.amount_fen


def _prices(lines: Sequence[monitor.Line]) -> Sheet:
    heads = [
        Column(_("Task")), Column(_("Unit")), Column(_("Contracts"), "integer"),
        Column(_("Tenth percentile (yuan)"), "unit_price"), Column(_("Median (yuan)"), "unit_price"),
        Column(_("Ninetieth percentile (yuan)"), "unit_price"),
        Column(_("Change on last month"), "percent"), Column(_("Change on last year"), "percent"),
    ]  # fmt: skip
    rows = [
        [
            task_name(line.cell.task_type), line.cell.unit, line.cell.n, line.cell.p10,
            line.cell.median, line.cell.p90, line.sound_change_bp, line.sound_year_bp,
        ]
        for line in lines
    ]  # fmt: skip
    return Sheet("prices", _("Unit-price index"), heads, rows)
