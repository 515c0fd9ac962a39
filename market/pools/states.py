"""State machines of a pool and of a supplier's place in it."""

from enum import StrEnum


class PoolStatus(StrEnum):
    """Where a pool stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


P = PoolStatus
POOL_TRANSITIONS = {
    P.DRAFT: frozenset({P.OPEN, P.CLOSED}),
    P.OPEN: frozenset({P.CLOSED}),
    P.CLOSED: frozenset(),
}


class MembershipStatus(StrEnum):
    """Where a supplier's application or place stands."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


M = MembershipStatus
MEMBERSHIP_TRANSITIONS = {
    M.APPLIED: frozenset({M.ADMITTED, M.REFUSED, M.WITHDRAWN, M.EXPIRED}),
    M.ADMITTED: frozenset({M.SUSPENDED, M.EXPIRED, M.WITHDRAWN}),
    M.SUSPENDED: frozenset({M.ADMITTED, M.EXPIRED, M.WITHDRAWN}),
    M.REFUSED: frozenset({M.APPLIED}),
    M.EXPIRED: frozenset({M.APPLIED}),
    M.WITHDRAWN: frozenset({M.APPLIED}),
}
