"""Quantiles, changes and outliers of unit prices, in decimal arithmetic: the same to the last digit everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

MINIMUM = 5
"""Fewer contracts than this are published for no cell, and judged by no rule."""
BOUND = Decimal("3.5")
_PLACES = Decimal("0.0001")
_SCORE_PLACES = Decimal("0.01")
_NORMAL = Decimal("0.6745")  # third quartile of the normal distribution
_MEAN_NORMAL = Decimal("1.253314")  # sqrt(pi / 2): the mean absolute deviation of a normal one


@dataclass(frozen=True, slots=True)
class Spread:
    """The first decile, the median and the ninth decile of `n` unit prices, yuan with four places."""

    n: int
    p10: Decimal
    median: Decimal
    p90: Decimal


def quantile(ordered: Sequence[Decimal], tenths: int) -> Decimal:
    """The quantile at `tenths` / 10 of ascending values, linear between neighbours (type 7), exact."""
    whole, rest = divmod((len(ordered) - 1) * tenths, 10)
    if rest == 0:
        return ordered[whole]
    low, high = ordered[whole], ordered[whole + 1]
    return low + (high - low) * rest / 10


def spread_of(prices: Sequence[Decimal]) -> Spread:
    """The spread of at least one price; rounded half up to four places once, at the end."""
    ordered = sorted(prices)
    p10, median, p90 = (
        quantile(ordered, tenths).quantize(_PLACES, ROUND_HALF_UP) for tenths in (1, 5, 9)
    )
    return Spread(len(ordered), p10, median, p90)


def change_bp(now: Decimal, before: Decimal) -> int:
    """The change from a positive price to another in basis points, rounded half up."""
    return int(((now - before) * 10000 / before).quantize(Decimal(1), ROUND_HALF_UP))


def scores(prices: Sequence[Decimal]) -> list[Decimal]:
    """The modified z-score of each price on the logarithmic scale, two places; 0 below five prices.

    0.6745 (ln p - median) / MAD (Iglewicz, Hoaglin 1993). Where more than half of the prices are the
    same the MAD is 0 and the mean absolute deviation times 1.253314 stands in its place.
    """
    if len(prices) < MINIMUM:
        return [Decimal(0)] * len(prices)
    with localcontext(prec=34):
        logs = [price.ln() for price in prices]
        middle = quantile(sorted(logs), 5)
        distances = [abs(value - middle) for value in logs]
        scale = quantile(sorted(distances), 5) / _NORMAL
        if not scale:
            scale = _MEAN_NORMAL * sum(distances, Decimal(0)) / len(distances)
        if not scale:
            return [Decimal(0)] * len(prices)
        return [((value - middle) / scale).quantize(_SCORE_PLACES, ROUND_HALF_UP) for value in logs]


def is_outlier(score: Decimal) -> bool:
    """Whether a modified z-score lies beyond 3.5 on either side."""
    return abs(score) > BOUND
