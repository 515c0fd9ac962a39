"""The result of a rating: indicators to dimensions to passed or not; pure (TC609-5-2025-04)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from market.vocabulary.datasets import DIMENSIONS, INDICATORS

CENT = Decimal("0.01")
Sheet = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Result:
    """Points of each indicator and dimension, to two places, and whether every dimension reaches its mark."""

    indicators: dict[str, Decimal]
    dimensions: dict[str, Decimal]

    @property
    def is_passed(self) -> bool:
        """Every dimension by itself: one below its mark fails the whole."""
        return all(points >= DIMENSIONS[code].pass_mark for code, points in self.dimensions.items())

    def stored(self) -> dict[str, str]:
        """As a rating keeps it."""
        return {code: str(points) for code, points in (self.dimensions | self.indicators).items()}


def indicators_of(dimension: str) -> list[str]:
    """The codes of a dimension's indicators."""
    return [code for code, found in INDICATORS.items() if found.dimension == dimension]


def missing(sheet: Mapping[str, object]) -> list[str]:
    """The indicators a sheet lacks."""
    return [code for code in INDICATORS if code not in sheet]


def result_of(sheets: Sequence[Sheet]) -> Result:
    """Mean of the reviewers for each indicator, mean of the indicators for each dimension.

    No weights are published, so indicators weigh the same. Nothing is rounded up to a mark: figures
    are cut to two places, so 89.999 stays below 90.
    """
    raw = {
        code: sum((sheet[code] for sheet in sheets), Decimal()) / Decimal(len(sheets))
        for code in INDICATORS
    }
    means = {
        code: sum((raw[one] for one in indicators_of(code)), Decimal()) / len(indicators_of(code))
        for code in DIMENSIONS
    }
    return Result(
        {code: points.quantize(CENT, ROUND_DOWN) for code, points in raw.items()},
        {code: points.quantize(CENT, ROUND_DOWN) for code, points in means.items()},
    )
