"""Indicators read: the value, its changes, where it is from, and the address of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from market.bureau import labels, reports
from market.bureau.indicators import Indicator, catalogue, dimension_label, grouped
from market.bureau.measures import measured
from market.bureau.models import IndicatorReport
from market.bureau.queries import StatisticsQuery
from market.bureau.readers import Reader, readers_below, readers_by_month
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice, change_bp
from market.kit import web
from market.kit.i18n import gettext as _
from market.kit.tables import Column


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator's value in its unit (None: nothing is known) and its changes in basis points."""

    indicator: Indicator
    value: int | None
    before_bp: int | None = None
    year_bp: int | None = None
    report: IndicatorReport | None = None

    @property
    def shown(self) -> str:
        """As the page writes it."""
        return labels.figure(self.indicator.kind, self.value)

    @property
    def source(self) -> str:
        """What the value rests on."""
        if self.report is not None:
            return _(
                "reported for %(period)s: %(document)s, %(day)s",
                period=self.report.period, document=self.report.document, day=self.report.document_on,
            )  # fmt: skip
        if self.indicator.is_reported:
            return _("no data is gathered for this here: reported by firms")
        return _("computed from rows of the platform")


async def readings_of(part: Slice) -> list[tuple[str, list[Reading]]]:
    """Every indicator of a slice under its heading."""
    now, before, year_ago = (Reader(one) for one in (part, part.before, part.year_before))
    told = await reports.latest_reports(part.region)
    found = {}
    for row in catalogue().values():
        if row.kind == "link":
            found[row.code] = Reading(row, None)
        elif row.is_reported:
            report = told.get(row.code)
            found[row.code] = Reading(row, report.value if report else None, report=report)
        else:
            value = await measured(row.measure, now)
            earlier, past = [
                await measured(row.measure, one) if row.span == "flow" else None
                for one in (before, year_ago)
            ]
            found[row.code] = Reading(row, value, _change(value, earlier), _change(value, past))
    return [(title, [found[row.code] for row in rows]) for title, rows in grouped()]


def _change(value: int | None, past: int | None) -> int | None:
    return None if value is None or past is None else change_bp(value, past)


def readings_sheet(groups: Sequence[tuple[str, Sequence[Reading]]]) -> Sheet:
    """The readings as one table; a value is written in full in its unit."""
    heads = [
        Column(_("Code")), Column(_("Indicator group")), Column(_("Indicator")),
        Column(_("Value"), "number"),
        Column(_("Unit")), Column(_("On the period before"), "percent"),
        Column(_("On the year before"), "percent"), Column(_("Source of the value")),
    ]  # fmt: skip
    rows = [
        [
            one.indicator.code, title, one.indicator.name,
            labels.typed(one.indicator.kind, one.value), one.indicator.unit, one.before_bp,
            one.year_bp, one.source,
        ]
        for title, readings in groups
        for one in readings
    ]  # fmt: skip
    return Sheet("indicators", _("Indicators"), heads, rows)


def rows_link(indicator: Indicator, query: StatisticsQuery) -> str:
    """Where the rows behind a figure are, under the same filters; "" where none are listed."""
    name, _colon, kind = indicator.rows.partition(":")
    if name in ("deals", "activities"):
        return web.path_for(f"bureau:{name}", **query.params(kind=kind))
    if indicator.rows in ("bureau:flows", "bureau:prices"):
        return web.path_for(indicator.rows, **query.params())
    return web.path_for(indicator.rows) if indicator.rows else ""


async def by_month(indicator: Indicator, part: Slice) -> list[tuple[str, int | None]]:
    """A flow month by month."""
    found = await readers_by_month(part)
    return [(month, await measured(indicator.measure, one)) for month, one in found.items()]


async def by_region(indicator: Indicator, part: Slice) -> list[tuple[str, int | None]]:
    """The regions one level down that have a value, the largest first."""
    below = await readers_below(part)
    found = [(code, await measured(indicator.measure, one)) for code, one in below.items()]
    return sorted(((c, v) for c, v in found if v), key=lambda one: (-(one[1] or 0), one[0]))


def months_sheet(indicator: Indicator, values: Sequence[tuple[str, int | None]]) -> Sheet:
    """The months as a table."""
    heads = [
        Column(_("Month")),
        _column(indicator),
    ]
    rows = [[month, _cell(indicator, value)] for month, value in values]
    return Sheet("months", _("%(name)s by month", name=indicator.name), heads, rows)


def regions_sheet(
    indicator: Indicator, values: Sequence[tuple[str, int | None]], query: StatisticsQuery
) -> Sheet:
    """The regions as a table; each opens its own page."""
    heads = [
        Column(_("Region")),
        _column(indicator),
    ]
    rows = [[labels.region(code), _cell(indicator, value)] for code, value in values]
    links = [
        web.path_for("bureau:indicator", code=indicator.code, **query.params(region=code))
        for code, _value in values
    ]
    return Sheet("regions", _("%(name)s by region", name=indicator.name), heads, rows, links)


def catalogue_sheet() -> Sheet:
    """The definitions, for everybody."""
    heads = [Column(title) for title in (
        _("Code"), _("Indicator group"), _("Indicator"), _("Unit"), _("Definition"), _("Formula"),
        _("Dimensions"), _("Source"), _("How it is obtained"),
    )]  # fmt: skip
    rows = [
        [
            row.code, title, row.name, row.unit, row.definition, row.formula,
            _(", ").join(map(dimension_label, row.dimensions)), row.sources,
            _("reported") if row.is_reported else _("computed"),
        ]
        for title, group in grouped()
        for row in group
    ]  # fmt: skip
    return Sheet("catalogue", _("Catalogue of indicators"), heads, rows)


def reports_sheet(indicator: Indicator, rows: Sequence[IndicatorReport]) -> Sheet:
    """What documents state of an indicator, the latest period first."""
    heads = [
        Column(_("Period")), _column(indicator),
        Column(_("Document it rests on")), Column(_("Date of the document"), "date"),
        Column(_("Put on record"), "datetime"),
    ]  # fmt: skip
    cells = [
        [row.period, _cell(indicator, row.value), row.document, row.document_on,
         row.created_at]
        for row in rows
    ]  # fmt: skip
    return Sheet("reports", _("Reported values"), heads, cells)


def _column(indicator: Indicator) -> Column:
    """A column of one indicator's values: money as money, everything else as a number of its unit."""
    title = _("%(name)s (%(unit)s)", name=indicator.name, unit=indicator.unit)
    return Column(title, "money" if indicator.kind == "money" else "number")


def _cell(indicator: Indicator, value: int | None) -> int | Decimal | None:
    return value if indicator.kind == "money" else labels.typed(indicator.kind, value)
