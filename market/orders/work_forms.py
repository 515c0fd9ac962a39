"""What the parties enter about the work: guideline versions, annotator groups, assignments."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator

from market.kit.forms import UnitPrice
from market.orders.contract_forms import Line, lines
from market.orders.forms import Sentence

Example = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class GuidelineInput(BaseModel):
    """A version of the guideline; examples and classes one a line. No class named: all are touched."""

    label: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,32}$")]
    changes: Sentence
    text: str = Field(default="", max_length=20_000)
    positive: list[Example] = Field(default=[], max_length=50)
    negative: list[Example] = Field(default=[], max_length=50)
    label_classes: list[Line] = Field(default=[], max_length=50)
    transition_days: int = Field(default=3, ge=0, le=30)
    asks_rework: bool = False
    rework_unit_price: Annotated[UnitPrice, Field(ge=Decimal(0))] | None = None

    @field_validator("positive", "negative", "label_classes", mode="before")
    @classmethod
    def _one_a_line(cls, value: Any) -> Any:
        return lines(value)


class GroupInput(BaseModel):
    """A group of annotators of an order."""

    name: Line


class AssignmentInput(BaseModel):
    """A talent for a group."""

    group: str = Field(max_length=8)
    talent: UUID
    is_reviewer: bool = False


class RemovalInput(BaseModel):
    """Which assignment ends."""

    assignment: UUID


class ReductionInput(BaseModel):
    """Whether the buyer agrees to reduced inspection."""

    is_allowed: bool
