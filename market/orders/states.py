"""State machines of contract, order and delivery; marketplace.md is the source."""

from enum import StrEnum


class ContractStatus(StrEnum):
    """Where a contract stands."""

    PENDING = "pending"
    ACTIVE = "active"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


C = ContractStatus
CONTRACT_TRANSITIONS = {
    C.PENDING: frozenset({C.ACTIVE, C.CANCELLED}),
    C.ACTIVE: frozenset({C.TERMINATED}),
    C.TERMINATED: frozenset(),
    C.CANCELLED: frozenset(),
}


class ChangeStatus(StrEnum):
    """Where a change to a contract in force, or its end, stands."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"


CHANGE_TRANSITIONS = {
    ChangeStatus.PENDING: frozenset({ChangeStatus.ACTIVE, ChangeStatus.CANCELLED}),
    ChangeStatus.ACTIVE: frozenset[ChangeStatus](),
    ChangeStatus.CANCELLED: frozenset[ChangeStatus](),
}


class ChangeKind(StrEnum):
    """What both sides decide about a contract in force."""

    AMENDMENT = "amendment"
    TERMINATION = "termination"


class Rationale(StrEnum):
    """Why a contract in force is changed (an OCDS amendment's rationale, as codes)."""

    VOLUME_CHANGED = "volume_changed"
    PRICE_CHANGED = "price_changed"
    DURATION_CHANGED = "duration_changed"
    GUIDELINE_CHANGED = "guideline_changed"
    ISOLATION_CHANGED = "isolation_changed"
    ERROR_CORRECTED = "error_corrected"
    FORCE_MAJEURE = "force_majeure"


class EndReason(StrEnum):
    """Why a contract in force ends; all but the first two may be given by one side, with notice."""

    PERFORMED = "performed"
    AGREED = "agreed"
    LATE_DELIVERY = "late_delivery"
    REWORK_EXHAUSTED = "rework_exhausted"
    LATE_PAYMENT = "late_payment"
    DATA_SECURITY_BREACH = "data_security_breach"
    UNAPPROVED_SUBCONTRACTING = "unapproved_subcontracting"
    FORCE_MAJEURE = "force_majeure"


class OrderStatus(StrEnum):
    """Where the work stands."""

    PLACED = "placed"
    FUNDED = "funded"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


O = OrderStatus  # noqa: E741 - the table below reads as a table
ORDER_TRANSITIONS = {
    O.PLACED: frozenset({O.FUNDED, O.CANCELLED}),
    O.FUNDED: frozenset({O.IN_PROGRESS, O.REFUNDED, O.PLACED}),  # placed: its receipt was another's
    O.IN_PROGRESS: frozenset({O.COMPLETED, O.REFUNDED}),
    O.COMPLETED: frozenset(),
    O.CANCELLED: frozenset(),
    O.REFUNDED: frozenset(),
}


class MilestoneKind(StrEnum):
    """The stage of payment a milestone carries; shares sum to 100 %."""

    ADVANCE = "advance"
    PROGRESS = "progress"
    ACCEPTANCE = "acceptance"
    RETENTION = "retention"


class BatchStatus(StrEnum):
    """Where a delivery batch stands."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    SAMPLING = "sampling"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REWORK = "rework"
    DISPUTED = "disputed"
    RE_INSPECTED = "re_inspected"
    PARTIALLY_ACCEPTED = "partially_accepted"


D = BatchStatus
_RULINGS = frozenset({D.ACCEPTED, D.REJECTED, D.PARTIALLY_ACCEPTED})
BATCH_TRANSITIONS = {
    D.PLANNED: frozenset({D.SUBMITTED}),
    D.SUBMITTED: frozenset({D.SAMPLING}),
    D.SAMPLING: frozenset({D.ACCEPTED, D.REJECTED}),
    D.REJECTED: frozenset({D.REWORK, D.DISPUTED}),
    D.REWORK: frozenset({D.SUBMITTED}),
    D.ACCEPTED: frozenset({D.DISPUTED}),
    D.DISPUTED: frozenset({D.RE_INSPECTED, *_RULINGS}),
    D.RE_INSPECTED: _RULINGS,
    D.PARTIALLY_ACCEPTED: frozenset(),
}
IN_DISPUTE = (D.DISPUTED, D.RE_INSPECTED)
