"""Sums read from the rollup: scope, sides, folding into regions, change and share."""

import datetime as dt

import pytest
from starlette.requests import Request

from market.bureau import statistics
from market.bureau.access import facts_of
from market.bureau.facts import record_fact
from market.bureau.latest import latest, months_of
from market.bureau.models import Side, TradeRollup
from market.bureau.periods import PeriodName, period_of
from market.bureau.statistics import Slice, Volume
from market.vocabulary import regions
from market.vocabulary.regions import Region
from tests.factories.bureau import build_fact, make_fact

OCTOBER = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)


def place(code: str) -> Region:
    found = regions.region(code)
    assert found is not None
    return found


def whole(code: str, side: Side = Side.DEMAND, **filters: str) -> Slice:
    period = period_of(PeriodName.CUSTOM, first="2026-01", last="2026-12")
    return Slice(place(code), period, side, **filters)


async def contracted(part: Slice, dimension: str = "month") -> dict[str, tuple[int, int]]:
    cells = await statistics.volume_by(part, dimension)
    return {
        code: (volume["contracted"].deals, volume["contracted"].amount_fen)
        for code, volume in cells.items()
    }


async def test_a_deal_counts_in_both_regions_and_those_above(rollback: None) -> None:
    await make_fact(at=OCTOBER, region_code="370102", supplier_region_code="140200", amount_fen=700)
    one = {"2026-10": (1, 700)}
    for code in ("370102", "370100", "370000", "100000"):
        assert await contracted(whole(code)) == one
        assert await contracted(whole(code, Side.SUPPLY)) == (one if code == "100000" else {})
    assert await contracted(whole("140000", Side.SUPPLY)) == one
    assert await contracted(whole("140200")) == {}


async def test_filters_and_periods_narrow(rollback: None) -> None:
    await make_fact(at=OCTOBER, amount_fen=1)
    await make_fact(at=OCTOBER, industry="energy", modality="text", amount_fen=2)
    await make_fact(at=OCTOBER.replace(year=2025), amount_fen=4)
    assert await contracted(whole("370000"), "industry") == {
        "healthcare": (1, 1),
        "energy": (1, 2),
    }
    assert await contracted(whole("370000", industry="energy")) == {"2026-10": (1, 2)}
    assert await contracted(whole("370000", modality="medical_image")) == {"2026-10": (1, 1)}


async def test_facts_of_one_cell_add_up(rollback: None) -> None:
    for fact in [build_fact(at=OCTOBER, amount_fen=n) for n in range(1, 21)]:
        await record_fact(fact)
    assert await contracted(whole("370100")) == {"2026-10": (20, 210)}
    cities = TradeRollup.filter(side=Side.DEMAND, region_code="370100")
    assert await cities.count() == 2  # by industry and modality, and of all


async def test_regions_fold_one_level_down(rollback: None) -> None:
    for code, fen in (("370102", 1), ("370100", 2), ("370200", 4), ("370000", 8)):
        await make_fact(at=OCTOBER, region_code=code, amount_fen=fen)

    async def amounts(region: str) -> dict[str, int]:
        below = await statistics.volume_below(whole(region))
        return {code: volume["contracted"].amount_fen for code, volume in below.items()}

    assert await amounts("370100") == {"370102": 1, "370100": 2}
    assert await amounts("370000") == {"370100": 3, "370200": 4, "370000": 8}
    assert await amounts("100000") == {"370000": 15}


async def test_a_code_of_no_region_counts_for_the_country(rollback: None) -> None:
    await make_fact(at=OCTOBER, region_code="999999", amount_fen=5)
    below = await statistics.volume_below(whole("100000"))
    assert {code: volume["contracted"].amount_fen for code, volume in below.items()} == {
        "100000": 5
    }


@pytest.mark.parametrize(
    ("now", "before", "change"), [(112, 100, 1200), (50, 100, -5000), (5, 0, None), (0, 7, -10000)]
)
def test_change_in_basis_points(now: int, before: int, change: int | None) -> None:
    assert statistics.change_bp(now, before) == change


async def test_the_share_across_provinces(rollback: None) -> None:
    await make_fact(at=OCTOBER, supplier_region_code="370200", amount_fen=300)
    await make_fact(at=OCTOBER, supplier_region_code="140200", amount_fen=100)
    cells = await statistics.volume_by(whole("370000"), "month")
    assert cells["2026-10"].cross_province_bp == 2500
    assert Volume().cross_province_bp is None


def test_a_page_of_facts_reads_only_the_months_its_rows_lie_in() -> None:
    counts = {"2026-01": 4, "2026-02": 0, "2026-03": 3, "2026-05": 2}
    assert months_of(counts, 0, 2) == ("2026-05", "2026-05", 0)
    assert months_of(counts, 1, 2) == ("2026-03", "2026-05", 0)
    assert months_of(counts, 2, 3) == ("2026-03", "2026-03", 2)
    assert months_of(counts, 4, 50) == ("2026-01", "2026-03", 2)
    assert months_of(counts, 9, 50) is None
    assert months_of({}, 0, 50) is None


async def test_pages_of_facts_hold_every_one_once_the_latest_first(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.bureau.latest.SIZE", 3)
    for month in (1, 1, 2, 4, 4, 4, 4):
        await make_fact(at=dt.datetime(2026, month, 9, 4, tzinfo=dt.UTC))
    part = whole("370000")
    counts = await statistics.rows_by_month(part, None)
    assert counts == {"2026-01": 2, "2026-02": 1, "2026-04": 4}
    seen = []
    for number in range(1, 5):
        request = Request(
            {"type": "http", "query_string": f"page={number}".encode(), "headers": []}
        )
        page = await latest(request, part, counts, facts_of)
        assert (page.total, page.pages) == (7, 3)
        seen += [fact.id for fact in page.items]
    assert seen == [fact.id for fact in await facts_of(part)]
