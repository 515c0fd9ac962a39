"""Pages of the calendar: what is due, the subscription, single events."""

import datetime as dt
import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.calendar import access, exports, feeds, ics, months, registry
from market.kit import clock, i18n, web
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.kit.tables import download, format_of

FEED_PAST, FEED_AHEAD = 30, 400  # days


async def show(request: Request) -> Response:
    """The next thirty days, or a month (`?month=2026-12`); or the same as a file."""
    actor = web.signed_in(request)
    month = request.query_params.get("month", "")
    start, end = months.bounds(month)
    found = await registry.deadlines_of(actor, start, end)
    if (fmt := format_of(request)) is not None:
        return exports.deadlines_file(request, found, fmt)
    return await web.render(
        request, "market/calendar/calendar_show.html", days=months.days_of(found),
        tabs=_tabs(month), feed=await feeds.own_feed(actor),
        files_={kind: web.path_for("calendar:show", month=month, format=kind)
                for kind in ("csv", "xlsx")},
    )  # fmt: skip


def _tabs(chosen: str) -> list[tuple[str, str, bool]]:
    known = [("", _("Next 30 days")), *months.choices()]
    return [
        (words, web.path_for("calendar:show", month=month), month == chosen)
        for month, words in known
    ]


async def subscribe(request: Request) -> Response:
    """A new secret address; an earlier one ends."""
    token = await feeds.open_feed(by=web.signed_in(request))
    url = web.absolute_url("calendar:feed", token=token)
    flash = _("Copy this address now, it is not shown again: %(url)s", url=url)
    return web.see_other(request, "calendar:show", flash=flash)


async def unsubscribe(request: Request) -> Response:
    """End the subscription."""
    await feeds.revoke_feed(by=web.signed_in(request))
    return web.see_other(request, "calendar:show", flash=_("The address no longer works"))


async def feed(request: Request) -> Response:
    """The deadlines of the person whose secret address this is, for a calendar program."""
    token = request.path_params["token"]
    await limit("120/hour", "calendar-feed", hashlib.sha256(token.encode()).hexdigest())
    person = await feeds.person_of(token)
    i18n.use_locale(person.locale)
    today = clock.start_of_day(clock.today())
    span = today - dt.timedelta(days=FEED_PAST), today + dt.timedelta(days=FEED_AHEAD)
    found = await registry.deadlines_of_person(person.id, *span)
    return _fresh(request, ics.calendar_of(found, _("My deadlines"), uid=str(person.id)))


def _fresh(request: Request, body: bytes) -> Response:
    """The file, or 304 for a program that has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, max-age=300"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "content-type": ics.MEDIA_TYPE})


async def event(request: Request) -> Response:
    """What is due about one job, contract, order or delivery, as a file for a calendar."""
    number = request.path_params["number"]
    found = await access.deadlines_about(web.actor_of(request), number)
    return download(ics.calendar_of(found, number, uid=number), ics.MEDIA_TYPE, f"{number}.ics")


routes = [
    Route("/my/calendar", show, name="calendar:show"),
    Route("/my/calendar/subscription", subscribe, name="calendar:subscribe", methods=["POST"]),
    Route("/my/calendar/subscription/end", unsubscribe, name="calendar:unsubscribe",
          methods=["POST"]),
    Route("/calendar/{token}.ics", feed, name="calendar:feed"),
    Route("/calendar/events/{number}.ics", event, name="calendar:event"),
]  # fmt: skip
