"""State machines of money: payments, refunds, payouts, vouchers, events, bank lines, invoices."""

from enum import StrEnum


class PaymentMethod(StrEnum):
    """The rail a buyer pays by."""

    ONLINE = "online"
    BANK_TRANSFER = "bank_transfer"


class PaymentStatus(StrEnum):
    """Where a payment stands; it only ever moves forward, whatever order the news arrives in."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REVERSED = "reversed"


P = PaymentStatus
PAYMENT_TRANSITIONS = {
    P.PENDING: frozenset({P.PROCESSING, P.SUCCEEDED, P.FAILED, P.EXPIRED, P.CANCELLED}),
    P.PROCESSING: frozenset({P.SUCCEEDED, P.FAILED}),
    P.SUCCEEDED: frozenset({P.REFUNDED, P.REVERSED}),
    P.FAILED: frozenset(),
    P.EXPIRED: frozenset(),
    P.CANCELLED: frozenset(),
    P.REFUNDED: frozenset(),
    P.REVERSED: frozenset(),
}


class RefundStatus(StrEnum):
    """Where a refund stands; a failed one is tried again."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


R = RefundStatus
REFUND_TRANSITIONS = {
    R.PENDING: frozenset({R.SUCCEEDED, R.FAILED}),
    R.FAILED: frozenset({R.PENDING, R.SUCCEEDED}),
    R.SUCCEEDED: frozenset(),
}


class PayoutStatus(StrEnum):
    """Where the money to a supplier stands; a failed instruction is given again."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


O = PayoutStatus  # noqa: E741 - the table below reads as a table
PAYOUT_TRANSITIONS = {
    O.PENDING: frozenset({O.PAID, O.FAILED}),
    O.FAILED: frozenset({O.PENDING, O.PAID}),
    O.PAID: frozenset(),
}


class TransferStatus(StrEnum):
    """A two-phase transfer is held, then resolved once."""

    HELD = "held"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


T = TransferStatus
TRANSFER_TRANSITIONS = {
    T.HELD: frozenset({T.POSTED, T.VOIDED, T.EXPIRED}),
    T.POSTED: frozenset(),
    T.VOIDED: frozenset(),
    T.EXPIRED: frozenset(),
}


class ProgrammeStatus(StrEnum):
    """Whether claims may be made; a draft lacks terms its issuer has not published."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class RedemptionStatus(StrEnum):
    """A voucher on an order is reserved, resolved once, and at last paid by the treasury."""

    RESERVED = "reserved"
    REDEEMED = "redeemed"
    RELEASED = "released"
    PAID = "paid"


V = RedemptionStatus
REDEMPTION_TRANSITIONS = {
    V.RESERVED: frozenset({V.REDEEMED, V.RELEASED}),
    V.REDEEMED: frozenset({V.PAID}),
    V.RELEASED: frozenset(),
    V.PAID: frozenset(),
}
LIVE_REDEMPTIONS = (V.RESERVED, V.REDEEMED, V.PAID)


class EventStatus(StrEnum):
    """What became of a webhook event; one about an unknown object waits, parked."""

    PENDING = "pending"
    PARKED = "parked"
    APPLIED = "applied"


E = EventStatus
EVENT_TRANSITIONS = {
    E.PENDING: frozenset({E.APPLIED, E.PARKED}),
    E.PARKED: frozenset({E.APPLIED}),
    E.APPLIED: frozenset(),
}


class BankLineStatus(StrEnum):
    """What became of money on the custody account; suspense needs a person."""

    SUSPENSE = "suspense"
    APPLIED = "applied"
    RETURNED = "returned"


B = BankLineStatus
BANK_LINE_TRANSITIONS = {
    B.SUSPENSE: frozenset({B.APPLIED, B.RETURNED}),
    B.APPLIED: frozenset({B.SUSPENSE}),
    B.RETURNED: frozenset(),
}


class InvoiceStatus(StrEnum):
    """Whether the e-invoice exists yet."""

    REQUESTED = "requested"
    ISSUED = "issued"


I = InvoiceStatus  # noqa: E741 - the table below reads as a table
INVOICE_TRANSITIONS = {I.REQUESTED: frozenset({I.ISSUED}), I.ISSUED: frozenset()}


class InvoiceKind(StrEnum):
    """The two kinds of fully digital invoice (数电票)."""

    SPECIAL = "special"
    ORDINARY = "ordinary"


class TaxpayerKind(StrEnum):
    """How a supplier is taxed; the rates stand in data/tax_rates.json."""

    GENERAL = "general"
    SMALL_SCALE = "small_scale"
    EXEMPT = "exempt"
