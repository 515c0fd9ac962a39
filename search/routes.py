"""Pages of search: results, matches both ways, the wizard's panel, the weights."""

from typing import Any

from pydantic import ValidationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.datasets import access as need_access
from market.kit import web
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.limiting import client_address, limit
from market.kit.paging import Page, whole
from market.settings import settings
from market.tendering import access, wizard
from market.tendering.models import Job
from market.tendering.procedures import config_of
from market.vocabulary.regions import full_name
from search import (
    dictionary,
    disclosure,
    engines,
    estimates,
    exports,
    lists,
    previews,
    query_log,
    resemblance,
    results,
    suggestions,
)
from search.cards import card_of
from search.match_views import match_list
from search.matching import PREFERENCE
from search.offered import offers_for
from search.weights import LABELS, weights


async def suggest(request: Request) -> Response:
    """Words that what is being typed may become, the same for everybody; browsers keep them a while."""
    await limit(suggestions.RATE, "suggest", client_address(request))
    found = await suggestions.suggested(request.query_params.get("q", ""))
    rows = [{"text": one.text, "kind": _(suggestions.LABELS[one.kind])} for one in found]
    return JSONResponse({"suggestions": rows}, headers={"cache-control": suggestions.CACHE})


async def show_results(request: Request) -> Response:
    """Everything a text finds: a few of each kind, or one kind with facets and pages."""
    await limit(results.RATE, "search", client_address(request))
    query = results.SearchQuery.of(request)
    await dictionary.keep_current()
    if file := await exports.file_of_search(request, query):
        return file
    found, is_degraded = await engines.ask(lambda engine: results.find(engine, query))
    sections = [
        (kind, _(results.LABELS[kind]), found.by_kind[kind].total,
         [card_of(hit, found.by_kind[kind]) for hit in found.by_kind[kind].hits],
         results.SearchQuery(query.text, kind, query.without).url())
        for kind in query.kinds
    ]  # fmt: skip
    response = await web.render(
        request, "search/results.html", query=query, sections=sections, is_degraded=is_degraded,
        **_around(request, query, found),
    )  # fmt: skip
    if query.text and query.page == 1:
        asked = results.asked(query, found, query_log.engine_name(is_degraded=is_degraded))
        response.background = BackgroundTask(query_log.note, asked, query_log.asker_of(request))
    return response


def _around(request: Request, query: results.SearchQuery, found: results.Found) -> dict[str, Any]:
    page = None
    if query.kind:
        shown = found.by_kind[query.kind]
        page = Page(shown.hits, query.page, results.PER_PAGE, shown.total, request)
    return {
        "tabs": results.tabs(query, found), "chips": results.chips(query, found),
        "removed": results.removed_chips(query), "relaxed": found.relaxed, "page": page,
        "facets": results.facet_groups(query, found),
        "correction": results.correction(query.text), "offered": results.offered(query),
        "took_ms": sum(one.took_ms for one in found.by_kind.values()),
        "rule": results.OPEN_RULE if query.kind == "jobs" else results.RULE,
    }  # fmt: skip


async def show_matched_jobs(request: Request) -> Response:
    """For a supplier: the open jobs it fits and why, and those it does not and what is missing."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    supplier = await lists.document_of_supplier(actor.organisation_id)
    if supplier is None:
        return await web.render(request, "search/matched_jobs.html", found=None, is_degraded=False)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.jobs_for(engine, supplier)
    )
    everything = match_list(matches, by_id, shown=exports.MOST)
    if file := await exports.file_of_matches(request, everything):
        return file
    found = match_list(matches, by_id)
    return await web.render(
        request, "search/matched_jobs.html", found=found, is_degraded=is_degraded,
        page=whole(request, [*everything.eligible, *everything.refused]),
    )  # fmt: skip


async def show_job_suppliers(request: Request) -> Response:
    """For a job's owner: who could do it and why, and who could not; as a page or a part of the job's."""
    job = await access.own_job(web.signed_in(request), request.path_params["number"])
    document = await lists.document_of_job(job)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.suppliers_for(engine, document)
    )
    if request.query_params.get("fragment"):
        found = match_list(matches, by_id, shown=3)
        return _fragment(
            "search/_suppliers.html",
            found=found,
            job=job,
            is_degraded=is_degraded,
            fewest=_fewest(job),
        )
    return await web.render(
        request, "search/job_suppliers.html", job=job, found=match_list(matches, by_id),
        is_degraded=is_degraded,
    )  # fmt: skip


async def show_job_talents(request: Request) -> Response:
    """For whoever plans the work of a job: people on record who could do it, near the reader's region."""
    actor = web.signed_in(request)
    job = await access.visible_job(actor, request.path_params["number"])
    document = await lists.document_of_job(job)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.talents_for(engine, document, home=actor.region_code)
    )
    found = match_list(matches, by_id)
    return await web.render(
        request, "search/counterparts.html", heading=_("People for this work"), about=job.title,
        crumbs=[(_("Jobs"), web.path_for("jobs:list")),
                (job.number, web.path_for("jobs:show", number=job.number)), (_("Talents"), "")],
        nothing=(_("Nobody on record does this work"), _("See below what is missing for the nearest ones.")),
        elsewhere=_("%(count)s more people do other kinds of work.", count=found.elsewhere)
        if found.elsewhere else "", found=found, is_degraded=is_degraded,
    )  # fmt: skip


