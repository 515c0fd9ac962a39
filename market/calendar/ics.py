"""Deadlines as an iCalendar file (RFC 5545): moments in UTC, stable UIDs, rising SEQUENCE."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from icalendar.enums import STATUS, TRANSP

from market.calendar.deadlines import Deadline
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.settings import settings

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//annotation-market//deadlines//EN"
REFRESH = dt.timedelta(hours=1)


def calendar_of(deadlines: Iterable[Deadline], name: str, *, uid: str) -> bytes:
    """A calendar whose events keep their UID for ever; a cancelled deadline stays as STATUS:CANCELLED.

    SEQUENCE is the seconds between a row's creation and its last change: it rises whenever the row
    changes and needs no memory of what was fed before.
    """
    calendar = Calendar.new(
        prodid=PRODUCT, name=name, uid=uid, method="PUBLISH", refresh_interval=REFRESH,
        language="en" if current_locale() == "en" else "zh-CN",
    )  # fmt: skip
    calendar.add("x-published-ttl", "PT1H")
    for deadline in deadlines:
        calendar.add_component(_event(deadline))
    return bytes(calendar.to_ical())


def _event(deadline: Deadline) -> Event:
    url = settings.base_url.rstrip("/") + deadline.url
    return Event.new(
        uid=uid_of(deadline),
        stamp=_utc(deadline.changed_at),
        created=_utc(deadline.created_at),
        last_modified=_utc(deadline.changed_at),
        start=_utc(deadline.at),
        sequence=int((deadline.changed_at - deadline.created_at).total_seconds()),
        summary=_("%(label)s: %(value)s", label=deadline.label, value=deadline.title),
        description=f"{deadline.number}\n{url}".strip(),
        url=url,
        categories=[deadline.label],
        status=STATUS.CANCELLED if deadline.is_cancelled else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT,
    )


def uid_of(deadline: Deadline) -> str:
    """The same for the same thing due, whenever it is moved and whoever reads it."""
    host = urlsplit(settings.base_url).hostname
    return f"{deadline.kind}-{deadline.subject_id}@{host}"


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)
