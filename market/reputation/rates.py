"""The arithmetic of reputation: a share with its interval, shrunk to the mean of all, and that mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.96  # of the 95 % interval
_WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` out of `total`, in basis points, with the Wilson interval that few cases make wide."""

    hits: int
    total: int

    @property
    def bp(self) -> int | None:
        """The observed share in basis points; None without a case."""
        return round(self.hits * _WHOLE / self.total) if self.total else None

    @property
    def interval_bp(self) -> tuple[int, int] | None:
        """The 95 % Wilson score interval in basis points; None without a case."""
        return _wilson(self.hits, self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Prior:
    """A beta-binomial prior: `cases` imagined cases, of which `mean_bp` are hits."""

    mean_bp: int
    cases: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A figure: the mean of the posterior and its 95 % interval, in basis points."""

    mean_bp: int
    low_bp: int
    high_bp: int


def shrink(share: Share, prior: Prior) -> Shrunk:
    """The share with the prior's imagined cases counted in; the mean is exact, half a point up."""
    cases = share.total + prior.cases
    hits = share.hits * _WHOLE + prior.mean_bp * prior.cases
    mean = (2 * hits + cases) // (2 * cases)
    low, high = _wilson(hits / _WHOLE, cases)
    return Shrunk(mean, low, high)


def effect_bp(share: Share, prior: Prior, *, hit: bool) -> int:
    """By how much one of the cases of `share` moves its figure: with it, less without it."""
    without = Share(share.hits - hit, share.total - 1)
    return shrink(share, prior).mean_bp - shrink(without, prior).mean_bp


def fit(cells: Sequence[Share], *, least_cases: int, most_cases: int) -> Prior:
    """The prior that many firms' shares suggest (empirical Bayes, method of moments).

    The mean is that of all cases; the firms differ between themselves beyond chance by a variance
    s2, which makes p (1 - p) / s2 - 1 imagined cases, within the bounds. No difference: the most.
    """
    cells = [cell for cell in cells if cell.total]
    total = sum(cell.total for cell in cells)
    if not total:
        raise ValueError("a prior needs cases")
    p = sum(cell.hits for cell in cells) / total
    spread = sum(cell.total * (cell.hits / cell.total - p) ** 2 for cell in cells)
    scale = total - sum(cell.total**2 for cell in cells) / total
    between = (spread - (len(cells) - 1) * p * (1 - p)) / scale if scale else 0.0
    wanted = p * (1 - p) / between - 1 if between > 0 else math.inf
    return Prior(round(p * _WHOLE), round(max(least_cases, min(most_cases, wanted))))


def _wilson(hits: float, total: int) -> tuple[int, int]:
    n, p = total, hits / total
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    low, high = round((centre - half) * _WHOLE), round((centre + half) * _WHOLE)
    return max(0, low), min(_WHOLE, high)