async def show_need_datasets(request: Request) -> Response:
    """Datasets on offer weighed for a dataset need, for everybody who may see the need."""
    need = await need_access.need_to_see(request.path_params["number"], web.actor_of(request))
    matches, by_id = await offers_for(need)
    found = match_list(matches, by_id)
    return await web.render(
        request, "search/counterparts.html", heading=_("Datasets on offer that fit"), about=need.title,
        crumbs=[(_("Dataset needs"), web.path_for("needs:list")),
                (need.number, web.path_for("needs:show", number=need.number)), (_("Datasets on offer"), "")],
        nothing=(_("No dataset on offer fits"), _("See below what is missing for the nearest ones.")),
        elsewhere=_("%(count)s more datasets hold other kinds of data.", count=found.elsewhere)
        if found.elsewhere else "", found=found, is_degraded=False,
    )  # fmt: skip


async def show_job_fit(request: Request) -> Response:
    """For a supplier: how it fits one job; as a part of the job's page."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    job = await access.visible_job(actor, request.path_params["number"])
    supplier = await lists.document_of_supplier(actor.organisation_id)
    if supplier is None:
        raise NotFound(_("Your organisation has no capability profile yet"))
    document = await lists.document_of_job(job)
    matches = lists.weigh(document, supplier)
    found = match_list(matches, {document["id"]: document})
    return _fragment("search/_fit.html", found=found, job=job)


async def preview_job(request: Request) -> Response:
    """The panel beside the wizard, for the draft as saved or (POST) with what is being typed."""
    job = await access.own_job(web.signed_in(request), request.path_params["number"])
    if request.method == "POST":
        step = wizard.step_of(request.query_params.get("step", ""))
        job = previews.typed_over(job, step, await request.form())
    preview = await previews.preview_of(job)
    return _fragment("search/_preview.html", preview=preview, job=job, fewest=_fewest(job))


def _fewest(job: Job) -> int:
    """How many bids the procedure needs before any is opened; 0 while a draft's rules are not right."""
    try:
        return config_of(job).minimum_bids
    except ValidationError:
        return 0


async def show_job_estimate(request: Request) -> Response:
    """For a job's owner: what it is likely to cost; as a page or a part of the job's."""
    job = await access.own_job(web.signed_in(request), request.path_params["number"])
    estimate = await estimates.estimate_of(job)
    if request.query_params.get("fragment"):
        return _fragment("search/_estimate.html", estimate=estimate, job=job)
    return await web.render(request, "search/job_estimate.html", estimate=estimate, job=job)


async def show_similar(request: Request) -> Response:
    """Records like one that everyone may find; as a page or a part of the record's."""
    kind = request.path_params["kind"]
    await limit(results.RATE, "search", client_address(request))
    similar = await resemblance.similar_to(kind, request.path_params["number"])
    if request.query_params.get("fragment"):
        beside = similar.cards[: resemblance.BESIDE]
        return _fragment("search/_similar.html", similar=similar, cards=beside)
    return await web.render(
        request, "search/similar.html", similar=similar, cards=similar.cards
    )  # fmt: skip


def _fragment(template: str, **context: Any) -> Response:
    return HTMLResponse(web.render_text(template, **context))


async def show_weights(request: Request) -> Response:
    """How ranking is made: the weights in force, disclosed to everyone (互联网信息服务算法推荐管理规定 16)."""
    labels = {name: _(label) for name, label in LABELS.items()}
    meanings = {name: _(text) for name, text in disclosure.MEANINGS.items()}
    return await web.render(
        request, "search/weights.html", weights=weights(), labels=labels, meanings=meanings,
        versions=disclosure.versions(), points=round(PREFERENCE * 100),
        preferred=full_name(settings.preferred_region),
    )  # fmt: skip


routes = [
    Route("/search", show_results, name="search:results"),
    Route("/search/suggestions", suggest, name="search:suggestions"),
    Route("/search/weights", show_weights, name="search:weights"),
    Route("/search/similar/{kind}/{number}", show_similar, name="search:similar"),
    Route("/jobs/{number}/estimate", show_job_estimate, name="search:job_estimate"),
    Route("/matched-jobs", show_matched_jobs, name="search:matched_jobs"),
    Route("/jobs/{number}/suppliers", show_job_suppliers, name="search:job_suppliers"),
    Route("/jobs/{number}/talents", show_job_talents, name="search:job_talents"),
    Route("/needs/{number}/datasets", show_need_datasets, name="search:need_datasets"),
    Route("/jobs/{number}/fit", show_job_fit, name="search:job_fit"),
    Route(
        "/jobs/{number}/preview", preview_job, name="search:job_preview", methods=["GET", "POST"]
    ),
]
