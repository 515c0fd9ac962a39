"""State machine of a dataset need."""

from enum import StrEnum


class NeedStatus(StrEnum):
    """Where a dataset need stands."""

    DRAFT = "draft"
    OPEN = "open"
    MATCHED = "matched"
    CLOSED = "closed"


N = NeedStatus
NEED_TRANSITIONS = {
    N.DRAFT: frozenset({N.OPEN, N.CLOSED}),
    N.OPEN: frozenset({N.MATCHED, N.CLOSED}),
    N.MATCHED: frozenset({N.OPEN, N.CLOSED}),
    N.CLOSED: frozenset(),
}
