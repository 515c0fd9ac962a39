"""JSON operations of selections: calls, entries, reviews, decisions, objections."""

from market.certification.forms import ObjectionInput
from market.kit.actor import Actor
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page
from market.selection import access, entries, reviews
from market.selection.forms import CallInput, EntryDecision, EntryInput, ReviewPoints
from market.selection.models import SelectionEntry
from market.selection.schemas import CallOut, CallQuery, EntryOut, EntryQuery, ObjectionOut

TAG = "selection"


async def _out(by: Actor, row: SelectionEntry) -> EntryOut:
    return EntryOut.of(await access.entry_to_see(by, row.number))


@operation(
    "GET", "/selections", summary="Calls for benchmark firms and application cases", tag=TAG,
    query=CallQuery, returns=CursorPage[CallOut], public=True,
)  # fmt: skip
async def list_calls(call: Call[Nothing, CallQuery]) -> CursorPage[CallOut]:
    """The newest first."""
    rows, onward = await cursor_page(access.calls_of(call.query.kind), call.query)
    return CursorPage[CallOut](items=[CallOut.of(row) for row in rows], next=onward)


@operation(
    "POST", "/selections", summary="Call for entries of your region", tag=TAG, body=CallInput,
    returns=CallOut, status=201, scope="bureau:write",
)  # fmt: skip
async def open_call(call: Call[CallInput, Nothing]) -> CallOut:
    """A bureau's act."""
    return CallOut.of(await reviews.open_call(call.body, by=call.actor))


@operation(
    "GET", "/selection-entries", summary="Entries and what was selected", tag=TAG,
    query=EntryQuery, returns=CursorPage[EntryOut], public=True,
)  # fmt: skip
async def list_entries(call: Call[Nothing, EntryQuery]) -> CursorPage[EntryOut]:
    """What is publicised or selected; one's own and those of one's calls in every status."""
    query = access.entries_to_see(call.actor)
    if call.query.kind:
        query = query.filter(call__kind=call.query.kind)
    if call.query.industry:
        query = query.filter(industry=call.query.industry)
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[EntryOut](items=[EntryOut.of(row) for row in rows], next=onward)


@operation(
    "GET", "/selection-entries/{number}", summary="An entry", tag=TAG, returns=EntryOut, public=True
)  # fmt: skip
async def show_entry(call: Call[Nothing, Nothing]) -> EntryOut:
    """What is public of it."""
    return EntryOut.of(await access.entry_to_see(call.actor, call.path("number")))


@operation(
    "POST", "/selections/{number}/entries", summary="Enter a call", tag=TAG, body=EntryInput,
    returns=EntryOut, status=201, scope="directory:write",
)  # fmt: skip
async def enter(call: Call[EntryInput, Nothing]) -> EntryOut:
    """Of the call's region and kind, before it closes."""
    found = await access.call_to_see(call.path("number"))
    return await _out(call.actor, await entries.enter(found, call.body, by=call.actor))


@operation(
    "PUT", "/selection-entries/{number}", summary="Correct a returned entry", tag=TAG,
    body=EntryInput, returns=EntryOut, scope="directory:write",
)  # fmt: skip
async def correct_entry(call: Call[EntryInput, Nothing]) -> EntryOut:
    """Hands it in again."""
    row = await access.own_entry(call.actor, call.path("number"))
    return await _out(call.actor, await entries.correct_entry(row, call.body, by=call.actor))


@operation(
    "POST", "/selection-entries/{number}/withdrawal", summary="Withdraw an entry", tag=TAG,
    returns=EntryOut, scope="directory:write",
)  # fmt: skip
async def withdraw_entry(call: Call[Nothing, Nothing]) -> EntryOut:
    """Before it is decided."""
    row = await access.own_entry(call.actor, call.path("number"))
    return await _out(call.actor, await entries.withdraw_entry(row, by=call.actor))


@operation(
    "POST", "/selection-entries/{number}/reviews", summary="Review an entry", tag=TAG,
    body=ReviewPoints, scope="bureau:write",
)  # fmt: skip
async def review_entry(call: Call[ReviewPoints, Nothing]) -> None:
    """Points and an opinion of a member of the organiser; sent again they replace the first."""
    row = await access.entry_to_decide(call.actor, call.path("number"))
    await reviews.review_entry(row, call.body, by=call.actor)


@operation(
    "POST", "/selection-entries/{number}/decide", summary="Decide about an entry", tag=TAG,
    body=EntryDecision, returns=EntryOut, scope="bureau:write",
)  # fmt: skip
async def decide(call: Call[EntryDecision, Nothing]) -> EntryOut:
    """Of the call's organiser."""
    row = await access.entry_to_decide(call.actor, call.path("number"))
    return await _out(call.actor, await reviews.decide(row, call.body, by=call.actor))


@operation(
    "POST", "/selection-entries/{number}/objections", summary="Object to a publicised entry",
    tag=TAG, body=ObjectionInput, returns=ObjectionOut, status=201, scope="complaints:write",
)  # fmt: skip
async def object_to(call: Call[ObjectionInput, Nothing]) -> ObjectionOut:
    """Once, by any verified organisation but the applicant."""
    row = await access.entry_to_see(call.actor, call.path("number"))
    made = await entries.object_to(row, call.body, by=call.actor)
    return ObjectionOut(
        entry=row.number, grounds=made.grounds, status=made.status, answer=made.answer
    )


operations: list[Operation] = [
    list_calls, open_call, list_entries, show_entry, enter, correct_entry, withdraw_entry,
    review_entry, decide, object_to,
]  # fmt: skip
