"""Matching: eligibility first, then ranking by disclosed weights, then reasons a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from market.kit.i18n import N_
from market.vocabulary.regions import is_within
from search.counterparts import dataset_parts, dataset_refusals, talent_parts, talent_refusals
from search.documents import (
    DatasetDocument,
    Document,
    JobDocument,
    SupplierDocument,
    TalentDocument,
)
from search.eligibility import daily_need, free_capacity, met_credentials, refusals
from search.engine import Query, SearchEngine
from search.entries import index_document
from search.fit import Part, Parts, Reason, Relevance, domain_fit, nearness, task_coverage
from search.grades import unit_factor
from search.numerals import YUAN_SCALE, plain
from search.weights import weights

CANDIDATES = 500
"""How many records, by relevance, are weighed for one match list."""
PREFERENCE = 0.05
"""Added to the score of suppliers in a region that a bureau has published a preference for."""
DEARER = N_("Quotes from %(price)s yuan/%(unit)s, above the ceiling of %(ceiling)s")
"""The one reason of an eligible supplier that speaks against it."""
_AnyDocument = TypeVar("_AnyDocument", bound=Document)


@dataclass(frozen=True, slots=True)
class Match:
    """An eligible record: its score is the weighted mean of its parts, all 0 to 1."""

    id: str
    score: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...]
    weights_version: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Eligible records, best first, and those refused with every reason."""

    eligible: tuple[Match, ...]
    refused: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)


def match_suppliers(
    job: JobDocument, suppliers: Iterable[SupplierDocument], *, preferred_region: str = ""
) -> Matches:
    """Suppliers for a job; a bureau's regional preference is disclosed as a reason of its own."""
    offered = list(suppliers)
    relevance = Relevance(text_of(job), [index_document(supplier) for supplier in offered])
    return _matches(
        offered,
        lambda supplier: refusals(job, supplier),
        lambda supplier: supplier_parts(job, supplier, relevance, preferred_region),
        weights().suppliers,
    )


def match_jobs(
    supplier: SupplierDocument, jobs: Iterable[JobDocument], *, preferred_region: str = ""
) -> Matches:
    """Jobs for a supplier, by the rules and weights of suppliers for a job."""
    entry = [index_document(supplier)]
    return _matches(
        jobs,
        lambda job: refusals(job, supplier),
        lambda job: supplier_parts(job, supplier, Relevance(text_of(job), entry), preferred_region),
        weights().suppliers,
    )


def match_talents(
    job: JobDocument, talents: Iterable[TalentDocument], *, home: str = ""
) -> Matches:
    """Talents for the work of a job; `home` is the region of the firm that looks, else the job's."""
    near, offered = home or job["region_code"], list(talents)
    relevance = Relevance(text_of(job), [index_document(talent) for talent in offered])
    return _matches(
        offered,
        lambda talent: talent_refusals(job, talent),
        lambda talent: talent_parts(job, talent, relevance.of(index_document(talent)), near),
        weights().talents,
    )


def match_datasets(need: DatasetDocument, offers: Iterable[DatasetDocument]) -> Matches:
    """Dataset offers for a need."""
    offered = list(offers)
    relevance = Relevance(text_of(need), [index_document(offer) for offer in offered])
    return _matches(
        offered,
        lambda offer: dataset_refusals(need, offer),
        lambda offer: dataset_parts(need, offer, relevance.of(index_document(offer))),
        weights().datasets,
    )


async def candidates(
    engine: SearchEngine, index: str, document: Document, *, limit: int = CANDIDATES
) -> list[Any]:
    """Documents of an index that share words with this one, most relevant first.

    With the index of its own kind this is "similar to this".
    """
    found = await engine.search(index, Query(text_of(document), per_page=limit))
    return [hit.source for hit in found.hits if hit.id != document["id"]]


def text_of(document: Document) -> str:
    """What a document is about: title, tasks, field; not the prose, which would dilute it."""
    found: Mapping[str, Any] = document
    single = [str(found.get(name) or "") for name in ("title", "modality", "industry")]
    several = [word for name in ("task_types", "domains", "modalities", "industries")
               for word in found.get(name) or ()]  # fmt: skip
    return " ".join(filter(None, (*single, *several)))


def supplier_parts(
    job: JobDocument,
    supplier: SupplierDocument,
    relevance: Relevance,
    preferred_region: str = "",
) -> dict[str, Part]:
    """Every part of the score of a supplier for a job."""
    parts = {
        "relevance": relevance.of(index_document(supplier)),
        "tasks": task_coverage(job["task_types"], supplier["task_types"]),
        "domain": domain_fit(
            job["industry"],
            f"{job['title']} {job['summary']}",
            industries=supplier["industries"],
            domains=supplier["domains"],
        ),
        "quality": _quality(supplier),
        "punctuality": _punctuality(supplier),
        "price": _price(job, supplier),
        "capacity": _capacity(job, supplier),
        "proximity": nearness(job["region_code"], supplier["region_code"]),
    }
    if held := met_credentials(job):
        parts["credentials"] = Part(1.0, held)
    if preferred_region and is_within(supplier["region_code"], preferred_region):
        parts["preference"] = Part(1.0, Reason(N_("Regional preference of the bureau")))
    return parts


