"""What is typed about projects of the reserve."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from market.certification.forms import Line, Prose
from market.directory.words import Industry
from market.kit.forms import LocalDate, YuanAsFen
from market.kit.i18n import gettext as _


class ProjectInput(BaseModel):
    """A project; investment in fen."""

    title: Line
    industry: Annotated[Industry, Field(min_length=1)]
    summary: Prose
    goal: Prose
    investment_fen: Annotated[YuanAsFen, Field(ge=0, le=10**15)]
    starts_on: LocalDate
    ends_on: LocalDate

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ProjectInput":
        if self.ends_on < self.starts_on:
            raise ValueError(_("A project ends after it starts"))
        return self


class AdmissionInput(BaseModel):
    """Whether a project enters the basic tier, and why."""

    decision: Literal["admit", "decline"]
    opinion: Prose


class MoveInput(BaseModel):
    """Where a project is to move, and why; `remove` takes it out."""

    target: Literal["basic", "special", "strategic", "remove"]
    reason: Prose


class MoveDecision(BaseModel):
    """What the second person says of a proposed move."""

    decision: Literal["approve", "refuse"]
    opinion: Prose
