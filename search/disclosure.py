"""What the page of weights discloses beside the figures: what each part means, and every version there was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from market.kit.i18n import N_
from search.lexicon import DATA

MEANINGS: Mapping[str, str] = {
    "relevance": N_(
        "The share of the words asked for that the record covers, rare words counting more."
    ),
    "tasks": N_("The share of the tasks it does; a kindred task counts half."),
    "domain": N_(
        "Half for working in the industry, half for a field of its own that the text speaks of."
    ),
    "quality": N_(
        "Accuracy between 90 % and 100 %, drawn to the mean while there are few records; else the share "
        "accepted at the first inspection; a half where neither is known."
    ),
    "punctuality": N_("The share of orders delivered on time; a half where there was none."),
    "price": N_(
        "A half at the ceiling, more the further the quote lies below it, nothing above; a quarter "
        "where there is no quote or no ceiling."
    ),
    "capacity": N_(
        "Full at twice the daily output needed, a half at just enough; a quarter if unknown."
    ),
    "proximity": N_("Full in the same city, a half in the same province."),
    "level": N_("The occupational level of five, or the degree of four."),
    "experience": N_("Years of ten, at most full."),
    "rating": N_("The points of the rating, of 100."),
}


@dataclass(frozen=True, slots=True)
class WeightsVersion:
    """One version of the weights, since when, and what it changed, in two languages."""

    version: str
    since: str
    what: str
    zh: str

    def text(self, locale: str) -> str:
        """What it changed, in the reader's language."""
        return self.zh if locale.startswith("zh") else self.what


@cache
def versions() -> tuple[WeightsVersion, ...]:
    """Every version of the weights that was in force, newest first: search/data/weights_history.json."""
    raw = json.loads((DATA / "weights_history.json").read_text(encoding="utf-8"))
    return tuple(WeightsVersion(**row) for row in raw["versions"])
