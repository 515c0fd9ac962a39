"""What of selections waits for an organisation: entries sent back while their call is open."""

import datetime as dt

from market.kit import clock
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.kit.web import path_for
from market.selection.models import SelectionEntry
from market.selection.states import EntryStatus

Row = tuple[str, str, str, str, str, dt.datetime | None]


async def tasks_of(by: Actor) -> list[Row]:
    """Title, action, address, noun, status and deadline of each."""
    rows = SelectionEntry.filter(
        applicant_id=by.organisation_id, status=EntryStatus.RETURNED,
        call__closes_at__gt=clock.now(),
    )  # fmt: skip
    return [
        (f"{row.call.title} · {row.title}", _("Hand the entry in again"),
         path_for("entries:show", number=row.number), "entry", row.status.value, row.call.closes_at)
        for row in await rows.order_by("id").limit(50).select_related("call")
    ]  # fmt: skip
