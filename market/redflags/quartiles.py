"""Quartiles and Tukey's fences of a set of ratios."""

from collections.abc import Iterable
from fractions import Fraction


def quantile(values: Iterable[float], part: Fraction) -> float | None:
    """The median-unbiased quantile (Hyndman and Fan 1996, definition 8); None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) + 1 / 3) * float(part) + 1 / 3
    whole = int(place)
    if whole <= 0 or part == 0:
        return ordered[0]
    if whole >= len(ordered) or part == 1:
        return ordered[-1]
    low, high = ordered[whole - 1], ordered[whole]
    return low + (place - whole) * (high - low)


def fences(values: Iterable[float]) -> tuple[float, float, float, float] | None:
    """First and third quartile, lower and upper fence (1.5 interquartile ranges out); None of nothing."""
    kept = list(values)
    q1, q3 = quantile(kept, Fraction(1, 4)), quantile(kept, Fraction(3, 4))
    if q1 is None or q3 is None:
        return None
    return q1, q3, _fused(q3 - q1, -1.5, q1), _fused(q3 - q1, 1.5, q3)


def _fused(factor: float, by: float, start: float) -> float:
    """factor x by + start, rounded once: a value exactly on a fence must be found on it."""
    return float(Fraction(factor) * Fraction(by) + Fraction(start))
