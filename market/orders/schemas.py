"""What the JSON API says of contracts, orders, batches and reviews."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.kit.forms import UnitPrice
from market.orders.models import (
    AcceptanceSample,
    Contract,
    DeliveryBatch,
    Milestone,
    Order,
    OrderLine,
    Review,
)
from market.orders.terms import plain_number, verification_code


class SignatureOut(BaseModel):
    """A recorded signature over the contract's digest."""

    organisation: str
    signer: str
    digest: str
    signed_at: dt.datetime


class ContractSummary(BaseModel):
    """A contract in a list; amounts are fen."""

    number: str
    status: str
    job: str
    buyer: str
    supplier: str
    total_fen: int
    digest: str
    version: int
    activated_at: dt.datetime | None

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """From a row with its parties and job."""
        return cls(**_contract(contract))


class ContractOut(ContractSummary):
    """A contract: `digest` is the SHA-256 of `terms` in canonical JSON (sorted keys, no spaces)."""

    verification_code: str
    terms: dict[str, Any]
    signatures: list[SignatureOut]
    order: str | None

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """From a row with parties, job, signatures and order."""
        order = contract.order
        return cls(
            **_contract(contract), terms=contract.terms, order=order.number if order else None,
            verification_code=verification_code(contract.digest),
            signatures=[
                SignatureOut(
                    organisation=row.organisation.number, signer=row.signer_name,
                    digest=row.digest, signed_at=row.signed_at,
                )
                for row in contract.signatures
                if row.digest == contract.digest
            ],
        )  # fmt: skip


def _contract(contract: Contract) -> dict[str, Any]:
    return {
        "number": contract.number, "status": contract.status.value, "job": contract.job.number,
        "buyer": contract.buyer.number, "supplier": contract.supplier.number,
        "total_fen": contract.total_fen, "digest": contract.digest,
        "version": contract.version, "activated_at": contract.activated_at,
    }  # fmt: skip


class LineOut(BaseModel):
    """A priced line; the amount in fen is unit price times quantity, rounded once."""

    position: int
    description: str
    spend_category: str
    quantity: str
    unit: str
    unit_price: UnitPrice
    amount_fen: int


class MilestoneOut(BaseModel):
    """A payment stage; `share_bp` are basis points of the total."""

    position: int
    kind: str
    share_bp: int
    amount_fen: int
    accepted_bp: int
    reached_at: dt.datetime | None
    due_at: dt.datetime | None


class OrderSummary(BaseModel):
    """An order in a list; quantities are decimal strings in `unit`."""

    number: str
    status: str
    job: str
    buyer: str
    supplier: str
    total_fen: int
    quantity: str
    accepted_quantity: str
    unit: str
    unit_price: UnitPrice
    due_at: dt.datetime | None
    completed_at: dt.datetime | None

    @classmethod
    def of(cls, order: Order) -> Self:
        """From a row with its parties and job."""
        return cls(**_order(order))


class OrderOut(OrderSummary):
    """An order with its lines, payment stages and batches."""

    contract: str
    lines: list[LineOut]
    milestones: list[MilestoneOut]
    batches: list[str]

    @classmethod
    async def read(cls, order: Order) -> Self:
        """From a row with parties, job and contract; reads the rest."""
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        stages = await Milestone.filter(order_id=order.id).order_by("position")
        batches = await DeliveryBatch.filter(order_id=order.id).order_by("sequence")
        return cls(
            **_order(order), contract=order.contract.number,
            lines=[_line(line) for line in lines], milestones=[_stage(stage) for stage in stages],
            batches=[batch.number for batch in batches],
        )  # fmt: skip


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number, "status": order.status.value, "job": order.job.number,
        "buyer": order.buyer.number, "supplier": order.supplier.number,
        "total_fen": order.total_fen, "quantity": plain_number(order.quantity),
        "accepted_quantity": plain_number(order.accepted_quantity), "unit": order.unit,
        "unit_price": order.unit_price, "due_at": order.due_at,
        "completed_at": order.completed_at,
    }  # fmt: skip


