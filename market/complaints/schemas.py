"""What the JSON API says of complaints and reports."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.complaints.models import Complaint, ViolationReport
from market.complaints.printing import decision_digest
from market.complaints.terms import GROUNDS


class ComplaintOut(BaseModel):
    """A complaint; for who takes no part in it statement, demand and complainant are empty."""

    number: str
    job: str
    award: str | None
    level: str
    about: str
    status: str
    ground: str
    clause: str
    complainant: str
    statement: str
    demand: str
    filed_at: dt.datetime | None
    due_at: dt.datetime | None
    escalated_at: dt.datetime | None
    ruling: str | None
    reasons: str
    decided_at: dt.datetime | None
    decision_digest: str

    @classmethod
    def of(cls, row: Complaint, *, whole: bool) -> Self:
        """From a row with job and award; `whole` for its parties and the authority."""
        return cls(
            number=row.number, job=row.job.number, award=row.award.number if row.award else None,
            level=row.level, about=row.about, status=row.status, ground=row.ground,
            clause=GROUNDS[row.ground].clause,
            complainant=row.complainant.name if whole else "",
            statement=row.statement if whole else "", demand=row.demand if whole else "",
            filed_at=row.filed_at, due_at=row.due_at, escalated_at=row.escalated_at,
            ruling=row.ruling, reasons=row.reasons, decided_at=row.decided_at,
            decision_digest=decision_digest(row),
        )  # fmt: skip


class ReportOut(BaseModel):
    """A report for one of its three readers; who reported is in none."""

    number: str
    accused: str
    job: str | None
    need: str | None
    kind: str
    status: str
    statement: str
    view: str
    view_due_at: dt.datetime | None
    due_at: dt.datetime | None
    measure: str | None
    points: int
    days: int
    reasons: str
    decided_at: dt.datetime | None
    final_at: dt.datetime | None
    expires_at: dt.datetime | None

    @classmethod
    def of(cls, row: ViolationReport) -> Self:
        """From a row with the reported, job and need."""
        return cls(
            number=row.number, accused=row.accused.number, job=row.job.number if row.job else None,
            need=row.need.number if row.need else None, kind=row.kind, status=row.status,
            statement=row.statement, view=row.view, view_due_at=row.view_due_at,
            due_at=row.due_at, measure=row.measure, points=row.points, days=row.days,
            reasons=row.reasons, decided_at=row.decided_at, final_at=row.final_at,
            expires_at=row.expires_at,
        )  # fmt: skip


class PublicDecisionOut(BaseModel):
    """A final decision on an organisation's page, until it expires."""

    number: str
    kind: str
    measure: str | None
    points: int
    days: int
    reasons: str
    decided_at: dt.datetime | None
    expires_at: dt.datetime | None

    @classmethod
    def of(cls, row: ViolationReport) -> Self:
        """From a final, unexpired row."""
        return cls(
            number=row.number, kind=row.kind, measure=row.measure, points=row.points,
            days=row.days, reasons=row.reasons, decided_at=row.decided_at,
            expires_at=row.expires_at,
        )  # fmt: skip


class PublicDecisionsOut(BaseModel):
    """The final decisions about an organisation, newest first."""

    items: list[PublicDecisionOut]
