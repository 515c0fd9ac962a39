"""Verbs of endpoints: add, change, rotate the secret, pause, resume, remove, test, send again."""

import datetime as dt
from uuid import uuid4

from market.accounts.permissions import require
from market.kit import audit, clock, vault
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number
from market.webhooks.dispatching import body_of
from market.webhooks.forms import EndpointInput
from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.signing import new_secret
from market.webhooks.states import WebhookEndpointStatus
from market.webhooks.topics import TEST

MAX_ENDPOINTS = 10
OVERLAP = dt.timedelta(hours=24)  # after a rotation both secrets sign
_PURPOSE = "webhook secret"


class NotInUse(Conflict):
    """Nothing is sent to an endpoint that is paused, stopped or removed."""

    title = "The endpoint is not in use"


def keys_of(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now, the newest first."""
    boxes = [endpoint.secret]
    until = endpoint.previous_until
    if endpoint.previous_secret is not None and until is not None and clock.now() < until:
        boxes.append(endpoint.previous_secret)
    return [vault.unseal(box, purpose=_PURPOSE, row_id=endpoint.id) for box in boxes]


@atomic()
async def add_endpoint(details: EndpointInput, *, by: Actor) -> tuple[WebhookEndpoint, str]:
    """Subscribe an address to topics; returns it and its only clear secret. An owner's act.

    Raises InvalidInput beyond ten endpoints.
    """
    require(by)
    own = WebhookEndpoint.filter(organisation_id=by.organisation_id)
    if await own.exclude(status=WebhookEndpointStatus.REMOVED).count() >= MAX_ENDPOINTS:
        raise InvalidInput(_("You have too many endpoints; remove one first"))
    secret, key = new_secret(), uuid7()
    endpoint = await WebhookEndpoint.create(
        id=key, number=await next_number("W"), organisation_id=by.organisation_id, url=details.url,
        topics=details.topics, secret=vault.seal(secret, purpose=_PURPOSE, row_id=key),
    )  # fmt: skip
    await audit.record(
        endpoint, "added", by=by, after={"url": details.url, "topics": details.topics}
    )
    return endpoint, secret


@atomic()
async def edit_endpoint(
    endpoint: WebhookEndpoint, details: EndpointInput, *, by: Actor
) -> WebhookEndpoint:
    """Change address or topics; what waits goes to the new address."""
    require(by)
    row = await lock(endpoint)
    before = {"url": row.url, "topics": row.topics}
    row.url, row.topics = details.url, details.topics
    await row.save(update_fields=["url", "topics"])
    await audit.record(
        row, "edited", by=by, before=before, after={"url": row.url, "topics": row.topics}
    )
    return row


@atomic()
async def rotate_secret(endpoint: WebhookEndpoint, *, by: Actor) -> str:
    """A new secret, shown once; the one before goes on signing beside it for a day."""
    require(by)
    row = await lock(endpoint)
    secret = new_secret()
    row.previous_secret, row.previous_until = row.secret, clock.now() + OVERLAP
    row.secret = vault.seal(secret, purpose=_PURPOSE, row_id=row.id)
    await row.save(update_fields=["secret", "previous_secret", "previous_until"])
    await audit.record(row, "rotated", by=by)
    return secret


@atomic()
async def pause_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> WebhookEndpoint:
    """Send nothing for now: what waits waits, new events are not kept."""
    require(by)
    row = await lock(endpoint)
    await row.move_to(WebhookEndpointStatus.PAUSED, by=by)
    return row


@atomic()
async def resume_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> WebhookEndpoint:
    """Send again, and count failures from now."""
    require(by)
    row = await lock(endpoint)
    await row.move_to(WebhookEndpointStatus.ACTIVE, by=by, failing_since=None)
    return row


@atomic()
async def remove_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> None:
    """Forget the address and its secrets; its deliveries are deleted."""
    require(by)
    row = await lock(endpoint)
    row.secret, row.previous_secret = b"", None
    await row.save(update_fields=["secret", "previous_secret"])
    await row.move_to(WebhookEndpointStatus.REMOVED, by=by, url="")
    await WebhookDelivery.filter(endpoint_id=row.id).delete()


@atomic()
async def send_test(endpoint: WebhookEndpoint, *, by: Actor) -> WebhookDelivery:
    """Send an event of the topic webhook.test. Raises NotInUse."""
    require(by)
    row = await _in_use(endpoint)
    return await WebhookDelivery.create(
        endpoint_id=row.id, event_id=f"msg_{uuid4()}", topic=TEST,
        body=body_of(TEST, {"endpoint": row.number}, clock.now()),
    )  # fmt: skip


@atomic()
async def resend(delivery: WebhookDelivery, *, by: Actor) -> WebhookDelivery:
    """Send an event once more, under the same webhook-id, with a fresh set of tries. Raises NotInUse."""
    require(by)
    endpoint = await delivery.endpoint
    await _in_use(endpoint)
    row = await lock(delivery)
    row.delivered_at = row.given_up_at = None
    row.attempts, row.next_at = 0, clock.now()
    await row.save(update_fields=["delivered_at", "given_up_at", "attempts", "next_at"])
    await audit.record(endpoint, "resent", by=by, after={"event": row.event_id})
    return row


async def _in_use(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    row = await lock(endpoint)
    if row.status != WebhookEndpointStatus.ACTIVE:
        raise NotInUse(_("The endpoint is not in use; resume it first"))
    return row
