"""Quantiles, changes and outliers against vectors worked out by hand."""

import random
import statistics
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from market.prices.spreads import (
    Spread,
    Yardstick,
    change_bp,
    is_outlier,
    quantile,
    spread_of,
    yardstick_of,
)

PRICES = st.lists(st.decimals("0.0001", "99999", places=4), min_size=1, max_size=60)
FEW_VALUES = st.lists(
    st.sampled_from([Decimal(2) ** power for power in range(10)]), min_size=5, max_size=40
)


def decimals(*values: object) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def scores(prices: list[Decimal]) -> list[Decimal]:
    return list(map(yardstick_of(sorted(prices)).score, prices))


def test_the_spread_of_five_and_of_six() -> None:
    """Type 7: five values put the first decile at 0.4 of a step, six at 0.5."""
    assert spread_of(decimals(50, 10, 30, 20, 40)) == Spread(
        5, *decimals("14.0000", "30.0000", "46.0000")
    )
    assert spread_of(decimals(1, 2, 3, 4, 5, 100)) == Spread(
        6, *decimals("1.5000", "3.5000", "52.5000")
    )
    assert spread_of(decimals("0.035")) == Spread(1, *decimals("0.0350", "0.0350", "0.0350"))


def test_a_half_is_rounded_up_once_at_the_end() -> None:
    assert spread_of(decimals("0.0001", "0.0002")).median == Decimal("0.0002")


@given(PRICES)
def test_quantiles_are_those_of_the_standard_library(prices: list[Decimal]) -> None:
    ordered = sorted(prices)
    expected = statistics.quantiles(
        ordered * 2 if len(ordered) == 1 else ordered, n=10, method="inclusive"
    )
    for tenths in range(1, 10):
        assert abs(quantile(ordered, tenths) - expected[tenths - 1]) < Decimal("1e-20")


@given(PRICES)
def test_the_spread_lies_in_order_within_the_prices_in_whatever_order_they_come(
    prices: list[Decimal],
) -> None:
    found = spread_of(prices)
    assert min(prices) <= found.p10 <= found.median <= found.p90 <= max(prices)
    shuffled = random.Random(len(prices)).sample(prices, len(prices))
    assert spread_of(shuffled) == found


def test_a_change_is_rounded_half_up() -> None:
    assert change_bp(Decimal(92), Decimal(80)) == 1500
    assert change_bp(Decimal(80), Decimal(92)) == -1304
    assert change_bp(Decimal("1.00005"), Decimal(1)) == 1


def test_scores_of_powers_of_two() -> None:
    """Logs 0 1 2 3 10 (of base 2): median 2, MAD 1, so 0.6745 times -2 -1 0 1 8."""
    found = scores(decimals(1, 2, 4, 8, 1024))
    assert found == decimals("-1.35", "-0.67", "0.00", "0.67", "5.40")
    assert [is_outlier(score) for score in found] == [False, False, False, False, True]


def test_equal_prices_but_one_fall_back_to_the_mean_deviation() -> None:
    """MAD 0; mean deviation 1/5: 1 / (1.253314 x 0.2) = 3.989."""
    assert scores(decimals(1, 1, 1, 1, 2)) == decimals("0.00", "0.00", "0.00", "0.00", "3.99")
    assert scores(decimals(7, 7, 7, 7, 7)) == [0] * 5


def test_four_prices_are_judged_by_no_rule_and_the_bound_itself_is_no_outlier() -> None:
    assert scores(decimals(1, 1, 1, 9000)) == [0] * 4
    assert [is_outlier(Decimal(text)) for text in ("3.50", "3.51", "-3.51")] == [False, True, True]


@given(PRICES | FEW_VALUES)
def test_the_yardstick_is_that_of_all_logarithms(prices: list[Decimal]) -> None:
    """The definition word by word, each logarithm taken to 34 digits."""
    ordered = sorted(prices)
    found = yardstick_of(ordered)
    with localcontext(prec=34):
        logs = [price.ln() for price in ordered]
        middle = quantile(logs, 5)
        away = sorted(abs(one - middle) for one in logs)
        mad, mean = quantile(away, 5) / Decimal("0.6745"), Decimal("1.253314") * sum(away)
        expected = Yardstick(middle, mad or mean / len(away))
    if len(prices) < 5:
        expected = Yardstick(Decimal(0), Decimal(0))
    assert found.middle == expected.middle
    assert abs(found.deviation - expected.deviation) < Decimal("1e-30")


@given(PRICES | FEW_VALUES)
def test_the_outliers_are_those_outside_what_is_usual(prices: list[Decimal]) -> None:
    ordered = sorted(prices)
    found = yardstick_of(ordered)
    first, end = found.usual(ordered)
    flagged = [is_outlier(found.score(price)) for price in ordered]
    assert flagged == [not first <= place < end for place in range(len(ordered))]
    assert found.outliers(ordered) == sum(flagged)
