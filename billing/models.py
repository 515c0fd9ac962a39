"""Tables of billing: payments in, refunds, settlements, payouts, invoices, vouchers, events; and the ledger's."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.chart import AccountKind
from billing.ledger_models import (
    AppendOnly,
    LedgerAccount,
    LedgerEntry,
    LedgerEpoch,
    LedgerTransaction,
    LedgerTransfer,
    fk,
)
from billing.reduction_models import PriceChange, PriceReduction, ReductionShare, Repayment
from billing.states import (
    BANK_LINE_TRANSITIONS,
    EVENT_TRANSITIONS,
    INVOICE_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    REDEMPTION_TRANSITIONS,
    REFUND_TRANSITIONS,
    BankLineStatus,
    EventStatus,
    InvoiceKind,
    InvoiceStatus,
    PaymentMethod,
    PaymentStatus,
    PayoutStatus,
    ProgrammeStatus,
    RedemptionStatus,
    RefundStatus,
    TaxpayerKind,
)
from market.kit.db import Row
from market.kit.states import Stateful

__all__ = [
    "BankLine",
    "BillingProfile",
    "Invoice",
    "InvoiceLine",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerEpoch",
    "LedgerTransaction",
    "LedgerTransfer",
    "Payment",
    "Payout",
    "PriceChange",
    "PriceReduction",
    "ReductionShare",
    "Refund",
    "Repayment",
    "Settlement",
    "SettlementLine",
    "VoucherAllocation",
    "VoucherDraw",
    "VoucherPool",
    "VoucherProgramme",
    "VoucherRedemption",
    "WebhookEvent",
]


class BillingProfile(Row):
    """How an organisation is taxed, invoiced and paid."""

    organisation_id: UUID

    organisation: Any = fields.OneToOneField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="billing_profile"
    )
    taxpayer_kind = fields.CharEnumField(TaxpayerKind, max_length=32, default=TaxpayerKind.GENERAL)
    account_name = fields.CharField(max_length=120, default="")
    bank_name = fields.CharField(max_length=120, default="")
    bank_account = fields.CharField(max_length=40, default="")
    processor_account = fields.CharField(max_length=64, default="")

    class Meta:
        table = "billing_profiles"


class Payment(Stateful):
    """A buyer's payment of one stage. `live_stage` holds the stage's key while it may still pay it."""

    TRANSITIONS = PAYMENT_TRANSITIONS

    order_id: UUID
    milestone_id: UUID
    payer_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fk("Order", "payments")
    milestone: Any = fk("Milestone", "payments")
    payer: Any = fk("Organisation", "payments_made")
    method = fields.CharEnumField(PaymentMethod, max_length=32)
    amount_fen = fields.BigIntField()
    status = fields.CharEnumField(PaymentStatus, max_length=32, default=PaymentStatus.PENDING)
    live_stage = fields.UUIDField(null=True, unique=True)
    reference = fields.CharField(max_length=16, default="")  # for the transfer's narrative
    session_id = fields.CharField(max_length=255, default="")
    checkout_url = fields.TextField(default="")
    payment_intent = fields.CharField(max_length=255, default="")
    created_by_id = fields.UUIDField(null=True)
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payments"
        indexes = (("order_id",), ("payer_id", "status"), ("session_id",), ("reference",))


class BankLine(Stateful):
    """A receipt on the custody account; `bank_reference` is the bank's, so a line counts once."""

    TRANSITIONS = BANK_LINE_TRANSITIONS

    statement_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    bank_reference = fields.CharField(max_length=64, unique=True)
    booked_on = fields.DateField()
    payer_name = fields.CharField(max_length=120)
    payer_account = fields.CharField(max_length=40, default="")
    amount_fen = fields.BigIntField()
    narrative = fields.CharField(max_length=300, default="")
    status = fields.CharEnumField(BankLineStatus, max_length=32, default=BankLineStatus.SUSPENSE)
    reason = fields.CharField(max_length=200, default="")
    account = fields.CharField(max_length=40, default="")  # the sub-account it came to
    statement: Any = fk("BankStatement", "lines", null=True)

    class Meta:
        table = "bank_lines"
        indexes = (("statement_id",), ("status", "booked_on"))


