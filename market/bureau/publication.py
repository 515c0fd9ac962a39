"""What everybody may see: complete months only, one dimension at a time, small cells merged.

One table holds the cells of one dimension, so that no two published figures differ by one deal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from market.bureau import labels, statistics
from market.bureau.findings import lead_finding, trend_finding
from market.bureau.models import FactKind
from market.bureau.periods import Period, complete_period
from market.bureau.sheets import Sheet
from market.bureau.statistics import Figure, Slice, Volume
from market.bureau.suppression import merge_small
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE

REST = "other"
MONTHS = "months"


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


def nationwide(period: Period) -> Slice:
    """Everything in a period, by the buyers' regions."""
    country = regions.region(COUNTRY_CODE)
    assert country is not None
    return Slice(country, period)


async def public_tables() -> list[PublicTable]:
    """Contracts of the last twelve complete months by month, province, industry and modality."""
    part = nationwide(complete_period())
    provinces = await statistics.volume_below(part)
    months = await statistics.volume_by(part, "month")
    industries = await statistics.volume_by(part, "industry")
    modalities = await statistics.volume_by(part, "modality")
    by_month = _table(MONTHS, _("Month"), months, str)
    by_month.cells.sort(key=lambda cell: (cell.code == REST, cell.code))
    return [
        by_month,
        _table("provinces", _("Province"), provinces, labels.region),
        _table("industries", _("Industry"), industries, labels.industry),
        _table("modalities", _("Modality"), modalities, labels.modality),
    ]


def _table(
    name: str, dimension: str, volumes: Mapping[str, Volume], word: Callable[[str], str]
) -> PublicTable:
    figures = {code: volume[FactKind.CONTRACTED] for code, volume in volumes.items()}
    alone, rest = merge_small({code: figure.deals for code, figure in figures.items()})
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
