"""The disclosed weights of search/data/weights.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from search.lexicon import DATA


@dataclass(frozen=True, slots=True)
class Weights:
    """One version of the weights; `quality_prior` is the mean and the count new firms shrink to."""

    version: str
    search: Mapping[str, float]
    suppliers: Mapping[str, float]
    talents: Mapping[str, float]
    datasets: Mapping[str, float]
    quality_prior: Mapping[str, float]
    relevance_floor: float


@cache
def weights() -> Weights:
    """The weights in force."""
    raw = json.loads((DATA / "weights.json").read_text(encoding="utf-8"))
    raw.pop("about")
    return Weights(**raw)
