"""State machines of money paid into custody for a purpose of its own: deposits, and fees for others' work."""

from enum import StrEnum


class HoldingPurpose(StrEnum):
    """What the money is for."""

    BID_DEPOSIT = "bid_deposit"
    PERFORMANCE_DEPOSIT = "performance_deposit"
    PILOT_FEE = "pilot_fee"
    READER_FEE = "reader_fee"


DEPOSITS = (HoldingPurpose.BID_DEPOSIT, HoldingPurpose.PERFORMANCE_DEPOSIT)
FEES = (HoldingPurpose.PILOT_FEE, HoldingPurpose.READER_FEE)


class HoldingStatus(StrEnum):
    """Where the money is; `covered` by an accepted letter of guarantee instead."""

    AWAITED = "awaited"
    HELD = "held"
    COVERED = "covered"
    LEAVING = "leaving"
    RETURNED = "returned"
    PAID_OVER = "paid_over"
    CANCELLED = "cancelled"


H = HoldingStatus
HOLDING_TRANSITIONS = {
    H.AWAITED: frozenset({H.HELD, H.COVERED, H.CANCELLED}),
    H.HELD: frozenset({H.LEAVING}),
    H.COVERED: frozenset({H.RETURNED, H.PAID_OVER}),
    H.LEAVING: frozenset({H.RETURNED, H.PAID_OVER}),
    H.RETURNED: frozenset[HoldingStatus](),
    H.PAID_OVER: frozenset[HoldingStatus](),
    H.CANCELLED: frozenset[HoldingStatus](),
}


IN_CUSTODY = (H.HELD, H.LEAVING)


class HoldingPayoutKind(StrEnum):
    """What of a holding a payout is."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FORFEIT = "forfeit"
    FEE = "fee"


class ReturnGround(StrEnum):
    """Why a deposit goes back; each starts the clock of its rule."""

    CONTRACT_SIGNED = "contract_signed"
    JOB_ENDED = "job_ended"
    BID_WITHDRAWN = "bid_withdrawn"
    NO_BID = "no_bid"
    ORDER_COMPLETED = "order_completed"
    ORDER_ENDED = "order_ended"
    WORK_CANCELLED = "work_cancelled"


class ForfeitCode(StrEnum):
    """Why a deposit is kept, by the article that allows it."""

    BID_REVOKED = "bid_revoked"
    CONTRACT_REFUSED = "contract_refused"
    PERFORMANCE_DEPOSIT_REFUSED = "performance_deposit_refused"
    COLLUSION = "collusion"
    NOT_PERFORMED = "not_performed"


class ForfeitureStatus(StrEnum):
    """The beneficiary proposes, the operator's finance decides."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"


F = ForfeitureStatus
FORFEITURE_TRANSITIONS = {
    F.PROPOSED: frozenset({F.AGREED, F.REFUSED}),
    F.AGREED: frozenset[ForfeitureStatus](),
    F.REFUSED: frozenset[ForfeitureStatus](),
}


class GuaranteeStatus(StrEnum):
    """A letter of guarantee: checked with its issuer, then given back, called on, or run out."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RELEASED = "released"
    CLAIMED = "claimed"


G = GuaranteeStatus
GUARANTEE_TRANSITIONS = {
    G.SUBMITTED: frozenset({G.ACCEPTED, G.REFUSED}),
    G.ACCEPTED: frozenset({G.RELEASED, G.CLAIMED}),
    G.REFUSED: frozenset[GuaranteeStatus](),
    G.RELEASED: frozenset[GuaranteeStatus](),
    G.CLAIMED: frozenset[GuaranteeStatus](),
}
