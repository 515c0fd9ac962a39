"""Reminders before a deadline: looked for by the clock, sent once, only to who can act."""

import datetime as dt
import hashlib
from uuid import UUID

from market.accounts.models import Person
from market.calendar.deadlines import KINDS, Deadline, Offset, Span
from market.calendar.registry import deadlines_of_kind
from market.kit import clock, outbox
from market.kit.db import atomic
from market.notifications.choices import wants_at_once
from market.notifications.mailing import tell
from market.notifications.models import Reminder, ReminderMark
from market.notifications.recipients import members

MARK = "reminders"
LONGEST_LOOK_BACK = dt.timedelta(days=1)  # after a longer rest of the worker older ones are stale
_TICK = dt.timedelta(seconds=1)


async def look_for_reminders() -> int:
    """Record what has become due to be reminded of since the last look; for the clock. How many.

    Each kind is read by ranges of its own indexed moment: rows not near a reminder are not touched.
    """
    now = clock.now()
    mark, _is_new = await ReminderMark.get_or_create({"looked_until": now}, name=MARK)
    since = max(mark.looked_until, now - LONGEST_LOOK_BACK)
    recorded = 0
    for kind, terms in KINDS.items():
        for offset in terms.offsets:
            for deadline in await _near(kind, offset, since, now):
                recorded += await _record(deadline, offset)
    mark.looked_until = now
    await mark.save(update_fields=["looked_until"])
    return recorded


async def _near(
    kind: str, offset: Offset, since: dt.datetime, until: dt.datetime
) -> list[Deadline]:
    """One deadline for each row whose reminder falls into (since, until]."""
    start, end = offset.span(since, until)
    found = await deadlines_of_kind(kind, Span(max(start, until), end))
    near = [one for one in found if since < offset.moment(one.at) <= until]
    return list({one.subject_id: one for one in near}.values())


@atomic()
async def _record(deadline: Deadline, offset: Offset) -> bool:
    """Ask for one reminder, unless it was asked for before."""
    text = f"{deadline.kind}:{deadline.subject_id}:{deadline.at.isoformat()}:{offset.code}"
    key = hashlib.sha256(text.encode()).hexdigest()
    if await Reminder.exists(key=key):
        return False
    await Reminder.create(key=key, kind=deadline.kind)
    await outbox.record(
        "deadline.near", kind=deadline.kind, subject=deadline.subject_id, due=deadline.at
    )
    return True


async def remind(message: outbox.Message) -> None:
    """deadline.near: who can still act, of a deadline that still stands."""
    at = dt.datetime.fromisoformat(message.payload["due"])
    if at <= clock.now():
        return
    subject = UUID(message.payload["subject"])
    for deadline in await deadlines_of_kind(message.payload["kind"], Span(at, at + _TICK)):
        if deadline.subject_id == subject:
            await _tell(message, deadline)


async def _tell(message: outbox.Message, deadline: Deadline) -> None:
    people = await people_of(deadline)
    template = "deadline.binding"
    if not KINDS[deadline.kind].is_binding:
        template = "deadline.near"
        people = [one for one in people if await wants_at_once(one, deadline.kind)]
    await tell(
        message, people, template=template, deadline=deadline,
        confidential=deadline.is_confidential,
    )  # fmt: skip


async def people_of(deadline: Deadline) -> list[Person]:
    """The members whose role can act on it, or the one person it is for."""
    if deadline.organisation_id is not None:
        return await members(deadline.organisation_id, *KINDS[deadline.kind].roles)
    return await Person.filter(id=deadline.person_id)
