"""Rounds of records and queries that were judged before the search had seen them."""

import os
import uuid
from collections.abc import Sequence
from typing import Any, cast

import pytest

from search.discovery import discover
from search.documents import JobDocument, Kind, SupplierDocument
from search.embedded_engine import EmbeddedEngine
from search.engine import SearchEngine
from search.evaluation import evaluate, ndcg, violates_example
from search.example_records import documents_of
from search.matching import match_suppliers
from tests.search.conftest import fill
from tests.search.judgements.rounds import NAMES, round_of

IS_WHOLE = "MARKET_TEST_SCALE" in os.environ
OVER_HTTP = NAMES if IS_WHOLE else NAMES[-1:]
HALVES = {"tuned": False, "held out": True}


@pytest.mark.parametrize(
    ("engine", "name"),
    [*(("memory", name) for name in NAMES), *(("meilisearch", name) for name in OVER_HTTP)],
    indirect=["engine"],
)
async def test_a_round_is_answered(engine: SearchEngine, name: str) -> None:
    """Over HTTP some of the last round, unless MARKET_TEST_SCALE asks for all of them."""
    is_near = isinstance(engine, EmbeddedEngine) or IS_WHOLE
    records, judged = round_of(name)
    known = {record["id"]: record for rows in records.values() for record in rows}
    held = records if is_near else {"suppliers": records["suppliers"]}
    names = await fill(engine, held, f"r{uuid.uuid4().hex[:8]}")

    async def search(target: str, query: str) -> Sequence[str]:
        kind = cast(Kind, target)
        found = await discover(engine, kind, query, index=names[kind], per_page=10)
        return [hit.id for hit in found.hits]

    for half, is_held_out in HALVES.items():
        cases = [case for case in judged["queries"] if case["held_out"] is is_held_out]
        if not is_near:
            cases = [case for case in cases if case["target"] == "suppliers"][::3]
        probes = judged["synonym_probes"][is_held_out :: 2 if is_near else 6]
        measured = await evaluate(
            {"queries": cases, "synonym_probes": probes},
            search,
            violates=lambda key, rule: violates_example(known[key], rule),
        )
        assert measured.violations == (), half
        assert measured.precision_at_1 >= 0.97, (half, measured.misses)
        assert measured.ndcg >= 0.97, (half, measured.misses)
        assert measured.probes_passed == measured.probes, (half, measured.probe_misses)


@pytest.mark.parametrize("name", NAMES)
def test_who_fits_a_job_of_a_round_leads_its_list(name: str) -> None:
    records, judged = round_of(name)
    documents: Any = documents_of(records)
    suppliers = cast(list[SupplierDocument], documents["suppliers"])
    missed = {}
    for job in cast(list[JobDocument], documents["jobs"]):
        matches = match_suppliers(job, suppliers)
        ranked = [match.id for match in matches.eligible]
        if ndcg(ranked, judged["job_to_supplier"][job["id"]]) < 0.97:
            missed[job["id"]] = (ranked[:4], matches.refused)
        assert all(reasons for reasons in matches.refused.values())
    assert missed == {}
