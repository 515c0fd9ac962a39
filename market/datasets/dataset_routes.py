"""Pages of datasets on offer: list, one dataset with its terms and ratings, metadata, writing."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from market.datasets import croissant, dataset_access, exports, offering, ratings
from market.datasets.dataset_forms import COLUMN_WORDS, ORIGINS, RAI, DatasetInput, column_words
from market.datasets.dataset_models import Dataset
from market.datasets.labels import need_choices, typed_dataset
from market.datasets.modes import mode_named, modes
from market.directory import words
from market.kit import files, tables, web
from market.kit.api import Nothing
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.statuses import STATUS_TONES

FOLDER = "market/datasets/"
SAMPLES = {suffix: files.TEXTUAL[suffix] for suffix in (".csv", ".jsonl")}
LD = "application/ld+json"


def _done(request: Request, row: Dataset, flash: str) -> Response:
    return web.see_other(request, "datasets:show", number=row.number, flash=flash)


def _origins() -> list[tuple[str, str]]:
    return [(code, _(label)) for code, label in ORIGINS.items()]


async def list_datasets(request: Request) -> Response:
    """What is on offer, narrowed by mode, type, industry, origin and grade."""
    asked = dict(request.query_params)
    rows = dataset_access.narrowed(dataset_access.listed(), asked)
    if file := await exports.DATASETS.file(request, rows):
        return file
    grades = [
        (g, _(STATUS_TONES["dataset_grade", g].label))
        for g in ("passed", "due", "failed", "unrated")
    ]
    return await web.render(
        request, FOLDER + "datasets_list.html", page=await paginate(request, rows), words=words,
        asked=asked, choices=need_choices(), origins=_origins(), grades=grades,
    )  # fmt: skip


async def own(request: Request) -> Response:
    """The datasets of one's organisation in every status."""
    rows = dataset_access.own_datasets(web.signed_in(request))
    return await exports.DATASETS.file(request, rows) or await web.render(
        request, FOLDER + "datasets_mine.html", page=await paginate(request, rows), words=words
    )


async def show(request: Request) -> Response:
    """A dataset: mode, price, licence, quality, ratings, metadata."""
    actor = web.actor_of(request)
    row = await dataset_access.dataset_to_see(actor, request.path_params["number"])
    is_own = actor.organisation_id is not None and row.owner_id == actor.organisation_id
    return await web.render(
        request, FOLDER + "datasets_show.html", row=row, words=words, is_own=is_own,
        mode=mode_named(row.supply_mode), origin=_(ORIGINS[row.origin]),
        rai=[(_(RAI[name]), text) for name, text in row.rai.items()],
        column_words={code: _(word) for code, word in COLUMN_WORDS.items()},
        problems=offering.problems_of(row) if is_own else {},
        ratings=await dataset_access.published_ratings(row),
        running=await dataset_access.running_rating(row) if is_own else None,
    )  # fmt: skip


async def write(request: Request) -> Response:
    """A new dataset."""
    actor = web.signed_in(request, *offering.KINDS)
    form = await Form.read(
        request, DatasetInput, {"version": "1.0.0", "data_grade": "一般数据"}, draft="kept"
    )
    if form.is_valid:
        with form.guard():
            row = await offering.save_dataset(form.input, by=actor)
            return _done(request, row, _("Draft saved; check and publish it"))
    return await _edit_page(request, form, None)


async def edit(request: Request) -> Response:
    """Change a dataset."""
    actor = web.signed_in(request)
    row = await dataset_access.own_dataset(actor, request.path_params["number"])
    form = await Form.read(request, DatasetInput, typed_dataset(row), draft="kept")
    if form.is_valid:
        with form.guard():
            await offering.save_dataset(form.input, row=row, by=actor)
            return _done(request, row, _("Saved"))
    return await _edit_page(request, form, row)


async def _edit_page(request: Request, form: Form[Any], row: Dataset | None) -> Response:
    return await web.render(
        request, FOLDER + "datasets_edit.html", form=form, row=row, choices=need_choices(),
        origins=_origins(), rai=[(name, _(label)) for name, label in RAI.items()],
        modes=list(modes().values()), kinds=column_words(),
    )  # fmt: skip


async def attach(request: Request) -> Response:
    """Put up the public sample."""
    actor = web.signed_in(request)
    row = await dataset_access.own_dataset(actor, request.path_params["number"])
    upload = (await Form.read(request, Nothing)).upload("file")
    if upload is None:
        raise InvalidInput(_("Choose a file first"))
    kept = await files.store_upload(upload, by=actor, kinds=SAMPLES)
    return _done(request, await offering.attach_sample(row, kept, by=actor), _("Attached"))


async def publish(request: Request) -> Response:
    """List it."""
    actor = web.signed_in(request)
    row = await dataset_access.own_dataset(actor, request.path_params["number"])
    return _done(request, await offering.list_dataset(row, by=actor), _("The dataset is on offer"))


async def withdraw(request: Request) -> Response:
    """Take it off the list."""
    actor = web.signed_in(request)
    row = await dataset_access.own_dataset(actor, request.path_params["number"])
    return _done(request, await offering.withdraw_dataset(row, by=actor), _("Taken off the list"))


async def sample(request: Request) -> Response:
    """The public sample."""
    row = await dataset_access.dataset_to_see(web.actor_of(request), request.path_params["number"])
    if row.sample is None:
        raise NotFound(_("This file does not exist"))
    return tables.download(
        await files.read(row.sample), row.sample.content_type, row.sample.filename
    )


async def croissant_(request: Request) -> Response:
    """Croissant metadata, version 1.1 unless `?version=1.0` is asked for."""
    row = await dataset_access.dataset_to_see(web.actor_of(request), request.path_params["number"])
    version = request.query_params.get("version", "1.1")
    if version not in croissant.VERSIONS:
        raise InvalidInput(_("Croissant metadata come in version 1.0 or 1.1"))
    return JSONResponse(croissant.metadata(row, version=version), media_type=LD)


async def dcat(request: Request) -> Response:
    """DCAT metadata."""
    row = await dataset_access.dataset_to_see(web.actor_of(request), request.path_params["number"])
    return JSONResponse(croissant.dcat(row), media_type=LD)


async def request_rating(request: Request) -> Response:
    """Ask the bureau for a rating."""
    actor = web.signed_in(request)
    row = await dataset_access.own_dataset(actor, request.path_params["number"])
    await ratings.request_rating(row, by=actor)
    return _done(request, row, _("Rating asked for"))


ONE = "/datasets/{number}"
routes = [
    Route("/datasets", list_datasets, name="datasets:list"),
    Route("/datasets/new", write, name="datasets:write", methods=["GET", "POST"]),
    Route("/my/datasets", own, name="datasets:mine"),
    Route(ONE, show, name="datasets:show"),
    Route(ONE + "/edit", edit, name="datasets:edit", methods=["GET", "POST"]),
    Route(ONE + "/sample", sample, name="datasets:sample"),
    Route(ONE + "/sample", attach, name="datasets:attach", methods=["POST"]),
    Route(ONE + "/publish", publish, name="datasets:publish", methods=["POST"]),
    Route(ONE + "/withdraw", withdraw, name="datasets:withdraw", methods=["POST"]),
    Route(ONE + "/croissant.json", croissant_, name="datasets:croissant"),
    Route(ONE + "/dcat.json", dcat, name="datasets:dcat"),
    Route(ONE + "/ratings", request_rating, name="datasets:request_rating", methods=["POST"]),
]
