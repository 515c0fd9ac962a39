"""The independent script: agrees with every page, and finds a planted wrong sum to the fen."""

import csv
import io
import json
from pathlib import Path

import httpx
import pytest

from market.bureau import rebuilding, recounting, stock_rows
from market.bureau.measures import measured
from market.bureau.models import ActivityRollup, Side, TradeFlow, TradeRollup
from market.bureau.periods import PeriodName, current_month, quarter_start, shifted
from market.bureau.readers import Reader
from market.bureau.recount import Facts, recount, share
from market.bureau.recounting import SCRIPT, slice_of, wrong_figures
from market.kit import clock, files
from market.tendering.models import Job
from market.training.models import TrainingRecord
from market.vocabulary import regions
from market.vocabulary.regions import Region
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.billing import make_programme
from tests.factories.bureau import make_fact
from tests.factories.tendering import published_job
from tests.factories.training import make_module


@pytest.fixture
async def traded(client: httpx.AsyncClient) -> None:
    """Deals of two years between cities, districts, provinces and a code of no region."""
    last = shifted(quarter_start(current_month()), -2)
    for number, (here, there) in enumerate(
        [("370102", "370200"), ("370100", "140200"), ("110105", "370100"), ("370000", "429004"),
         ("999999", "370100")]
    ):  # fmt: skip
        month = (last, shifted(last, -12), current_month())[number % 3]
        at = clock.now().replace(year=int(month[:4]), month=int(month[5:]), day=9)
        for kind in ("contracted", "settled"):
            await make_fact(
                at=at, kind=kind, region_code=here, supplier_region_code=there,
                industry=("healthcare", "energy")[number % 2], amount_fen=1_000_003 * (number + 1),
            )  # fmt: skip


async def test_every_page_is_what_the_facts_give(traded: None) -> None:
    assert await wrong_figures() == []


async def test_what_rests_on_other_rows_is_counted_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await make_organisation(kind="supplier", region_code="370100")
    trained = await actor(firm)
    for _attempt in range(2):
        await TrainingRecord.create(
            module=await make_module(), organisation=firm, person_id=trained.person_id, answers=[],
            percent=90, is_passed=True, taken_at=clock.now(),
        )  # fmt: skip
    job = await published_job()
    proof = await files.store("proof.txt", b"proof", by=trained)
    await Job.filter(id=job.id).update(deid_proof_id=proof.id)
    await make_programme(pool_fen=900_001)
    city = regions.region("370100")
    assert city is not None
    only = [slice_of(city, PeriodName.YEAR, Side.DEMAND)]
    part = only[0][0]
    due = {"trained": 1, "deid": 1, "voucher_issued": 900_001, "voucher_balance": 900_001}
    assert {name: await measured(name, Reader(part)) for name in due} == due
    assert await wrong_figures(only) == []

    async def wrong(_region: Region) -> list[stock_rows.Counted]:
        return [("deid", "another", "370100", current_month(), 1)]

    monkeypatch.setattr(stock_rows, "_rows_of_work", wrong)
    monkeypatch.setattr(stock_rows, "_rows_of_programmes", wrong)
    lines = await wrong_figures(only)
    assert len(lines) == 3, "people, budget and rest"


async def test_a_planted_wrong_rollup_is_caught(traded: None) -> None:
    province = regions.region("370000")
    assert province is not None
    only = [slice_of(province, PeriodName.TWELVE, side) for side in Side]
    months = only[0][0].period.months
    for rollup, filters, column in (
        (
            TradeRollup,
            {"region_code": "370000", "side": Side.DEMAND, "industry": "*"},
            "amount_fen",
        ),
        (
            TradeRollup,
            {"region_code": "370100", "side": Side.SUPPLY, "kind": "contracted", "industry": "*"},
            "deals",
        ),
        (TradeFlow, {"region_code": "370000", "partner_code": "110000"}, "amount_fen"),
    ):
        row = await rollup.filter(**filters, month__in=months).first()
        assert row is not None
        await rollup.filter(id=row.id).update(**{column: getattr(row, column) + 1})
    found = await wrong_figures(only)
    for table in ("370000 demand ", "volume:months", "by_region:deals:contracted", "flows:flows"):
        assert any(table in line for line in found), found
    await rebuilding.rebuild_rollups()
    assert await wrong_figures(only) == []


async def test_a_script_that_fails_found_nothing_right(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ValueError('broken')", "utf-8")
    with pytest.raises(RuntimeError, match=r"(?s)broken\.py failed: .*ValueError"):
        await recounting._run(tmp_path / "broken.py", tmp_path, tmp_path)


async def test_a_planted_wrong_count_of_events_is_caught(client: httpx.AsyncClient) -> None:
    await ActivityRollup.create(
        kind="registered", month=current_month(), region_code="100000", industry="*", modality="*",
        events=1, amount_fen=5,
    )  # fmt: skip
    found = await wrong_figures()
    assert any(
        "TX-registered: the page has [5, None, None], the facts give [0" in line for line in found
    )


async def test_a_bureau_recounts_its_own_downloads(
    traded: None, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    bureau = await make_organisation(kind="bureau", region_code="370000")
    await signed_in_client(client, (await actor(bureau)).person_id)
    query = "?period=twelve&side=supply"
    for name in ("facts.csv", "figures.json", "recount.py"):
        answer = await client.get(f"/bureau/recount/{name}{query}")
        assert answer.status_code == 200
        (tmp_path / name).write_bytes(answer.content)
    assert (tmp_path / "recount.py").read_bytes() == SCRIPT.read_bytes()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "facts.csv").read_text("utf-8"))))
    touched = {row["region"][:2] for row in rows} | {row["supplier_region"][:2] for row in rows}
    assert touched >= {"37", "14"}
    assert all(
        "37" in (r["region"][:2], r["supplier_region"][:2]) for r in rows if r["table"] == "trade"
    )
    files = [str(tmp_path / name) for name in ("facts.csv", "figures.json")]
    assert recount(*files) == []
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    figures["boards"][0]["tables"]["places:regions"]["rows"][0][1] += 1
    (tmp_path / "figures.json").write_text(json.dumps(figures), "utf-8")
    (line,) = recount(*files)
    assert line.startswith("370000 supply ")


def test_the_script_knows_the_regions_by_their_codes() -> None:
    facts = Facts(
        [], ["100000", "110000", "110105", "370000", "370100", "370102", "420000", "429004"]
    )
    assert [facts.parent(code) for code in ("370102", "370100", "110105", "429004", "370000")] == [
        "370100", "370000", "110000", "420000", "100000",
    ]  # fmt: skip
    assert facts.part_below("370102", "100000") == "370000"
    assert facts.lies_in("999999", "100000")
    assert not facts.lies_in("370102", "110000")


@pytest.mark.parametrize(
    ("part", "whole", "points"), [(1, 3, 3333), (1, 8, 1250), (1, 20000, 1), (5, 0, None)]
)
def test_shares_round_half_up(part: int, whole: int, points: int | None) -> None:
    assert share(part, whole) == points


def test_the_script_needs_the_standard_library_alone() -> None:
    imported = [
        line
        for line in SCRIPT.read_text("utf-8").splitlines()
        if line.startswith(("import", "from"))
    ]
    assert not [line for line in imported if "market" in line or "billing" in line]
