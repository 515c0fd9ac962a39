"""Who may see which pilot and which part of it: the only way a route obtains a row."""

from uuid import UUID

from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.pilots.models import Pilot, PilotSubmission
from market.tendering.access import owns, visible_job
from market.tendering.models import Job


async def pilot_of(job: Job) -> Pilot | None:
    """The pilot of a job, if it has been prepared."""
    return await Pilot.get_or_none(job=job)


async def visible_pilot(actor: Actor, number: str) -> Pilot:
    """The pilot of a job the actor may see, with the job; NotFound while it is not prepared."""
    job = await visible_job(actor, number)
    pilot = await pilot_of(job)
    if pilot is None:
        raise NotFound(_("This pilot does not exist"))
    pilot.job = job
    return pilot


async def own_part(actor: Actor, pilot: Pilot) -> PilotSubmission | None:
    """The part of the actor's organisation in a pilot, if it was shortlisted."""
    if actor.organisation_id is None:
        return None
    return await PilotSubmission.get_or_none(
        pilot=pilot, bidder_id=actor.organisation_id
    ).select_related("file")


async def required_part(actor: Actor, pilot: Pilot) -> PilotSubmission:
    """The actor's own part; NotFound for everybody else."""
    row = await own_part(actor, pilot)
    if row is None:
        raise NotFound(_("This pilot does not exist"))
    return row


async def parts(actor: Actor, pilot: Pilot) -> list[PilotSubmission]:
    """Every part, for the owner (known by alias until the release) and, released, for the firms in it.

    Before the release neither a bidder nor a measurement is on the rows.
    """
    if not owns(actor, pilot.job) and not (pilot.is_released and await own_part(actor, pilot)):
        return []
    rows = await PilotSubmission.filter(pilot=pilot).order_by("position")
    if pilot.is_released:
        await PilotSubmission.fetch_for_list(rows, "bidder")
        return sorted(rows, key=lambda row: (-(row.points or 0), row.position))
    return [_blind(row) for row in rows]


def _blind(row: PilotSubmission) -> PilotSubmission:
    return PilotSubmission(position=row.position, status=row.status, submitted_at=row.submitted_at)


async def reader(actor: Actor, pilot: Pilot) -> UUID | None:
    """Whose names the reader knows the items by: a firm's in the pilot, none for the owner; else NotFound."""
    return None if owns(actor, pilot.job) else (await required_part(actor, pilot)).bidder_id


async def own_answers(actor: Actor, pilot: Pilot) -> StoredFile:
    """The actor's own file that counts; NotFound when there is none."""
    row = await required_part(actor, pilot)
    if row.file_id is None:
        raise NotFound(_("You have not submitted anything"))
    return await StoredFile.get(id=row.file_id)
