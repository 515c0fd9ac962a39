"""What the statistics operations answer."""

from pydantic import BaseModel

from market.bureau.models import Side
from market.bureau.publication import PublicTable
from market.bureau.statistics import Slice, Volume


class FigureOut(BaseModel):
    """One kind of event: how many, for how much, and the part across provinces (fen)."""

    deals: int
    amount_fen: int
    cross_province_fen: int


class VolumeOut(BaseModel):
    """The four kinds of event of one cell; `code` is its month, region, industry or modality."""

    code: str
    contracted: FigureOut
    accepted: FigureOut
    settled: FigureOut
    refunded: FigureOut

    @classmethod
    def of(cls, code: str, volume: Volume) -> "VolumeOut":
        """A cell as the API writes it."""
        figures = {
            kind.value: FigureOut(
                deals=figure.deals,
                amount_fen=figure.amount_fen,
                cross_province_fen=figure.cross_province_fen,
            )
            for kind, figure in volume.figures.items()
        }
        return cls(code=code, **figures)


class TradeOut(BaseModel):
    """The volume of a region and below in a period, whole and by one dimension."""

    region: str
    side: Side
    first_month: str
    last_month: str
    total: VolumeOut
    before: VolumeOut
    by: str
    cells: list[VolumeOut]

    @classmethod
    def of(
        cls, part: Slice, *, by: str, total: Volume, before: Volume, cells: dict[str, Volume]
    ) -> "TradeOut":
        """The answer for a slice."""
        return cls(
            region=part.region.code,
            side=part.side,
            first_month=part.period.first,
            last_month=part.period.last,
            total=VolumeOut.of("", total),
            before=VolumeOut.of("", before),
            by=by,
            cells=[VolumeOut.of(code, volume) for code, volume in cells.items()],
        )


class PublicCellOut(BaseModel):
    """A published cell; the code `other` holds the small cells merged."""

    code: str
    label: str
    contracts: int
    amount_fen: int


class PublicTableOut(BaseModel):
    """The published cells of one dimension."""

    name: str
    cells: list[PublicCellOut]

    @classmethod
    def of(cls, table: PublicTable) -> "PublicTableOut":
        """A table as the API writes it."""
        cells = [
            PublicCellOut(
                code=cell.code,
                label=cell.label,
                contracts=cell.contracts,
                amount_fen=cell.amount_fen,
            )
            for cell in table.cells
        ]
        return cls(name=table.name, cells=cells)


class PublicStatisticsOut(BaseModel):
    """Contracts of a quarter that is over; cells of fewer than five are merged."""

    region: str
    first_month: str
    last_month: str
    tables: list[PublicTableOut]
