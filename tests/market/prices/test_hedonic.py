"""The quality-adjusted index: recovers what made the prices, and stays silent where data do not carry it."""

from decimal import Decimal
from typing import Any

from market.prices.hedonic import AdjustedMonth, adjusted_index
from market.prices.models import PriceObservation
from tests.factories.prices import build_price

MONTHS = {"2026-08": 100, "2026-09": 100, "2026-10": 110}


def market(dear: dict[str, int], *, months: dict[str, int] = MONTHS) -> list[PriceObservation]:
    """Twelve contracts a month; the dear kind (quality 0.99) costs twice the plain one (0.90)."""
    return [
        build_price(
            str(level * (2 if n < dear[month] else 1)), month=month,
            quality_bp=9900 if n < dear[month] else 9000,
        )
        for month, level in months.items() for n in range(12)
    ]  # fmt: skip


def test_a_mix_that_grows_dearer_is_no_price_rise() -> None:
    """The raw median doubles with the mix; held equal, the price stands, then rises by a tenth."""
    found = adjusted_index(market({"2026-08": 3, "2026-09": 9, "2026-10": 9}))
    assert found is not None
    assert list(found.months) == [
        AdjustedMonth("2026-08", 10_000, 0, 12), AdjustedMonth("2026-09", 10_000, 0, 12),
        AdjustedMonth("2026-10", 11_000, 0, 12),
    ]  # fmt: skip
    assert (found.n, list(found.controls)) == (36, ["quality"])


def test_the_standard_error_of_two_plain_months() -> None:
    """No characteristic varies: ln(index) is a difference of means; 1 and 4 in turns have sd ln 2.

    s^2 = 32 (ln 2)^2 / 30, error = sqrt(2 s^2 / 16) = 0.2531; the index is 1.
    """
    rows = [
        build_price(str(price), month=month)
        for month in ("2026-09", "2026-10") for price in (1, 4) * 8
    ]  # fmt: skip
    found = adjusted_index(rows)
    assert found is not None
    assert found.months[1] == AdjustedMonth("2026-10", 10_000, 2531, 16)


def test_provinces_are_held_equal() -> None:
    rows = [
        build_price(str(price), month=month, region_code=region)
        for month, count in (("2026-09", 5), ("2026-10", 15))
        for region, price, n in (("370100", 10, 20 - count), ("140200", 30, count)) for _ in range(n)
    ]  # fmt: skip
    found = adjusted_index(rows)
    assert found is not None
    assert (found.months[1].index_bp, list(found.controls)) == (10_000, ["region"])


def test_silent_below_thirty_contracts_one_month_or_confounded() -> None:
    def rows(count: int, **values: Any) -> list[PriceObservation]:
        return [build_price(str(10 + n), **values) for n in range(count)]

    assert adjusted_index([]) is None
    assert adjusted_index(rows(40)) is None
    assert adjusted_index(rows(15) + rows(14, month="2026-09")) is None
    assert adjusted_index(rows(36) + rows(4, month="2026-09")) is None, "four are no month"
    assert adjusted_index(rows(15) + rows(15, month="2026-09")) is not None
    told_apart_by_nothing = rows(20) + rows(20, month="2026-09", quantity=Decimal(9))
    assert adjusted_index(told_apart_by_nothing) is None
