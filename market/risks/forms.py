"""What an authority fills in to decide a case."""

from pydantic import BaseModel, Field

from market.risks.states import Decision


class DecisionInput(BaseModel):
    """The decision and its reasons."""

    decision: Decision
    reasons: str = Field(min_length=5, max_length=2000)
