"""Pages of a third reader: what is asked, the declaration, and the sheet."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.disputes import access, measurements
from market.disputes.forms import DeclarationInput, MarksInput
from market.disputes.models import Reading
from market.disputes.states import ReadingStatus
from market.kit import paging, web
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.orders import findings, words

READINGS = Export(N_("Readings"), (
    (N_("Number"), "text", "number"), (N_("Status"), "text", status("reading")),
    (N_("Due at"), "datetime", "due_at"), (N_("Marked"), "datetime", "marked_at"),
))  # fmt: skip


async def listing(request: Request) -> Response:
    """The readings the organisation was asked for."""
    actor = web.signed_in(request)
    query = access.readings_of(actor).select_related("measurement")
    if file := await READINGS.file(request, query):
        return file
    page = await paging.paginate(request, query)
    return await web.render(request, "market/disputes/readings_list.html", page=page)


async def show(request: Request) -> Response:
    """What a reader needs to know, and no more: the items and the parties in no order."""
    actor = web.signed_in(request)
    reading = await access.reading_to_see(actor, request.path_params["number"])
    return await _page(request, reading, Form(DeclarationInput))


async def _page(request: Request, reading: Reading, form: Form[DeclarationInput]) -> Response:
    order = reading.measurement.dispute.order
    return await web.render(
        request, "market/disputes/readings_show.html", reading=reading, form=form, words=words,
        parties=sorted((order.buyer.name, order.supplier.name)), job=order.job,
        batch=reading.measurement.dispute.batch,
    )  # fmt: skip


async def accept(request: Request) -> Response:
    """Take the reading on, declaring to be related to neither party."""
    actor = web.signed_in(request)
    reading = await access.reading_to_see(actor, request.path_params["number"])
    form = await Form.read(request, DeclarationInput)
    if form.is_valid:
        with form.guard():
            await measurements.accept_reading(reading, by=actor)
            return web.see_other(request, "readings:mark", number=reading.number)
    return await _page(request, reading, form)


async def decline(request: Request) -> Response:
    """Decline to read."""
    actor = web.signed_in(request)
    reading = await access.reading_to_see(actor, request.path_params["number"])
    await measurements.decline_reading(reading, by=actor)
    return web.see_other(request, "readings:list", flash=_("Declined; another reader is asked"))


async def mark(request: Request) -> Response:
    """The sheet: mark what does not conform; of a long sample, list it."""
    actor = web.signed_in(request)
    reading = await access.reading_to_see(actor, request.path_params["number"])
    if reading.status != ReadingStatus.ACCEPTED:
        raise NotFound(_("There is nothing to mark in this reading"))
    form = await Form.read(request, MarksInput, draft="kept")
    if form.is_submitted:
        with form.guard():
            await _record(reading, form, actor)
            return web.see_other(
                request, "readings:show", number=reading.number, flash=_("Marks recorded")
            )
    items = reading.measurement.items
    return await web.render(
        request, "market/disputes/readings_mark.html", reading=reading, form=form,
        rows=list(enumerate(items)), defects=words.defects(),
        is_list=len(items) > findings.SHEET_LIMIT,
    )  # fmt: skip


async def _record(reading: Reading, form: Form[MarksInput], by: Actor) -> None:
    found = (
        findings.from_list(form.values[findings.LIST_FIELD])
        if findings.LIST_FIELD in form.values
        else findings.from_sheet(form.values, reading.measurement.items)
    )
    await measurements.mark_items(reading, found, by=by)


BOTH = ["GET", "POST"]
routes = [
    Route("/readings", listing, name="readings:list"),
    Route("/readings/{number}", show, name="readings:show"),
    Route("/readings/{number}/accept", accept, name="readings:accept", methods=["POST"]),
    Route("/readings/{number}/decline", decline, name="readings:decline", methods=["POST"]),
    Route("/readings/{number}/marks", mark, name="readings:mark", methods=BOTH),
]
