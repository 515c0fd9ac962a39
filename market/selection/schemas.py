"""What the JSON API says of calls and entries."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, Field

from market.certification.states import ObjectionStatus
from market.kit.paging import CursorQuery
from market.selection.models import SelectionCall, SelectionEntry
from market.selection.states import CallKind, EntryStatus


class CallQuery(CursorQuery):
    """Calls of one kind, or all."""

    kind: CallKind | None = None


class EntryQuery(CallQuery):
    """Entries of one kind, or all; of one industry."""

    industry: str = Field(default="", max_length=32)


class CallOut(BaseModel):
    """A call; `places` null is no limit, 0 months hold for good."""

    number: str
    kind: CallKind
    title: str
    text: str
    region_code: str
    closes_at: dt.datetime
    public_days: int
    reviews_min: int
    places: int | None
    valid_months: int

    @classmethod
    def of(cls, row: SelectionCall) -> Self:
        """As it was opened."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class FigureOut(BaseModel):
    """An effect: before and after as decimal strings."""

    name: str
    before: str
    after: str
    unit: str


class EntryOut(BaseModel):
    """What is public of an entry."""

    number: str
    call: str
    kind: CallKind
    applicant: str
    status: EntryStatus
    title: str
    industry: str
    summary: str
    effect: str
    figures: list[FigureOut]
    submitted_at: dt.datetime
    public_until: dt.datetime | None
    selected_at: dt.datetime | None
    valid_until: dt.date | None

    @classmethod
    def of(cls, row: SelectionEntry) -> Self:
        """As it stands; call and applicant must be loaded."""
        names = set(cls.model_fields) - {"call", "kind", "applicant"}
        return cls(
            call=row.call.number, kind=row.call.kind, applicant=row.applicant.number,
            **{name: getattr(row, name) for name in names},
        )  # fmt: skip


class ObjectionOut(BaseModel):
    """An objection."""

    entry: str
    grounds: str
    status: ObjectionStatus
    answer: str
