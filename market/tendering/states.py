"""State machines of the call for work; marketplace.md is the source."""

from enum import StrEnum


class JobKind(StrEnum):
    """What is called for."""

    ANNOTATION = "annotation"
    CHALLENGE = "challenge"


class JobStatus(StrEnum):
    """Where a job stands. Moves by the clock are the worker's."""

    DRAFT = "draft"
    REVIEW = "review"
    OPEN_ENQUIRIES = "open_enquiries"
    OPEN_BIDDING = "open_bidding"
    OPENING = "opening"
    EVALUATION = "evaluation"
    STAND_STILL = "stand_still"
    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


J = JobStatus
JOB_TRANSITIONS = {
    J.DRAFT: frozenset({J.REVIEW, J.OPEN_ENQUIRIES, J.OPEN_BIDDING, J.CANCELLED}),
    J.REVIEW: frozenset({J.OPEN_ENQUIRIES, J.OPEN_BIDDING, J.DRAFT, J.CANCELLED}),
    J.OPEN_ENQUIRIES: frozenset({J.OPEN_BIDDING, J.CANCELLED}),
    J.OPEN_BIDDING: frozenset({J.OPENING, J.UNSUCCESSFUL, J.CANCELLED}),
    J.OPENING: frozenset({J.EVALUATION, J.UNSUCCESSFUL, J.CANCELLED}),
    J.EVALUATION: frozenset({J.STAND_STILL, J.UNSUCCESSFUL, J.CANCELLED}),
    J.STAND_STILL: frozenset({J.AWARDED, J.EVALUATION, J.UNSUCCESSFUL, J.CANCELLED}),
    J.AWARDED: frozenset({J.COMPLETED, J.EVALUATION, J.CANCELLED}),
    J.COMPLETED: frozenset(),
    J.CANCELLED: frozenset(),
    J.UNSUCCESSFUL: frozenset(),
}


class BidStatus(StrEnum):
    """Where a bid stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    INVALID = "invalid"
    OPENED = "opened"
    DISQUALIFIED = "disqualified"
    EVALUATED = "evaluated"
    AWARDED = "awarded"
    UNSUCCESSFUL = "unsuccessful"


B = BidStatus
BID_TRANSITIONS = {
    B.DRAFT: frozenset({B.SUBMITTED}),
    B.SUBMITTED: frozenset({B.WITHDRAWN, B.INVALID, B.OPENED}),
    B.INVALID: frozenset({B.SUBMITTED, B.WITHDRAWN}),
    B.WITHDRAWN: frozenset({B.SUBMITTED}),
    B.OPENED: frozenset({B.EVALUATED, B.DISQUALIFIED, B.UNSUCCESSFUL}),
    B.EVALUATED: frozenset({B.AWARDED, B.UNSUCCESSFUL}),
    B.AWARDED: frozenset({B.UNSUCCESSFUL}),
    B.DISQUALIFIED: frozenset(),
    B.UNSUCCESSFUL: frozenset({B.AWARDED}),
}


class AwardStatus(StrEnum):
    """Where an award decision stands."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


A = AwardStatus
AWARD_TRANSITIONS = {
    A.PENDING: frozenset({A.ACTIVE, A.UNSUCCESSFUL}),
    A.ACTIVE: frozenset({A.CANCELLED}),
    A.UNSUCCESSFUL: frozenset(),
    A.CANCELLED: frozenset(),
}
