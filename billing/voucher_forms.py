"""What people and programs may ask in the review of vouchers, checked field by field."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from billing.voucher_states import ReviewOutcome

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2000)]
Clause = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class ApplyInput(BaseModel):
    """An application; its documents come as files."""


class ReviewInput(BaseModel):
    """A reviewer's decision on the present step."""

    outcome: ReviewOutcome
    note: Note = ""
    source: Clause = ""


class ObjectionInput(BaseModel):
    """What speaks against a published application."""

    text: Statement


class AnswerInput(BaseModel):
    """The issuing bureau's answer to an objection."""

    is_upheld: bool = False
    answer: Statement
