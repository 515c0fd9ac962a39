"""Mail about incidents: to the authorities and the other parties at once, to all of them when a step is late."""

from market.accounts.models import Person
from market.accounts.states import Role
from market.complaints.competence import DECIDERS, authorities_over
from market.incidents import words
from market.incidents.models import Incident
from market.incidents.states import IncidentStep
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members

CONCERNED = (Role.QUALITY, Role.PROJECT)


async def _incident(message: outbox.Message) -> Incident:
    return await Incident.get(id=message.payload["incident"]).prefetch_related(
        "reporter", "touched__contract"
    )


async def _people(incident: Incident) -> list[Person]:
    """The authorities over the reporter, and the other parties of the contracts touched."""
    found = [
        person
        for authority in await authorities_over(incident.region_code)
        for person in await members(authority.id, *DECIDERS)
    ]
    for touched in incident.touched:
        for party in {touched.contract.buyer_id, touched.contract.supplier_id}:
            if party != incident.reporter_id:
                found += await members(party, *CONCERNED)
    return list({person.id: person for person in found}.values())


async def tell_of_report(message: outbox.Message) -> None:
    """incident.reported: the authorities and the other parties."""
    incident = await _incident(message)
    await tell(message, await _people(incident), incident=incident, words=words)


async def tell_of_delay(message: outbox.Message) -> None:
    """incident.overdue: the reporter first, then the authorities and the other parties."""
    incident = await _incident(message)
    own = await members(incident.reporter_id, *CONCERNED)
    people = {person.id: person for person in [*own, *await _people(incident)]}
    step = words.STEPS[IncidentStep(message.payload["step"])]
    await tell(message, people.values(), incident=incident, step=step)
