"""What the JSON API of fairs answers."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.fairs import labels
from market.fairs.meetings import Totals
from market.fairs.models import Fair, FairBlock, FairMeeting, FairRegistration, FairTimetable


class FairOut(BaseModel):
    """A fair and its terms."""

    number: str
    title: str
    summary: str
    host: str
    status: str
    is_online: bool
    venue: str
    region_code: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    slots: int
    slot_minutes: int
    pause_minutes: int
    tables: int
    min_meetings: int
    opens_at: dt.datetime
    closes_at: dt.datetime
    modalities: list[str]
    is_regional: bool
    skips_partners: bool
    cancel_reason: str

    @classmethod
    def of(cls, fair: Fair) -> Self:
        """From a row whose host has been fetched."""
        names = [name for name in cls.model_fields if name != "host"]
        return cls(host=fair.host.name, **{name: getattr(fair, name) for name in names})


class RegistrationOut(BaseModel):
    """Who comes; slots are counted from 1."""

    organisation: str
    name: str
    side: str
    status: str
    contact: str
    interests: list[str]
    jobs: list[str]
    wishes: list[str]
    away: list[int]
    max_meetings: int
    statement: str

    @classmethod
    def of(cls, row: FairRegistration) -> Self:
        """From a row whose organisation has been fetched."""
        names = ("contact", "interests", "jobs", "wishes", "max_meetings", "statement")
        return cls(
            organisation=row.organisation.number, name=row.organisation.name, side=row.side.value,
            status=row.status.value, away=[slot + 1 for slot in row.away],
            **{name: getattr(row, name) for name in names},
        )  # fmt: skip


class RegistrationsOut(BaseModel):
    """Who comes, buyers first."""

    items: list[RegistrationOut]


class BlockOut(BaseModel):
    """Two parties kept apart."""

    id: str
    buyer: str
    supplier: str
    reason: str

    @classmethod
    def of(cls, block: FairBlock) -> Self:
        """From a row whose parties' organisations have been fetched."""
        return cls(
            id=str(block.id), buyer=block.buyer.organisation.number,
            supplier=block.supplier.organisation.number, reason=block.reason,
        )  # fmt: skip


class MeetingOut(BaseModel):
    """A meeting, why, and what came of it; scores are ten-thousandths of a full match."""

    id: str
    slot: int
    table: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    buyer: str
    supplier: str
    score: int
    reasons: list[str]
    attendance: str | None
    outcome: str
    intent_fen: int
    job: str | None
    contract: str | None
    note: str

    @classmethod
    def of(cls, row: FairMeeting, fair: Fair) -> Self:
        """From a row whose parties, job and contract have been fetched."""
        return cls(
            id=str(row.id), slot=row.slot + 1, table=row.table_number,
            starts_at=fair.slot_start(row.slot), ends_at=fair.slot_end(row.slot),
            buyer=row.buyer.organisation.number, supplier=row.supplier.organisation.number,
            score=row.score, reasons=labels.reasons(row),
            attendance=row.attendance.value if row.attendance else None,
            outcome=row.outcome.value, intent_fen=row.intent_fen, note=row.note,
            job=row.job.number if row.job else None,
            contract=row.contract.number if row.contract else None,
        )  # fmt: skip


class TimetableOut(BaseModel):
    """The computation with its proof (for the host), and the meetings the reader may see."""

    status: str | None
    share_bp: int
    model: str
    objective: int
    bound: int
    is_proven: bool
    took_ms: int
    meetings: list[MeetingOut]

    @classmethod
    def of(cls, found: FairTimetable | None, fair: Fair, rows: list[FairMeeting]) -> Self:
        """Without a computation for who only has meetings."""
        shown = found or FairTimetable()
        return cls(
            status=shown.status.value if found else None, share_bp=shown.share_bp,
            model=shown.model, objective=shown.objective, bound=shown.bound,
            is_proven=shown.is_proven, took_ms=shown.took_ms,
            meetings=[MeetingOut.of(row, fair) for row in rows],
        )  # fmt: skip


class TotalsOut(BaseModel):
    """Figures of fairs."""

    fairs: int
    meetings: int
    attended: int
    intents: int
    intent_fen: int
    deals: int

    @classmethod
    def of(cls, found: Totals) -> Self:
        """From the figures."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})
