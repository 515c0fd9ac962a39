"""The targets of search quality on the project's own judgements, on every engine."""

import uuid
from typing import Any, cast

from search.discovery import discover
from search.documents import JobDocument, Kind, SupplierDocument
from search.engine import SearchEngine
from search.evaluation import evaluate, ndcg, violates_example
from search.example_records import documents_of
from search.matching import match_suppliers
from tests.search.conftest import fill


async def test_queries_and_probes(
    engine: SearchEngine, records: dict[str, Any], judgements: dict[str, Any]
) -> None:
    names = await fill(engine, records, f"q{uuid.uuid4().hex[:8]}")
    suppliers = {record["id"]: record for record in records["suppliers"]}

    async def search(target: str, query: str) -> list[str]:
        kind = cast(Kind, target)
        found = await discover(engine, kind, query, index=names[kind], per_page=10)
        return [hit.id for hit in found.hits]

    measured = await evaluate(
        judgements,
        search,
        violates=lambda record_id, constraint: violates_example(suppliers[record_id], constraint),
    )
    assert measured.precision_at_1 == 1.0, measured.misses
    assert measured.ndcg >= 0.99, measured.misses
    assert measured.violations == ()
    assert (measured.probes_passed, measured.probes) == (20, 20), measured.probe_misses


def test_job_to_supplier_lists(records: dict[str, Any], judgements: dict[str, Any]) -> None:
    documents = documents_of(records)
    missed = {}
    suppliers = cast(list[SupplierDocument], documents["suppliers"])
    for job in cast(list[JobDocument], documents["jobs"]):
        matches = match_suppliers(job, suppliers)
        ranked = [match.id for match in matches.eligible]
        if ndcg(ranked, judgements["job_to_supplier"][job["id"]]) < 1:
            missed[job["id"]] = ranked
    assert missed == {}
