"""What the JSON API says of certification."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.certification.models import Certification, CertificationObjection, CertificationRound
from market.certification.states import CertificationStatus, ObjectionStatus


class RoundOut(BaseModel):
    """A call; minimums are counts of firms and people, and square metres."""

    number: str
    title: str
    region_code: str
    closes_at: dt.datetime
    public_days: int
    firms_min: int
    staff_min: int
    area_min: int

    @classmethod
    def of(cls, row: CertificationRound) -> Self:
        """As it was opened."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class CertificationOut(BaseModel):
    """What is public of an application."""

    number: str
    round: str
    base: str
    region_code: str
    status: CertificationStatus
    digest: str
    submitted_at: dt.datetime | None
    public_until: dt.datetime | None
    certified_at: dt.datetime | None

    @classmethod
    def of(cls, row: Certification) -> Self:
        """As it stands; base and round must be loaded."""
        names = set(cls.model_fields) - {"round", "base"}
        return cls(
            round=row.round.number, base=row.base.number,
            **{name: getattr(row, name) for name in names},
        )  # fmt: skip


class ObjectionOut(BaseModel):
    """An objection."""

    certification: str
    grounds: str
    status: ObjectionStatus
    answer: str

    @classmethod
    def of(cls, number: str, row: CertificationObjection) -> Self:
        """As it stands."""
        return cls(certification=number, grounds=row.grounds, status=row.status, answer=row.answer)
