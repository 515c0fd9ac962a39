"""Pages of the blind pilot: preparing, taking part, the results."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import files, web
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.tables import download
from market.metrics.files import LabelFile
from market.pilots import access, exports, golds, items, labels, preparation, rounds, submissions
from market.pilots.forms import NoFields, PilotInput
from market.pilots.models import Pilot, PilotSubmission
from market.tendering.access import own_job, owns


async def _file(form: Form[PilotInput] | Form[NoFields], field: str, most: int) -> LabelFile:
    """The uploaded file of a field, read up to one byte beyond the limit."""
    upload = form.upload(field)
    if upload is None:
        raise InvalidInput(fields={field: _("Choose a file")})
    return LabelFile(upload.filename or "file", await upload.read(most + 1))


async def prepare(request: Request) -> Response:
    """The owner uploads items and gold labels; refused files name line and rule."""
    actor = web.signed_in(request)
    job = await own_job(actor, request.path_params["number"])
    config = preparation.require_owner(job, actor)
    pilot = await access.pilot_of(job)
    known = {"metric": pilot.metric_name, "instructions": pilot.instructions} if pilot else {}
    metrics = preparation.metrics_for(config)
    form = await Form.read(request, PilotInput, known or {"metric": metrics[0].name}, draft="kept")
    if form.is_valid:
        with form.guard():
            content = await _file(form, "items", preparation.MAX_ITEMS_BYTES)
            gold = await _file(form, "gold", preparation.MAX_GOLD_BYTES)
            await preparation.prepare(job, form.input, content, gold, by=actor)
            flash = _("The pilot is prepared and the gold labels are committed to")
            return web.see_other(request, "pilots:show", number=job.number, flash=flash)
    return await web.render(
        request, "market/pilots/pilots_prepare.html", job=job, form=form, config=config,
        metrics=metrics, pilot=pilot, labels=labels,
    )  # fmt: skip


async def _show(request: Request, pilot: Pilot, form: Form[NoFields]) -> Response:
    actor = web.actor_of(request)
    own: PilotSubmission | None = await access.own_part(actor, pilot)
    return await web.render(
        request, "market/pilots/pilots_show.html", pilot=pilot, job=pilot.job, own=own, form=form,
        is_owner=owns(actor, pilot.job), rows=await access.parts(actor, pilot), labels=labels,
        passes=rounds.passes, can_submit=own is not None and submissions.is_open(pilot),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """What everybody may know of a pilot, one's own part, from the release on the results; or these as a file."""
    actor = web.actor_of(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    export = exports.RESULTS if pilot.is_released else exports.PARTS
    file = await export.file(request, await access.parts(actor, pilot), subject=pilot.job.number)
    return file or await _show(request, pilot, Form(NoFields))


async def submit(request: Request) -> Response:
    """A firm sends its answers; the page shows again what is wrong with them."""
    actor = web.signed_in(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    own = await access.required_part(actor, pilot)
    form = await Form.read(request, NoFields)
    with form.guard():
        submissions.require_open(own, pilot, actor)
        answers = await _file(form, submissions.FIELD, submissions.MAX_BYTES)
        await submissions.send_answers(own, answers, by=actor)
        flash = _("Your answers are in; keep the digest as a receipt")
        return web.see_other(request, "pilots:show", number=pilot.job.number, flash=flash)
    return await _show(request, pilot, form)


async def download_items(request: Request) -> Response:
    """The items under the firm's own names; for the owner as they were uploaded."""
    actor = web.signed_in(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    name, content_type, content = await items.issued(pilot, await access.reader(actor, pilot))
    return download(content, content_type, name)


async def download_answers(request: Request) -> Response:
    """One's own answers, as they count."""
    actor = web.signed_in(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    file = await access.own_answers(actor, pilot)
    return download(await files.read(file), file.content_type, file.filename)


async def download_gold(request: Request) -> Response:
    """The gold labels, once the results are released: for the owner and the firms in the pilot."""
    actor = web.signed_in(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    await access.reader(actor, pilot)
    gold = await golds.revealed(pilot)
    return download(gold.content, "application/octet-stream", gold.name)


async def download_names(request: Request) -> Response:
    """What the firm's own names stood for, once the results are released: for `market metric --names`."""
    actor = web.signed_in(request)
    pilot = await access.visible_pilot(actor, request.path_params["number"])
    own = await access.required_part(actor, pilot)
    golds.require_released(pilot)
    table = items.names_table(items.names_for(pilot, own.bidder_id))
    return download(table, "text/csv; charset=utf-8", "names.csv")


BOTH = ["GET", "POST"]
routes = [
    Route("/jobs/{number}/pilot", show, name="pilots:show"),
    Route("/jobs/{number}/pilot/prepare", prepare, name="pilots:prepare", methods=BOTH),
    Route("/jobs/{number}/pilot/submit", submit, name="pilots:submit", methods=["POST"]),
    Route("/jobs/{number}/pilot/items", download_items, name="pilots:items"),
    Route("/jobs/{number}/pilot/answers", download_answers, name="pilots:answers"),
    Route("/jobs/{number}/pilot/gold", download_gold, name="pilots:gold"),
    Route("/jobs/{number}/pilot/names", download_names, name="pilots:names"),
]
