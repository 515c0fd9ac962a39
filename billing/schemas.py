"""What the API says of money: amounts are integer fen, times ISO 8601 in UTC."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from billing.models import (
    Invoice,
    Payment,
    Payout,
    Refund,
    Settlement,
    VoucherProgramme,
    VoucherRedemption,
)
from billing.offers import Offer
from billing.stages import Stage
from billing.states import (
    InvoiceKind,
    InvoiceStatus,
    PaymentMethod,
    PaymentStatus,
    PayoutStatus,
    ProgrammeStatus,
    RedemptionStatus,
    RefundStatus,
)


class StageOut(BaseModel):
    """A payable stage of an order: due is its amount less reductions after disputes, less vouchers."""

    position: int
    kind: str
    amount_fen: int
    reduction_fen: int
    voucher_fen: int
    due_fen: int
    due_at: dt.datetime | None
    days_late: int
    interest_fen: int
    status: str
    payment: str | None

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """The stage as it stands."""
        clock = stage.clock
        return cls(
            position=stage.milestone.position,
            kind=stage.milestone.kind.value,
            amount_fen=stage.milestone.amount_fen,
            reduction_fen=stage.reduction_fen,
            voucher_fen=stage.voucher_fen,
            due_fen=stage.due_fen,
            due_at=clock.due_at if clock else None,
            days_late=clock.days_late if clock else 0,
            interest_fen=clock.interest_fen if clock else 0,
            status=stage.status,
            payment=stage.payment.number if stage.payment else None,
        )


class StagesOut(BaseModel):
    """The stages of an order, in their order."""

    items: list[StageOut]


class PaymentOut(BaseModel):
    """A payment of one stage; `checkout_url` is where an open online payment is made."""

    number: str
    method: PaymentMethod
    amount_fen: int
    status: PaymentStatus
    reference: str
    checkout_url: str
    paid_at: dt.datetime | None

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """The payment as it stands."""
        return cls.model_validate(payment, from_attributes=True)


class RefundOut(BaseModel):
    """Money going back for one payment."""

    number: str
    amount_fen: int
    status: RefundStatus
    reason: str


class RefundsOut(BaseModel):
    """The refunds that undo an order."""

    items: list[RefundOut]

    @classmethod
    def of(cls, refunds: list[Refund]) -> Self:
        """The refunds as they stand."""
        return cls(items=[RefundOut.model_validate(row, from_attributes=True) for row in refunds])


class SettlementOut(BaseModel):
    """A release after acceptance; `calculation` holds the fee rule, the sources and the VAT lines."""

    number: str
    order: str
    gross_fen: int
    cash_fen: int
    voucher_fen: int
    fee_fen: int
    net_fen: int
    vat_fen: int
    calculation: dict[str, Any]
    settled_at: dt.datetime

    @classmethod
    def of(cls, settlement: Settlement) -> Self:
        """The settlement; its order must be read."""
        figures = {name: getattr(settlement, name) for name in cls.model_fields if name != "order"}
        return cls(order=settlement.order.number, **figures)


class PayoutOut(BaseModel):
    """Money to a supplier; `source` says where it is paid from."""

    number: str
    settlement: str
    source: str
    amount_fen: int
    status: PayoutStatus
    paid_at: dt.datetime | None

    @classmethod
    def of(cls, payout: Payout) -> Self:
        """The payout; its settlement must be read."""
        return cls(
            number=payout.number,
            settlement=payout.settlement.number,
            source=payout.source.value,
            amount_fen=payout.amount_fen,
            status=payout.status,
            paid_at=payout.paid_at,
        )


class InvoiceOut(BaseModel):
    """The record of an invoice."""

    number: str
    order: str
    kind: InvoiceKind
    status: InvoiceStatus
    official_number: str | None
    issued_on: dt.date | None
    net_fen: int
    vat_fen: int

    @classmethod
    def of(cls, invoice: Invoice, *, order: str) -> Self:
        """The invoice of an order."""
        figures = {name: getattr(invoice, name) for name in cls.model_fields if name != "order"}
        return cls(order=order, **figures)


class ProgrammeOut(BaseModel):
    """A voucher programme version with its rule."""

    code: str
    version: int
    title: str
    kind: str
    issuer: str
    region_code: str
    mode: str
    status: ProgrammeStatus
    digest: str
    rule: dict[str, Any]

    @classmethod
    def of(cls, programme: VoucherProgramme) -> Self:
        """The programme as it was published."""
        return cls.model_validate(programme, from_attributes=True)


class ProgrammesOut(BaseModel):
    """Every programme that is open or in preparation."""

    items: list[ProgrammeOut]


class QuoteOut(BaseModel):
    """A programme's answer for an order: what it grants, or the reasons why not."""

    programme: str
    eligible: bool
    grant_fen: int
    binding: str
    reasons: list[str]

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """The answer, with its reasons in the caller's language."""
        return cls(
            programme=offer.programme.code,
            eligible=offer.quote.eligible,
            grant_fen=offer.quote.grant_fen,
            binding=offer.quote.binding,
            reasons=offer.reasons,
        )


class QuotesOut(BaseModel):
    """Every open programme's answer for an order."""

    items: list[QuoteOut]


class RedemptionOut(BaseModel):
    """A voucher on an order, with the trace that proves its amount."""

    number: str
    mode: str
    grant_fen: int
    binding: str
    split: dict[str, int]
    status: RedemptionStatus
    trace: dict[str, Any]

    @classmethod
    def of(cls, redemption: VoucherRedemption) -> Self:
        """The voucher as it stands."""
        return cls.model_validate(redemption, from_attributes=True)
