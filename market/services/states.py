"""The machines of a service listing and of a request for a quote."""

from enum import StrEnum


class ServiceStatus(StrEnum):
    """Whether a service is listed."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"


SERVICE_TRANSITIONS = {
    ServiceStatus.LISTED: frozenset({ServiceStatus.WITHDRAWN}),
    ServiceStatus.WITHDRAWN: frozenset({ServiceStatus.LISTED}),
}


class QuoteStatus(StrEnum):
    """Where a request for a quote stands."""

    ASKED = "asked"
    QUOTED = "quoted"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


Q = QuoteStatus
QUOTE_TRANSITIONS = {
    Q.ASKED: frozenset({Q.QUOTED, Q.DECLINED, Q.WITHDRAWN}),
    Q.QUOTED: frozenset({Q.ACCEPTED, Q.REFUSED, Q.WITHDRAWN}),
    Q.DECLINED: frozenset[QuoteStatus](),
    Q.ACCEPTED: frozenset[QuoteStatus](),
    Q.REFUSED: frozenset[QuoteStatus](),
    Q.WITHDRAWN: frozenset[QuoteStatus](),
}
