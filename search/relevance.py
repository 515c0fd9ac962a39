"""How much a matched term counts, alike in every engine: coverage of the query, rare words first."""

from __future__ import annotations

import math

WEAK_WEIGHT = 0.7
"""A word found only in the summary or a secondary field, against 1 in title, tasks or domains."""

SOUND_WEIGHT = 0.6
"""A word found only by its pinyin."""


def rarity(frequency: int, records: int) -> float:
    """Weight of a term occurring in `frequency` of `records`: the BM25 inverse document frequency."""
    return math.log(1 + (max(records - frequency, 0) + 0.5) / (frequency + 0.5))


def prior_factor(prior: float) -> float:
    """What a record's prior multiplies its score by: 1 at 0, 1.07 at the most, 0.1."""
    return math.log2(2 + prior)
