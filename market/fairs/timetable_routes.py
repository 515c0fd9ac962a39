"""Pages of a fair's timetable: computing, publishing, reading, printing it, and recording its meetings."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.fairs import access, computing, exports, fairs, labels, meetings, printing
from market.fairs.forms import MeetingInput
from market.fairs.models import FairMeeting
from market.kit import documents, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import whole


async def compute(request: Request) -> Response:
    """Ask for a timetable; the worker computes it."""
    actor = web.signed_in(request)
    fair = await access.own_fair(actor, request.path_params["number"])
    await computing.request_timetable(fair, by=actor)
    return web.see_other(
        request, "fairs:timetable", number=fair.number, flash=_("The timetable is being computed")
    )


async def publish(request: Request) -> Response:
    """Publish the timetable; each party gets its own."""
    actor = web.signed_in(request)
    fair = await access.own_fair(actor, request.path_params["number"])
    await fairs.publish_fair(fair, by=actor)
    return web.see_other(
        request, "fairs:timetable", number=fair.number, flash=_("The timetable is published")
    )


async def show(request: Request) -> Response:
    """The host's whole timetable with its progress and proof, or a party's own meetings."""
    actor = web.signed_in(request)
    fair = await access.fair_with_timetable(actor, request.path_params["number"])
    rows = await access.meetings_to_see(actor, fair)
    is_host = access.hosts(actor, fair)
    timetable = await access.latest_timetable(fair) if is_host else None
    is_proof = timetable is not None and timetable.model
    return await exports.MEETINGS.file(request, rows, subject=fair.number) or await web.render(
        request, "market/fairs/fairs_timetable.html", fair=fair, page=whole(request, rows),
        timetable=timetable, labels=labels, is_host=is_host,
        proof=labels.proof_of(timetable, rows) if timetable and is_proof else [],
    )  # fmt: skip


async def print_(request: Request) -> Response:
    """The published timetable on A4: a party's own, or the host's whole."""
    actor = web.signed_in(request)
    fair = await access.fair_with_timetable(actor, request.path_params["number"])
    rows = await access.meetings_to_see(actor, fair)
    content = printing.content_of(fair, rows)
    return await web.render(
        request, "market/fairs/timetable.html", fair=fair, meetings=rows, labels=labels,
        document=await documents.issue(
            printing.NOUN, fair.number, documents.digest_of(content)
        ),
    )  # fmt: skip


async def calendar(request: Request) -> Response:
    """The meetings as an iCalendar file."""
    actor = web.signed_in(request)
    fair = await access.fair_with_timetable(actor, request.path_params["number"])
    rows = await access.meetings_to_see(actor, fair)
    found = printing.calendar_of(fair, rows, actor.organisation_id)
    name = f'attachment; filename="{fair.number}.ics"'
    return Response(found, media_type=printing.MEDIA_TYPE, headers={"Content-Disposition": name})


async def record(request: Request) -> Response:
    """What came of a meeting."""
    actor = web.signed_in(request)
    meeting = await access.meeting_to_record(actor, request.path_params["id"])
    fair = meeting.timetable.fair
    form = await Form.read(request, MeetingInput, _typed(meeting))
    if form.is_valid:
        with form.guard():
            await meetings.record_meeting(meeting, form.input, by=actor)
            return web.see_other(
                request, "fairs:timetable", number=fair.number, flash=_("Recorded")
            )
    return await web.render(
        request, "market/fairs/fairs_record.html", form=form, fair=fair, meeting=meeting,
        labels=labels, attendances=labels.choices(labels.ATTENDANCES),
        outcomes=labels.choices(labels.OUTCOMES),
    )  # fmt: skip


def _typed(meeting: FairMeeting) -> dict[str, Any]:
    return {
        "attendance": meeting.attendance or "", "outcome": meeting.outcome,
        "intent_fen": meeting.intent_fen or "", "note": meeting.note,
        "job": meeting.job.number if meeting.job else "",
        "contract": meeting.contract.number if meeting.contract else "",
    }  # fmt: skip


routes = [
    Route("/fairs/{number}/compute", compute, name="fairs:compute", methods=["POST"]),
    Route("/fairs/{number}/publish", publish, name="fairs:publish", methods=["POST"]),
    Route("/fairs/{number}/timetable", show, name="fairs:timetable"),
    Route("/fairs/{number}/print", print_, name="fairs:print"),
    Route("/fairs/{number}/calendar", calendar, name="fairs:calendar"),
    Route("/fair-meetings/{id}", record, name="fairs:record", methods=["GET", "POST"]),
]
