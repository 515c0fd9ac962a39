"""Pages of incidents: the list, the report, and one incident with its steps and clocks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import READERS
from market.accounts.permissions import require
from market.incidents import access, incidents, words
from market.incidents.exports import INCIDENTS
from market.incidents.forms import GradeInput, IncidentInput, StepInput
from market.incidents.models import Incident
from market.incidents.states import NEEDS, IncidentStatus
from market.kit import clock, web
from market.kit.actor import Actor
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate


async def list_incidents(request: Request) -> Response:
    """The incidents one may see; a file holds all that the filter leaves."""
    query = access.incidents_to_see(web.signed_in(request))
    status = request.query_params.get("status", "")
    if status in set(IncidentStatus):
        query = query.filter(status=status)
    return await INCIDENTS.file(request, query) or await web.render(
        request, "market/incidents/list.html", page=await paginate(request, query),
        status=status, words=words,
    )  # fmt: skip


async def report(request: Request) -> Response:
    """Report what happened."""
    actor = web.signed_in(request)
    require(actor, *incidents.REPORTERS)
    form = await Form.read(request, IncidentInput, {"operator_class": "other"}, draft="kept")
    if form.is_valid:
        with form.guard():
            made = await incidents.report_incident(form.input, by=actor)
            return web.see_other(
                request, "incidents:show", number=made.number,
                flash=_("Reported; the clocks of its steps run from the discovery"),
            )  # fmt: skip
    return await web.render(request, "market/incidents/report.html", form=form, words=words)


async def show(request: Request) -> Response:
    """An incident with its steps; its reporter finishes one here."""
    actor = web.signed_in(request)
    incident = await access.incident_to_see(request.path_params["number"], actor)
    form = await Form.read(request, StepInput)
    if form.is_valid:
        with form.guard():
            await incidents.finish_step(incident, form.input, by=actor)
            return web.see_other(
                request, "incidents:show", number=incident.number, flash=_("The step is recorded")
            )
    return await web.render(
        request, "market/incidents/show.html", form=form, **_shown(incident, actor)
    )


async def grade(request: Request) -> Response:
    """Another level, by the reporter or an authority."""
    actor = web.signed_in(request)
    incident = await access.incident_to_see(request.path_params["number"], actor)
    form = await Form.read(request, GradeInput, {"level": incident.level})
    if form.is_valid:
        with form.guard():
            await incidents.grade_incident(incident, form.input, by=actor)
            return web.see_other(
                request, "incidents:show", number=incident.number, flash=_("Graded anew")
            )
    return await web.render(
        request, "market/incidents/grade.html", form=form, incident=incident, words=words
    )


def _shown(incident: Incident, actor: Actor) -> dict[str, Any]:
    steps = sorted(incident.steps, key=lambda row: row.position)
    done = {row.step for row in steps if row.done_at is not None}
    works = actor.role in ("owner", *incidents.REPORTERS) and actor.verified
    is_own = works and actor.organisation_id == incident.reporter_id
    ready = [row.step for row in steps if row.step not in done and NEEDS[row.step] <= done]
    may_grade = incident.status != IncidentStatus.CLOSED and works
    return {
        "incident": incident, "steps": steps, "words": words, "now": clock.now(),
        "ready": ready if is_own else [],
        "may_grade": may_grade and (is_own or actor.kind in READERS),
    }  # fmt: skip


routes = [
    Route("/incidents", list_incidents, name="incidents:list"),
    Route("/incidents/new", report, name="incidents:report", methods=["GET", "POST"]),
    Route("/incidents/{number}", show, name="incidents:show", methods=["GET", "POST"]),
    Route("/incidents/{number}/level", grade, name="incidents:grade", methods=["GET", "POST"]),
]
