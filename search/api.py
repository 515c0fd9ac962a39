"""JSON operations of search: one search for every kind of record, and match lists both ways."""

from collections.abc import Mapping
from typing import Any

from market.datasets import access as need_access
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.kit.limiting import client_address, limit
from market.tendering import access
from search import dictionary, engines, estimates, lists, query_log, resemblance, suggestions
from search.cards import heading_of
from search.corrections import offer
from search.discovery import discover, explain_hit
from search.matching import Matches
from search.offered import offers_for
from search.results import RATE
from search.schemas import (
    ConstraintOut,
    EstimateOut,
    HitOut,
    MatchesOut,
    MatchOut,
    MatchParams,
    RefusalOut,
    SearchOut,
    SearchParams,
    SimilarHitOut,
    SimilarOut,
    SuggestionOut,
    SuggestionsOut,
    SuggestParams,
)
from search.weights import weights


@operation(
    "GET", "/search", summary="Search suppliers, jobs, talents or dataset needs", tag="search",
    query=SearchParams, returns=SearchOut, public=True,
)  # fmt: skip
async def search_records(call: Call[Nothing, SearchParams]) -> SearchOut:
    """Free text in Chinese, pinyin or English; requirements in it become filters, listed in the answer."""
    await limit(RATE, "search", client_address(call.request))
    asked = call.query
    await dictionary.keep_current()
    ignored = [token for token in asked.without.split(",") if token]
    found, is_degraded = await engines.ask(
        lambda engine: discover(
            engine, asked.kind, asked.q, ignored=ignored, page=asked.page, per_page=asked.limit
        )
    )
    hits = [
        HitOut(
            **_named(hit.source), summary=hit.source["summary"], score=hit.score,
            region_code=hit.source["region_code"], status=hit.source.get("status", ""),
            reasons=explain_hit(hit, found, _),
        )
        for hit in found.hits
    ]  # fmt: skip
    constraints = [
        ConstraintOut(kind=one.kind, token=one.token, label=one.label(_))
        for one in found.constraints
    ]
    engine = query_log.engine_name(is_degraded=is_degraded)
    tokens = [one.token for one in found.constraints]
    if asked.q and asked.page == 1:
        await query_log.note(
            query_log.Asked(asked.q, asked.kind, tokens, engine, found.total, found.took_ms),
            query_log.asker_of(call.request),
        )
    return SearchOut(
        hits=hits, total=found.total, constraints=constraints, took_ms=round(found.took_ms, 2),
        is_degraded=is_degraded, did_you_mean=offer(asked.q) or None,
    )  # fmt: skip


@operation(
    "GET", "/jobs/{number}/matches", summary="Suppliers for one of your own jobs", tag="search",
    query=MatchParams, returns=MatchesOut, scope="jobs:read",
)  # fmt: skip
async def match_job(call: Call[Nothing, MatchParams]) -> MatchesOut:
    """Eligible suppliers best first, and the refused ones with every reason; drafts too."""
    job = await access.own_job(call.actor, call.path("number"))
    document = await lists.document_of_job(job)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.suppliers_for(engine, document)
    )
    return _matches(matches, by_id, call.query.limit, is_degraded=is_degraded)


@operation(
    "GET", "/suppliers/{number}/matches", summary="Open jobs for your own firm", tag="search",
    query=MatchParams, returns=MatchesOut, scope="jobs:read",
)  # fmt: skip
async def match_supplier(call: Call[Nothing, MatchParams]) -> MatchesOut:
    """Open jobs the firm is eligible for, best first, and the others with what is missing."""
    supplier = await lists.document_of_supplier(call.actor.organisation_id)
    if supplier is None or supplier["number"] != call.path("number"):
        raise NotFound(_("There is no such entry"))
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.jobs_for(engine, supplier)
    )
    return _matches(matches, by_id, call.query.limit, is_degraded=is_degraded)


