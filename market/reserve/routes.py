"""Pages of the project reserve."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import own_region
from market.directory import words
from market.kit import audit, web
from market.kit.actor import spoken
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.reserve import access, exports, projects
from market.reserve.forms import AdmissionInput, MoveDecision, MoveInput, ProjectInput
from market.reserve.models import ReserveProject
from market.reserve.states import TIER_WORDS, ProjectStatus, Tier, TierMoveStatus
from market.vocabulary.industries import INDUSTRIES

FOLDER = "market/reserve/"


def _done(request: Request, number: str, flash: str) -> Response:
    return web.see_other(request, "reserve:show", number=number, flash=flash)


async def list_projects(request: Request) -> Response:
    """The region's projects with their totals; for others their own."""
    actor = web.signed_in(request)
    rows = access.projects_to_see(actor)
    tier, status = request.query_params.get("tier", ""), request.query_params.get("status", "")
    if tier in set(Tier):
        rows = rows.filter(tier=tier, status=ProjectStatus.ADMITTED)
    rows = rows.filter(status=status) if status in set(ProjectStatus) else rows
    if file := await exports.PROJECTS.file(request, rows):
        return file
    totals = await projects.totals(own_region(actor).prefix) if access.is_authority(actor) else None
    return await web.render(
        request, FOLDER + "reserve_list.html", page=await paginate(request, rows), words=words,
        totals=totals, tier_words=TIER_WORDS, tier=tier, status=status,
        may_submit=actor.kind in projects.KINDS and actor.verified,
    )  # fmt: skip


async def submit(request: Request) -> Response:
    """Hand a project in."""
    actor = web.signed_in(request, *projects.KINDS)
    form = await Form.read(request, ProjectInput, draft="kept")
    if form.is_valid:
        with form.guard():
            row = await projects.submit_project(form.input, by=actor)
            return _done(request, row.number, _("Project handed in"))
    return await web.render(
        request, FOLDER + "reserve_submit.html", form=form, industries=words.choices(INDUSTRIES)
    )


async def show(request: Request) -> Response:
    """A project with its tier and every move."""
    row = await access.project_to_see(web.signed_in(request), request.path_params["number"])
    return await _page(request, row)


async def _page(request: Request, row: ReserveProject, form: Form[Any] | None = None) -> Response:
    actor = web.actor_of(request)
    moves = await access.moves_of(row)
    targets = [(t, _("Take it out of the reserve") if t == "remove" else _(TIER_WORDS[Tier(t)]))
               for t in projects.targets_of(row)]  # fmt: skip
    return await web.render(
        request, FOLDER + "reserve_show.html", row=row, words=words, tier_words=TIER_WORDS,
        moves=moves, targets=targets, form=form or Form(AdmissionInput),
        waiting=next((m for m in moves if m.status is TierMoveStatus.PROPOSED), None),
        decides=actor.kind == "bureau", owns=row.owner_id == actor.organisation_id,
        history=await _history(row),
    )  # fmt: skip


async def _history(row: ReserveProject) -> list[dict[str, Any]]:
    said = {
        "handed_in": _("Project handed in"), "status:admitted": _("Admitted to the basic tier"),
        "status:declined": _("Declined"), "status:withdrawn": _("Withdrawn"),
        "status:removed": _("Taken out of the reserve"), "move:proposed": _("Move proposed"),
        "promoted": _("Promoted"), "demoted": _("Demoted"),
    }  # fmt: skip
    return [
        {
            "at": one.created_at,
            "text": said[one.action],
            "actor": spoken(one.actor_label),
            "detail": one.reason,
        }
        for one in await audit.history(row)
        if one.action in said
    ]


async def withdraw(request: Request) -> Response:
    """Take a project back."""
    actor = web.signed_in(request)
    row = await access.own_project(actor, request.path_params["number"])
    await projects.withdraw_project(row, by=actor)
    return _done(request, row.number, _("Withdrawn"))


async def answer(request: Request) -> Response:
    """Admit or decline."""
    actor = web.signed_in(request)
    row = await access.project_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, AdmissionInput)
    if form.is_valid:
        with form.guard():
            await projects.answer_project(row, form.input, by=actor)
            return _done(request, row.number, _("Decided"))
    return await _page(request, row, form)


async def propose(request: Request) -> Response:
    """Propose a move."""
    actor = web.signed_in(request)
    row = await access.project_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, MoveInput)
    if form.is_valid:
        with form.guard():
            await projects.propose_move(row, form.input, by=actor)
            return _done(request, row.number, _("Proposed; another person decides"))
    return await _page(request, row, form)


async def decide(request: Request) -> Response:
    """Decide a proposed move."""
    actor = web.signed_in(request)
    row = await access.project_to_decide(actor, request.path_params["number"])
    move = await access.move_of(row, request.path_params["id"])
    form = await Form.read(request, MoveDecision)
    if form.is_valid:
        with form.guard():
            await projects.decide_move(move, form.input, by=actor)
            return _done(request, row.number, _("Decided"))
    return await _page(request, row, form)


ONE = "/reserve/{number}"
routes = [
    Route("/reserve", list_projects, name="reserve:list"),
    Route("/reserve/new", submit, name="reserve:submit", methods=["GET", "POST"]),
    Route(ONE, show, name="reserve:show"),
    Route(ONE + "/withdraw", withdraw, name="reserve:withdraw", methods=["POST"]),
    Route(ONE + "/answer", answer, name="reserve:answer", methods=["POST"]),
    Route(ONE + "/moves", propose, name="reserve:propose", methods=["POST"]),
    Route(ONE + "/moves/{id:uuid}", decide, name="reserve:decide", methods=["POST"]),
]
