"""JSON operations on the price index."""

from market.kit.api import Call, Nothing, Operation, operation
from market.prices import access, views
from market.prices.queries import PricesQuery, PublishedQuery
from market.prices.schemas import PricesOut


@operation(
    "GET", "/prices", summary="Published unit-price index", tag="statistics",
    query=PublishedQuery, returns=PricesOut, public=True,
)  # fmt: skip
async def published(call: Call[Nothing, PublishedQuery]) -> PricesOut:
    """Complete months of the whole country; no cell of fewer than five contracts."""
    return PricesOut.of(await views.published_board(call.query))


@operation(
    "GET", "/bureau/prices", summary="Unit-price index of your region with its evidence",
    tag="statistics", query=PricesQuery, returns=PricesOut, scope="bureau:read",
)  # fmt: skip
async def watch(call: Call[Nothing, PricesQuery]) -> PricesOut:
    """Exact cells; of a chosen task the contracts of the month and the quality-adjusted index."""
    region = access.region_to_see(call.query.region, call.actor)
    return PricesOut.of(await views.bureau_board(region, call.query))


operations: list[Operation] = [published, watch]
