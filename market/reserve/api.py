"""JSON operations of the project reserve."""

from uuid import UUID

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.reserve import access, projects
from market.reserve.forms import AdmissionInput, MoveDecision, MoveInput, ProjectInput
from market.reserve.schemas import MoveOut, ProjectOut

TAG = "reserve"


@operation("GET", "/reserve", summary="Projects of the reserve", tag=TAG, query=CursorQuery,
           returns=CursorPage[ProjectOut], scope="profile:read")  # fmt: skip
async def list_projects(call: Call[Nothing, CursorQuery]) -> CursorPage[ProjectOut]:
    """An authority's region's; for others their own."""
    rows, onward = await cursor_page(access.projects_to_see(call.actor), call.query)
    return CursorPage[ProjectOut](items=[ProjectOut.of(row) for row in rows], next=onward)


@operation("POST", "/reserve", summary="Hand a project in", tag=TAG, body=ProjectInput,
           returns=ProjectOut, status=201, scope="directory:write")  # fmt: skip
async def submit_project(call: Call[ProjectInput, Nothing]) -> ProjectOut:
    """To the reserve of one's region."""
    row = await projects.submit_project(call.body, by=call.actor)
    return ProjectOut.of(await access.own_project(call.actor, row.number))


@operation("POST", "/reserve/{number}/withdrawal", summary="Withdraw a project", tag=TAG,
           returns=ProjectOut, scope="directory:write")  # fmt: skip
async def withdraw_project(call: Call[Nothing, Nothing]) -> ProjectOut:
    """Before it is admitted."""
    row = await access.own_project(call.actor, call.path("number"))
    await projects.withdraw_project(row, by=call.actor)
    return ProjectOut.of(await access.own_project(call.actor, row.number))


@operation("POST", "/reserve/{number}/answer", summary="Admit or decline a project", tag=TAG,
           body=AdmissionInput, returns=ProjectOut, scope="bureau:write")  # fmt: skip
async def answer_project(call: Call[AdmissionInput, Nothing]) -> ProjectOut:
    """To the basic tier."""
    row = await access.project_to_decide(call.actor, call.path("number"))
    await projects.answer_project(row, call.body, by=call.actor)
    return ProjectOut.of(await access.project_to_see(call.actor, row.number))


@operation("POST", "/reserve/{number}/moves", summary="Propose a move between tiers", tag=TAG,
           body=MoveInput, returns=MoveOut, status=201, scope="bureau:write")  # fmt: skip
async def propose_move(call: Call[MoveInput, Nothing]) -> MoveOut:
    """Up one tier, down any, or out."""
    row = await access.project_to_decide(call.actor, call.path("number"))
    return MoveOut.of(row.number, await projects.propose_move(row, call.body, by=call.actor))


@operation("POST", "/reserve/{number}/moves/{key}", summary="Decide a proposed move", tag=TAG,
           body=MoveDecision, returns=MoveOut, scope="bureau:write")  # fmt: skip
async def decide_move(call: Call[MoveDecision, Nothing]) -> MoveOut:
    """By another person than who proposed it."""
    row = await access.project_to_decide(call.actor, call.path("number"))
    try:
        move = await access.move_of(row, UUID(call.path("key")))
    except ValueError:
        raise NotFound(_("This move does not exist")) from None
    return MoveOut.of(row.number, await projects.decide_move(move, call.body, by=call.actor))


operations: list[Operation] = [
    list_projects, submit_project, withdraw_project, answer_project, propose_move, decide_move,
]  # fmt: skip
