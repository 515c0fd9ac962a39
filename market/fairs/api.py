"""JSON operations on fairs, registrations, timetables and meetings."""

from typing import Any

from market.fairs import access, computing, fairs, meetings, registrations
from market.fairs.forms import (
    BlockInput,
    FairInput,
    FairReasonInput,
    MeetingInput,
    RegistrationInput,
)
from market.fairs.schemas import (
    BlockOut,
    FairOut,
    MeetingOut,
    RegistrationOut,
    RegistrationsOut,
    TimetableOut,
    TotalsOut,
)
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

FAIRS = "fairs"
MOST = 1000


@operation("GET", "/fairs", summary="List fairs", tag=FAIRS, query=CursorQuery,
           returns=CursorPage[FairOut], public=True)  # fmt: skip
async def list_fairs(call: Call[Nothing, CursorQuery]) -> CursorPage[FairOut]:
    """Those opened, and one's own drafts."""
    rows, following = await cursor_page(access.fairs_to_see(call.actor), call.query)
    return CursorPage(items=[FairOut.of(fair) for fair in rows], next=following)


@operation("GET", "/fairs/totals", summary="Figures of fairs", tag=FAIRS, returns=TotalsOut,
           public=True)  # fmt: skip
async def fair_totals(call: Call[Nothing, Nothing]) -> TotalsOut:
    """Fairs, meetings, intents and deals."""
    return TotalsOut.of(await meetings.totals())


@operation("GET", "/fairs/{number}", summary="Read a fair", tag=FAIRS, returns=FairOut, public=True)
async def get_fair(call: Call[Nothing, Nothing]) -> FairOut:
    """An opened one, or one's own draft."""
    return FairOut.of(await access.visible_fair(call.actor, call.path("number")))


@operation("POST", "/fairs", summary="Draft a fair", tag=FAIRS, body=FairInput, returns=FairOut,
           status=201, scope="bureau:write")  # fmt: skip
async def draft_fair(call: Call[FairInput, Nothing]) -> FairOut:
    """Of a bureau, a base or the operator."""
    fair = await fairs.draft_fair(call.body, by=call.actor)
    return await _own(call, fair.number)


async def _own(call: Call[Any, Any], number: str = "") -> FairOut:
    return FairOut.of(await access.own_fair(call.actor, number or call.path("number")))


@operation("PUT", "/fairs/{number}", summary="Change a draft", tag=FAIRS, body=FairInput,
           returns=FairOut, scope="bureau:write")  # fmt: skip
async def change_fair(call: Call[FairInput, Nothing]) -> FairOut:
    """The whole fair; an open one stays as it is."""
    fair = await access.own_fair(call.actor, call.path("number"))
    await fairs.change_fair(fair, call.body, by=call.actor)
    return await _own(call)


@operation("POST", "/fairs/{number}/open", summary="Open a fair", tag=FAIRS, returns=FairOut,
           scope="bureau:write")  # fmt: skip
async def open_fair(call: Call[Nothing, Nothing]) -> FairOut:
    """Parties may register from now on."""
    await fairs.open_fair(await access.own_fair(call.actor, call.path("number")), by=call.actor)
    return await _own(call)


@operation("POST", "/fairs/{number}/cancel", summary="Cancel a fair", tag=FAIRS,
           body=FairReasonInput, returns=FairOut, scope="bureau:write")  # fmt: skip
async def cancel_fair(call: Call[FairReasonInput, Nothing]) -> FairOut:
    """With a reason that everybody registered reads."""
    fair = await access.own_fair(call.actor, call.path("number"))
    await fairs.cancel_fair(fair, call.body.reason, by=call.actor)
    return await _own(call)


@operation("GET", "/fairs/{number}/registrations", summary="Who comes to a fair", tag=FAIRS,
           returns=RegistrationsOut, scope="jobs:read")  # fmt: skip
async def list_registrations(call: Call[Nothing, Nothing]) -> RegistrationsOut:
    """The host's; at most 1,000."""
    fair = await access.own_fair(call.actor, call.path("number"))
    rows = await access.registrations_of(fair).limit(MOST)
    return RegistrationsOut(items=[RegistrationOut.of(row) for row in rows])


@operation("POST", "/fairs/{number}/registrations", summary="Register for a fair", tag=FAIRS,
           body=RegistrationInput, returns=RegistrationOut, status=201,
           scope="profile:write")  # fmt: skip
