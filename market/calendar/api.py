"""JSON operations of the calendar."""

import datetime as dt

from market.calendar import feeds, registry
from market.calendar.schemas import DeadlineOut, DeadlineQuery, DeadlinesOut, FeedOut
from market.kit import clock, web
from market.kit.api import Call, Nothing, Operation, operation

TAG = "calendar"


@operation("GET", "/deadlines", summary="What is due", tag=TAG, query=DeadlineQuery,
           returns=DeadlinesOut, scope="profile:read")  # fmt: skip
async def list_deadlines(call: Call[Nothing, DeadlineQuery]) -> DeadlinesOut:
    """For the organisation and the person, the nearest first."""
    start = clock.start_of_day(call.query.start) if call.query.start else clock.now()
    end = start + dt.timedelta(days=call.query.days)
    found = await registry.deadlines_of(call.actor, start, end)
    return DeadlinesOut(items=[DeadlineOut.of(one) for one in found])


@operation("POST", "/calendar-feed", summary="Open a calendar subscription", tag=TAG,
           returns=FeedOut, status=201, scope="profile:write")  # fmt: skip
async def open_feed(call: Call[Nothing, Nothing]) -> FeedOut:
    """A new secret address; an earlier one ends."""
    token = await feeds.open_feed(by=call.actor)
    return FeedOut(url=web.absolute_url("calendar:feed", token=token))


@operation("DELETE", "/calendar-feed", summary="End the calendar subscription", tag=TAG,
           scope="profile:write")  # fmt: skip
async def revoke_feed(call: Call[Nothing, Nothing]) -> None:
    """The address no longer works."""
    await feeds.revoke_feed(by=call.actor)


operations: list[Operation] = [list_deadlines, open_feed, revoke_feed]
