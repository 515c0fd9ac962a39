"""The outbox handler that turns an event into one delivery for each endpoint that wants it."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from market.kit import clock
from market.kit.outbox import Handler, Message
from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.states import WebhookEndpointStatus
from market.webhooks.topics import TOPICS, event_of


def body_of(topic: str, data: Mapping[str, Any], at: dt.datetime) -> str:
    """The body as it is signed and sent: type, timestamp and data (Standard Webhooks)."""
    content = {"type": topic, "timestamp": at.astimezone(dt.UTC).isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


async def dispatch(message: Message) -> None:
    """Write the deliveries of an event: to endpoints in use, of organisations that may know of it.

    A second run writes none: an endpoint has one delivery an event.
    """
    active = await WebhookEndpoint.filter(status=WebhookEndpointStatus.ACTIVE)
    wanting = [endpoint for endpoint in active if message.topic in endpoint.topics]
    event = await event_of(message) if wanting else None
    if event is None:
        return
    body = body_of(message.topic, event.data, clock.now())
    deliveries = [
        WebhookDelivery(
            endpoint_id=endpoint.id, event_id=f"msg_{message.id}", topic=message.topic, body=body
        )
        for endpoint in wanting
        if event.audience is None or endpoint.organisation_id in event.audience
    ]
    await WebhookDelivery.bulk_create(
        deliveries, on_conflict=["endpoint_id", "event_id"], ignore_conflicts=True
    )


HANDLERS: Mapping[str, tuple[Handler, ...]] = dict.fromkeys(TOPICS, (dispatch,))
