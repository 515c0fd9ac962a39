"""Unit prices of signed contracts by task, unit and month; nothing is published below five deals."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from market.bureau.models import FactKind, TradeFact
from market.bureau.suppression import MINIMUM

_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Price:
    """The spread of `n` unit prices, yuan with four places."""

    n: int
    p10: Decimal
    median: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One task and unit over a period; `before` is the same in the period before, when published."""

    task_type: str
    unit: str
    price: Price
    before: Price | None

    @property
    def change_bp(self) -> int | None:
        """The median's change in basis points."""
        if self.before is None or not self.before.median:
            return None
        return round((self.price.median / self.before.median - 1) * 10000)


def spread(prices: Sequence[Decimal]) -> Price | None:
    """Median and deciles by linear interpolation (the inclusive method); None below five prices."""
    if len(prices) < MINIMUM:
        return None
    deciles = statistics.quantiles(prices, n=10, method="inclusive")
    p10, median, p90 = (deciles[n].quantize(_PLACES) for n in (0, 4, 8))
    return Price(len(prices), p10, median, p90)


def _contracted(facts: QuerySet[TradeFact]) -> QuerySet[TradeFact]:
    """A price a contract, as it was signed at first."""
    signed = Q(contract_id__isnull=True) | Q(source_id=F("contract_id"))
    return facts.filter(kind=FactKind.CONTRACTED).filter(signed).exclude(task_type="")


async def _prices_by_task(facts: QuerySet[TradeFact]) -> dict[tuple[str, str], list[Decimal]]:
    found: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for task, unit, price in await _contracted(facts).values_list(
        "task_type", "unit", "unit_price"
    ):
        found[task, unit].append(price)
    return found


async def price_lines(facts: QuerySet[TradeFact], before: QuerySet[TradeFact]) -> list[PriceLine]:
    """Every task and unit with enough deals in the period, the most traded first."""
    now, past = await _prices_by_task(facts), await _prices_by_task(before)
    lines = [
        PriceLine(task, unit, price, spread(past.get((task, unit), ())))
        for (task, unit), prices in now.items()
        if (price := spread(prices))
    ]
    return sorted(lines, key=lambda line: (-line.price.n, line.task_type, line.unit))


async def price_months(
    facts: QuerySet[TradeFact], *, task_type: str, unit: str
) -> dict[str, Price | None]:
    """The months in which a task was contracted; None for a month with fewer than five deals."""
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    rows = (
        await _contracted(facts)
        .filter(task_type=task_type, unit=unit)
        .values_list("month", "unit_price")
    )
    for month, price in rows:
        found[month].append(price)
    return {month: spread(prices) for month, prices in sorted(found.items())}
