"""Claims derived clause by clause from the published terms, their arithmetic stated in the data."""

import ast
import json
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

from billing.vouchers.programmes import find_programme, load_programmes
from billing.vouchers.quotes import quote_data
from billing.vouchers.verifier import verify

DATA = Path(__file__).parent / "data" / "derived_claims.json"
CLAIMS = json.loads(DATA.read_text(encoding="utf-8"))["claims"]
BY_PROGRAMME = {
    name: list(claims)
    for name, claims in groupby(
        sorted(CLAIMS, key=itemgetter("programme")), itemgetter("programme")
    )
}
REFUSES_HOSPITALS = {
    "bda-data", "bda-model-instant", "beijing-innovation-compute", "beijing-sme-service",
    "chengdu-compute", "hangzhou-compute", "henan-compute", "jinan-data-element",
    "shanghai-compute", "shanghai-corpus", "shanghai-model", "shenzhen-corpus",
    "shenzhen-training",
}  # fmt: skip


def worked_out(arithmetic: str) -> int:
    """The stated sum: whole numbers, + - * //, comparisons, min and max, nothing else."""
    tree = ast.parse(arithmetic, mode="eval")
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names <= {"min", "max"}
    assert not any(isinstance(node, ast.Attribute | ast.Div) for node in ast.walk(tree))
    return int(eval(compile(tree, "claim", "eval"), {"__builtins__": {}, "min": min, "max": max}))


def test_every_programme_has_its_claims():
    assert set(BY_PROGRAMME) == set(load_programmes())
    assert len(CLAIMS) >= 200
    assert len({claim["id"] for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("name", BY_PROGRAMME)
def test_v2_derived_claims_are_decided_to_the_fen_and_the_verifier_agrees(name):
    for claim in BY_PROGRAMME[name]:
        expected, row = claim["expect"], quote_data(claim)
        told = {key: row[key] for key in expected}
        assert (claim["id"], claim["clause"], told) == (claim["id"], claim["clause"], expected)
        assert row["grant_fen"] == worked_out(claim["arithmetic"]), claim["id"]
        assert row["eligible"] is ("ineligible" not in expected), claim["id"]
        assert verify(find_programme(name).pinned(), row["trace"]) == [], claim["id"]


def test_every_programme_for_enterprises_refuses_a_hospital():
    hospitals = [one for one in CLAIMS if one["subject"].get("org_type") == "public_institution"]
    refused = {
        one["programme"]
        for one in hospitals
        if one["expect"].get("ineligible") == "subject.org_type"
    }
    assert refused == REFUSES_HOSPITALS
