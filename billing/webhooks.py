"""The inbox of the payment processor's events: kept once, answered at once, worked off later."""

import json
from typing import Any

from billing.models import WebhookEvent
from billing.states import EventStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock


@atomic()
async def keep_event(event: dict[str, Any]) -> bool:
    """Keep a verified event once by its id and ask the worker to look; whether it was new."""
    subject = event["data"]["object"]
    row, is_new = await WebhookEvent.get_or_create(
        event_id=event["id"],
        defaults={
            "type": event["type"],
            "payload": json.loads(json.dumps(event)),
            "object_type": subject.get("object", ""),
            "object_id": subject.get("id", ""),
        },
    )
    if is_new:
        await outbox.record("webhook.received", event=row.id)
    return is_new


@atomic()
async def mark_applied(event: WebhookEvent, *, note: str = "") -> None:
    """The event's object was fetched and its news taken in."""
    event = await lock(event)
    if event.status != EventStatus.APPLIED:
        await event.move_to(EventStatus.APPLIED, by=Actor.system("webhooks"), note=note)


@atomic()
async def park(event: WebhookEvent, *, note: str) -> None:
    """Nothing of ours matches yet: the event waits where an operator sees it."""
    event = await lock(event)
    if event.status == EventStatus.PENDING:
        await event.move_to(EventStatus.PARKED, by=Actor.system("webhooks"), note=note[:300])


async def wake_parked(object_id: str) -> None:
    """Look again at the parked events of an object we have just learned of; inside a verb."""
    for event in await WebhookEvent.filter(object_id=object_id, status=EventStatus.PARKED):
        await outbox.record("webhook.received", event=event.id)


@atomic()
async def retry_parked(event: WebhookEvent, *, by: Actor) -> None:
    """Look again at one parked event. Operator's finance; raises NotPermitted."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    await outbox.record("webhook.received", event=event.id)
