"""What judges, chairs and owners send while bids are evaluated."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from market.kit.forms import LocalDateTime
from market.kit.i18n import gettext as _
from market.tendering import terms
from market.tendering.states import JudgeRole

NOT_APPLICABLE = "n/a"
FULL_MARKS = 5
MARKS = tuple(f"{Decimal(n) / 2:f}" for n in range(2 * FULL_MARKS + 1))
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254,
                           pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
]  # fmt: skip
Industry = Annotated[str, terms.one_of("industry")]
Why = Annotated[str, Field(max_length=1000)]


def _mark(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str) and value.strip().lower() in ("n/a", "na", "不适用"):
        return NOT_APPLICABLE
    try:
        mark = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(_("Marks are 0 to 5 in halves")) from None
    text = f"{mark.normalize():f}"
    if text not in MARKS:
        raise ValueError(_("Marks are 0 to 5 in halves"))
    return text


Mark = Annotated[str, BeforeValidator(_mark, json_schema_input_type=str | float | None)]


class JudgeInput(BaseModel):
    """Who is to judge; a name is needed only of those without an account."""

    email: Email
    name: str = Field(default="", max_length=80)
    affiliation: str = Field(default="", max_length=120)
    role: JudgeRole = JudgeRole.MEMBER


class DeclarationInput(BaseModel):
    """Whether a judge has an interest: in none, some (the numbers of their bids) or all bidders."""

    conflict: Literal["none", "some", "all"]
    bids: list[str] = Field(default=[], max_length=1000)
    text: str = Field(default="", max_length=1000)

    @model_validator(mode="after")
    def _is_explained(self) -> "DeclarationInput":
        if self.conflict != "none" and len(self.text) < 5:
            raise ValueError(_("Say what the interest is"))
        return self


class ExpertInput(BaseModel):
    """The industries in which one offers to judge."""

    affiliation: str = Field(default="", max_length=120)
    industries: list[Industry] = Field(min_length=1, max_length=30)
    is_available: bool = False


class SheetInput(BaseModel):
    """One judge's marks of one bid: 0 to 5 in halves, or n/a; a draft may leave marks out."""

    technical: Mark = ""
    technical_comment: Why = ""
    quality: Mark = ""
    quality_comment: Why = ""
    schedule: Mark = ""
    schedule_comment: Why = ""
    qualification: Mark = ""
    qualification_comment: Why = ""
    comment: str = Field(default="", max_length=2000)
    is_draft: bool = False

    def mark(self, criterion: str) -> str:
        """The mark of a criterion, as text."""
        return str(getattr(self, criterion))

    def why(self, criterion: str) -> str:
        """The comment on a criterion."""
        return str(getattr(self, f"{criterion}_comment"))


def typed(
    scores: Mapping[str, str | None], comments: Mapping[str, str], comment: str
) -> dict[str, Any]:
    """The values of the form for a sheet kept earlier."""
    marks = {name: NOT_APPLICABLE if mark is None else mark for name, mark in scores.items()}
    return {**marks, **{f"{n}_comment": why for n, why in comments.items()}, "comment": comment}


class NoteInput(BaseModel):
    """What the panel says about marks that lie far apart."""

    note: str = Field(min_length=5, max_length=2000)


class OverrideInput(BaseModel):
    """The chair's own finding on a requirement check, with its reason."""

    met: bool = False
    reason: str = Field(min_length=5, max_length=1000)


class LowPriceInput(BaseModel):
    """What the bidder is to explain, and by when."""

    question: str = Field(min_length=5, max_length=2000)
    due_at: LocalDateTime


class ExplanationInput(BaseModel):
    """The bidder's explanation."""

    answer: str = Field(min_length=5, max_length=5000)


class VerdictInput(BaseModel):
    """Whether an explanation is accepted, and why."""

    is_accepted: bool = False
    decision: str = Field(min_length=5, max_length=2000)
