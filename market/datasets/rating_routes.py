"""Pages of ratings: queue and record, one rating with its scorecard, assigning, scoring, publishing."""

from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.datasets import dataset_access, exports, ratings
from market.datasets.dataset_forms import AssignInput, PublishInput, SheetInput
from market.datasets.dataset_models import DatasetRating
from market.datasets.dataset_states import RatingStatus
from market.datasets.scores import indicators_of, missing
from market.kit import web
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form, field_errors
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.vocabulary.datasets import DIMENSIONS, INDICATORS

FOLDER = "market/datasets/"


def _done(request: Request, row: DatasetRating, flash: str) -> Response:
    return web.see_other(request, "ratings:show", number=row.number, flash=flash)


async def list_ratings(request: Request) -> Response:
    """Published ratings; one's own and a bureau's region's in every status."""
    rows = dataset_access.ratings_to_see(web.actor_of(request))
    status = request.query_params.get("status", "")
    rows = rows.filter(status=status) if status in set(RatingStatus) else rows
    return await exports.RATINGS.file(request, rows) or await web.render(
        request, FOLDER + "ratings_list.html", page=await paginate(request, rows), status=status,
        dimensions=_dimensions(),
    )  # fmt: skip


def _dimensions() -> list[dict[str, Any]]:
    """The scorecard: dimensions with their indicators, in the reader's language."""
    language = current_locale()
    return [
        {
            "code": code, "label": found.label(language), "mark": found.pass_mark,
            "indicators": [(one, INDICATORS[one].label(language)) for one in indicators_of(code)],
        }
        for code, found in DIMENSIONS.items()
    ]  # fmt: skip


async def show(request: Request) -> Response:
    """A rating; its reviewers for the bureau only."""
    row = await dataset_access.rating_to_see(web.actor_of(request), request.path_params["number"])
    return await _page(request, row)


async def _page(request: Request, row: DatasetRating, form: Form[Any] | None = None) -> Response:
    actor = web.actor_of(request)
    try:
        await dataset_access.rating_to_decide(actor, row.number)
        decides = True
    except NotFound:
        decides = False
    sheets = await dataset_access.sheets_of(row)
    is_assigning = row.status is RatingStatus.REQUESTED
    initial = {} if is_assigning else {"review_months": 12}
    return await web.render(
        request, FOLDER + "ratings_show.html", row=row, decides=decides,
        sheets=sheets if decides else [], dimensions=_dimensions(),
        form=form or Form(AssignInput if is_assigning else PublishInput, initial),
        handed_in=sum(sheet.submitted_at is not None for sheet in sheets), of=len(sheets),
        own_sheet=next((s for s in sheets if s.person_id == actor.person_id), None),
        is_own=actor.organisation_id is not None and row.dataset.owner_id == actor.organisation_id,
    )  # fmt: skip


async def assign(request: Request) -> Response:
    """Name the reviewers."""
    actor = web.signed_in(request)
    row = await dataset_access.rating_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, AssignInput)
    if form.is_valid:
        with form.guard():
            await ratings.assign_reviewers(row, form.input, by=actor)
            return _done(request, row, _("Reviewers named"))
    return await _page(request, row, form)


async def publish(request: Request) -> Response:
    """Publish the result."""
    actor = web.signed_in(request)
    row = await dataset_access.rating_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, PublishInput)
    if form.is_valid:
        with form.guard():
            await ratings.publish_rating(row, form.input, by=actor)
            return _done(request, row, _("Rating published"))
    return await _page(request, row, form)


async def cancel(request: Request) -> Response:
    """Take the request back."""
    actor = web.signed_in(request)
    row = await dataset_access.own_rating(actor, request.path_params["number"])
    return _done(request, await ratings.cancel_rating(row, by=actor), _("Withdrawn"))


async def score(request: Request) -> Response:
    """A reviewer's sheet: seventeen indicators with points and evidence."""
    actor = web.signed_in(request)
    sheet = await dataset_access.own_sheet(actor, request.path_params["number"])
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        data = request.scope["form"] = await request.form(max_fields=100)
        typed = {name: str(value).strip() for name, value in data.items()}
        try:
            await ratings.hand_in_sheet(sheet, _sheet(data), by=actor)
            return _done(request, sheet.rating, _("Your sheet is handed in"))
        except InvalidInput as exc:
            errors = exc.fields or {"": exc.message}
    return await web.render(
        request, FOLDER + "ratings_score.html", row=sheet.rating, sheet=sheet, typed=typed,
        errors=errors, dimensions=_dimensions(), status_code=422 if errors else 200,
    )  # fmt: skip


def _sheet(data: FormData) -> SheetInput:
    """The sheet as typed: points_0101, evidence_0101…; raises InvalidInput by field."""
    given = {
        code: {"points": str(data.get(f"points_{code}", "")).strip(),
               "evidence": str(data.get(f"evidence_{code}", "")).strip()}
        for code in INDICATORS
    }  # fmt: skip
    filled = {code: one for code, one in given.items() if one["points"]}
    if lacking := missing(filled):
        raise InvalidInput(
            fields={f"points_{code}": _("This field is required") for code in lacking}
        )
    try:
        return SheetInput.model_validate({"indicators": filled})
    except ValidationError as exc:
        found = field_errors(exc)
        raise InvalidInput(fields={
            "_".join(reversed(name.split(".")[1:])): text for name, text in found.items()
        }) from None  # fmt: skip


ONE = "/dataset-ratings/{number}"
routes = [
    Route("/dataset-ratings", list_ratings, name="ratings:list"),
    Route(ONE, show, name="ratings:show"),
    Route(ONE + "/reviewers", assign, name="ratings:assign", methods=["POST"]),
    Route(ONE + "/publish", publish, name="ratings:publish", methods=["POST"]),
    Route(ONE + "/cancel", cancel, name="ratings:cancel", methods=["POST"]),
    Route(ONE + "/sheet", score, name="ratings:score", methods=["GET", "POST"]),
]
