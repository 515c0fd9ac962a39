"""The disclosed weights of search/data/weights.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from market.kit.i18n import N_
from search.lexicon import DATA

LABELS: Mapping[str, str] = {
    "relevance": N_("Words in common"),
    "tasks": N_("Share of the tasks covered"),
    "domain": N_("Experience in the field"),
    "quality": N_("Quality, shrunk towards the mean while there are few records"),
    "punctuality": N_("Share of orders delivered on time"),
    "price": N_("Price below the ceiling"),
    "capacity": N_("Free capacity against the need"),
    "proximity": N_("Nearness"),
    "level": N_("Occupational level or degree"),
    "experience": N_("Years of experience"),
    "rating": N_("Rating of the dataset (TC609)"),
}


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