async def register(call: Call[RegistrationInput, Nothing]) -> RegistrationOut:
    """Of a buyer or a supplier; a second call changes the registration."""
    fair = await access.visible_fair(call.actor, call.path("number"))
    row = await registrations.register(fair, call.body, by=call.actor)
    await row.fetch_related("organisation")
    return RegistrationOut.of(row)


@operation("POST", "/fairs/{number}/withdraw", summary="Withdraw from a fair", tag=FAIRS,
           returns=RegistrationOut, scope="profile:write")  # fmt: skip
async def withdraw(call: Call[Nothing, Nothing]) -> RegistrationOut:
    """While registration is open."""
    fair = await access.visible_fair(call.actor, call.path("number"))
    row = await registrations.withdraw(fair, by=call.actor)
    await row.fetch_related("organisation")
    return RegistrationOut.of(row)


@operation("POST", "/fairs/{number}/blocks", summary="Keep two parties apart", tag=FAIRS,
           body=BlockInput, returns=BlockOut, status=201, scope="bureau:write")  # fmt: skip
async def block_pair(call: Call[BlockInput, Nothing]) -> BlockOut:
    """The host's; a computed timetable is overtaken."""
    fair = await access.own_fair(call.actor, call.path("number"))
    block = await registrations.block_pair(fair, call.body, by=call.actor)
    await block.fetch_related("buyer__organisation", "supplier__organisation")
    return BlockOut.of(block)


@operation("POST", "/fair-blocks/{id}/lift", summary="Let two parties meet again", tag=FAIRS,
           returns=FairOut, scope="bureau:write")  # fmt: skip
async def unblock_pair(call: Call[Nothing, Nothing]) -> FairOut:
    """The host's; a computed timetable is overtaken."""
    block = await access.block_to_lift(call.actor, call.path("id"))
    await registrations.unblock_pair(block.fair, block, by=call.actor)
    return await _own(call, block.fair.number)


@operation("POST", "/fairs/{number}/timetable", summary="Compute the timetable", tag=FAIRS,
           returns=TimetableOut, status=202, scope="bureau:write")  # fmt: skip
async def compute_timetable(call: Call[Nothing, Nothing]) -> TimetableOut:
    """The host's, after registration; the worker computes it, read its progress with GET."""
    fair = await access.own_fair(call.actor, call.path("number"))
    return TimetableOut.of(await computing.request_timetable(fair, by=call.actor), fair, [])


@operation("GET", "/fairs/{number}/timetable", summary="Read the timetable", tag=FAIRS,
           returns=TimetableOut, scope="jobs:read")  # fmt: skip
async def get_timetable(call: Call[Nothing, Nothing]) -> TimetableOut:
    """All of it with its proof for the host; a party's own meetings once it is published."""
    fair = await access.fair_with_timetable(call.actor, call.path("number"))
    found = await access.latest_timetable(fair) if access.hosts(call.actor, fair) else None
    return TimetableOut.of(found, fair, await access.meetings_to_see(call.actor, fair))


@operation("POST", "/fairs/{number}/publish", summary="Publish the timetable", tag=FAIRS,
           returns=FairOut, scope="bureau:write")  # fmt: skip
async def publish_fair(call: Call[Nothing, Nothing]) -> FairOut:
    """Each party is sent its own."""
    await fairs.publish_fair(await access.own_fair(call.actor, call.path("number")), by=call.actor)
    return await _own(call)


@operation("POST", "/fair-meetings/{id}", summary="Record what came of a meeting", tag=FAIRS,
           body=MeetingInput, returns=MeetingOut, scope="profile:write")  # fmt: skip
async def record_meeting(call: Call[MeetingInput, Nothing]) -> MeetingOut:
    """The host's and both parties', once its slot has begun."""
    meeting = await access.meeting_to_record(call.actor, call.path("id"))
    await meetings.record_meeting(meeting, call.body, by=call.actor)
    again = await access.meeting_to_record(call.actor, call.path("id"))
    return MeetingOut.of(again, again.timetable.fair)


operations: list[Operation] = [
    list_fairs, fair_totals, get_fair, draft_fair, change_fair, open_fair, cancel_fair,
    list_registrations, register, withdraw, block_pair, unblock_pair, compute_timetable,
    get_timetable, publish_fair, record_meeting,
]  # fmt: skip
