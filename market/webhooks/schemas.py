"""What the JSON API says of webhooks."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.states import WebhookDeliveryState, WebhookEndpointStatus


class WebhookEndpointOut(BaseModel):
    """An endpoint; `failing_since` is the first failure after the last success."""

    number: str
    url: str
    topics: list[str]
    status: WebhookEndpointStatus
    failing_since: dt.datetime | None

    @classmethod
    def of(cls, row: WebhookEndpoint) -> Self:
        """The endpoint as it stands."""
        return cls(
            number=row.number, url=row.url, topics=row.topics, status=row.status,
            failing_since=row.failing_since,
        )  # fmt: skip


class WebhookEndpointsOut(BaseModel):
    """Every endpoint of the organisation."""

    items: list[WebhookEndpointOut]


class WebhookSecretOut(BaseModel):
    """A secret, shown this once."""

    endpoint: WebhookEndpointOut
    secret: str


class WebhookDeliveryOut(BaseModel):
    """One event for one endpoint, and what came of the last try."""

    id: str
    event_id: str
    topic: str
    state: WebhookDeliveryState
    attempts: int
    status_code: int | None
    error: str
    created_at: dt.datetime
    next_at: dt.datetime | None
    delivered_at: dt.datetime | None
    body: str

    @classmethod
    def of(cls, row: WebhookDelivery) -> Self:
        """The delivery as it stands."""
        is_waiting = row.state is WebhookDeliveryState.WAITING
        return cls(
            id=str(row.id), event_id=row.event_id, topic=row.topic, state=row.state,
            attempts=row.attempts, status_code=row.status_code, error=row.error,
            created_at=row.created_at, next_at=row.next_at if is_waiting else None,
            delivered_at=row.delivered_at, body=row.body,
        )  # fmt: skip
