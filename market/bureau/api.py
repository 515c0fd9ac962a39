"""JSON operations of bureau: scoped and public statistics."""

from typing import Literal

from pydantic import BaseModel, Field

from market.bureau import access, indicator_api, publication, statistics
from market.bureau.queries import StatisticsQuery
from market.bureau.schemas import PublicStatisticsOut, PublicTableOut, TradeOut
from market.kit.api import Call, Nothing, Operation, operation


class TradeQuery(StatisticsQuery):
    """The filters of the pages, and the dimension of the cells."""

    by: Literal["month", "region", "industry", "modality"] = "month"


@operation(
    "GET", "/statistics/trade", summary="Transaction volume of your region and below",
    tag="statistics", query=TradeQuery, returns=TradeOut, scope="bureau:read",
)  # fmt: skip
async def trade(call: Call[Nothing, TradeQuery]) -> TradeOut:
    """Contracted, accepted, settled and refunded amounts in fen, exact, as the bureau's pages show.

    Regions come one level below the one asked for. Only bureaus and the operator may ask.
    """
    part = access.slice_to_see(call.query, call.actor)
    by = call.query.by
    cells = await (
        statistics.volume_below(part) if by == "region" else statistics.volume_by(part, by)
    )
    before = await statistics.volume_by(part.before, "month")
    return TradeOut.of(
        part,
        by=by,
        total=statistics.total_of(cells.values()),
        before=statistics.total_of(before.values()),
        cells=dict(sorted(cells.items())),
    )


class PublicQuery(BaseModel):
    """A published quarter (2026-Q3; without one the latest) of the country or of a province."""

    quarter: str = Field(default="", max_length=7)
    region: str = Field(default="", max_length=6)


@operation(
    "GET", "/statistics/public", summary="Published statistics of the market",
    tag="statistics", query=PublicQuery, returns=PublicStatisticsOut, public=True,
)  # fmt: skip
async def public(call: Call[Nothing, PublicQuery]) -> PublicStatisticsOut:
    """What the public statistics page shows."""
    edition = await publication.edition_of(call.query.quarter, call.query.region)
    return PublicStatisticsOut(
        region=edition.region.code,
        first_month=edition.period.first,
        last_month=edition.period.last,
        tables=[PublicTableOut.of(table) for table in edition.tables],
    )


operations: list[Operation] = [trade, public, *indicator_api.operations]