@operation(
    "GET", "/jobs/{number}/talents", summary="People for the work of a job", tag="search",
    query=MatchParams, returns=MatchesOut, scope="jobs:read",
)  # fmt: skip
async def match_job_talents(call: Call[Nothing, MatchParams]) -> MatchesOut:
    """People on record who could do it, best first, and the others with what is missing."""
    job = await access.visible_job(call.actor, call.path("number"))
    document = await lists.document_of_job(job)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.talents_for(engine, document, home=call.actor.region_code)
    )
    return _matches(matches, by_id, call.query.limit, is_degraded=is_degraded)


@operation(
    "GET", "/needs/{number}/datasets", summary="Datasets on offer for a need", tag="search",
    query=MatchParams, returns=MatchesOut, public=True,
)  # fmt: skip
async def match_need(call: Call[Nothing, MatchParams]) -> MatchesOut:
    """Datasets on offer that serve a need one may see, best first, and the others with the reasons."""
    need = await need_access.need_to_see(call.path("number"), call.actor)
    matches, by_id = await offers_for(need)
    return _matches(matches, by_id, call.query.limit, is_degraded=False)


@operation(
    "GET", "/search/suggestions", summary="What a search being typed may become", tag="search",
    query=SuggestParams, returns=SuggestionsOut, public=True,
)  # fmt: skip
async def suggest(call: Call[Nothing, SuggestParams]) -> SuggestionsOut:
    """Words of the vocabulary, places, listed suppliers, and questions that many have asked."""
    await limit(suggestions.RATE, "suggest", client_address(call.request))
    found = await suggestions.suggested(call.query.q)
    return SuggestionsOut(items=[SuggestionOut(text=one.text, kind=one.kind) for one in found])


@operation(
    "GET", "/search/similar/{kind}/{number}", summary="Records like one", tag="search",
    returns=SimilarOut, public=True,
)  # fmt: skip
async def list_similar(call: Call[Nothing, Nothing]) -> SimilarOut:
    """Findable records of the same kind that share most with it; of jobs those that take offers."""
    await limit(RATE, "search", client_address(call.request))
    found = await resemblance.similar_to(call.path("kind"), call.path("number"))
    items = [
        SimilarHitOut(
            number=card.number, title="".join(text for text, _marked in card.title),
            reasons=list(card.reasons),
        )
        for card in found.cards
    ]  # fmt: skip
    return SimilarOut(items=items, is_degraded=found.is_degraded)


@operation(
    "GET", "/jobs/{number}/estimate", summary="Cost estimate of one of your own jobs", tag="search",
    returns=EstimateOut, scope="jobs:read",
)  # fmt: skip
async def estimate_job(call: Call[Nothing, Nothing]) -> EstimateOut:
    """From awards of comparable work, or the band of published quotes below five; drafts too."""
    job = await access.own_job(call.actor, call.path("number"))
    found = await estimates.estimate_of(job)
    if found is None:
        raise Conflict(_("Name a task and a unit, and the estimate appears here."))
    return EstimateOut.of(found)


def _named(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": document["number"], "external_id": document["external_id"] or None,
        "title": document[heading_of(document)],
    }  # fmt: skip


def _matches(
    matches: Matches, by_id: Mapping[str, Mapping[str, Any]], limit: int, *, is_degraded: bool
) -> MatchesOut:
    eligible = [
        MatchOut(
            **_named(by_id[one.id]), score=one.score, parts=dict(one.parts),
            reasons=[reason.text(_) for reason in one.reasons],
        )
        for one in matches.eligible[:limit]
    ]  # fmt: skip
    refused = [
        RefusalOut(**_named(by_id[key]), reasons=[reason.text(_) for reason in reasons])
        for key, reasons in matches.refused.items()
    ]
    return MatchesOut(
        eligible=eligible, refused=refused, weights_version=weights().version,
        is_degraded=is_degraded,
    )  # fmt: skip


operations: list[Operation] = [
    search_records, suggest, list_similar, match_job, match_supplier, match_job_talents, match_need,
    estimate_job,
]  # fmt: skip
