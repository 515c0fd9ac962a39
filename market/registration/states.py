"""The machine of a filing."""

from enum import StrEnum


class FilingStatus(StrEnum):
    """Where the filing of an outside deal stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


F = FilingStatus
FILING_TRANSITIONS = {
    F.SUBMITTED: frozenset({F.ACCEPTED, F.RETURNED, F.WITHDRAWN}),
    F.RETURNED: frozenset({F.SUBMITTED, F.WITHDRAWN}),
    F.ACCEPTED: frozenset(),
    F.WITHDRAWN: frozenset(),
}


class DealSide(StrEnum):
    """On which side of the deal the filing organisation stands."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
