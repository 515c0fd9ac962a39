"""Sending what waits: claimed under a lease, tried again with growing pauses, given up after three days."""

import asyncio
import datetime as dt
from contextlib import suppress

import structlog
from tortoise.expressions import Subquery

from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.webhooks import requests
from market.webhooks.endpoints import keys_of
from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.requests import Outcome
from market.webhooks.signing import headers
from market.webhooks.states import WebhookEndpointStatus

log = structlog.get_logger(__name__)
CLOCK = Actor.system("webhooks")
LEASE = dt.timedelta(minutes=2)
AT_ONCE = 20
STOP_AFTER = dt.timedelta(days=3)  # of failures without one success
# The pauses between tries that Standard Webhooks recommends; after the last one it is given up.
PAUSES = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)


async def send_until(stop: asyncio.Event) -> None:
    """Send what is due, every second until told to stop; a failure of ours is logged."""
    while not stop.is_set():
        try:
            await send_due()
        except Exception:
            log.exception("sending webhooks failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)


async def send_due() -> int:
    """Send what is due, twenty at once; returns how many arrived.

    A crash between an answer and our note sends it again, under the same webhook-id.
    """
    arrived = 0
    while claimed := await claim():
        sent = await asyncio.gather(*(_send(delivery) for delivery in claimed))
        for delivery, outcome in zip(claimed, sent, strict=True):
            await note(delivery, outcome)
            arrived += outcome.is_delivered
    return arrived


@atomic()
async def claim() -> list[WebhookDelivery]:
    """Lease deliveries that are due to this worker; another one skips them meanwhile."""
    now = clock.now()
    in_use = WebhookEndpoint.filter(status=WebhookEndpointStatus.ACTIVE).values("id")
    due = (
        await WebhookDelivery.filter(
            delivered_at=None, given_up_at=None, next_at__lte=now, endpoint_id__in=Subquery(in_use)
        )
        .order_by("next_at", "id")
        .limit(AT_ONCE)
        .select_for_update(skip_locked=True)
    )
    if due:
        await WebhookDelivery.filter(id__in=[row.id for row in due]).update(next_at=now + LEASE)
    return due


async def _send(delivery: WebhookDelivery) -> Outcome:
    endpoint = await WebhookEndpoint.get(id=delivery.endpoint_id)
    signed = headers(
        keys_of(endpoint), event_id=delivery.event_id, at=clock.now(), body=delivery.body
    )
    return await requests.post(endpoint.url, delivery.body, signed)


@atomic()
async def note(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Keep what came of a try, and plan the next; an endpoint that has failed for days is stopped."""
    endpoint = await lock_id(WebhookEndpoint, delivery.endpoint_id)
    row = await lock(delivery)
    now = clock.now()
    row.attempts += 1
    row.status_code, row.error = outcome.status_code, outcome.error
    if outcome.is_delivered:
        row.delivered_at = now
    elif row.attempts > len(PAUSES) or outcome.is_gone:
        row.given_up_at = now
    else:
        row.next_at = now + PAUSES[row.attempts - 1]
    await row.save(
        update_fields=["attempts", "status_code", "error", "delivered_at", "given_up_at", "next_at"]
    )
    failing_since = None if outcome.is_delivered else endpoint.failing_since or now
    if failing_since != endpoint.failing_since:
        endpoint.failing_since = failing_since
        await endpoint.save(update_fields=["failing_since"])
    is_hopeless = failing_since is not None and now - failing_since >= STOP_AFTER
    if endpoint.status == WebhookEndpointStatus.ACTIVE and (outcome.is_gone or is_hopeless):
        await endpoint.move_to(WebhookEndpointStatus.STOPPED, by=CLOCK, reason=outcome.error)
        await outbox.record("webhook.stopped", endpoint=endpoint.id)


async def forget_old(days: int = 30) -> int:
    """Delete deliveries that ended some time ago, for the clock; returns how many."""
    before = clock.now() - dt.timedelta(days=days)
    gone = await WebhookDelivery.filter(delivered_at__lt=before).delete()
    return gone + await WebhookDelivery.filter(given_up_at__lt=before).delete()
