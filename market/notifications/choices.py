"""What a person wants of reminders: which kinds, at once or each morning; binding ones always come."""

from collections.abc import Collection

from market.accounts.models import Person
from market.calendar.deadlines import KINDS
from market.kit.actor import Actor
from market.kit.db import atomic
from market.notifications.models import Frequency, ReminderChoice

OPTIONAL = tuple(kind for kind, terms in KINDS.items() if terms.offsets and not terms.is_binding)
BINDING = tuple(kind for kind, terms in KINDS.items() if terms.offsets and terms.is_binding)


async def choice_of(person_id: object) -> ReminderChoice:
    """A person's choice; everything at once where none was made."""
    found = await ReminderChoice.get_or_none(person_id=person_id)
    return found or ReminderChoice(person_id=person_id)


async def wants_at_once(person: Person, kind: str) -> bool:
    """Whether an optional reminder is sent by itself."""
    choice = await choice_of(person.id)
    return kind not in choice.muted_kinds and choice.frequency == Frequency.AT_ONCE


@atomic()
async def choose(wanted: Collection[str], frequency: Frequency, *, by: Actor) -> ReminderChoice:
    """Keep the optional kinds in `wanted`, mute the other ones."""
    choice = await choice_of(by.person_id)
    choice.muted_kinds = [kind for kind in OPTIONAL if kind not in wanted]
    choice.frequency = frequency
    await choice.save()
    return choice
