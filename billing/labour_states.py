"""Standing of a person who is paid for reading in their own name."""

from enum import StrEnum


class PayeeStatus(StrEnum):
    """Registered by the person, confirmed by their organisation, ended by either."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    ENDED = "ended"


PAYEE_TRANSITIONS = {
    PayeeStatus.REGISTERED: frozenset({PayeeStatus.CONFIRMED, PayeeStatus.ENDED}),
    PayeeStatus.CONFIRMED: frozenset({PayeeStatus.REGISTERED, PayeeStatus.ENDED}),
    PayeeStatus.ENDED: frozenset({PayeeStatus.REGISTERED}),
}
