"""What is typed into a claim, and into its decision."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from market.kit.forms import YuanAsFen

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class ClaimInput(BaseModel):
    """The year and the amount claimed; the class only for talents."""

    year: Annotated[int, Field(ge=2023, le=2100)]
    asked_fen: Annotated[YuanAsFen, Field(gt=0)]
    talent_class: Annotated[str, StringConstraints(pattern=r"^[ABCD]?$")] = ""
    note: Note = ""


class PaperInput(BaseModel):
    """Which condition the attached file proves."""

    criterion: Annotated[str, StringConstraints(max_length=40)]


class ClaimDecision(BaseModel):
    """What a bureau grants, or why it grants nothing."""

    grant: bool = False
    granted_fen: Annotated[YuanAsFen, Field(ge=0)] = 0
    reasons: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2000)]
