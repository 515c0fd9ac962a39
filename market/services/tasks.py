"""What of quotes waits for an organisation: requests to answer, quotes to decide on."""

import datetime as dt

from market.kit import clock
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.kit.web import path_for
from market.services.access import quotes_of
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus

Row = tuple[str, str, str, str, str, dt.datetime | None]


async def tasks_of(by: Actor) -> list[Row]:
    """Title, action, address, noun, status and deadline of each."""
    open_ones = quotes_of(by).filter(status__in=(QuoteStatus.ASKED, QuoteStatus.QUOTED))
    return [
        _row(row, _("Answer the request for a quote"), row.wanted_on)
        if row.status == QuoteStatus.ASKED
        else _row(row, _("Decide on the quote"), row.valid_until)
        for row in await open_ones.limit(50)
        if by.organisation_id
        == (row.listing.provider_id if row.status == QuoteStatus.ASKED else row.requester_id)
    ]


def _row(row: QuoteRequest, action: str, day: dt.date | None) -> Row:
    url = path_for("quotes:show", number=row.number)
    due_at = clock.end_of_day(day) if day else None
    return f"{row.listing.title} · {row.number}", action, url, "quote", row.status.value, due_at
