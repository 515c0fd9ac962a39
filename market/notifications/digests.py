"""One mail in the morning instead of single reminders, for who chose it; none when nothing is due."""

import datetime as dt
from uuid import UUID

from tortoise.expressions import Q

from market.accounts.models import Membership, Person
from market.accounts.states import Role
from market.calendar.deadlines import KINDS, Deadline, Span
from market.calendar.registry import deadlines
from market.kit import clock, outbox
from market.kit.db import atomic, lock
from market.notifications.choices import OPTIONAL, choice_of
from market.notifications.mailing import tell
from market.notifications.models import Frequency, ReminderChoice

MORNING = dt.time(8, 0)
AHEAD = dt.timedelta(days=7)
AT_ONCE = 500


async def ask_for_digests() -> int:
    """After eight in the morning: one digest for each person who chose it; for the clock. How many."""
    if clock.in_china(clock.now()).time() < MORNING:
        return 0
    earlier = Q(digest_on=None) | Q(digest_on__lt=clock.today())
    waiting = ReminderChoice.filter(earlier, frequency=Frequency.DAILY).order_by("id")
    return sum([await _ask(choice) for choice in await waiting.limit(AT_ONCE)])


@atomic()
async def _ask(choice: ReminderChoice) -> bool:
    choice = await lock(choice)
    if choice.digest_on is not None and choice.digest_on >= clock.today():
        return False
    choice.digest_on = clock.today()
    await choice.save(update_fields=["digest_on"])
    await outbox.record("deadline.digest", person=choice.person_id)
    return True


async def send_digest(message: outbox.Message) -> None:
    """deadline.digest: what is due in the next seven days and was not muted."""
    person = await Person.get(id=message.payload["person"])
    rows = await due_for(person.id)
    if rows:
        hidden = any(one.is_confidential for one in rows)
        await tell(message, [person], rows=rows, confidential=hidden)


async def due_for(person_id: UUID) -> list[Deadline]:
    """The optional deadlines of the next week on which the person can act, the nearest first."""
    muted = (await choice_of(person_id)).muted_kinds
    now = clock.now()
    found = await deadlines(Span(now, now + AHEAD, person_id=person_id))
    for membership in await Membership.filter(person_id=person_id, revoked_at=None):
        span = Span(now, now + AHEAD, organisation_id=membership.organisation_id)
        found += [one for one in await deadlines(span) if _may_act(membership, one.kind)]
    wanted = {
        (one.kind, one.subject_id): one
        for one in found
        if one.kind in OPTIONAL and one.kind not in muted and not one.is_cancelled
    }
    return sorted(wanted.values(), key=lambda one: one.at)


def _may_act(membership: Membership, kind: str) -> bool:
    return membership.role == Role.OWNER or membership.role in KINDS[kind].roles
