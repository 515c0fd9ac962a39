"""What the operations on prices answer."""

import datetime as dt
from decimal import Decimal
from typing import Self

from pydantic import BaseModel

from market.prices.monitor import Evidence, Line
from market.prices.views import Board


class CellOut(BaseModel):
    """A task and unit in a month: yuan with four places, changes of the median in basis points."""

    task: str
    unit: str
    n: int
    p10: Decimal
    median: Decimal
    p90: Decimal
    change_bp: int | None
    year_bp: int | None
    outliers: int

    @classmethod
    def of(cls, line: Line) -> Self:
        """From a line of the page."""
        cell = line.cell
        return cls(
            task=cell.task_type, unit=cell.unit, n=cell.n, p10=cell.p10, median=cell.median,
            p90=cell.p90, change_bp=line.change_bp, year_bp=line.year_bp, outliers=cell.outliers,
        )  # fmt: skip


class PriceEvidenceOut(BaseModel):
    """A contract behind the index and its modified z-score on the logarithmic scale."""

    contract: str
    signed_at: dt.datetime
    region: str
    quantity: Decimal
    unit_price: Decimal
    score: Decimal
    is_outlier: bool

    @classmethod
    def of(cls, one: Evidence) -> Self:
        """From a row of the page."""
        row = one.row
        return cls(
            contract=row.number, signed_at=row.signed_at, region=row.region_code,
            quantity=row.quantity, unit_price=row.unit_price, score=one.score,
            is_outlier=one.is_outlier,
        )  # fmt: skip


class AdjustedOut(BaseModel):
    """A month of the quality-adjusted index, 10,000 in its first month, with its standard error."""

    month: str
    raw_bp: int
    index_bp: int
    error_bp: int
    n: int


class PricesOut(BaseModel):
    """The index of a region and month; of a chosen task its contracts and its adjusted index."""

    region: str
    month: str
    cells: list[CellOut]
    evidence: list[PriceEvidenceOut]
    adjusted: list[AdjustedOut]

    @classmethod
    def of(cls, board: Board) -> Self:
        """What a page shows."""
        detail = board.detail
        return cls(
            region=board.region.code,
            month=board.month,
            cells=[CellOut.of(line) for line in board.lines],
            evidence=[PriceEvidenceOut.of(one) for one in detail.evidence] if detail else [],
            adjusted=[
                AdjustedOut(month=month, raw_bp=raw, index_bp=index, error_bp=error, n=n)
                for month, raw, index, error, n in (detail.indices if detail else ())
            ],
        )
