"""Red flags: each indicator on processes made for it, the settings, and the published vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from market.redflags.computing import read_lines, red_flags, red_flags_of_file
from market.redflags.quartiles import fences
from market.redflags.settings import Settings, ShortPeriod, read_settings
from tests.factories.redflags import bid, process

VECTORS = Path(__file__).parents[3] / "../shared/data/redflags"
COMMON = {
    "no_price_comparison_procurement_methods": "NPC",
    "exclusions": {"procurement_method_details": "EXC"},
}


def flags(code: str, *releases: Any, **block: Any) -> Any:
    return red_flags(releases, Settings.model_validate({code: block, **COMMON}))


def test_a_period_is_counted_in_whole_days() -> None:
    def period(end: str, **tender: str) -> dict[str, Any]:
        return process(
            "x", tenderPeriod={"startDate": "2026-03-01T08:00:00+08:00", "endDate": end}, **tender
        )

    found = {"OCID": {"x": {"R003": 1.0}}}
    assert flags("R003", period("2026-03-16T07:59:59+08:00")) == found
    assert flags("R003", period("2026-03-16T00:00:00Z")) == {}
    assert flags("R003", period("2026-03-16T07:58:60+08:00")) == found, "a leap second"
    assert flags("R003", period("2026-03-16T07:59:60+08:00")) == {}
    assert flags("R003", period("2026-03-16")) == {}, "a date without a time is no date-time"
    late = period("2026-03-09T00:00:00Z", procurementMethodDetails="询价")
    assert flags("R003", late) == found
    assert flags("R003", late, procurement_method_details={"询价": "5"}) == {}
    assert flags("R003", late, procurement_methods="open|selective") == {}


@pytest.mark.parametrize(
    ("count", "method", "is_flagged"),
    [(1, "open", True), (1, "selective", True), (1, "direct", False), (2, "open", False),
     (1.0, "open", False), (True, "open", False), (1, None, False)],
)  # fmt: skip
def test_a_single_bid_counts_where_there_should_be_competition(
    count: object, method: str | None, is_flagged: bool
) -> None:
    release = process("x", numberOfTenderers=count, procurementMethod=method)
    assert bool(flags("R018", release)) is is_flagged


def margins(*percent: int) -> list[dict[str, Any]]:
    return [
        process(str(number), bid("W", 100), bid(f"L{number}", 100 + more), won_by="W")
        for number, more in enumerate(percent)
    ]


def test_margins_beyond_the_fences_are_flagged() -> None:
    assert flags("R024", *margins(20, 20, 20, 20, 20, 2)) == {
        "OCID": {"5": {"R024": 0.02}},
        "Tenderer": {"W": {"R024": 0.0}, "L5": {"R024": 0.0}},
    }
    assert flags("R058", *margins(20, 20, 20, 20, 20, 90)) == {
        "OCID": {"5": {"R058": 0.9}}, "Tenderer": {"W": {"R058": 0.0}},
    }  # fmt: skip
    assert flags("R024", *margins(0, 0, 0, 5)) == {}, "a quarter without any margin says nothing"
    by_hand = flags("R024", *margins(20, 4), threshold="0.05")
    assert by_hand["OCID"] == {"1": {"R024": 0.04}}


def test_margins_are_taken_only_where_the_price_decided() -> None:
    rest = margins(20, 20, 20, 20, 20)
    dearer = process("dearer", bid("W", 101), bid("L", 100), won_by="W")
    pending = process("pending", bid("W", 100), bid("L", 100), won_by="W")
    pending["awards"].append({"status": "pending"})
    shared = process("shared", bid("W", 100), bid("L", 100), won_by="W")
    shared["awards"][0]["suppliers"].append({"id": "V"})
    foreign = process("foreign", bid("W", 100), bid("L", 100), won_by="W")
    foreign["bids"]["details"][1]["value"]["currency"] = "USD"
    predetermined = process(
        "npc", bid("W", 100), bid("L", 100), won_by="W", procurementMethodDetails="NPC"
    )
    excluded = process(
        "exc", bid("W", 100), bid("L", 100), won_by="W", procurementMethodDetails="EXC"
    )
    free = process("free", bid("W", 0), bid("L", 0), won_by="W")
    odd = [dearer, pending, shared, foreign, predetermined, excluded, free]
    assert set(flags("R024", *rest, *odd)["OCID"]) == {"0", "1", "2", "3", "4"}


def test_a_top_tenderer_that_hardly_ever_wins() -> None:
    releases = []
    for number in range(30):
        winner = f"N{number % 5}"
        losers = [bid(f"N{(number + step) % 5}") for step in range(1, 3)]
        releases.append(process(str(number), bid(winner), *losers, bid("LOSER"), won_by=winner))
    releases.append(process("last", bid("LOSER"), won_by="LOSER"))
    assert flags("R025", *releases) == {"Tenderer": {"LOSER": {"R025": 1 / 31}}}
    assert flags("R025", *releases, percentile="100", threshold="0.01") == {}


def test_identical_prices_of_different_tenderers() -> None:
    same = process("x", bid("A", 7), bid("B", 7, "disqualified"), bid("C", 8))
    assert flags("R028", same) == {
        "OCID": {"x": {"R028": 1.0}}, "Tenderer": {"A": {"R028": 1.0}, "B": {"R028": 1.0}},
    }  # fmt: skip
    assert flags("R028", process("x", bid("A", 7), bid("A", 7))) == {}
    assert flags("R028", process("x", bid("A", 7), bid("B", 7, "withdrawn"))) == {}


def test_a_late_bid_that_won() -> None:
    late = bid("W", date="2026-04-02T00:00:00Z")
    period = {"endDate": "2026-04-01T00:00:00Z"}
    found = {"OCID": {"x": {"R030": 1.0}}, "Tenderer": {"W": {"R030": 1.0}}}
    assert flags("R030", process("x", late, won_by="W", tenderPeriod=period)) == found
    assert flags("R030", process("x", late, won_by="V", tenderPeriod=period)) == {}
    in_time = bid("W", date="2026-04-01T00:00:00Z")
    assert flags("R030", process("x", in_time, won_by="W", tenderPeriod=period)) == {}


def test_everyone_else_disqualified() -> None:
    bids = (bid("W"), bid("A", status="disqualified"), bid("B", status="disqualified"))
    found = {"OCID": {"x": {"R035": 2.0}}, "Tenderer": {"W": {"R035": 0.0}}}
    assert flags("R035", process("x", *bids, won_by="W")) == found
    assert flags("R035", process("x", *bids, won_by="W"), threshold="3") == {}
    assert flags("R035", process("x", *bids, bid("C"), won_by="W")) == {}
    assert flags("R035", process("x", bid("W"), bid("W", status="disqualified"), won_by="W")) == {}


def test_the_lowest_bid_disqualified() -> None:
    lowest, other = bid("A", 5, "disqualified"), bid("W", 6)
    assert flags("R036", process("x", lowest, other, won_by="W")) == {"OCID": {"x": {"R036": 1.0}}}
    assert flags("R036", process("x", lowest, other)) == {}, "nothing was awarded"
    assert flags("R036", process("x", lowest, won_by="W")) == {}, "no valid price to compare"
    assert flags("R036", process("x", bid("A", 7, "disqualified"), other, won_by="W")) == {}


def test_too_many_disqualifications_of_a_group() -> None:
    calm = [
        {**process(str(n), bid(f"T{n}"), bid(f"U{n}")), "buyer": {"id": f"B{n}"}} for n in range(5)
    ]
    harsh = process("h", bid("X"), bid("Y", status="disqualified"), procuringEntity={"id": "P"})
    harsh["buyer"] = {"id": "HARSH"}
    assert flags("R038", *calm, harsh) == {
        "Buyer": {"HARSH": {"R038": 0.5}}, "ProcuringEntity": {"P": {"R038": 0.5}},
    }  # fmt: skip
    good = [bid(f"T{n}") for n in range(5)]
    twice = [process(f"t{n}", bid("Y", status="disqualified"), *good) for n in range(2)]
    assert flags("R038", *twice)["Tenderer"] == {"Y": {"R038": 1.0}}
    assert "Tenderer" not in flags("R038", *twice, minimum_submitted_bids="3")


def test_the_variety_of_what_a_supplier_sells() -> None:
    def sale(ocid: str, who: str, *codes: str) -> dict[str, Any]:
        release = process(ocid, won_by=who)
        release["awards"][0]["items"] = [{"classification": {"id": code}} for code in codes]
        return release

    calm = [sale(f"{who}", who, "8111", "8112") for who in "ABCDE"]
    broad = sale("z", "Z", "1000", "2000", "3000", "3099")
    assert flags("R048", *calm, broad, minimum_contracting_processes="1") == {
        "Tenderer": {"Z": {"R048": 3.0}}
    }
    assert flags("R048", *calm, broad) == {}, "one process each is not enough"


def test_cancelled_and_nameless_processes_are_left_out() -> None:
    assert (
        flags(
            "R018", process("x", numberOfTenderers=1, procurementMethod="open", status="cancelled")
        )
        == {}
    )
    assert (
        flags("R018", {"ocid": 7, "tender": {}}, [], None, "text", {"ocid": "y", "tender": []})
        == {}
    )


def test_quartiles_are_median_unbiased() -> None:
    # Hyndman and Fan 1996, definition 8: place (n + 1/3) p + 1/3
    assert fences([1, 2, 3, 4]) == pytest.approx((17 / 12, 43 / 12, -11 / 6, 41 / 6), abs=1e-12)
    assert fences([5.0]) == (5.0, 5.0, 5.0, 5.0)
    assert fences([]) is None


def test_settings_come_as_ini_and_as_json(tmp_path: Path) -> None:
    ini, as_json, wrong = tmp_path / "a.ini", tmp_path / "a.json", tmp_path / "b.ini"
    ini.write_text(
        "currency = CNY\n[R003]\nthreshold = 10 ; days\n[R003.procurement_method_details]\n询价 = 3\n[R028]\n"
    )
    as_json.write_text(
        '{"currency": "CNY", "R003": {"threshold": 10, "procurement_method_details": {"询价": 3}}, "R028": {}}'
    )
    assert read_settings(ini) == read_settings(as_json)
    assert read_settings(ini).R018 is None
    wrong.write_text("[R003]\nthreshold = soon\n")
    with pytest.raises(ValueError, match=r"b\.ini: R003\.threshold: .*integer"):
        read_settings(wrong)


def test_lines_that_are_not_json_are_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(read_lines(['{"ocid": "a"}', "", "{", '{"a": NaN}'])) == [{"ocid": "a"}]
    said = capsys.readouterr().err.splitlines()
    assert [line[:7] for line in said] == ["line 3 ", "line 4 "]


def test_a_file_without_settings_is_asked_for_everything(tmp_path: Path) -> None:
    file = tmp_path / "releases.jsonl"
    release = process("x", bid("A", 7), bid("B", 7), numberOfTenderers=1, procurementMethod="open")
    file.write_text(json.dumps(release))
    assert set(red_flags_of_file(file, None)["OCID"]["x"]) == {"R018", "R028"}


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published vectors are not here")
def test_the_published_vectors() -> None:
    names = sorted(path.stem for path in VECTORS.glob("*.jsonl"))
    assert names
    for name in names:
        code, *setting = name.split("-")
        lines = (VECTORS / f"{name}.jsonl").read_text().splitlines()
        block = dict([setting]) if setting else {}
        expected = json.loads((VECTORS / f"{name}.expected").read_text())
        assert flags(code, *read_lines(lines), **block) == expected, name


def test_a_settings_file_of_cardinals_other_commands_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_text(
        "[output]\n[defaults]\ncurrency = USD\n[codelists.bid_status]\nqualified = valid\n"
        "[redactions]\n[corrections]\n[modifications]\n[R003]\nthreshold = 10\n"
    )
    settings = read_settings(path)
    assert (settings.currency, settings.R003, settings.R018) == (
        None,
        ShortPeriod(threshold=10),
        None,
    )


def test_amounts_no_number_can_hold_are_no_amounts() -> None:
    lines = [
        '{"ocid": "x", "bids": {"details": ['
        f'{{"status": "valid", "tenderers": [{{"id": "A"}}], "value": {{"amount": {amount}, "currency": "CNY"}}}},'
        f'{{"status": "valid", "tenderers": [{{"id": "B"}}], "value": {{"amount": {amount}, "currency": "CNY"}}}}'
        "]}}"
        for amount in ("1e400", "-1e400", "9" * 400)
    ]
    assert flags("R028", *read_lines(lines)) == {}


def test_a_line_nested_beyond_reading_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(read_lines(["[" * 100_000, '{"ocid": "x"}'])) == [{"ocid": "x"}]
    assert "line 1 is not JSON and is left out" in capsys.readouterr().err
