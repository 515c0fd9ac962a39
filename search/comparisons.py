"""What comparable work costs: prices of deals made here, else what suppliers quote."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from market.orders.models import Order
from market.orders.states import OrderStatus
from search.documents import JobDocument, SupplierDocument
from search.fit import task_coverage
from search.grades import unit_factor
from search.numerals import YUAN_SCALE

FEWEST_DEALS = 5
"""Below this many deals no price of theirs is shown: single contracts must not be recognisable."""
_MOST_DEALS = 500
_STRUCK = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Yuan for one unit over `n` prices; `is_of_deals` tells contracts from quotes."""

    low: Decimal
    median: Decimal
    high: Decimal
    n: int
    unit: str
    is_of_deals: bool


async def comparable_prices(
    job: JobDocument, suppliers: Iterable[SupplierDocument]
) -> PriceRange | None:
    """The range for the job's main task in its unit; of deals where there are at least five."""
    if not job["task_types"] or not job["unit"]:
        return None
    deals = await _deals(job)
    if len(deals) >= FEWEST_DEALS:
        return _range(deals, job["unit"], is_of_deals=True)
    quotes = [price for one in suppliers for price in _quotes(job, one)]
    return _range(quotes, job["unit"], is_of_deals=False) if quotes else None


async def _deals(job: JobDocument) -> list[Decimal]:
    orders = (
        await Order.filter(unit=job["unit"], job__modality=job["modality"])
        .exclude(status__in=_STRUCK)
        .order_by("-id")
        .limit(_MOST_DEALS)
        .select_related("job")
    )
    wanted = job["task_types"][:1]
    return [one.unit_price for one in orders if task_coverage(wanted, one.job.task_types).value]


def _quotes(job: JobDocument, supplier: SupplierDocument) -> list[Decimal]:
    found = []
    for price in supplier["prices"]:
        factor = unit_factor(price["unit"], job["unit"])
        if factor is not None and task_coverage(job["task_types"][:1], [price["task"]]).value:
            found += [Decimal(price[end] * factor) / YUAN_SCALE for end in ("low", "high")]
    return found


def _range(prices: Sequence[Decimal], unit: str, *, is_of_deals: bool) -> PriceRange:
    """Of deals the deciles, which no single one moves much; of quotes, public anyway, the ends."""
    low, high = min(prices), max(prices)
    if is_of_deals:
        deciles = statistics.quantiles(prices, n=10, method="inclusive")
        low, high = deciles[0], deciles[8]
    middle = Decimal(statistics.median(prices))
    n = len(prices) if is_of_deals else len(prices) // 2
    low, middle, high = (one.quantize(_PLACES) for one in (low, middle, high))
    return PriceRange(low, middle, high, n, unit, is_of_deals)