def _line(line: OrderLine) -> LineOut:
    return LineOut(
        position=line.position, description=line.description, spend_category=line.spend_category,
        quantity=plain_number(line.quantity), unit=line.unit, unit_price=line.unit_price,
        amount_fen=line.amount_fen,
    )  # fmt: skip


def _stage(stage: Milestone) -> MilestoneOut:
    return MilestoneOut(
        position=stage.position, kind=stage.kind.value, share_bp=stage.share_bp,
        amount_fen=stage.amount_fen, accepted_bp=stage.accepted_bp, reached_at=stage.reached_at, due_at=stage.due_at,
    )  # fmt: skip


class SampleOut(BaseModel):
    """One round's sample, with everything needed to repeat the draw (GB/T 2828.1)."""

    round: int
    lot_size: int
    level: str
    aql: str
    minor_aql: str | None
    severity: str
    letter: str
    n: int
    ac: int
    re: int
    manifest_digest: str
    buyer_commitment: str
    supplier_commitment: str
    buyer_secret: str
    supplier_secret: str
    seed: str
    indices: list[int]
    items: list[str]
    nonconforming: list[dict[str, str]]
    measurements: list[dict[str, str]]
    verdict: str
    inspected_at: dt.datetime | None

    @classmethod
    def of(cls, sample: AcceptanceSample) -> Self:
        """From a row."""
        same = (
            "round", "lot_size", "level", "severity", "letter", "manifest_digest",
            "buyer_commitment", "supplier_commitment", "buyer_secret", "supplier_secret", "seed",
            "indices", "items", "nonconforming", "measurements", "verdict", "inspected_at",
        )  # fmt: skip
        return cls(
            **{name: getattr(sample, name) for name in same}, aql=plain_number(sample.aql),
            minor_aql=None if sample.minor_aql is None else plain_number(sample.minor_aql),
            n=sample.sample_size, ac=sample.acceptance_number, re=sample.rejection_number,
        )  # fmt: skip


class BatchOut(BaseModel):
    """A delivery batch with its samples, newest round first."""

    number: str
    order: str
    sequence: int
    status: str
    round: int
    quantity: str
    item_count: int
    manifest_digest: str
    guideline_version: str
    buyer_commitment: str
    supplier_commitment: str
    submitted_at: dt.datetime | None
    accept_by: dt.datetime | None
    decided_at: dt.datetime | None
    is_accepted_by_silence: bool
    samples: list[SampleOut]

    @classmethod
    async def read(cls, batch: DeliveryBatch, order: Order) -> Self:
        """From a row and its order; reads the samples."""
        same = (
            "number", "sequence", "round", "item_count", "manifest_digest", "guideline_version",
            "buyer_commitment", "supplier_commitment", "submitted_at", "accept_by", "decided_at",
            "is_accepted_by_silence",
        )  # fmt: skip
        samples = await AcceptanceSample.filter(batch_id=batch.id).order_by("-round")
        return cls(
            **{name: getattr(batch, name) for name in same}, order=order.number,
            status=batch.status.value, quantity=plain_number(batch.quantity),
            samples=[SampleOut.of(sample) for sample in samples],
        )  # fmt: skip


class ReviewOut(BaseModel):
    """A review: facts of the reviewed side, marks (1-5), words; `published_at` is null while blind.

    The words of one the operator hid are empty, `is_hidden` says so.
    """

    id: str
    order: str
    facts: dict[str, Any]
    rating: int
    marks: dict[str, int]
    text: str
    reply: str
    is_hidden: bool
    published_at: dt.datetime | None

    @classmethod
    def of(cls, review: Review, order: Order) -> Self:
        """From a row and its order."""
        is_hidden = review.hidden_at is not None
        return cls(
            id=str(review.id), order=order.number, facts=review.facts, rating=review.rating,
            marks=review.marks, text="" if is_hidden else review.text,
            reply="" if is_hidden else review.reply, is_hidden=is_hidden,
            published_at=review.published_at,
        )  # fmt: skip
