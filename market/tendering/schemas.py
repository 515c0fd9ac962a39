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
    minor_aql: Decimal | None
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
    procedure_config: dict[str, Any] = Field(description="the rules; `invited` only for the owner")
    procedure_sources: dict[str, Any] = Field(
        description="who set each rule that is not the procedure's"
    )
    opened_at: dt.datetime | None
    closing_reason: str

    @classmethod
    def of(cls, job: Job, *, is_owner: bool = False) -> Self:
        """From a row whose owner has been fetched; who is invited is the owner's to know."""
        out = super().of(job)
        if not is_owner:
            kept = {k: v for k, v in out.procedure_config.items() if k != "invited"}
            out.procedure_config = kept
        return out


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
        names = ("number", "status", "digest", "job_version", "submitted_at", "reason_code",
                 "reason")  # fmt: skip
        is_decided = bid.status in explanations.DECIDED
        return cls(
            job=job.number, lot=bid.lot.position if bid.lot else None,
            total_fen=total_of(offer, bid.lot or job) if offer else None, offer=offer,
            receipt=bid.receipt,
            total_points=bid.total_points if is_decided else None,
            rank=bid.rank if is_decided else None,
            scores=explanations.told(bid), **{name: getattr(bid, name) for name in names},
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
    """An award decision; `volume` in the job's unit, `total_fen` of that volume."""

    number: str
    job: str
    lot: int | None
    bid: str
    winner: str
    volume: Decimal | None
    total_fen: int
    status: Literal["pending", "active", "unsuccessful", "cancelled"]
    rationale: str
    reason_code: str
    stand_still_until: dt.datetime | None
    suspended_at: dt.datetime | None
    closing_reason: str

    @classmethod
    def of(cls, award: Award) -> Self:
        """From a row with job, lot, bid and bidder fetched."""
        return cls(
            number=award.number, job=award.job.number, bid=award.bid.number,
            lot=award.lot.position if award.lot else None, winner=award.bid.bidder.name,
            volume=award.volume, total_fen=award.total_fen or award.bid.total_fen,
            status=award.status.value, rationale=award.rationale, reason_code=award.reason_code,
            stand_still_until=award.stand_still_until, suspended_at=award.suspended_at,
            closing_reason=award.closing_reason,
        )  # fmt: skip
