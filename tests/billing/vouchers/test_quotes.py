"""Claim files as outsiders write them: what is wrong is said, nothing is decided on a doubtful file."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from billing.vouchers.claims import InvalidClaim
from billing.vouchers.quotes import INVALID, quote_data, quote_file
from market.__main__ import app

LINE: dict[str, Any] = {"category": "compute_rental", "amount_fen": 300}
CLAIM: dict[str, Any] = {
    "id": "c", "programme": "shenzhen-training", "as_of": "2026-05-15",
    "subject": {"org_type": "enterprise"},
    "lines": [{"category": "compute_rental", "amount_fen": 300}],
}  # fmt: skip
TEXT = json.dumps(CLAIM)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b'{"claims": {}}', "claims: must be a list"),
        (b"[" * 100_000, "nested too deeply"),
        (TEXT.replace('"c"', '"数"').encode("gbk"), "is not text in UTF-8"),
        (TEXT.replace("300", "1, " + '"amount_fen": 300').encode(), "'amount_fen' is stated twice"),
        (TEXT.replace("300", "9" * 5000).encode(), "a number of 5000 digits$"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "claim.json"
    path.write_bytes(content)
    with pytest.raises(InvalidClaim, match=said):
        quote_file(path)
    assert CliRunner().invoke(app, ["quote", str(path)]).exit_code == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"as_of": "0001-01-01T00:00:00+14:00"}, "as_of"),
        ({"as_of": "2026-02-30"}, "as_of"),
        ({"programme": "../x"}, "programme"),
        ({"lines": [{"category": "compute_rental", "amount_fen": 100.0}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": True}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": 10**30}]}, "lines[0].amount_fen"),
        ({"history": {}}, "history"),
        ({"remaining": {"cap:none": 1}}, "remaining.cap:none"),
        ({"counterparty": {"realted": True}}, "counterparty.realted"),
        ({"subject": {"org_type": "enterprise", "region_cod": "1"}}, "subject.region_cod"),
        ({"lines": [LINE | {"category": "compute_rentl"}]}, "lines[0].category"),
        ({"lines": [LINE | {"payed_fen": 1}]}, "lines[0].payed_fen"),
        ({"lines": [LINE | {"amount_yuan": 3}]}, "lines[0].amount_yuan"),
        ({"lines": [LINE | {"refunded_fen": 301}]}, "lines[0].refunded_fen"),
        ({"lines": [{"category": "compute_rental"}]}, "lines[0].amount_fen"),
        ({"history": [{"lines": [LINE], "grantd_fen": 1}]}, "history[0].grantd_fen"),
    ],
)
def test_a_claim_that_is_none_names_its_field(change: dict[str, Any], field: str) -> None:
    row = quote_data(CLAIM | change)
    assert (row["ineligible"], row["grant_fen"]) == (INVALID, 0)
    assert list(row["trace"]["errors"]) == [field]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"programme": "Shenzhen-Trainig"},
         "programme: there is no programme Shenzhen-Trainig: 'shenzhen-training' is near"),
        ({"subject": []}, "subject: must be an object"),
        ({"subject": {"org_type": "企业"}}, "subject.org_type: must be a word of a-z, 0-9 and _"),
        ({"lines": None}, "lines: is missing"),
        ({"lines": LINE}, "lines: must be a list"),
        ({"lines": [LINE | {"amount_fen": "300"}]}, "lines[0].amount_fen: must be a valid integer"),
        ({"lines": [LINE | {"amount_fen": -1}]},
         "lines[0].amount_fen: must be greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words_of_the_file(change: dict[str, Any], said: str) -> None:
    [(place, what)] = quote_data(CLAIM | change)["trace"]["errors"].items()
    assert f"{place}: {what}" == said


def test_a_hospital_reads_why_not_and_where_that_stands() -> None:
    [reason] = quote_data(CLAIM | {"subject": {"org_type": "public_institution"}})["trace"][
        "reasons"
    ]
    assert "事业单位" in reason["sentence"]
    assert reason["source"] == (
        "深圳市科技创新局《深圳 训力券》 shenzhen-training@1 subject.requires[0]"
    )


@pytest.mark.parametrize(
    ("programme", "change", "place"),
    [
        ("shenzhen-training", {}, "tiers"),
        ("shenzhen-training", {"history": [{"granted_fen": 10**9}]}, "cap:subject_year"),
        ("shenzhen-training", {"remaining": {"pool:year": 1}}, "pool:year"),
        ("qingdao-compute", {}, "tiers"),
        ("guizhou-compute", {}, "tiers"),
    ],
)
def test_every_answer_has_a_sentence_and_its_source(
    programme: str, change: dict[str, Any], place: str
) -> None:
    [reason] = quote_data(CLAIM | {"programme": programme} | change)["trace"]["reasons"]
    assert reason["sentence"]
    assert reason["source"].endswith(f" {programme}@1 {place}")


def test_null_says_as_little_as_nothing_and_a_further_fact_is_kept() -> None:
    nothing = dict.fromkeys(("counterparty", "history", "other_grants", "remaining", "claimant"))
    facts = {"org_type": "enterprise", "startup": True, "headcount": 30, "note": "-"}
    row = quote_data(CLAIM | nothing | {"subject": facts, "lines": [LINE | {"refunded_fen": None}]})
    assert (row["grant_fen"], row["ineligible"]) == (180, None)


def test_the_command_prints_every_row_and_says_by_its_code_that_one_is_no_claim(
    tmp_path: Path,
) -> None:
    path = tmp_path / "claims.json"
    path.write_text("\ufeff" + json.dumps({"claims": [CLAIM, {"id": "\ud800"}]}))
    answer = CliRunner().invoke(app, ["quote", str(path)])
    rows = json.loads(answer.stdout)
    assert [row["ineligible"] for row in rows] == [None, INVALID]
    assert (rows[1]["id"], answer.exit_code) == ("\ud800", 1)


def test_a_deadline_is_over_within_the_second() -> None:
    award = {"programme": "beijing-dataset-award-2026", "claimant": "supplier"}
    lines = [{"category": "dataset_sale", "event": "first_sale", "object": "d"}]
    for at, refusal in (("17:30:00", None), ("17:30:00.000001", "validity.window")):
        row = quote_data(CLAIM | award | {"lines": lines, "as_of": f"2026-08-31T{at}+08:00"})
        assert row["ineligible"] == refusal
