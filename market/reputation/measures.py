"""The published rule of reputation: measures, weights and the priors shipped with the house."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from market.reputation.rates import Prior
from market.reputation.states import Measure

DATA = Path(__file__).parent / "data" / "measures.json"
Side = Literal["supplier", "buyer"]


class MeasureRule(BaseModel):
    """Whose measure it is, its weight in the overall figure, and its prior."""

    model_config = ConfigDict(frozen=True)

    side: Side
    weight: int
    mean_bp: int
    cases: int


class Rule(BaseModel):
    """One version of the rule."""

    model_config = ConfigDict(frozen=True)

    version: str
    about: str
    fit_from_firms: int
    least_cases: int
    most_cases: int
    measures: dict[Measure, MeasureRule]

    def shipped_prior(self, measure: Measure) -> Prior:
        """The prior while the platform has too few records of its own."""
        stated = self.measures[measure]
        return Prior(stated.mean_bp, stated.cases, self.version)

    def of_side(self, side: Side) -> list[Measure]:
        """The measures of one side, in the order of the file."""
        return [measure for measure, stated in self.measures.items() if stated.side == side]


@cache
def rule() -> Rule:
    """The rule in force."""
    return Rule.model_validate_json(DATA.read_text("utf-8"))
