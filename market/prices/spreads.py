"""Quantiles, changes and outliers of unit prices, in decimal arithmetic: the same to the last digit everywhere."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import compress

import numpy as np

MINIMUM = 5
"""Fewer contracts than this are published for no cell, and judged by no rule."""
BOUND = Decimal("3.5")
_PLACES = Decimal("0.0001")
_SCORE_PLACES = Decimal("0.01")
_DIGITS = 34
_CLOSE = 1e-9  # further apart than the machine's logarithms of unit prices err
_NORMAL = Decimal("0.6745")  # third quartile of the normal distribution
_MEAN_NORMAL = Decimal("1.253314")  # sqrt(pi / 2): the mean absolute deviation of a normal one


@dataclass(frozen=True, slots=True)
class Spread:
    """The first decile, the median and the ninth decile of `n` unit prices, yuan with four places."""

    n: int
    p10: Decimal
    median: Decimal
    p90: Decimal


def quantile(
    ordered: Sequence[Decimal], tenths: int, *, of: Callable[[Decimal], Decimal] = Decimal
) -> Decimal:
    """The quantile at `tenths` / 10 of ascending values, linear between neighbours (type 7), exact.

    `of`: that of what a rising function makes of the values, which is asked of the neighbours alone.
    """
    whole, rest = divmod((len(ordered) - 1) * tenths, 10)
    if rest == 0:
        return of(ordered[whole])
    low, high = of(ordered[whole]), of(ordered[whole + 1])
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


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the prices of a cell are scored by: the middle of their logarithms, and a deviation from it."""

    middle: Decimal
    deviation: Decimal  # 0 where no rule judges them

    def score(self, price: Decimal) -> Decimal:
        """The modified z-score on the logarithmic scale, two places: 0.6745 (ln p - median) / MAD."""
        if not self.deviation:
            return Decimal(0)
        with localcontext(prec=_DIGITS):
            off = (price.ln() - self.middle) / self.deviation
            return off.quantize(_SCORE_PLACES, ROUND_HALF_UP)

    def usual(self, ordered: Sequence[Decimal]) -> tuple[int, int]:
        """Where in ascending prices those that are no outliers begin and end; the score rises with them."""
        return (
            bisect_left(ordered, -BOUND, key=self.score),
            bisect_right(ordered, BOUND, key=self.score),
        )

    def outliers(self, ordered: Sequence[Decimal]) -> int:
        """How many of ascending prices the rule flags."""
        first, end = self.usual(ordered)
        return len(ordered) - (end - first)


def yardstick_of(ordered: Sequence[Decimal]) -> Yardstick:
    """That of ascending prices (Iglewicz, Hoaglin 1993); below five of them no rule judges.

    Where more than half of the prices are the same the MAD is 0 and the mean absolute deviation times
    1.253314 stands in its place.
    """
    if len(ordered) < MINIMUM:
        return Yardstick(Decimal(0), Decimal(0))
    with localcontext(prec=_DIGITS):
        middle = quantile(ordered, 5, of=Decimal.ln)
        if mad := _median_distance(ordered, middle):
            return Yardstick(middle, mad / _NORMAL)
        away = _distances(ordered, middle)
        total = sum((away[price] for price in ordered), Decimal(0))
        return Yardstick(middle, _MEAN_NORMAL * total / len(ordered))


def _median_distance(ordered: Sequence[Decimal], middle: Decimal) -> Decimal:
    """The median distance of the logarithms from `middle`, exact.

    A logarithm of 34 digits costs a thousand of a machine's: those tell which few prices it lies at.
    """
    away = np.abs(np.log(np.array(ordered, np.float64)) - float(middle))
    half = (len(ordered) - 1) // 2
    least, most = np.partition(away, [half, half + 1])[[half, half + 1]] + (-_CLOSE, _CLOSE)
    near = list(compress(ordered, (away >= least) & (away <= most)))
    found = _distances(near, middle)
    closest = sorted(found[price] for price in near)
    nearer = int(np.count_nonzero(away < least))
    low, high = closest[half - nearer], closest[half + 1 - nearer]
    return low if len(ordered) % 2 else low + (high - low) * 5 / 10


def _distances(prices: Sequence[Decimal], middle: Decimal) -> dict[Decimal, Decimal]:
    return {price: abs(price.ln() - middle) for price in set(prices)}


def is_outlier(score: Decimal) -> bool:
    """Whether a modified z-score lies beyond 3.5 on either side."""
    return abs(score) > BOUND
