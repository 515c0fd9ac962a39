"""JSON operations of the blind pilot."""

from typing import Any

from market.kit.api import Call, Nothing, Operation, operation
from market.pilots import access, golds, items, preparation, submissions
from market.pilots.forms import FileInput, PilotWithFiles
from market.pilots.models import Pilot
from market.pilots.schemas import FileOut, OwnPartOut, PilotOut
from market.tendering.access import own_job

TAG = "pilots"


async def _pilot(call: Call[Any, Any]) -> Pilot:
    return await access.visible_pilot(call.actor, call.path("number"))


async def _shown(call: Call[Any, Any]) -> PilotOut:
    pilot = await _pilot(call)
    return PilotOut.of(pilot, await access.parts(call.actor, pilot))


@operation("GET", "/jobs/{number}/pilot", summary="Read a pilot", tag=TAG, returns=PilotOut,
           public=True)  # fmt: skip
async def get_pilot(call: Call[Nothing, Nothing]) -> PilotOut:
    """With its parts by alias for the owner; with results for owner and firms once released."""
    return await _shown(call)


@operation("PUT", "/jobs/{number}/pilot", summary="Prepare a pilot", tag=TAG, body=PilotWithFiles,
           returns=PilotOut, scope="jobs:write")  # fmt: skip
async def prepare_pilot(call: Call[PilotWithFiles, Nothing]) -> PilotOut:
    """Items and gold labels in base64; 422 names file, line and rule."""
    job = await own_job(call.actor, call.path("number"))
    body = call.body
    await preparation.prepare(job, body, body.items.file(), body.gold.file(), by=call.actor)
    return await _shown(call)


@operation("GET", "/jobs/{number}/pilot/items", summary="Read the items", tag=TAG,
           returns=FileOut, scope="bids:read")  # fmt: skip
async def get_items(call: Call[Nothing, Nothing]) -> FileOut:
    """Under the firm's own names; for the owner as uploaded."""
    pilot = await _pilot(call)
    name, _type, content = await items.issued(pilot, await access.reader(call.actor, pilot))
    return FileOut.of(name, content)


@operation("GET", "/jobs/{number}/pilot/part", summary="Read my part of a pilot", tag=TAG,
           returns=OwnPartOut, scope="bids:read")  # fmt: skip
async def get_part(call: Call[Nothing, Nothing]) -> OwnPartOut:
    """The receipt; once released, the measurement item by item."""
    pilot = await _pilot(call)
    row = await access.required_part(call.actor, pilot)
    return OwnPartOut.of(row, is_released=pilot.is_released)


@operation("PUT", "/jobs/{number}/pilot/part", summary="Submit my answers", tag=TAG,
           body=FileInput, returns=OwnPartOut, scope="bids:write")  # fmt: skip
async def submit_answers(call: Call[FileInput, Nothing]) -> OwnPartOut:
    """Until the close the last file counts."""
    pilot = await _pilot(call)
    row = await access.required_part(call.actor, pilot)
    await submissions.send_answers(row, call.body.file(), by=call.actor)
    row = await access.required_part(call.actor, pilot)
    return OwnPartOut.of(row, is_released=pilot.is_released)


@operation("GET", "/jobs/{number}/pilot/gold", summary="Read the gold labels", tag=TAG,
           returns=FileOut, scope="bids:read")  # fmt: skip
async def get_gold(call: Call[Nothing, Nothing]) -> FileOut:
    """409 before the release."""
    pilot = await _pilot(call)
    await access.reader(call.actor, pilot)
    gold = await golds.revealed(pilot)
    return FileOut.of(gold.name, gold.content)


operations: list[Operation] = [
    get_pilot, prepare_pilot, get_items, get_part, submit_answers, get_gold,
]  # fmt: skip
