"""What the JSON API says of disputes and readings."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.disputes.access import shown_amounts
from market.disputes.models import Dispute, Reading, Remeasurement
from market.disputes.states import DisputeStatus
from market.disputes.views import dispute_view
from market.kit.actor import Actor


class MeasurementOut(BaseModel):
    """The sub-sample with everything needed to repeat its draw, and what was found; rates in
    basis points with their 95 % interval."""

    lot_size: int
    sample_size: int
    readers: int
    readers_done: int
    manifest_digest: str
    buyer_commitment: str
    supplier_commitment: str
    buyer_secret: str
    supplier_secret: str
    seed: str
    indices: list[int]
    items: list[str]
    tolerated_percent: str
    nonconforming: list[str]
    low_bp: int | None
    high_bp: int | None
    verdict: str

    @classmethod
    def of(cls, row: Remeasurement, dispute: Dispute, done: int) -> Self:
        """From a row of a dispute of which `done` readers have read."""
        return cls(
            lot_size=row.lot_size, sample_size=row.sample_size, readers=row.readers,
            readers_done=done, manifest_digest=row.manifest_digest,
            buyer_commitment=dispute.buyer_commitment,
            supplier_commitment=dispute.supplier_commitment, buyer_secret=row.buyer_secret,
            supplier_secret=row.supplier_secret, seed=row.seed, indices=row.indices,
            items=row.items, tolerated_percent=f"{row.tolerated.normalize():f}",
            nonconforming=row.nonconforming, low_bp=row.low_bp, high_bp=row.high_bp,
            verdict=row.verdict,
        )  # fmt: skip


class DisputeSummary(BaseModel):
    """A dispute in a list; amounts are fen, one that is not open to the reader yet is null."""

    number: str
    status: str
    order: str
    batch: str
    claimant: str
    respondent: str
    ground: str
    value_fen: int
    buyer_fen: int | None
    supplier_fen: int | None
    due_at: dt.datetime | None
    amount_fen: int | None
    way: str
    resolved_at: dt.datetime | None

    @classmethod
    def of(cls, dispute: Dispute, actor: Actor) -> Self:
        """From a row with its related rows, as this actor may see it."""
        return cls(**_summary(dispute, actor))


class DisputeOut(DisputeSummary):
    """A dispute: what each side says, the proposal, the measurement and the result."""

    text: str
    answer_text: str
    proposal_fen: int | None
    proposal_text: str
    referral_text: str
    decision_code: str
    decision_text: str
    reduction_fen: int
    reader_fee_fen: int
    buyer_fee_fen: int
    supplier_fee_fen: int
    rules_version: str
    evidence: list[str]
    measurement: MeasurementOut | None

    @classmethod
    async def read(cls, dispute: Dispute, actor: Actor) -> Self:
        """From a row with its related rows, as this actor may see it."""
        view = await dispute_view(dispute, actor)
        code = dispute.decision_code
        return cls(
            **_summary(dispute, actor), text=dispute.text, answer_text=dispute.answer_text,
            proposal_fen=dispute.proposal_fen, proposal_text=dispute.proposal_text,
            referral_text=dispute.referral_text, decision_code=code.value if code else "",
            decision_text=dispute.decision_text, reduction_fen=dispute.reduction_fen,
            reader_fee_fen=dispute.reader_fee_fen, buyer_fee_fen=dispute.buyer_fee_fen,
            supplier_fee_fen=dispute.supplier_fee_fen, rules_version=dispute.rules_version,
            evidence=[row.file.filename for row in view.evidence],
            measurement=(
                MeasurementOut.of(view.measurement, dispute, view.marked)
                if view.measurement
                else None
            ),
        )  # fmt: skip


def _summary(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    buyer_fen, supplier_fen = shown_amounts(dispute, actor)
    is_over = dispute.status == DisputeStatus.RESOLVED
    return {
        "number": dispute.number, "status": dispute.status.value,
        "order": dispute.order.number, "batch": dispute.batch.number,
        "claimant": dispute.claimant.number, "respondent": dispute.respondent.number,
        "ground": dispute.ground.value, "value_fen": dispute.value_fen, "buyer_fen": buyer_fen,
        "supplier_fen": supplier_fen, "due_at": dispute.due_at, "amount_fen": dispute.amount_fen,
        "way": dispute.way.value if is_over and dispute.way else "",
        "resolved_at": dispute.resolved_at,
    }  # fmt: skip


class ReadingOut(BaseModel):
    """A reading: the items to mark, and the parties in no order; nothing of what they claim."""

    number: str
    status: str
    due_at: dt.datetime
    parties: list[str]
    job_title: str
    guideline_version: str
    items: list[str]
    nonconforming: list[dict[str, Any]]

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """From a row with everything it points to."""
        dispute = reading.measurement.dispute
        return cls(
            number=reading.number, status=reading.status.value, due_at=reading.due_at,
            parties=sorted((dispute.order.buyer.name, dispute.order.supplier.name)),
            job_title=dispute.order.job.title, guideline_version=dispute.batch.guideline_version,
            items=reading.measurement.items, nonconforming=reading.nonconforming,
        )  # fmt: skip
