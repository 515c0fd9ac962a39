"""What the JSON API says of the enterprise library."""

import datetime as dt
from decimal import Decimal
from typing import Self

from pydantic import BaseModel

from market.library.figures import Firm, Totals
from market.library.models import FirmReport


class ReportOut(BaseModel):
    """A firm's own figures of a year: reported, not counted here; turnover in fen."""

    year: int
    revenue_fen: int
    staff: int
    annotators: int
    trained: int
    data_tb: Decimal
    datasets: int
    models_served: int
    confirmed_at: dt.datetime | None

    @classmethod
    def of(cls, row: FirmReport) -> Self:
        """As it was reported."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class FirmOut(BaseModel):
    """A firm: counted figures, and its newest report; amounts in fen."""

    number: str
    name: str
    uscc: str | None
    region_code: str
    tier: str
    size: str
    contracted_fen: int
    contracts: int
    completed: int
    talents: int
    benchmark_until: dt.date | None
    reported: ReportOut | None

    @classmethod
    def of(cls, firm: Firm) -> Self:
        """As the list shows it."""
        own = firm.organisation
        return cls(
            number=own.number, name=own.name, uscc=own.uscc, region_code=own.region_code,
            tier=firm.tier, size=firm.size, contracted_fen=firm.contracted_fen,
            contracts=firm.contracts, completed=firm.completed, talents=firm.talents,
            benchmark_until=firm.badge_until,
            reported=ReportOut.of(firm.report) if firm.report else None,
        )  # fmt: skip


class LibraryTotalsOut(BaseModel):
    """The library in figures; amounts in fen."""

    firms: int
    new_this_year: int
    benchmark: int
    by_tier: dict[str, int]
    by_size: dict[str, int]
    reporting: int
    reported_staff: int
    reported_annotators: int
    reported_revenue_fen: int

    @classmethod
    def of(cls, found: Totals) -> Self:
        """As the page shows them."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})
