"""Mail about blind pilots; who is shortlisted is told to nobody else, a result only when all are released."""

from market.accounts.states import Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members
from market.pilots.models import Pilot, PilotSubmission
from market.tendering.models import Job
from market.tendering.procedures import config_of

OWNERS = (Role.BUYER, Role.PROJECT, Role.QUALITY)
FIRMS = (Role.SALES, Role.PROJECT)


async def _pilot(message: outbox.Message) -> Pilot:
    return await Pilot.get(id=message.payload["pilot"]).select_related("job")


async def ask_to_prepare(message: outbox.Message) -> None:
    """job.shortlisted: the owner, while the firms wait for a pilot that is not prepared."""
    job = await Job.get(id=message.payload["job"])
    if config_of(job).pilot is None or await Pilot.filter(job=job).exists():
        return
    await tell(message, await members(job.owner_id, *OWNERS), template="pilot.wanted", job=job)


async def tell_firms(message: outbox.Message) -> None:
    """pilot.opened: every shortlisted firm; the calendar reminds of the close."""
    pilot = await _pilot(message)
    for part in await PilotSubmission.filter(pilot=pilot).order_by("id"):
        people = await members(part.bidder_id, *FIRMS)
        await tell(message, people, job=pilot.job, pilot=pilot, confidential=True)


async def tell_results(message: outbox.Message) -> None:
    """pilot.released: the owner, and every firm its own result."""
    pilot = await _pilot(message)
    owners = await members(pilot.job.owner_id, *OWNERS)
    await tell(message, owners, job=pilot.job, pilot=pilot, part=None)
    for part in await PilotSubmission.filter(pilot=pilot).order_by("id"):
        people = await members(part.bidder_id, *FIRMS)
        await tell(message, people, job=pilot.job, pilot=pilot, part=part, confidential=True)
