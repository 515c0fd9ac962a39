"""Pages of tendering everyone may read: jobs, the opening, notices, documents."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import files, tables, web
from market.kit.audit import history
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.tendering import (
    access,
    award_routes,
    bid_routes,
    bureau_routes,
    ceremony_routes,
    exports,
    gates,
    invite_routes,
    jobs,
    listing,
    opening_access,
    posting_access,
    posting_routes,
    presentation,
    question_routes,
    requirements,
    stages,
    terms,
)
from market.tendering.forms import QuestionInput
from market.tendering.models import Job
from market.tendering.procedures import config_of
from market.tendering.states import NoticeKind

QUESTIONS_SHOWN = 10


async def show_jobs(request: Request) -> Response:
    """The list of public jobs, or the same as a file (`?format=csv|xlsx|json`)."""
    query = listing.JobQuery.of(request)
    if (fmt := tables.format_of(request)) is not None:
        return await exports.jobs_file(request, query, fmt)
    results = await listing.results(request, query)
    return await web.render_once(
        request, "market/tendering/jobs_list.html", version=results, results=results
    )


async def show_job(request: Request) -> Response:
    """Everything about one job that this reader may know."""
    actor = web.actor_of(request)
    job = await access.visible_job(actor, request.path_params["number"])
    return await web.render(
        request, "market/tendering/jobs_show.html", **await job_context(request, job)
    )


async def job_context(request: Request, job: Job, **more: Any) -> dict[str, Any]:
    """What the job's page shows; `more` replaces parts of it (a refused question form)."""
    actor = web.actor_of(request)
    award = await access.latest_award(job)
    standing = await posting_access.standing_of(actor, job)
    context: dict[str, Any] = {
        "job": job, "award": award, "is_owner": access.owns(actor, job),
        "steps": presentation.steps_of(job, award),
        "deadline": presentation.deadline_of(job, award),
        "groups": presentation.groups_of(job), "needs": requirements.summary(job),
        "questions": await access.newest_questions(job, QUESTIONS_SHOWN),
        "questions_total": await access.all_questions(job).count(),
        "can_ask": access.can_ask(actor, job), "lots": await access.lots_of(job),
        "can_bid": access.can_bid(actor, job) and standing["may_compete"] is not False,
        "own_bid": await access.own_bid_on(actor, job), "standing": standing,
        "awards": await posting_access.running_awards(job) if job.opened_at else [],
        "may_download": access.may_download(actor, job), "explained": posting_access.explained(job),
        "is_favourite": await access.is_favourite(actor, job),
        "advice": gates.advice_on(job), "why_ended": stages.why_unsuccessful(job),
        "documents": await access.documents_of(actor, job), "form": Form(QuestionInput),
        "opening": await opening_access.state_of(job), "terms": terms,
        "has_pilot": config_of(job).pilot is not None, "pilot": await job.pilot,
    }  # fmt: skip
    return {**context, **more}


async def download_document(request: Request) -> Response:
    """The guideline or the de-identification proof of a job."""
    actor = web.signed_in(request)
    job = await access.visible_job(actor, request.path_params["number"])
    file = await access.document(actor, job, request.path_params["name"])
    return tables.download(await files.read(file), file.content_type, file.filename)


async def show_history(request: Request) -> Response:
    """The owner's log of a job."""
    job = await access.own_job(web.signed_in(request), request.path_params["number"])
    entries = await history(job)
    return await web.render(request, "market/tendering/jobs_history.html", job=job, entries=entries)


async def toggle_favourite(request: Request) -> Response:
    """Keep an eye on a job, or stop."""
    actor = web.signed_in(request)
    job = await access.visible_job(actor, request.path_params["number"])
    is_watched = await jobs.toggle_favourite(job, by=actor)
    flash = _("Added to your favourites") if is_watched else _("Removed from your favourites")
    return web.see_other(request, "jobs:show", number=job.number, flash=flash)


async def show_favourites(request: Request) -> Response:
    """The jobs the actor's organisation keeps an eye on."""
    actor = web.signed_in(request)
    query = (await access.favourite_jobs(actor)).order_by("-published_at")
    if file := await exports.JOBS.file(request, query.select_related("owner")):
        return file
    page = await paginate(request, query)
    rows = await listing.fragments_of(page.items)
    return await web.render(request, "market/tendering/jobs_favourites.html", page=page, rows=rows)


async def show_notices(request: Request) -> Response:
    """Public notices, newest first; `?kind=` narrows them."""
    kind = request.query_params.get("kind", "")
    query = access.notices().filter(kind=kind) if kind in set(NoticeKind) else access.notices()
    if file := await exports.NOTICES.file(request, query):
        return file
    page = await paginate(request, query)
    kinds = [(code, _(label)) for code, label in terms.NOTICES.items()]
    return await web.render(
        request, "market/tendering/notices_list.html", page=page, kind=kind, kinds=kinds,
        labels=dict(kinds), url_of=presentation.notice_url, facts_of=presentation.notice_facts,
    )  # fmt: skip


routes = [
    Route("/jobs", show_jobs, name="jobs:list"),
    *posting_routes.routes,
    *invite_routes.routes,
    *bureau_routes.routes,
    *question_routes.routes,
    Route("/jobs/{number}", show_job, name="jobs:show"),
    Route("/jobs/{number}/history", show_history, name="jobs:history"),
    Route("/jobs/{number}/documents/{name}", download_document, name="jobs:document"),
    Route("/jobs/{number}/favourite", toggle_favourite, name="jobs:favourite", methods=["POST"]),
    Route("/favourites", show_favourites, name="jobs:favourites"),
    Route("/notices", show_notices, name="notices:list"),
    *bid_routes.routes,
    *ceremony_routes.routes,
    *award_routes.routes,
]
