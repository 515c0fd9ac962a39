"""What everybody may see: quarters that are over, one dimension at a time, small cells merged.

Quarters do not overlap and no sum over several is published, so that no two figures differ by one
deal. A table splits a whole by one dimension; a province's cities are shown only where the province
itself stands alone. So every figure, and every difference of two, holds five contracts or none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from market.bureau import labels, statistics
from market.bureau.findings import lead_finding, trend_finding
from market.bureau.models import FactKind
from market.bureau.periods import Period, current_month, quarter_start, shifted
from market.bureau.sheets import Sheet
from market.bureau.statistics import Figure, Slice, Volume
from market.bureau.suppression import MINIMUM, merge_small
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

REST = "other"
MONTHS = "months"
PUBLISHED = 8  # quarters


@dataclass(frozen=True, slots=True)
class PublicCell:
    """One published cell: contracts and their amount in fen; the code `other` is the merged rest."""

    code: str
    label: str
    contracts: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PublicTable:
    """The published cells of one dimension."""

    name: str
    dimension: str
    cells: list[PublicCell]

    @property
    def finding(self) -> str:
        """The sentence over its chart."""
        if self.name == MONTHS:
            return trend_finding([(c.code, c.amount_fen) for c in self.cells if c.code != REST])
        return lead_finding(self.dimension, [(c.label, c.amount_fen) for c in self.cells])

    @property
    def sheet(self) -> Sheet:
        """The table as the page shows and exports it."""
        return Sheet(
            self.name,
            _("Contracts by %(dimension)s", dimension=self.dimension),
            [
                Column(self.dimension),
                Column(_("Contracts"), "integer"),
                Column(_("Contracted (yuan)"), "money"),
            ],
            [[cell.label, cell.contracts, cell.amount_fen] for cell in self.cells],
        )


@dataclass(frozen=True, slots=True)
class Edition:
    """What is published of a region and a quarter."""

    region: Region
    period: Period
    tables: list[PublicTable]


def quarters() -> list[Period]:
    """The quarters whose figures are published, the latest first."""
    begin = quarter_start(current_month())
    firsts = [shifted(begin, -3 * number) for number in range(1, PUBLISHED + 1)]
    return [Period(first, shifted(first, 2), shifted(first, -3), "") for first in firsts]


def quarter_name(period: Period) -> str:
    """ "2026-Q3" of its months."""
    return f"{period.first[:4]}-Q{(int(period.first[5:]) + 2) // 3}"


def quarter_to_see(name: str) -> Period:
    """A published quarter, without a name the latest; raises NotFound for another."""
    for period in quarters():
        if name in ("", quarter_name(period)):
            return period
    raise NotFound(_("Nothing is published of this quarter"))


async def edition_of(name: str = "", region: str = "") -> Edition:
    """The country's tables of a quarter, or the cities of a province that stands alone in them."""
    period = quarter_to_see(name)
    country = regions.region(COUNTRY_CODE)
    assert country is not None
    national = await _national(Slice(country, period))
    if region in ("", COUNTRY_CODE):
        return Edition(country, period, national)
    place = regions.region(region)
    if place is None or region not in {cell.code for cell in national[1].cells}:
        raise NotFound(_("Nothing is published of this region in this quarter"))
    cities = await statistics.volume_below(Slice(place, period))
    return Edition(place, period, [_table("cities", _("Region"), cities, labels.region)])


async def _national(part: Slice) -> list[PublicTable]:
    """Contracts of a quarter by month, province, industry and modality."""
    by_month = _table(MONTHS, _("Month"), await statistics.volume_by(part, "month"), str)
    by_month.cells.sort(key=lambda cell: (cell.code == REST, cell.code))
    industries = await statistics.volume_by(part, "industry")
    modalities = await statistics.volume_by(part, "modality")
    provinces = await statistics.volume_below(part)
    return [
        by_month,
        _table("provinces", _("Province"), provinces, labels.region),
        _table("industries", _("Industry"), industries, labels.industry),
        _table("modalities", _("Modality"), modalities, labels.modality),
    ]


async def quarters_table() -> PublicTable:
    """The whole of each published quarter; one below the minimum is left out."""
    country = regions.region(COUNTRY_CODE)
    assert country is not None
    cells = []
    for period in reversed(quarters()):
        months = await statistics.volume_by(Slice(country, period), "month")
        figure = statistics.total_of(months.values())[FactKind.CONTRACTED]
        if figure.deals >= MINIMUM:
            name = quarter_name(period)
            cells.append(_cell(name, name, figure))
    return PublicTable("quarters", _("Quarter"), cells)


async def all_editions() -> list[Edition]:
    """Everything that is published, for open data and for whoever counts it again."""
    found = []
    for period in quarters():
        name = quarter_name(period)
        national = await edition_of(name)
        found.append(national)
        for cell in national.tables[1].cells:
            if cell.code not in (REST, COUNTRY_CODE):
                found.append(await edition_of(name, cell.code))
    return found


def _table(
    name: str, dimension: str, volumes: Mapping[str, Volume], word: Callable[[str], str]
) -> PublicTable:
    figures = {code: volume[FactKind.CONTRACTED] for code, volume in volumes.items()}
    alone, rest = merge_small({code: figure.deals for code, figure in figures.items()})
    changed_only = [code for code, one in figures.items() if one.amount_fen and not one.deals]
    if changed_only and alone:  # without them the whole would give their amount away
        rest = [*(rest or [alone.pop()]), *changed_only]
    alone.sort(key=lambda code: (-figures[code].amount_fen, code))
    cells = [_cell(code, word(code), figures[code]) for code in alone]
    if rest:
        merged = Figure()
        for code in rest:
            merged.add(figures[code])
        cells.append(_cell(REST, _("other (small cells merged)"), merged))
    return PublicTable(name, dimension, cells)


def _cell(code: str, label: str, figure: Figure) -> PublicCell:
    return PublicCell(code, label, figure.deals, figure.amount_fen)
