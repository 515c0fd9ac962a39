"""State machines of the blind pilot."""

from enum import StrEnum


class PilotStatus(StrEnum):
    """Where a pilot stands; the clock releases it."""

    PREPARED = "prepared"
    OPEN = "open"
    RELEASED = "released"
    CANCELLED = "cancelled"


P = PilotStatus
PILOT_TRANSITIONS = {
    P.PREPARED: frozenset({P.OPEN, P.CANCELLED}),
    P.OPEN: frozenset({P.RELEASED, P.CANCELLED}),
    P.RELEASED: frozenset(),
    P.CANCELLED: frozenset(),
}


class SubmissionStatus(StrEnum):
    """Where a firm's part in a pilot stands."""

    ISSUED = "issued"
    SUBMITTED = "submitted"
    SCORED = "scored"
    EXPIRED = "expired"


S = SubmissionStatus
SUBMISSION_TRANSITIONS = {
    S.ISSUED: frozenset({S.SUBMITTED, S.EXPIRED}),
    S.SUBMITTED: frozenset({S.SCORED}),
    S.SCORED: frozenset(),
    S.EXPIRED: frozenset(),
}
