"""The state machine of an application for a voucher; the steps inside it are the programme's data."""

from enum import StrEnum


class ApplicationStatus(StrEnum):
    """Where an application stands as a whole."""

    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    GRANTED = "granted"
    SETTLED = "settled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


A = ApplicationStatus
APPLICATION_TRANSITIONS = {
    A.UNDER_REVIEW: frozenset({A.RETURNED, A.GRANTED, A.REFUSED, A.WITHDRAWN}),
    A.RETURNED: frozenset({A.UNDER_REVIEW, A.GRANTED, A.WITHDRAWN, A.LAPSED}),
    A.GRANTED: frozenset({A.SETTLED, A.RETURNED, A.REFUSED, A.LAPSED}),
    A.SETTLED: frozenset(),
    A.REFUSED: frozenset(),
    A.WITHDRAWN: frozenset(),
    A.LAPSED: frozenset(),
}
LIVE_APPLICATIONS = (A.UNDER_REVIEW, A.RETURNED, A.GRANTED)


class ReviewOutcome(StrEnum):
    """What a reviewer decides at a step."""

    PASSED = "passed"
    RETURNED = "returned"
    REFUSED = "refused"


class ObjectionOutcome(StrEnum):
    """What became of an objection raised in the publication period."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
