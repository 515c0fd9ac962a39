"""What people enter about training."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from market.kit.forms import LocalDate
from market.kit.i18n import gettext as _
from market.training.quizzes import Question, parse
from market.training.states import CredentialKind
from market.vocabulary import security

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class ModuleInput(BaseModel):
    """A module; its questions as text, one block each, the right option marked with *."""

    title: Title
    text: str = Field(min_length=10, max_length=20_000)
    questions: Annotated[str, Field(min_length=1, max_length=10_000)]
    pass_percent: int = Field(default=80, ge=50, le=100)
    valid_days: int = Field(default=365, ge=30, le=1095)

    @field_validator("questions")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse(value)
        return value

    @property
    def quiz(self) -> list[Question]:
        """The questions as they are kept."""
        return parse(self.questions)


class AttemptInput(BaseModel):
    """Answers to a quiz: for each question the place of the chosen option; for whom."""

    talent: UUID | None = None
    answers: list[int] = Field(default=[], max_length=50)


class CredentialInput(BaseModel):
    """A credential of an annotator."""

    talent: UUID
    kind: CredentialKind
    reference: Title
    valid_until: LocalDate
    data_grade: str = Field(default="", max_length=16)
    health_level: int | None = Field(default=None, ge=1, le=5)

    @field_validator("data_grade")
    @classmethod
    def _known(cls, value: str) -> str:
        term = security.DATA_GRADES.find(value) if value else None
        if value and term is None:
            raise ValueError(_("Choose one of the listed values"))
        return term.zh if term else ""

    @model_validator(mode="after")
    def _cleared_for_something(self) -> Self:
        if self.kind == CredentialKind.CLEARANCE and not self.data_grade:
            raise ValueError(_("Say up to which data grade the clearance goes"))
        return self

    def values(self) -> dict[str, Any]:
        """What is kept; a grade belongs to a clearance only."""
        kept = self.model_dump(exclude={"talent"})
        if self.kind != CredentialKind.CLEARANCE:
            kept |= {"data_grade": "", "health_level": None}
        return kept
