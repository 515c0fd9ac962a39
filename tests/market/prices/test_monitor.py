"""The index of a region and month, what rose most and on what evidence, and what of it is published."""

import datetime as dt
from decimal import Decimal

import httpx
import pytest

from market.kit import clock
from market.kit.outbox import Message
from market.orders.models import Contract
from market.prices import monitor, views
from market.prices.access import country
from market.prices.models import PriceCell, PriceObservation
from market.prices.observations import areas_around, observe_contract, observe_missing
from market.prices.queries import PricesQuery, PublishedQuery
from market.vocabulary import regions
from market.vocabulary.regions import Region
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.orders import make_order
from tests.factories.prices import make_prices

NOVEMBER = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)
KEY = ("lesion_segmentation", "例")


def region(code: str) -> Region:
    found = regions.region(code)
    assert found is not None
    return found


def test_the_regions_around_a_district() -> None:
    assert [area.code for area in areas_around("370102")] == [
        "370102",
        "370100",
        "370000",
        "100000",
    ]
    assert [area.code for area in areas_around("110101")] == ["110101", "110000", "100000"]
    assert [area.code for area in areas_around("100000")] == ["100000"]


async def test_a_contract_in_force_is_observed_once(rollback: None) -> None:
    deal = await make_order(unit_price="80")
    message = Message(
        str(deal.contract.id), "contract.activated", {"contract": str(deal.contract.id)}
    )
    await observe_contract(message)
    await observe_contract(message)
    (row,) = await PriceObservation.all()
    assert (row.contract_id, row.number) == (deal.contract.id, deal.contract.number)
    assert (row.task_type, row.unit, row.unit_price) == (*KEY, Decimal("80.0000"))
    assert (row.quality_bp, row.days, row.quantity) == (9000, 120, Decimal(3000))
    cells = await PriceCell.all()
    assert {cell.region_code for cell in cells} >= {"100000"}
    assert {(cell.n, cell.median) for cell in cells} == {(1, Decimal("80.0000"))}
    assert await observe_missing() == 0


async def test_contracts_signed_before_are_made_up_for(rollback: None) -> None:
    await make_order(unit_price="80")
    expected = await Contract.exclude(activated_at=None).count()
    await PriceObservation.all().delete()
    assert (await observe_missing(), await observe_missing()) == (expected, 0)


async def test_the_lines_compare_with_last_month_and_last_year(rollback: None) -> None:
    await make_prices("90", "91", "92", "93", "94")
    await make_prices("80", "80", "80", "80", "80", month="2026-09")
    await make_prices("46", "46", "46", "46", "46", month="2025-10")
    await make_prices("5", "6", task_type="organ_contouring", region_code="140200")
    (line,) = await monitor.lines_of(region("370100"), "2026-10")
    assert (line.cell.n, line.cell.median) == (5, Decimal("92.0000"))
    assert (line.change_bp, line.year_bp) == (1500, 10_000)
    assert line.is_change_sound
    assert len(await monitor.lines_of(country(), "2026-10")) == 2
    assert len(await monitor.lines_of(country(), "2026-10", least=5)) == 1


async def test_a_sound_rise_stands_before_a_larger_one_of_few(rollback: None) -> None:
    few = {"task_type": "organ_contouring"}
    await make_prices("1", month="2026-09", **few)
    await make_prices("9", **few)
    (line,) = await monitor.lines_of(region("370000"), "2026-10")
    top = monitor.riser([line])
    assert top is line
    assert not line.is_change_sound
    await make_prices(*["10"] * 5, month="2026-09")
    await make_prices(*["11"] * 5)
    top = monitor.riser(await monitor.lines_of(region("370000"), "2026-10"))
    assert top is not None
    assert (top.cell.task_type, top.change_bp, top.is_change_sound) == (KEY[0], 1000, True)
    assert monitor.riser([]) is None


async def test_the_board_names_the_contracts_of_both_months_and_flags_outliers(
    rollback: None,
) -> None:
    await make_prices("1", "2", "4", "8", "1024", number="C-2026-000007")
    await make_prices("1", month="2026-09", number="C-2026-000003")
    board = await views.bureau_board(
        region("370000"), PricesQuery(month="2026-10", task=KEY[0], unit=KEY[1])
    )
    assert [one.row.number for one in board.riser_rows] == ["C-2026-000007"] * 5 + ["C-2026-000003"]
    assert board.outliers == 1
    assert board.detail is not None
    assert [one.is_outlier for one in board.detail.evidence] == [True, False, False, False, False]
    assert [cell.region_code for cell in board.detail.below] == ["370100"]
    assert [point[:2] for point in board.detail.points] == [("2026-09", 1), ("2026-10", 4)]


async def test_of_many_contracts_the_outliers_are_shown_before_others(rollback: None) -> None:
    await make_prices("100", "101", "102", "103", "0.5")
    place = region("370000")
    every = await monitor.evidence_of(place, "2026-10", KEY)
    assert [one.row.unit_price for one in every] == [103, 102, 101, 100, Decimal("0.5")]
    few = await monitor.evidence_of(place, "2026-10", KEY, most=2)
    assert few == [every[0], every[4]], "scores are those of the whole cell"
    assert (few[0].is_outlier, few[1].is_outlier) == (False, True)


async def test_the_adjusted_index_is_made_again_when_a_contract_is_added(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(views, "adjusted_index", lambda rows: read.append(len(rows)))
    query = PricesQuery(month="2026-10", task=KEY[0], unit=KEY[1])
    for added in (3, 0, 1):
        await make_prices(*["10"] * added)
        await views.bureau_board(region("370000"), query)
    assert read == [3, 4]


async def test_published_are_complete_months_and_parts_nobody_can_subtract(rollback: None) -> None:
    await make_prices(*["10"] * 7)
    await make_prices(*["20"] * 6, region_code="140200")
    await make_prices(*["30"] * 2, region_code="350100")
    await make_prices(*["10"] * 9, month="2026-11")
    with clock.frozen_at(NOVEMBER):
        board = await views.published_board(
            PublishedQuery(month="2026-11", task=KEY[0], unit=KEY[1])
        )
    assert (board.month, [line.cell.n for line in board.lines]) == ("2026-10", [15])
    assert board.detail is not None
    assert [cell.region_code for cell in board.detail.below] == ["370000"], "6 + 2 are merged"
    assert board.detail.evidence == ()


async def test_only_the_bureau_of_the_region_sees_exact_prices(client: httpx.AsyncClient) -> None:
    await make_prices("90", "91", number="C-2026-000009")
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    await signed_in_client(client, bureau.person_id)
    address = f"/bureau/prices?month=2026-10&task={KEY[0]}&unit={KEY[1]}"
    page = await client.get(address)
    assert page.status_code == 200
    assert "C-2026-000009" in page.text
    assert (await client.get("/bureau/prices?region=140000")).status_code == 404
    file = await client.get(f"{address}&table=evidence&format=csv")
    assert file.text.count("C-2026-000009") == 2
    answer = (await client.get("/api/v1/bureau/prices?month=2026-10")).json()
    assert [(cell["n"], cell["median"]) for cell in answer["cells"]] == [(2, "90.5000")]
    firm = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(client, firm.person_id)
    assert (await client.get("/bureau/prices")).status_code == 403
    public = await client.get("/prices?month=2026-10")
    assert public.status_code == 200
    assert "90.5" not in public.text
