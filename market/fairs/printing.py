"""A published timetable as a formal document and as an iCalendar file, for one party or the host."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from icalendar import Calendar, Event
from icalendar.enums import STATUS

from market.fairs import labels
from market.fairs.models import Fair, FairMeeting
from market.fairs.states import FairStatus
from market.kit import clock
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.web import absolute_url
from market.settings import settings

NOUN = N_("Timetable of the fair")
MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//annotation-market//fairs//EN"


def content_of(fair: Fair, meetings: Sequence[FairMeeting]) -> dict[str, Any]:
    """What the printed timetable states; its digest is the document's."""
    return {
        "fair": fair.number, "title": fair.title, "host": fair.host.name, "venue": fair.venue,
        "starts_at": fair.starts_at.isoformat(),
        "meetings": [
            [one.slot + 1, one.table_number, one.buyer.organisation.name,
             one.supplier.organisation.name] for one in meetings
        ],
    }  # fmt: skip


def calendar_of(fair: Fair, meetings: Sequence[FairMeeting], own: UUID | None) -> bytes:
    """The meetings as events (RFC 5545) that keep their UID for ever; a cancelled fair cancels them."""
    calendar = Calendar.new(
        prodid=PRODUCT, name=fair.title, uid=f"fair-{fair.id}", method="PUBLISH"
    )
    for meeting in meetings:
        calendar.add_component(_event(fair, meeting, own))
    return bytes(calendar.to_ical())


def _event(fair: Fair, meeting: FairMeeting, own: UUID | None) -> Event:
    parties = [meeting.buyer.organisation, meeting.supplier.organisation]
    others = [party.name for party in parties if party.id != own]
    return Event.new(
        uid=f"fair-meeting-{meeting.id}@{urlsplit(settings.base_url).hostname}",
        stamp=clock.now().replace(microsecond=0),
        start=fair.slot_start(meeting.slot),
        end=fair.slot_end(meeting.slot),
        summary=_("Meeting with %(who)s", who="、".join(others)),
        location=_("%(venue)s, table %(n)s", venue=fair.venue, n=meeting.table_number),
        description="\n".join([f"{fair.number} {fair.title}", *labels.reasons(meeting)]),
        url=absolute_url("fairs:timetable", number=fair.number),
        status=STATUS.CANCELLED if fair.status == FairStatus.CANCELLED else STATUS.CONFIRMED,
    )
