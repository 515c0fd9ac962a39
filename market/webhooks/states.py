"""Where an endpoint stands, and where a delivery does."""

from enum import StrEnum


class WebhookEndpointStatus(StrEnum):
    """In use, paused by its owner, stopped by the platform after days of failure, or removed."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    REMOVED = "removed"


S = WebhookEndpointStatus
ENDPOINT_TRANSITIONS = {
    S.ACTIVE: frozenset({S.PAUSED, S.STOPPED, S.REMOVED}),
    S.PAUSED: frozenset({S.ACTIVE, S.REMOVED}),
    S.STOPPED: frozenset({S.ACTIVE, S.REMOVED}),
    S.REMOVED: frozenset(),
}


class WebhookDeliveryState(StrEnum):
    """Read from the times of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
