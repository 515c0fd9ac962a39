"""What the JSON API says of deadlines."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, Field

from market.calendar.deadlines import KINDS, Deadline
from market.kit.forms import LocalDate
from market.settings import settings


class DeadlineQuery(BaseModel):
    """From today, for so many days; or from another day on."""

    days: int = Field(default=30, ge=1, le=400)
    start: LocalDate | None = None


class DeadlineOut(BaseModel):
    """Something due; `kind` is one of the platform's, binding ones come from law or contract."""

    kind: str
    label: str
    at: dt.datetime
    title: str
    number: str
    url: str
    is_binding: bool

    @classmethod
    def of(cls, row: Deadline) -> Self:
        """In the language of the request."""
        return cls(
            kind=row.kind, label=row.label, at=row.at, title=row.title, number=row.number,
            url=settings.base_url.rstrip("/") + row.url, is_binding=KINDS[row.kind].is_binding,
        )  # fmt: skip


class DeadlinesOut(BaseModel):
    """The nearest first."""

    items: list[DeadlineOut]


class FeedOut(BaseModel):
    """The secret address of a calendar; it is told here and nowhere else."""

    url: str