class Refund(Stateful):
    """Money going back to the buyer for one payment: all of it, or what a reduction made too much."""

    TRANSITIONS = REFUND_TRANSITIONS

    order_id: UUID
    payment_id: UUID
    transfer_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fk("Order", "refunds")
    payment: Any = fk("Payment", "refunds")
    amount_fen = fields.BigIntField()
    is_reduction = fields.BooleanField(default=False)
    reason = fields.TextField()
    status = fields.CharEnumField(RefundStatus, max_length=32, default=RefundStatus.PENDING)
    transfer: Any = fk("LedgerTransfer")
    attempts = fields.IntField(default=1)
    provider_id = fields.CharField(max_length=255, default="")
    refunded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refunds"
        indexes = (("order_id",), ("payment_id",))


class Settlement(AppendOnly):
    """What one release gave whom; `calculation` holds the fee rule, the VAT lines and the sources."""

    order_id: UUID
    supplier_id: UUID
    transaction_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fk("Order", "settlements")
    supplier: Any = fk("Organisation", "settlements")
    gross_fen = fields.BigIntField()  # contract value of the released stages
    cash_fen = fields.BigIntField()  # of it paid by the buyer
    voucher_fen = fields.BigIntField()  # of it paid by treasuries
    fee_fen = fields.BigIntField()  # platform fee, its VAT included
    net_fen = fields.BigIntField()  # paid out to the supplier: cash less fee
    vat_fen = fields.BigIntField()  # in the supplier's price
    calculation: Any = fields.JSONField()
    transaction: Any = fields.OneToOneField(
        "models.LedgerTransaction", on_delete=fields.RESTRICT, null=True, related_name=False
    )
    settled_at = fields.DatetimeField()

    class Meta:
        table = "settlements"
        indexes = (("supplier_id", "settled_at"), ("order_id",))


class SettlementLine(AppendOnly):
    """One stage in a settlement; a stage is released once."""

    settlement_id: UUID
    milestone_id: UUID

    settlement: Any = fk("Settlement", "lines")
    milestone: Any = fields.OneToOneField(
        "models.Milestone", on_delete=fields.RESTRICT, related_name="settlement_line"
    )
    amount_fen = fields.BigIntField()
    voucher_fen = fields.BigIntField()

    class Meta:
        table = "settlement_lines"
        indexes = (("settlement_id",),)


class Payout(Stateful):
    """An instruction to pay a supplier from where the money lies."""

    TRANSITIONS = PAYOUT_TRANSITIONS

    settlement_id: UUID
    supplier_id: UUID
    transfer_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    settlement: Any = fk("Settlement", "payouts")
    supplier: Any = fk("Organisation", "payouts")
    source = fields.CharEnumField(AccountKind, max_length=32)
    amount_fen = fields.BigIntField()
    status = fields.CharEnumField(PayoutStatus, max_length=32, default=PayoutStatus.PENDING)
    transfer: Any = fk("LedgerTransfer")
    attempts = fields.IntField(default=1)
    provider_id = fields.CharField(max_length=255, default="")  # the bank's or processor's
    note = fields.CharField(max_length=300, default="")
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payouts"
        indexes = (("settlement_id",), ("supplier_id", "status"))


class Invoice(Stateful):
    """The record of a fully digital invoice (数电票): requested by the buyer, issued by the supplier."""

    TRANSITIONS = INVOICE_TRANSITIONS

    order_id: UUID
    seller_id: UUID
    buyer_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fields.OneToOneField(
        "models.Order", on_delete=fields.RESTRICT, related_name="invoice"
    )
    seller: Any = fk("Organisation", "invoices_issued")
    buyer: Any = fk("Organisation", "invoices_received")
    kind = fields.CharEnumField(InvoiceKind, max_length=32)
    status = fields.CharEnumField(InvoiceStatus, max_length=32, default=InvoiceStatus.REQUESTED)
    official_number = fields.CharField(max_length=20, null=True, unique=True)
    issued_on = fields.DateField(null=True)
    net_fen = fields.BigIntField()
    vat_fen = fields.BigIntField()

    class Meta:
        table = "invoices"
        indexes = (("seller_id",), ("buyer_id",))


