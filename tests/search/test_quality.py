"""The targets of search quality on the project's own judgements, on every engine."""

import uuid
from typing import Any

from search.discovery import discover
from search.documents import Kind
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

    async def search(target: Kind, query: str) -> list[str]:
        found = await discover(engine, target, query, index=names[target], per_page=10)
        return [hit.id for hit in found.hits]

    measured = await evaluate(
        judgements,
        search,  # type: ignore[arg-type]
        violates=lambda record_id, constraint: violates_example(suppliers[record_id], constraint),
    )
    assert measured.precision_at_1 == 1.0, measured.misses
    assert measured.ndcg >= 0.99, measured.misses
    assert measured.violations == ()
    assert (measured.probes_passed, measured.probes) == (20, 20), measured.probe_misses


def test_job_to_supplier_lists(records: dict[str, Any], judgements: dict[str, Any]) -> None:
    documents = documents_of(records)
    missed = {}
    for job in documents["jobs"]:
        matches = match_suppliers(job, documents["suppliers"])  # type: ignore[arg-type]
        ranked = [match.id for match in matches.eligible]
        if ndcg(ranked, judgements["job_to_supplier"][job["id"]]) < 1:
            missed[job["id"]] = ranked
    assert missed == {}
