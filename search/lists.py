"""Match lists of the site and the commands: candidates from the index, then eligibility and ranking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from market.directory.models import SupplierProfile
from market.settings import settings
from market.tendering.models import Job
from search import sources
from search.documents import Document, JobDocument, Kind, SupplierDocument, TalentDocument
from search.engine import Equals, Filter, In, Query, SearchEngine
from search.entries import OPEN_JOBS
from search.matching import (
    CANDIDATES,
    Matches,
    match_jobs,
    match_suppliers,
    match_talents,
    text_of,
)


async def document_of_job(job: Job) -> JobDocument:
    """The document of one job, a draft's too."""
    (document,) = await sources.job_documents(Job.filter(id=job.id))
    return document


async def document_of_supplier(organisation_id: UUID | None) -> SupplierDocument | None:
    """The document of one supplier, published or not; None without a profile."""
    rows = SupplierProfile.filter(organisation_id=organisation_id)
    return next(iter(await sources.supplier_documents(rows)), None)


async def suppliers_for(
    engine: SearchEngine, job: JobDocument
) -> tuple[Matches, dict[str, SupplierDocument]]:
    """Every supplier weighed for a job, or the most relevant of its modality where there are too many."""
    narrowed: tuple[Filter, ...] = (
        (Equals("modalities", job["modality"]),) if job["modality"] else ()
    )
    suppliers = await _candidates(engine, "suppliers", job, (), narrowed)
    matches = match_suppliers(job, suppliers, preferred_region=settings.preferred_region)
    return matches, {one["id"]: one for one in suppliers}


async def jobs_for(
    engine: SearchEngine, supplier: SupplierDocument
) -> tuple[Matches, dict[str, JobDocument]]:
    """The jobs open to offers weighed for a supplier."""
    still_open = (In("status", OPEN_JOBS),)
    narrowed = (*still_open, In("modalities", tuple(supplier["modalities"])))
    jobs = await _candidates(engine, "jobs", supplier, still_open, narrowed)
    matches = match_jobs(supplier, jobs, preferred_region=settings.preferred_region)
    return matches, {one["id"]: one for one in jobs}


async def talents_for(
    engine: SearchEngine, job: JobDocument, *, home: str = ""
) -> tuple[Matches, dict[str, TalentDocument]]:
    """The people on record weighed for the work of a job; those near `home` gain by it."""
    narrowed: tuple[Filter, ...] = (
        (Equals("modalities", job["modality"]),) if job["modality"] else ()
    )
    talents = await _candidates(engine, "talents", job, (), narrowed)
    return match_talents(job, talents, home=home), {one["id"]: one for one in talents}


def weigh(job: JobDocument, supplier: SupplierDocument) -> Matches:
    """One supplier against one job."""
    return match_jobs(supplier, [job], preferred_region=settings.preferred_region)


async def _candidates(
    engine: SearchEngine,
    kind: Kind,
    document: Document,
    filters: tuple[Filter, ...],
    narrowed: tuple[Filter, ...],
) -> list[Any]:
    """All records the filters admit while they are few, else the most relevant of the narrowed ones."""
    found = await engine.search(kind, Query(filters=filters, per_page=CANDIDATES))
    if found.total > CANDIDATES:
        asked = Query(text_of(document), narrowed, per_page=CANDIDATES)
        found = await engine.search(kind, asked)
    return [hit.source for hit in found.hits]
