"""What the JSON API of an evaluation answers."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field

from market.tendering.models import Bid, Clarification, Expert, Judge, ScoreSheet


class JudgeOut(BaseModel):
    """A seat of a panel; never a mark."""

    id: str
    name: str
    affiliation: str
    role: str
    status: str
    appointed_by: str
    is_drawn: bool
    conflict: str
    declared_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, judge: Judge) -> Self:
        """From a row."""
        names = [name for name in cls.model_fields if name != "id"]
        return cls(id=str(judge.id), **{name: getattr(judge, name) for name in names})


class ExpertOut(BaseModel):
    """The industries a person offers to judge in."""

    affiliation: str = ""
    industries: list[str] = []
    is_available: bool = False

    @classmethod
    def of(cls, row: Expert | None) -> Self:
        """From a row; nothing offered without one."""
        same = cls.model_fields if row else ()
        return cls(**{name: getattr(row, name) for name in same})


class PanelOut(BaseModel):
    """A panel: its seats, how many the procedure needs, when its sheets are due and were opened."""

    needed: int
    due_at: dt.datetime | None
    ranked_at: dt.datetime | None
    judges: list[JudgeOut]


class SheetOut(BaseModel):
    """One's own sheet of a bid: null is not applicable, a missing criterion not marked yet."""

    bid: str
    marks: dict[str, str | None]
    comments: dict[str, str]
    comment: str
    is_complete: bool
    submitted_at: dt.datetime | None

    @classmethod
    def of(cls, bid: Bid, sheet: ScoreSheet | None) -> Self:
        """Of a bid, kept or empty."""
        if sheet is None:
            return cls(bid=bid.number, marks={}, comments={}, comment="", is_complete=False,
                       submitted_at=None)  # fmt: skip
        return cls(
            bid=bid.number, marks=sheet.scores, comments=sheet.comments, comment=sheet.comment,
            is_complete=sheet.is_complete, submitted_at=sheet.submitted_at,
        )  # fmt: skip


class BidToJudgeOut(BaseModel):
    """A bid as its judge reads it."""

    number: str
    lot: int | None
    bidder: str
    total_fen: int | None
    delivery_days: int | None
    proposal: str
    sheet: SheetOut

    @classmethod
    def of(cls, bid: Bid, sheet: ScoreSheet | None) -> Self:
        """From a row with bidder and lot fetched."""
        return cls(
            number=bid.number, lot=bid.lot.position if bid.lot else None, bidder=bid.bidder.name,
            total_fen=bid.total_fen, delivery_days=bid.delivery_days, proposal=bid.proposal,
            sheet=SheetOut.of(bid, sheet),
        )  # fmt: skip


class JudgingOut(BaseModel):
    """A judge's own seat and the bids to mark."""

    judge: JudgeOut
    due_at: dt.datetime | None
    bids: list[BidToJudgeOut]


class OpenSheetOut(BaseModel):
    """A sheet once all are handed in."""

    judge: str
    sheet: SheetOut


class OpenSheetsOut(BaseModel):
    """Every sheet of a job."""

    items: list[OpenSheetOut]


class ComputedBidOut(BaseModel):
    """A bid's points and rank computed again, beside what is stored."""

    bid: str
    points: Decimal
    rank: int
    scores: dict[str, dict[str, Any]]
    stored_points: Decimal
    stored_rank: int
    is_reproduced: bool


class ComputationOut(BaseModel):
    """How a ranking was computed; `is_reproduced`: computed again, every figure is the same."""

    weights: dict[str, int]
    tie_rule: str
    rules: dict[str, str]
    is_reproduced: bool
    bids: list[ComputedBidOut]


class ClarificationOut(BaseModel):
    """What a bidder was asked after the opening."""

    id: str
    kind: str
    status: str
    facts: dict[str, Any]
    question: str
    due_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None
    decision: str

    @classmethod
    def of(cls, asked: Clarification) -> Self:
        """From a row."""
        names = [name for name in cls.model_fields if name != "id"]
        return cls(id=str(asked.id), **{name: getattr(asked, name) for name in names})


class ClarificationsOut(BaseModel):
    """Requests about one bid, oldest first."""

    items: list[ClarificationOut]


class LetterOut(BaseModel):
    """The result of one's bid: points with reasons, judges by number, where the winner was better."""

    bid: str
    status: str
    points: Decimal | None
    rank: int | None
    scores: list[dict[str, Any]]
    judges: list[dict[str, Any]] = Field(description="marks and comments by the judge's number")
    winner: str
    advantages: list[dict[str, Any]]
    reason_code: str
    reason: str
    digest: str
