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
    O.FUNDED: frozenset({O.IN_PROGRESS, O.REFUNDED}),
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


D = BatchStatus
BATCH_TRANSITIONS = {
    D.PLANNED: frozenset({D.SUBMITTED}),
    D.SUBMITTED: frozenset({D.SAMPLING}),
    D.SAMPLING: frozenset({D.ACCEPTED, D.REJECTED}),
    D.REJECTED: frozenset({D.REWORK, D.DISPUTED}),
    D.REWORK: frozenset({D.SUBMITTED}),
    D.ACCEPTED: frozenset(),
    D.DISPUTED: frozenset({D.ACCEPTED, D.REJECTED}),
}
