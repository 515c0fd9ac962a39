"""The worked claims derived from the published rules, the shipped data, and the command's rows."""

import json
from pathlib import Path

import pytest

from billing.vouchers.claims import read_claim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import UnknownProgramme, find_programme, load_programmes
from billing.vouchers.quotes import quote_file

PUBLISHED = Path(__file__).parent / "data" / "published_claims.json"
CLAIMS = json.loads(PUBLISHED.read_text(encoding="utf-8"))["claims"]
SHARED = Path(__file__).parents[3] / "../shared/data/voucher_programmes.json"


@pytest.mark.parametrize("data", CLAIMS, ids=[claim["id"] for claim in CLAIMS])
def test_published_claims_are_decided_as_derived(data):
    expected = data["expect"]
    decided = quote(find_programme(data["programme"]), read_claim(data))
    assert decided.grant_fen == expected["grant_fen"]
    assert decided.ineligible == expected.get("ineligible")
    assert decided.binding == expected.get("binding", expected.get("ineligible"))
    assert dict(decided.split) == expected.get("split", dict(decided.split))
    assert sum(decided.split.values()) == decided.grant_fen


def test_a_file_of_claims_gives_one_row_each():
    rows = quote_file(PUBLISHED)
    assert [row["id"] for row in rows] == [claim["id"] for claim in CLAIMS]
    for row, data in zip(rows, CLAIMS, strict=True):
        assert list(row) == [
            "id",
            "eligible",
            "grant_fen",
            "binding",
            "ineligible",
            "split",
            "trace",
        ]
        assert row["eligible"] is ("ineligible" not in data["expect"])
        assert row["grant_fen"] == data["expect"]["grant_fen"]
    assert json.loads(json.dumps(rows)) == rows


def test_all_programmes_ship_and_only_incomplete_ones_are_drafts():
    programmes = load_programmes()
    assert len(programmes) == 26
    drafts = {programme.id for programme in programmes.values() if programme.status == "draft"}
    assert drafts == {
        "beijing-compute-2023",
        "guizhou-compute",
        "langfang-compute",
        "qingyang-compute",
        "shandong-packs",
        "yangzhou-compute",
    }
    for programme in programmes.values():
        assert bool(programme.missing_terms()) is (programme.id in drafts)
    with pytest.raises(UnknownProgramme):
        find_programme("atlantis")


def test_shipped_data_agrees_with_the_published_facts():
    if not SHARED.exists():
        pytest.skip("the published facts are not beside this checkout")
    published = json.loads(SHARED.read_text(encoding="utf-8"))["programmes"]
    programmes = load_programmes()
    assert [facts["id"] for facts in published if facts["id"] not in programmes] == []
    for facts in published:
        programme = programmes[facts["id"]]
        assert programme.title == facts["title"]
        assert programme.issuer == facts["issuer"]
        assert programme.region_code == facts["region_code"]
        assert programme.kind == facts["voucher_kind"]
        assert programme.base == facts.get("base")
        assert programme.instrument.mode == facts["mode"]
        rates = [tier.get("rate_bp", tier.get("fen")) for tier in facts["tiers"] or ()]
        shipped = [
            tier.rate_bp if tier.rate_bp is not None else tier.flat_fen
            for tier in programme.tiers or ()
        ]
        assert shipped == rates
        pools = [facts[key] for key in ("pool_year_fen", "pool_total_fen") if key in facts]
        assert [pool.fen for pool in programme.funding.pools] == pools
        limits = {
            amount
            for cap in facts.get("caps", ())
            for amount in (cap.get("fen", cap.get("n")), cap.get("raised_to_fen"))
            if amount is not None
        }
        levels = [level.limit for cap in programme.caps for level in cap.levels]
        assert {limit for limit in levels if limit is not None} == limits
