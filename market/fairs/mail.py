"""Mail about fairs: to who registered, to the host when its timetable is computed, to all when it is published."""

from market.accounts.states import Role
from market.fairs.fairs import registered
from market.fairs.models import Fair, FairRegistration, FairTimetable
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members

COMERS = (Role.BUYER, Role.SALES, Role.PROJECT)


async def confirm_registration(message: outbox.Message) -> None:
    """fair.registered: the party, whether it comes or has withdrawn."""
    row = await FairRegistration.get(id=message.payload["registration"]).select_related("fair")
    people = await members(row.organisation_id, *COMERS)
    await tell(message, people, fair=row.fair, registration=row)


async def tell_host(message: outbox.Message) -> None:
    """fair.timetable_solved: the host looks at it and publishes it."""
    found = await FairTimetable.get(id=message.payload["timetable"]).select_related("fair")
    people = await members(found.fair.host_id, Role.PROJECT)
    await tell(message, people, fair=found.fair, timetable=found)


async def send_timetables(message: outbox.Message) -> None:
    """fair.published: each party, that its own timetable is ready."""
    await _tell_all(message)


async def tell_of_cancellation(message: outbox.Message) -> None:
    """fair.cancelled: each party, with the reason."""
    await _tell_all(message)


async def _tell_all(message: outbox.Message) -> None:
    fair = await Fair.get(id=message.payload["fair"])
    for row in await registered(fair):
        await tell(message, await members(row.organisation_id, *COMERS), fair=fair)
