"""Pages of the panel: the owner's seats, a person's own invitations, the list of experts."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering import comparison, panel, panel_access, terms
from market.tendering.forms import ReasonInput
from market.tendering.judging_forms import ExpertInput, JudgeInput
from market.tendering.states import JudgeStatus


async def show_panel(request: Request) -> Response:
    """The seats of a job's panel, and another one."""
    actor = web.signed_in(request)
    job = await panel_access.panel_job(actor, request.path_params["number"])
    form = await Form.read(request, JudgeInput)
    if form.is_valid:
        with form.guard():
            judge = await panel.appoint_judge(job, form.input, by=actor)
            flash = _("%(name)s is appointed", name=judge.name)
            return web.see_other(request, "jobs:panel", number=job.number, flash=flash)
    context = await comparison.panel_context(job)
    return await web.render(
        request, "market/tendering/jobs_panel.html", form=form, job=job,
        owns=job.owner_id == actor.organisation_id, **context,
    )  # fmt: skip


async def draw(request: Request) -> Response:
    """Fill the empty seats by lot."""
    actor = web.signed_in(request)
    job = await panel_access.panel_job(actor, request.path_params["number"])
    drawn = await panel.draw_judges(job, by=actor)
    flash = _("%(count)s judges were drawn by lot and invited", count=len(drawn))
    return web.see_other(request, "jobs:panel", number=job.number, flash=flash)


async def release(request: Request) -> Response:
    """Empty a seat."""
    actor = web.signed_in(request)
    judge = await panel_access.seat_to_release(actor, request.path_params["id"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await panel.release_judge(judge, form.input.reason, by=actor)
            return web.see_other(
                request, "jobs:panel", number=judge.job.number, flash=_("The seat is empty")
            )
    return await web.render(
        request, "market/tendering/panel_release.html", form=form, judge=judge, job=judge.job
    )


async def show_own(request: Request) -> Response:
    """The panels one sits on or is invited to, and what one offers to judge."""
    actor = web.signed_in(request)
    expertise = await panel_access.own_expertise(actor)
    initial = (
        {"affiliation": expertise.affiliation, "industries": expertise.industries,
         "is_available": expertise.is_available} if expertise else {"industries": []}
    )  # fmt: skip
    form = await Form.read(request, ExpertInput, initial)
    if form.is_valid:
        with form.guard():
            await panel.enrol_expert(form.input, by=actor)
            return web.see_other(request, "judging:list", flash=_("Your offer to judge is saved"))
    form.values.setdefault("industries", [])
    return await web.render(
        request, "market/tendering/judging_list.html", form=form,
        seats=await panel_access.own_seats(actor), choices=terms.choices("industry"),
    )  # fmt: skip


async def accept(request: Request) -> Response:
    """Take a seat."""
    actor = web.signed_in(request)
    judge = await panel_access.own_invitation(actor, request.path_params["id"])
    await panel.accept_seat(judge, by=actor)
    flash = _("You sit on the panel; declare your interests once the bids are opened")
    return web.see_other(request, "judging:show", number=judge.job.number, flash=flash)


async def decline(request: Request) -> Response:
    """Leave a seat to somebody else."""
    actor = web.signed_in(request)
    judge = await panel_access.own_invitation(actor, request.path_params["id"])
    if judge.status == JudgeStatus.INVITED:
        await panel.decline_seat(judge, by=actor)
    return web.see_other(request, "judging:list", flash=_("The invitation is declined"))


routes = [
    Route("/jobs/{number}/panel", show_panel, name="jobs:panel", methods=["GET", "POST"]),
    Route("/jobs/{number}/panel/draw", draw, name="panel:draw", methods=["POST"]),
    Route("/judges/{id}/release", release, name="panel:release", methods=["GET", "POST"]),
    Route("/judging", show_own, name="judging:list", methods=["GET", "POST"]),
    Route("/judges/{id}/accept", accept, name="judging:accept", methods=["POST"]),
    Route("/judges/{id}/decline", decline, name="judging:decline", methods=["POST"]),
]
