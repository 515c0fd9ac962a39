"""What the JSON API of tendering answers."""

import datetime as dt
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from market.tendering import explanations, requirements
from market.tendering.bids import total_of
from market.tendering.forms import BidInput
from market.tendering.models import Award, Bid, Job, Question


class JobSummary(BaseModel):
    """A job in a list; money in fen, unit price in yuan as a string."""

    number: str
    title: str
    owner: str
    status: str
    industry: str
    modality: str
    task_types: list[str]
    volume: Decimal
    unit: str
    region_code: str
    place: str
    budget_fen: int
    ceiling_unit_price: Decimal | None
    published_at: dt.datetime | None
    question_deadline_at: dt.datetime | None
    bid_deadline_at: dt.datetime | None
    delivery_deadline: dt.date | None
    version: int

    @classmethod
    def of(cls, job: Job) -> Self:
        """From a row whose owner has been fetched."""
        names = [name for name in cls.model_fields if name != "owner"]
        return cls(owner=job.owner.name, **{name: getattr(job, name) for name in names})


class JobOut(JobSummary):
    """A job with everything that is public."""

    summary: str
    kind: str
    dataset_type: str
    data_size_tb: Decimal | None
    readers_per_item: int
    arbitration: str
    quality: dict[str, Any]
    sampling_level: str
    aql: Decimal
    delivery_format: str
    data_grade: str
    personal_info: str
    health_level: int | None
    is_deid_required: bool
    deid_profile: str
    place_region_code: str
    required_certs: list[str]
    requirements: dict[str, Any]
    annotator_type: str
    min_level: str
    min_staff: int
    languages: list[str]
    price_mode: str
    procurement: str
    vouchers_wished: list[str]
    procedure: str
    procedure_config: dict[str, Any]
    opened_at: dt.datetime | None
    closing_reason: str


class TemplateOut(BaseModel):
    """A starting point for a job."""

    code: str
    name: str
    fields: dict[str, Any]


class TemplatesOut(BaseModel):
    """Every template."""

    items: list[TemplateOut]


class QuestionOut(BaseModel):
    """A question under the asker's alias, with its answer."""

    id: str
    alias: str
    text: str
    asked_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None

    @classmethod
    def of(cls, question: Question) -> Self:
        """From a row."""
        return cls(
            id=str(question.id), alias=question.alias, text=question.text,
            asked_at=question.created_at, answer=question.answer, answered_at=question.answered_at,
        )  # fmt: skip


class QuestionsOut(BaseModel):
    """Questions and answers of a job, oldest first."""

    items: list[QuestionOut]


class OwnBidOut(BaseModel):
    """One's own bid: the offer, and the digest that is its receipt."""

    number: str
    job: str
    status: str
    digest: str
    job_version: int
    submitted_at: dt.datetime | None
    lot: int | None = Field(description="its position; null where the job is bid for as a whole")
    total_fen: int | None
    offer: BidInput | None = Field(description="null while it is sealed: nobody can read it")
    receipt: dict[str, Any] | None = Field(description="only in the answer to what sealed it")
    total_points: Decimal | None
    rank: int | None
    scores: list[dict[str, Any]]
    reason_code: str
    reason: str

    @classmethod
    def of(cls, bid: Bid, job: Job, offer: BidInput | None) -> Self:
        """For the bidder itself, from a row whose lot has been fetched; `offer` is None while it is sealed."""
        names = ("number", "status", "digest", "job_version", "submitted_at", "total_points",
                 "rank", "reason_code", "reason")  # fmt: skip
        return cls(
            job=job.number, lot=bid.lot.position if bid.lot else None,
            total_fen=total_of(offer, bid.lot or job) if offer else None, offer=offer,
            receipt=bid.receipt,
            scores=explanations.explain(bid), **{name: getattr(bid, name) for name in names},
        )  # fmt: skip


class OpenedBidOut(BaseModel):
    """An opened bid as the owner compares it."""

    number: str
    bidder: str
    status: str
    digest: str
    unit_price: Decimal | None
    total_fen: int | None
    delivery_days: int | None
    daily_capacity: Decimal | None
    proposal: str
    extra_lines: list[dict[str, Any]]
    unmet_requirements: list[str]
    scores: list[dict[str, Any]]
    total_points: Decimal | None
    rank: int | None
    reason_code: str

    @classmethod
    def of(cls, bid: Bid) -> Self:
        """From a row whose bidder has been fetched."""
        names = ("number", "status", "digest", "unit_price", "total_fen", "delivery_days",
                 "daily_capacity", "proposal", "total_points", "rank", "reason_code")  # fmt: skip
        return cls(
            bidder=bid.bidder.name, extra_lines=(bid.content or {}).get("extra_lines", []),
            unmet_requirements=requirements.failures(bid.checks), scores=explanations.explain(bid),
            **{name: getattr(bid, name) for name in names},
        )  # fmt: skip


class OpenedBidsOut(BaseModel):
    """The opened bids of a job, best first; empty before the opening."""

    items: list[OpenedBidOut]


class OpeningOut(BaseModel):
    """The public transcript of an opening."""

    transcript: dict[str, Any]
    is_intact: bool = Field(description="the digest of the transcript, computed again, is the same")


class AwardOut(BaseModel):
    """An award decision."""

    number: str
    job: str
    bid: str
    winner: str
    total_fen: int
    status: Literal["pending", "active", "unsuccessful", "cancelled"]
    rationale: str
    stand_still_until: dt.datetime | None
    closing_reason: str

    @classmethod
    def of(cls, award: Award) -> Self:
        """From a row with job, bid and bidder fetched."""
        return cls(
            number=award.number, job=award.job.number, bid=award.bid.number,
            winner=award.bid.bidder.name, total_fen=award.bid.total_fen, status=award.status.value,
            rationale=award.rationale, stand_still_until=award.stand_still_until,
            closing_reason=award.closing_reason,
        )  # fmt: skip
