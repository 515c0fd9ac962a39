"""What a saved search finds, as it stands in the database now, and the version of each record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast
from uuid import UUID

from market.tendering.models import Job
from market.tendering.states import JobStatus
from search import engines, lists, sources, versions
from search.alert_models import AlertKind, SavedSearch
from search.constraints import parse_query
from search.documents import Document, Kind
from search.engine import AnyOf, Filter, Not, OneOf
from search.entries import OPEN_JOBS
from search.exports import every_hit
from search.matching import match_jobs, match_suppliers
from search.saved_views import query_of
from search.versions import version_of

DEPTH = 500
"""How many records count as seen when a search is saved, and how many matches are weighed."""
Records = dict[str, Mapping[str, Any]]
_LOOKED_FOR = (JobStatus.DRAFT, JobStatus.REVIEW, *OPEN_JOBS)
"""Statuses of a job whose owner still looks for suppliers."""
_FILTERS_OF_PASSING = frozenset({"status", "accuracy"})
"""Fields by which a record may come to be found though nothing people read in it has changed."""


async def found_by(saved: SavedSearch) -> Records:
    """The records the search finds, best first, as the index holds them. Raises IndexNotReady."""
    if saved.kind == AlertKind.MATCHED_JOBS:
        return await _jobs_for(saved.organisation_id)
    if saved.kind == AlertKind.MATCHED_SUPPLIERS:
        return await _suppliers_for(saved.job_id)
    query = query_of(saved)
    found, _is_degraded = await engines.ask(lambda engine: every_hit(engine, query, limit=DEPTH))
    return {hit.id: hit.source for hit in found.hits}


async def changed_matches(saved: SavedSearch, since: dt.datetime) -> Records:
    """Every record that changed since then and that the search finds, however many stand before it.

    Matches are those of the list as well: a firm's own change makes old jobs new to it.
    """
    if saved.kind == AlertKind.SEARCH:
        return await _found_among_changes(saved, since)
    found = await found_by(saved)
    async for ids in versions.changed_since(cast(Kind, saved.target), since, with_passing=True):
        found |= await _matched_among(saved, ids)
    return found


async def _found_among_changes(saved: SavedSearch, since: dt.datetime) -> Records:
    query, kind = query_of(saved), cast(Kind, saved.target)
    parsed = parse_query(query.text, kind, ignored=query.without)
    fields = set(_fields((*parsed.filters, *query.filters)))
    passing = bool(fields & _FILTERS_OF_PASSING)
    found: Records = {}
    async for ids in versions.changed_since(kind, since, with_passing=passing):
        asked = partial(every_hit, query=query, limit=DEPTH, among=(OneOf(tuple(ids)),))
        hits = await engines.ask_built_in(asked)
        found |= {hit.id: hit.source for hit in hits.hits}
    return found


def _fields(filters: Iterable[Filter]) -> Iterator[str]:
    for one in filters:
        if isinstance(one, AnyOf):
            yield from _fields(one.filters)
        elif isinstance(one, Not):
            yield from _fields([one.filter])
        else:
            yield getattr(one, "field", "")


async def fresh(kind: Kind, ids: list[str]) -> Records:
    """The records as the database has them, in this order; those that may not be found any more are left out."""
    rows = {one["id"]: one for one in await sources.documents(kind, map(UUID, ids))}
    return {key: rows[key] for key in ids if key in rows}


async def _jobs_for(organisation_id: UUID | None) -> Records:
    supplier = await lists.document_of_supplier(organisation_id)
    if supplier is None:
        return {}
    (matches, by_id), _is_degraded = await engines.ask(
        lambda engine: lists.jobs_for(engine, supplier)
    )
    return _eligible(matches.eligible, by_id)


async def _suppliers_for(job_id: UUID | None) -> Records:
    job = await Job.filter(id=job_id, status__in=_LOOKED_FOR).first()
    if job is None:
        return {}
    document = await lists.document_of_job(job)
    (matches, by_id), _is_degraded = await engines.ask(
        lambda engine: lists.suppliers_for(engine, document)
    )
    return _eligible(matches.eligible, by_id)


async def _matched_among(saved: SavedSearch, ids: list[str]) -> Records:
    """Those of some records that fit the firm or the job."""
    rows: Any = await fresh(cast(Kind, saved.target), ids)
    if saved.kind == AlertKind.MATCHED_JOBS:
        supplier = await lists.document_of_supplier(saved.organisation_id)
        still_open = [row for row in rows.values() if row["status"] in OPEN_JOBS]
        return _eligible(match_jobs(supplier, still_open).eligible, rows) if supplier else {}
    job = await Job.filter(id=saved.job_id, status__in=_LOOKED_FOR).first()
    if job is None:
        return {}
    matches = match_suppliers(await lists.document_of_job(job), list(rows.values()))
    return _eligible(matches.eligible, rows)


def _eligible(matches: Any, by_id: Mapping[str, Document]) -> Records:
    return {one.id: by_id[one.id] for one in matches[:DEPTH]}


async def versions_now(saved: SavedSearch) -> dict[str, str]:
    """The version of every record the search finds now."""
    found = await found_by(saved)
    current = await fresh(cast(Kind, saved.target), list(found))
    return {key: version_of(document) for key, document in current.items()}
