"""What complaints do when the outbox says that something happened elsewhere."""

from market.complaints.decisions import lift_amended
from market.kit import outbox


async def note_amendment(message: outbox.Message) -> None:
    """job.amended: an opening that waited for an ordered amendment waits no longer."""
    await lift_amended(message.payload["job"])
