"""JSON operations of incidents."""

from market.incidents import access, incidents
from market.incidents.forms import GradeInput, IncidentInput, StepInput
from market.incidents.schemas import IncidentOut
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG, READ, WRITE = "incidents", "orders:read", "orders:write"


@operation("GET", "/incidents", summary="Incidents you may see", tag=TAG, query=CursorQuery,
           returns=CursorPage[IncidentOut], scope=READ)  # fmt: skip
async def list_incidents(call: Call[Nothing, CursorQuery]) -> CursorPage[IncidentOut]:
    """The newest first."""
    query = access.incidents_to_see(call.actor).prefetch_related("steps", "touched__contract")
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[IncidentOut](items=[IncidentOut.of(row) for row in rows], next=onward)


@operation("POST", "/incidents", summary="Report an incident", tag=TAG, body=IncidentInput,
           returns=IncidentOut, status=201, scope=WRITE)  # fmt: skip
async def report_incident(call: Call[IncidentInput, Nothing]) -> IncidentOut:
    """Answers the steps with their due times."""
    row = await incidents.report_incident(call.body, by=call.actor)
    return IncidentOut.of(await access.incident_to_see(row.number, call.actor))


@operation("GET", "/incidents/{number}", summary="An incident", tag=TAG, returns=IncidentOut,
           scope=READ)  # fmt: skip
async def show_incident(call: Call[Nothing, Nothing]) -> IncidentOut:
    """With its steps."""
    return IncidentOut.of(await access.incident_to_see(call.path("number"), call.actor))


@operation("POST", "/incidents/{number}/steps", summary="Finish a step", tag=TAG, body=StepInput,
           returns=IncidentOut, scope=WRITE)  # fmt: skip
async def finish_step(call: Call[StepInput, Nothing]) -> IncidentOut:
    """By the reporter."""
    row = await access.incident_to_see(call.path("number"), call.actor)
    await incidents.finish_step(row, call.body, by=call.actor)
    return IncidentOut.of(await access.incident_to_see(row.number, call.actor))


@operation("POST", "/incidents/{number}/level", summary="Grade an incident anew", tag=TAG,
           body=GradeInput, returns=IncidentOut, scope=WRITE)  # fmt: skip
async def grade_incident(call: Call[GradeInput, Nothing]) -> IncidentOut:
    """By the reporter or an authority; the clocks of what is not done start anew."""
    row = await access.incident_to_see(call.path("number"), call.actor)
    await incidents.grade_incident(row, call.body, by=call.actor)
    return IncidentOut.of(await access.incident_to_see(row.number, call.actor))


operations: list[Operation] = [
    list_incidents, report_incident, show_incident, finish_step, grade_incident,
]  # fmt: skip