class InvoiceLine(AppendOnly):
    """One line of an invoice; the taxes of the lines are the tax of the invoice."""

    invoice_id: UUID

    invoice: Any = fk("Invoice", "lines")
    position = fields.IntField()
    description = fields.CharField(max_length=200)
    net_fen = fields.BigIntField()
    vat_bp = fields.IntField()
    vat_fen = fields.BigIntField()

    class Meta:
        table = "invoice_lines"
        unique_together = (("invoice", "position"),)


class VoucherProgramme(Row):
    """One version of a programme as it was published: the rule is never changed."""

    code = fields.CharField(max_length=64)
    version = fields.IntField()
    title = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=16)
    issuer = fields.CharField(max_length=200)
    region_code = fields.CharField(max_length=6)
    mode = fields.CharField(max_length=32)
    status = fields.CharEnumField(ProgrammeStatus, max_length=32)
    rule: Any = fields.JSONField()
    digest = fields.CharField(max_length=64)
    drafted_by_id = fields.UUIDField(null=True)
    published_by_id = fields.UUIDField(null=True)
    published_at = fields.DatetimeField(null=True)
    reviewed_since = fields.DatetimeField(null=True)  # the issuer works its queue here

    class Meta:
        table = "voucher_programmes"
        unique_together = (("code", "version"),)
        indexes = (("status", "region_code"),)


class VoucherPool(Row):
    """The budget of a programme for a period; reserved and redeemed together never exceed it."""

    programme_id: UUID

    programme: Any = fk("VoucherProgramme", "pools")
    period = fields.CharField(max_length=16)  # total, year, batch
    label = fields.CharField(max_length=16)  # "2026" of a year
    limit_fen = fields.BigIntField()
    reserved_fen = fields.BigIntField(default=0)
    redeemed_fen = fields.BigIntField(default=0)

    class Meta:
        table = "voucher_pools"
        unique_together = (("programme", "period", "label"),)


class VoucherRedemption(Stateful):
    """A voucher on an order: the grant, the claim and the trace that proves it, under one version."""

    TRANSITIONS = REDEMPTION_TRANSITIONS

    programme_id: UUID
    order_id: UUID
    claimant_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    programme: Any = fk("VoucherProgramme", "redemptions")
    order: Any = fk("Order", "redemptions")
    claimant: Any = fk("Organisation", "redemptions")
    mode = fields.CharField(max_length=32)
    grant_fen = fields.BigIntField()
    binding = fields.CharField(max_length=64)
    split: Any = fields.JSONField()  # funder -> fen
    claim: Any = fields.JSONField()
    trace: Any = fields.JSONField()
    status = fields.CharEnumField(
        RedemptionStatus, max_length=32, default=RedemptionStatus.RESERVED
    )
    decided_at = fields.DatetimeField()
    paid_reference = fields.CharField(max_length=64, default="")

    class Meta:
        table = "voucher_redemptions"
        indexes = (("order_id", "status"), ("claimant_id", "status"), ("programme_id", "status"))


class VoucherDraw(AppendOnly):
    """What a redemption takes from a pool, or below zero gives back."""

    redemption_id: UUID
    pool_id: UUID

    redemption: Any = fk("VoucherRedemption", "draws")
    pool: Any = fk("VoucherPool")
    amount_fen = fields.BigIntField()

    class Meta:
        table = "voucher_draws"
        indexes = (("redemption_id",),)


class VoucherAllocation(AppendOnly):
    """What a voucher takes off what the buyer pays for one stage, or below zero loses there."""

    redemption_id: UUID
    milestone_id: UUID

    redemption: Any = fk("VoucherRedemption", "allocations")
    milestone: Any = fk("Milestone", "voucher_parts")
    amount_fen = fields.BigIntField()

    class Meta:
        table = "voucher_allocations"
        indexes = (("redemption_id",), ("milestone_id",))


class WebhookEvent(Stateful):
    """An event of the payment processor, kept once by its id, moved by the worker."""

    TRANSITIONS = EVENT_TRANSITIONS

    event_id = fields.CharField(max_length=255, unique=True)
    type = fields.CharField(max_length=120)
    object_type = fields.CharField(max_length=64, default="")
    object_id = fields.CharField(max_length=255, default="")
    payload: Any = fields.JSONField()
    status = fields.CharEnumField(EventStatus, max_length=32, default=EventStatus.PENDING)
    note = fields.CharField(max_length=300, default="")

    class Meta:
        table = "webhook_events"
        indexes = (("status",), ("object_id",))
