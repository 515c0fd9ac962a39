"""Pages of a bureau: the rules it locks, and the jobs it reviews before they are published."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.tendering import (
    job_reviews,
    locks,
    posting_access,
    presentation,
    requirements,
    rules,
    terms,
)
from market.tendering.forms import JobVerdictInput, TemplateInput
from market.tendering.lots import lots_of
from market.tendering.procedures import PROCEDURES, config_of


async def show_locks(request: Request) -> Response:
    """The rules a bureau has locked, and the form for another."""
    actor = web.signed_in(request, "bureau")
    form = await Form.read(request, locks.LockInput)
    if form.is_valid:
        with form.guard():
            await locks.set_lock(form.input, by=actor)
            return web.see_other(request, "locks:list", flash=_("The rule is in force"))
    page = await paginate(request, posting_access.locks_of(actor))
    return await web.render(
        request, "market/tendering/locks_list.html", form=form, page=page, terms=terms,
        sentence=rules.sentence, values=[_("yes"), _("no"), *map(_, rules.TIE_RULES.values())],
        fields=[(name, _(rule.label)) for name, rule in rules.RULES.items()],
        procedures=[(locks.EVERY, _("every procedure")), *_procedures()],
        labels={name: _(rule.label) for name, rule in rules.RULES.items()}, names=dict(_procedures()),
    )  # fmt: skip


def _procedures() -> list[tuple[str, str]]:
    return [(procedure.code, terms.in_language(procedure)) for procedure in PROCEDURES.values()]


async def end_lock(request: Request) -> Response:
    """End a rule from now on."""
    actor = web.signed_in(request, "bureau")
    row = await posting_access.own_lock(actor, request.path_params["id"])
    await locks.end_lock(row, by=actor)
    return web.see_other(request, "locks:list", flash=_("The rule has ended"))


async def show_queue(request: Request) -> Response:
    """The jobs that wait for a bureau's review, the oldest first."""
    actor = web.signed_in(request, "bureau")
    page = await paginate(request, posting_access.reviews_of(actor))
    return await web.render(
        request, "market/tendering/job_reviews_list.html", page=page, terms=terms
    )


async def decide(request: Request) -> Response:
    """One job under review: read it, approve it or return it with reasons."""
    actor = web.signed_in(request, "bureau")
    review = await posting_access.own_review(actor, request.path_params["id"])
    form = await Form.read(request, JobVerdictInput)
    if form.is_valid:
        with form.guard():
            job = await job_reviews.decide(review, form.input, by=actor)
            flash = (
                _("The job is published")
                if job.is_public
                else _("The job is returned to its owner")
            )
            return web.see_other(request, "job_reviews:list", flash=flash)
    return await web.render(
        request, "market/tendering/job_reviews_decide.html", form=form, **await _shown(review)
    )


async def _shown(review: Any) -> dict[str, Any]:
    job = review.job
    return {
        "review": review, "job": job, "groups": presentation.groups_of(job), "terms": terms,
        "needs": requirements.summary(job), "lots": await lots_of(job),
        "explained": rules.explained(config_of(job), job.procedure_sources),
    }  # fmt: skip


async def take_back(request: Request) -> Response:
    """The owner takes a job back from review."""
    actor = web.signed_in(request)
    await Form.read(request, TemplateInput)
    job = await posting_access.own_job(actor, request.path_params["number"])
    await job_reviews.take_back(job, by=actor)
    return web.see_other(
        request, "jobs:review", number=job.number, flash=_("The job is a draft again")
    )


async def show_version(request: Request) -> Response:
    """What every version of a job changed, before and after."""
    job = await posting_access.visible_job(web.actor_of(request), request.path_params["number"])
    if job.published_at is None:
        raise NotFound(_("This job does not exist"))
    return await web.render(
        request, "market/tendering/jobs_versions.html", job=job,
        versions=await posting_access.readable_versions(job),
    )  # fmt: skip


routes = [
    Route("/bureau/rules", show_locks, name="locks:list", methods=["GET", "POST"]),
    Route("/bureau/rules/{id}/end", end_lock, name="locks:end", methods=["POST"]),
    Route("/bureau/job-reviews", show_queue, name="job_reviews:list"),
    Route("/bureau/job-reviews/{id}", decide, name="job_reviews:decide", methods=["GET", "POST"]),
    Route("/jobs/{number}/take-back", take_back, name="jobs:take_back", methods=["POST"]),
    Route("/jobs/{number}/versions", show_version, name="jobs:versions"),
]
