"""High-quality datasets: types, supply modes, reserve tiers, rating indicators (TC609-5-2025)."""

from __future__ import annotations

from dataclasses import dataclass

from market.vocabulary.terms import Term, load


@dataclass(frozen=True)
class DatasetType(Term):
    """通识, 行业通识 or 行业专识, with the definition of the classification guide."""

    definition: str = ""


@dataclass(frozen=True)
class SupplyMode(Term):
    """One of the four supply modes of 苏数发〔2025〕62号, with its usual price mode."""

    definition: str = ""
    price_mode: str = ""


@dataclass(frozen=True)
class Indicator(Term):
    """A rating indicator; `dimension` is the code of its dimension."""

    dimension: str = ""


@dataclass(frozen=True)
class Dimension(Term):
    """A rating dimension; each one must reach `pass_mark` of 100 by itself."""

    pass_mark: int = 90


DATASET_TYPES = load("datasets", "dataset_types", DatasetType)
DATASET_TYPE_FACTORS = load("datasets", "dataset_type_factors", Term)
SUPPLY_MODES = load("datasets", "supply_modes", SupplyMode)
RESERVE_TIERS = load("datasets", "reserve_tiers", Term)
INDICATORS = load("datasets", "indicators", Indicator)
DIMENSIONS = load("datasets", "dimensions", Dimension)
