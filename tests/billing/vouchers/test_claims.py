"""Claims as they are read: every wrong field is named, nothing is converted in silence."""

import json

import pytest

from billing.vouchers.claims import InvalidClaim, read_claim
from billing.vouchers.facts import claim_facts, history_facts
from billing.vouchers.quotes import quote_data, quote_file
from tests.billing.vouchers.claim_builder import claim_data, earlier


def good(**fields):
    return claim_data("qingdao-compute", ("compute_rental", 100)) | fields


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"lines": [{"category": "compute_rental", "amount_fen": 1.5}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": "100"}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": -1}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": True}]}, "lines[0].amount_fen"),
        ({"lines": [{"category": "compute_rental", "amount_fen": 10**16}]}, "lines[0].amount_fen"),
        ({"lines": [{"amount_fen": 1}]}, "lines[0].category"),
        ({"lines": "all"}, "lines"),
        ({"as_of": "15 May"}, "as_of"),
        ({"as_of": None}, "as_of"),
        ({"programme": 7}, "programme"),
        ({"subject": None}, "subject"),
        ({"subject": {"tags": "startup"}}, "subject.tags"),
        ({"counterparty": {"related": "no"}}, "counterparty.related"),
        ({"history": [{"lines": [{"category": "x", "amount_fen": -5}]}]},
         "history[0].lines[0].amount_fen"),
        ({"other_grants": [{"fen": 5, "from": "x"}]}, "other_grants[0].from"),
        ({"remaining": {"pool:year": -1}}, "remaining.pool:year"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field(change, place):
    with pytest.raises(InvalidClaim) as caught:
        read_claim(good(**change))
    assert list(caught.value.fields) == [place]
    assert str(caught.value).startswith(f"{place}: ")
    row = quote_data(good(**change))
    assert (row["grant_fen"], row["ineligible"], list(row["trace"]["errors"])) == (
        0,
        "claim.invalid",
        [place],
    )


def test_a_line_without_an_amount_or_an_event_is_named():
    with pytest.raises(InvalidClaim, match=r"lines\[0\]\.amount_fen: is missing"):
        read_claim(good(lines=[{"category": "compute_rental"}]))
    with pytest.raises(InvalidClaim, match="refunded_fen: exceeds amount_fen"):
        read_claim(good(lines=[{"category": "x", "amount_fen": 5, "refunded_fen": 6}]))


@pytest.mark.parametrize("data", [None, [], 3, "x"])
def test_what_is_no_record_is_no_claim(data):
    assert quote_data(data)["ineligible"] == "claim.invalid"


def test_an_unknown_programme_is_named():
    row = quote_data(good(programme="atlantis"))
    assert row["trace"]["errors"] == {"programme": "there is no programme atlantis"}
    assert (row["id"], row["eligible"]) == ("t", False)


def test_files_hold_one_claim_or_many(tmp_path):
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(good()), encoding="utf-8")
    assert [row["id"] for row in quote_file(path)] == ["t"]
    path.write_text(json.dumps({"claims": [good(), {"id": "bad"}]}), encoding="utf-8")
    assert [row["ineligible"] for row in quote_file(path)] == [None, "claim.invalid"]
    path.write_text('{"claims": 3}', encoding="utf-8")
    with pytest.raises(InvalidClaim, match="claims: must be a list"):
        quote_file(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InvalidClaim, match="file: is not JSON"):
        quote_file(path)


def test_moments_are_read_in_china_and_dates_as_their_first_moment():
    moments = {
        "2026-05-15": "2026-05-15T00:00:00+08:00",
        "2026-05-15T10:00": "2026-05-15T10:00:00+08:00",
        "2025-12-31T16:00:00Z": "2026-01-01T00:00:00+08:00",
    }
    for text, expected in moments.items():
        assert read_claim(good(as_of=text)).as_of == expected


def test_further_facts_become_flags_and_history_fills_up_from_the_claim():
    claim = read_claim(
        good(
            subject={"tags": ["a"], "startup": True, "project_level": "national", "note": "x"},
            own_chip=True,
            first_case=False,
            history=[earlier(("compute_rental", 5), granted_fen=1), {"expect": {"grant_fen": 2}}],
        )
    )
    assert claim_facts(claim)["flags"] == [
        "a",
        "first_case=false",
        "own_chip",
        "project_level=national",
        "startup",
    ]
    first, second = history_facts(claim)
    assert (first["granted_fen"], first["as_of_date"]) == (1, "2026-03-01")
    assert (second["granted_fen"], second["as_of_date"]) == (2, "2026-05-15")
    assert second["programme"] == "qingdao-compute"
    assert first["subject"] == claim_facts(claim)["subject"]
