"""The bell: what the mail says in one line, for each person, on the site."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from market.accounts.models import Person
from market.kit import clock, outbox, web
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.notifications.models import InboxNotice

# What a mail's context names first decides where its notice leads.
PLACES = (
    ("deadline", "", "url"),
    ("alert", "", "url"),
    ("moved", "", "url"),
    ("incident", "incidents:show", "number"),
    ("endpoint", "webhooks:show", "number"),
    ("complaint", "complaints:show", "number"),
    ("report", "violations:show", "number"),
    ("dispute", "disputes:show", "number"),
    ("reading", "readings:show", "number"),
    ("batch", "batches:show", "number"),
    ("holding", "deposits:show", "number"),
    ("application", "vouchers:application", "number"),
    ("payout", "payouts:list", ""),
    ("settlement", "settlements:show", "number"),
    ("payment", "payments:show", "number"),
    ("order", "orders:show", "number"),
    ("contract", "contracts:show", "number"),
    ("award", "awards:show", "number"),
    ("bid", "bids:show", "number"),
    ("job", "jobs:show", "number"),
    ("organisation", "accounts:organisation", ""),
)


def path_of(context: Mapping[str, Any]) -> str:
    """The page a notice leads to; empty where the mail is about nothing that has one."""
    for name, route, field in PLACES:
        if (row := context.get(name)) is None:
            continue
        if not route:
            return str(getattr(row, field))
        return web.path_for(route, **({field: getattr(row, field)} if field else {}))
    return ""


async def note(
    message: outbox.Message, person: Person, *, template: str, context: Mapping[str, Any]
) -> None:
    """Keep the subject of a mail as a notice; once for each message, template and person."""
    url = path_of(context)
    if not url:
        return
    key = hashlib.sha256(f"{message.id}:{template}:{person.id}".encode()).hexdigest()
    subject = web.render_text(
        f"email/{template}/subject.txt", absolute_url=web.absolute_url, **context
    )
    values = {
        "person_id": person.id, "topic": message.topic, "title": subject.strip()[:300], "url": url
    }  # fmt: skip
    await InboxNotice.get_or_create(values, key=key)


def own_notices(by: Actor) -> QuerySet[InboxNotice]:
    """The actor's notices, newest first."""
    return InboxNotice.filter(person_id=by.person_id).order_by("-id")


async def own_notice(by: Actor, key: str) -> InboxNotice:
    """One of the actor's notices; NotFound otherwise."""
    try:
        row = await own_notices(by).filter(id=UUID(key)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound(_("There is no such entry"))
    return row


@atomic()
async def mark_read(by: Actor, *ids: UUID) -> int:
    """Mark the given notices of the actor as read, or all of them; how many were unread."""
    unread = InboxNotice.filter(person_id=by.person_id, read_at=None)
    return await (unread.filter(id__in=ids) if ids else unread).update(read_at=clock.now())
