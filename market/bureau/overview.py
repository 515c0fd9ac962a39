"""The bureau's first page: figures with their change, the trend, and where the volume comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from market.bureau import labels, statistics, volumes
from market.bureau.models import FactKind
from market.bureau.periods import Period, PeriodName, period_of
from market.bureau.queries import StatisticsQuery
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice, Volume
from market.bureau.volumes import Chart
from market.kit import money, web
from market.kit.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure as a headline writes it, its change, and the address of what it counts."""

    label: str
    value: str
    unit: str
    delta: str
    link: str = ""
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page shows."""

    stats: list[Stat]
    trend: Chart
    breakdowns: list[Chart]

    @property
    def sheets(self) -> list[Sheet]:
        """The tables, for export."""
        return [self.trend.sheet, *(chart.sheet for chart in self.breakdowns)]


async def board_of(part: Slice, query: StatisticsQuery) -> Board:
    """The page of a slice, every figure with the address of the rows behind it."""
    months = statistics.by_month(await statistics.volume_by(part, "month"), part.period)
    before, year_ago = [
        statistics.total_of((await statistics.volume_by(one, "month")).values())
        for one in (part.before, part.year_before)
    ]
    return Board(
        stats=_stats(statistics.total_of(months.values()), before, year_ago, part.period, query),
        trend=await _trend(part, query, months),
        breakdowns=await _breakdowns(part, query),
    )


def _stats(
    now: Volume, before: Volume, year_ago: Volume, period: Period, query: StatisticsQuery
) -> list[Stat]:
    """The amount of each kind, how many events made it, and its changes."""
    stats = []
    for kind in FactKind:
        figure = now[kind]
        on_before, on_year = [
            statistics.change_bp(figure.amount_fen, one[kind].amount_fen)
            for one in (before, year_ago)
        ]
        delta = _(
            "%(count)s deals; %(change)s",
            count=figure.deals,
            change=labels.changes(on_before, on_year, period),
        )
        link = deals(query, kind=kind.value)
        label = _("%(kind)s, amount", kind=labels.kind(kind))
        value, unit = labels.headline(figure.amount_fen)
        stats.append(Stat(label, value, unit, delta, link, money.format_yuan(figure.amount_fen)))
    if (share := now.cross_province_bp) is not None:
        shown = labels.percent(share)
        stats.append(Stat(_("Across provinces"), shown, "", _("of the contracted amount")))
    return stats


async def _trend(part: Slice, query: StatisticsQuery, months: Mapping[str, Volume]) -> Chart:
    """Month by month; a period of one month shows the twelve months up to now."""
    if len(months) == 1:
        year = replace(part, period=period_of(PeriodName.TWELVE))
        months = statistics.by_month(await statistics.volume_by(year, "month"), year.period)

    def rows_of(month: str) -> str:
        return deals(query, period=PeriodName.CUSTOM.value, first=month, last=month)

    return volumes.month_chart(months, rows_of)


async def _breakdowns(part: Slice, query: StatisticsQuery) -> list[Chart]:
    below = await statistics.volume_below(part)
    return [
        volumes.breakdown(
            "regions", _("Region"), below, word=labels.region, link=partial(into, part, query)
        ),
        volumes.breakdown(
            "industries",
            _("Industry"),
            await statistics.volume_by(part, "industry"),
            word=labels.industry,
            link=lambda code: deals(query, industry=code),
        ),
        volumes.breakdown(
            "modalities",
            _("Modality"),
            await statistics.volume_by(part, "modality"),
            word=labels.modality,
            link=lambda code: deals(query, modality=code),
        ),
    ]


def deals(query: StatisticsQuery, **changes: str) -> str:
    """The rows behind a figure of the same slice, narrowed."""
    return web.path_for("bureau:deals", **query.params(**changes))


def into(part: Slice, query: StatisticsQuery, code: str) -> str:
    """The same page one region further down; the rows where there is no further down."""
    page = "bureau:deals" if code == part.region.code else "bureau:overview"
    return web.path_for(page, **query.params(region=code))
