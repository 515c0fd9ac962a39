"""What people and programs send: complaints, reports, views and decisions."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from market.complaints.states import Ground, Measure, Ruling, ViolationKind

Facts = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=10_000)]
Reasons = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=10_000)]
Number = Annotated[str, Field(max_length=20)]


class ComplaintInput(BaseModel):
    """The ground in law, the facts, and what is asked for."""

    ground: Ground
    statement: Facts
    demand: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2000)]


class NewComplaintInput(ComplaintInput):
    """A draft: about an award, or following an objection, where a number is given."""

    award: Number = ""
    objection: Number = ""


class RulingInput(BaseModel):
    """A coded decision with the reasons that are published."""

    ruling: Ruling
    reasons: Reasons


class ReportInput(BaseModel):
    """What someone is reported for, and the facts."""

    kind: ViolationKind
    statement: Facts


class NewReportInput(ReportInput):
    """A draft about an organisation, a job or a dataset need; one number is enough."""

    organisation: Number = ""
    job: Number = ""
    need: Number = ""


class ViewInput(BaseModel):
    """What the reported says to it."""

    text: Reasons


class MeasureInput(BaseModel):
    """The decision on a report: upheld with a measure, or declined; the reasons are told to both."""

    is_upheld: bool = False
    measure: Measure | None = None
    points: int = Field(default=0, ge=0, le=12)
    days: int = Field(default=0, ge=0, le=365)
    reasons: Reasons
