"""The unit-price index: exact spreads, nothing below five contracts."""

import datetime as dt
from decimal import Decimal

from market.bureau import prices
from market.bureau.models import TradeFact
from market.bureau.prices import Price
from tests.factories.bureau import make_fact

OCTOBER = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)
SEPTEMBER = dt.datetime(2026, 9, 5, tzinfo=dt.UTC)


def test_the_spread_is_interpolated_exactly() -> None:
    found = prices.spread([Decimal(n) for n in (10, 20, 30, 40, 50)])
    assert found == Price(5, Decimal("14.0000"), Decimal("30.0000"), Decimal("46.0000"))


def test_four_prices_are_no_index() -> None:
    assert prices.spread([Decimal(1)] * 4) is None


async def test_lines_count_contracts_only_and_compare_medians(rollback: None) -> None:
    for n in range(5):
        await make_fact(at=OCTOBER, unit_price=f"{90 + n}.0000")
        await make_fact(at=SEPTEMBER, unit_price="80.0000")
    await make_fact(at=OCTOBER, kind="accepted", unit_price="1.0000")
    for _ in range(4):
        await make_fact(at=OCTOBER, task_type="organ_contouring")
    (line,) = await prices.price_lines(
        TradeFact.filter(month="2026-10"), TradeFact.filter(month="2026-09")
    )
    assert (line.task_type, line.unit, line.price.n) == ("lesion_segmentation", "例", 5)
    assert (line.price.median, line.change_bp) == (Decimal("92.0000"), 1500)


async def test_a_month_below_five_contracts_stands_empty(rollback: None) -> None:
    for _ in range(5):
        await make_fact(at=OCTOBER, unit_price="80.0000")
    await make_fact(at=SEPTEMBER)
    months = await prices.price_months(TradeFact.all(), task_type="lesion_segmentation", unit="例")
    eighty = Decimal("80.0000")
    assert months == {"2026-09": None, "2026-10": Price(5, eighty, eighty, eighty)}
