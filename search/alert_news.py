"""What a saved search finds, as it stands in the database now, and the version of each record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from market.tendering.models import Job
from market.tendering.states import JobStatus
from search import engines, lists, sources
from search.alert_models import AlertKind, SavedSearch
from search.documents import Document, Kind
from search.entries import OPEN_JOBS
from search.exports import every_hit
from search.saved_views import query_of

DEPTH = 500
"""How many records of one search are watched, the most relevant ones."""
Records = dict[str, Mapping[str, Any]]
_PASSING = frozenset({"status", "load", "quality"})
"""What moves by itself: a record is not new to anybody because of it."""
_LOOKED_FOR = (JobStatus.DRAFT, JobStatus.REVIEW, *OPEN_JOBS)
"""Statuses of a job whose owner still looks for suppliers."""


def version_of(document: Mapping[str, Any]) -> str:
    """A digest of what people read in a record."""
    read = {name: value for name, value in document.items() if name not in _PASSING}
    text = json.dumps(read, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def found_by(saved: SavedSearch) -> Records:
    """The records the search finds, best first, as the index holds them. Raises IndexNotReady."""
    if saved.kind == AlertKind.MATCHED_JOBS:
        return await _jobs_for(saved.organisation_id)
    if saved.kind == AlertKind.MATCHED_SUPPLIERS:
        return await _suppliers_for(saved.job_id)
    query = query_of(saved)
    found, _is_degraded = await engines.ask(lambda engine: every_hit(engine, query, limit=DEPTH))
    return {hit.id: hit.source for hit in found.hits}


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


def _eligible(matches: Any, by_id: Mapping[str, Document]) -> Records:
    return {one.id: by_id[one.id] for one in matches[:DEPTH]}


async def versions_now(saved: SavedSearch) -> dict[str, str]:
    """The version of every record the search finds now."""
    found = await found_by(saved)
    current = await fresh(cast(Kind, saved.target), list(found))
    return {key: version_of(document) for key, document in current.items()}
