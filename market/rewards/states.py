"""The machine of a claim for a reward."""

from enum import StrEnum


class ClaimStatus(StrEnum):
    """Where a claim stands: 填报, 申领, 核准, 不予核准."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


C = ClaimStatus
CLAIM_TRANSITIONS = {
    C.DRAFT: frozenset({C.SUBMITTED, C.WITHDRAWN}),
    C.SUBMITTED: frozenset({C.GRANTED, C.REFUSED, C.WITHDRAWN}),
    C.GRANTED: frozenset(),
    C.REFUSED: frozenset(),
    C.WITHDRAWN: frozenset(),
}
LIVE = (C.DRAFT, C.SUBMITTED, C.GRANTED)