def _quality(supplier: SupplierDocument) -> Part:
    """Accuracy shrunk to the mean of all; the scale runs from 90 % to 100 %. Where none is stated,
    the share accepted at the first inspection, as the supplier's reputation has it."""
    accuracy = supplier["quality"].get("accuracy")
    if not accuracy:
        return _first_inspection(supplier)
    prior = weights().quality_prior
    records = supplier["quality"].get("records", prior["records"])
    shrunk = (accuracy * records + prior["mean"] * prior["records"]) / (records + prior["records"])
    shown = plain(round(accuracy * 100, 1))
    return Part(_share((shrunk - 0.9) * 10), Reason(N_("Accuracy %(n)s%%"), {"n": shown}))


def _first_inspection(supplier: SupplierDocument) -> Part:
    share = supplier["quality"].get("first_inspection")
    if share is None:
        return Part(0.5)
    shown = {"n": plain(round(share * 100, 1))}
    return Part(share, Reason(N_("Accepted at the first inspection %(n)s%%"), shown))


def _punctuality(supplier: SupplierDocument) -> Part:
    on_time = supplier["quality"].get("on_time")
    if on_time is None:
        return Part(0.5)
    return Part(on_time, Reason(N_("On time %(n)s%%"), {"n": plain(round(on_time * 100, 1))}))


def _price(job: JobDocument, supplier: SupplierDocument) -> Part:
    """How far the quote for the job's main (first) task lies below the ceiling; dearer is nothing.

    A quote by the minute counts for a ceiling by the hour. A quote for another of the job's tasks
    shows that the ceiling is kept, no saving: the ceiling is that of the main task. A supplier that
    quotes none of them in a unit of the ceiling's kind gets a quarter.
    """
    ceiling, unit = job.get("ceiling") or 0, job["ceiling_unit"]
    quoted = [_quotes(supplier, task, unit) for task in job["task_types"]]
    quotes = next(filter(None, quoted), [])
    if not ceiling or not quotes:
        return Part(0.25)
    lowest = min(quotes)
    params = {"price": plain(lowest / YUAN_SCALE), "unit": unit,
              "ceiling": plain(ceiling / YUAN_SCALE)}  # fmt: skip
    if lowest > ceiling:
        return Part(0.0, Reason(DEARER, params))
    saving = 1 - lowest / ceiling if quoted[0] else 0.0
    return Part(
        0.5 + 0.5 * saving,
        Reason(N_("Quotes from %(price)s yuan/%(unit)s, ceiling %(ceiling)s"), params),
    )


def _quotes(supplier: SupplierDocument, task: str, unit: str) -> list[int]:
    """What the supplier asks for a task, told in this unit."""
    return [
        round(price["low"] * factor)
        for price in supplier["prices"]
        if (factor := unit_factor(price["unit"], unit)) is not None
        and task_coverage([task], [price["task"]]).value
    ]


def _capacity(job: JobDocument, supplier: SupplierDocument) -> Part:
    """Full marks at twice the output needed, half at just enough."""
    need, free = daily_need(job), free_capacity(job, supplier)
    if free is None or not need:
        return Part(0.25)
    params = {"free": plain(round(free, 1)), "need": plain(round(need, 1)), "unit": job["unit"]}
    return Part(
        _share(free / need / 2),
        Reason(N_("%(free)s %(unit)s a day free, %(need)s %(unit)s a day needed"), params),
    )


def _matches(
    documents: Iterable[_AnyDocument],
    refuse: Callable[[_AnyDocument], list[Reason]],
    weigh: Callable[[_AnyDocument], Parts],
    shares: Mapping[str, float],
) -> Matches:
    eligible: list[Match] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    for document in documents:
        if against := refuse(document):
            refused[document["id"]] = tuple(against)
        else:
            eligible.append(_scored(document["id"], weigh(document), shares))
    return Matches(tuple(sorted(eligible, key=lambda match: (-match.score, match.id))), refused)


def _scored(record_id: str, parts: Parts, shares: Mapping[str, float]) -> Match:
    score = sum(share * parts[name].value for name, share in shares.items()) / sum(shares.values())
    if "preference" in parts:
        score += PREFERENCE
    ordered = sorted(parts, key=lambda name: -shares.get(name, PREFERENCE) * parts[name].value)
    reasons = tuple(reason for name in ordered if (reason := parts[name].reason) is not None)
    values = {name: round(part.value, 4) for name, part in parts.items()}
    return Match(record_id, round(score, 6), values, reasons, weights().version)


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
