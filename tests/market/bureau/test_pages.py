"""The desk over HTTP: who sees which region, and that pages, files and the API say the same."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from market.accounts.scopes import SCOPES
from market.bureau import exports
from market.bureau.api import operations
from market.bureau.facts import record_event
from market.bureau.models import TradeFact
from market.bureau.publication import quarter_name, quarters
from market.kit import clock, outbox
from market.kit.db import month_of
from market.kit.outbox import OutboxMessage
from market.tendering.models import Job
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.bureau import make_fact
from tests.factories.orders import make_order

CITY_A, CITY_B, PROVINCE = "370100", "370200", "370000"
SCOPED = (
    "/bureau/overview", "/bureau/deals", "/bureau/contracts", "/bureau/regions", "/bureau/prices",
    "/bureau/targets", "/bureau/indicators", "/bureau/indicators/TX-contracted", "/bureau/flows",
    "/bureau/activities", "/bureau/indicators/EN-lead",
)  # fmt: skip


async def signed_in(
    client: httpx.AsyncClient, kind: str, region_code: str = CITY_A, *, verified: bool = True
) -> httpx.AsyncClient:
    organisation = await make_organisation(kind=kind, region_code=region_code, verified=verified)
    return await signed_in_client(client, (await actor(organisation)).person_id)


async def two_cities() -> None:
    """A deal within each city of the province, and one of another province."""
    for code, fen in ((CITY_A, 100), (CITY_B, 2_000), ("510100", 40_000)):
        await make_fact(region_code=code, supplier_region_code=code, amount_fen=fen)


def table_of(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("kind", "region_code", "seen"),
    [
        ("bureau", CITY_A, 100),
        ("bureau", CITY_B, 2_000),
        ("bureau", PROVINCE, 2_100),
        ("operator", CITY_A, 42_100),
    ],
)
async def test_a_bureau_sees_its_own_region_and_below(
    client: httpx.AsyncClient, kind: str, region_code: str, seen: int
) -> None:
    await two_cities()
    await signed_in(client, kind, region_code)
    answer = (await client.get("/api/v1/statistics/trade")).json()
    assert answer["total"]["contracted"]["amount_fen"] == seen
    rows = table_of(await client.get("/bureau/deals?format=csv"))
    assert sum(round(float(row["金额（元）"]) * 100) for row in rows) == seen


@pytest.mark.parametrize(("region", "status"), [(CITY_A, 200), (CITY_B, 404), (PROVINCE, 404)])
async def test_another_region_is_not_found(
    client: httpx.AsyncClient, region: str, status: int
) -> None:
    await two_cities()
    await signed_in(client, "bureau", CITY_A)
    for path in (*SCOPED, "/api/v1/statistics/trade"):
        assert (await client.get(path, params={"region": region})).status_code == status, path


async def test_a_supplier_at_home_is_seen_on_the_supply_side(client: httpx.AsyncClient) -> None:
    await make_fact(region_code=CITY_A, supplier_region_code=CITY_B, amount_fen=500)
    await signed_in(client, "bureau", CITY_B)
    for side, seen in (("demand", 0), ("supply", 500)):
        answer = (await client.get("/api/v1/statistics/trade", params={"side": side})).json()
        assert answer["total"]["contracted"]["amount_fen"] == seen


@pytest.mark.parametrize("kind", ["demand", "supplier", "base", "service"])
async def test_the_desk_is_not_for_the_market(client: httpx.AsyncClient, kind: str) -> None:
    await two_cities()
    await signed_in(client, kind)
    for path in (*SCOPED, "/operator/audit", "/operator/outbox", "/api/v1/statistics/trade"):
        assert (await client.get(path)).status_code == 403, path


async def test_a_bureau_not_verified_sees_nothing(client: httpx.AsyncClient) -> None:
    await signed_in(client, "bureau", verified=False)
    assert (await client.get("/bureau/overview")).status_code == 403


async def test_a_stranger_is_asked_to_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/bureau/overview")).status_code == 303
    assert (await client.get("/api/v1/statistics/trade")).status_code == 401


async def test_every_page_of_the_desk_opens(client: httpx.AsyncClient) -> None:
    await two_cities()
    await signed_in(client, "bureau", PROVINCE)
    for path in SCOPED:
        for period in ("month", "quarter", "custom"):
            response = await client.get(path, params={"period": period, "industry": "healthcare"})
            assert response.status_code == 200, path
            assert "山东省" in response.text


async def test_page_file_and_api_give_the_same_digits(client: httpx.AsyncClient) -> None:
    for code, fen in ((CITY_A, 123_456_789), (CITY_B, 1_000_001)):
        await make_fact(region_code=code, amount_fen=fen)
    await signed_in(client, "bureau", PROVINCE)
    page = (await client.get("/bureau/overview")).text
    rows = table_of(await client.get("/bureau/overview?format=csv&table=regions"))
    query = {"by": "region"}
    answer = (await client.get("/api/v1/statistics/trade", params=query)).json()
    assert [(row["地区"], row["签约额（元）"]) for row in rows] == [
        ("济南市", "1234567.89"),
        ("青岛市", "10000.01"),
    ]
    assert {cell["code"]: cell["contracted"]["amount_fen"] for cell in answer["cells"]} == {
        CITY_A: 123_456_789,
        CITY_B: 1_000_001,
    }
    for digits in ("1,234,567.89", "10,000.01"):
        assert f">{digits}</data>" in page


async def test_a_table_the_page_has_not_is_not_found(client: httpx.AsyncClient) -> None:
    await signed_in(client, "operator")
    response = await client.get("/bureau/overview?format=csv&table=secrets")
    assert response.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"period": "custom", "first": "2026-03", "last": "2026-01"},
        {"period": "custom", "first": "2026-13"},
        {"period": "fortnight"},
        {"industry": "alchemy"},
        {"side": "both"},
    ],
)
async def test_an_impossible_filter_is_refused(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    await signed_in(client, "operator")
    assert (await client.get("/bureau/overview", params=query)).status_code == 422
    assert (await client.get("/api/v1/statistics/trade", params=query)).status_code == 422


async def counted_contract() -> str:
    deal = await make_order()
    await outbox.drain({"contract.activated": (record_event,)})
    return str(deal.contract.number)


async def test_a_contract_shows_its_evidence_to_its_own_bureau(client: httpx.AsyncClient) -> None:
    number = await counted_contract()
    await signed_in(client, "bureau", CITY_A)
    page = await client.get(f"/bureau/contracts/{number}")
    assert page.status_code == 200
    assert "济南市第一人民医院" in page.text
    assert "240,000.00" in page.text
    (row,) = table_of(await client.get("/bureau/contracts?format=csv"))
    assert (row["合同"], row["供给方"]) == (number, "山东明眸数据标注有限公司")
    await signed_in(client, "bureau", CITY_B)
    assert (await client.get(f"/bureau/contracts/{number}")).status_code == 404


def in_the_last_quarter() -> dt.datetime:
    month = quarters()[0].first
    return clock.now().replace(year=int(month[:4]), month=int(month[5:]), day=10)


async def published(
    client: httpx.AsyncClient, **query: str
) -> dict[str, dict[str, tuple[int, int]]]:
    answer = (await client.get("/api/v1/statistics/public", params=query)).json()
    return {
        table["name"]: {
            cell["code"]: (cell["contracts"], cell["amount_fen"]) for cell in table["cells"]
        }
        for table in answer["tables"]
    }


async def test_the_public_page_shows_no_small_cell(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    at = in_the_last_quarter()
    for n in range(6):
        await make_fact(at=at, region_code=CITY_A, amount_fen=1_000 + n)
    await make_fact(at=at, region_code="510100", amount_fen=77_777)
    for n in range(4):
        await make_fact(at=at, region_code="320100", amount_fen=50_000 + n)
    await make_fact(region_code=CITY_A, amount_fen=9_999_999)  # the quarter under way
    tables = await published(client)
    assert tables["provinces"] == {"370000": (6, 6_015), "other": (5, 277_783)}
    assert tables["months"] == {month_of(at): (11, 283_798)}
    page = (await client.get("/statistics")).text
    assert "60.15" in page
    assert "777.77" not in page
    assert await exports.export_public_facts(tmp_path)
    with (tmp_path / exports.FILE_NAME).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == "provinces"]
    assert [(row["code"], row["contracts"], row["amount_yuan"]) for row in rows] == [
        ("370000", "6", "60.15"),
        ("other", "5", "2777.83"),
    ]


async def test_cities_are_published_only_of_a_province_that_stands_alone(
    client: httpx.AsyncClient,
) -> None:
    at = in_the_last_quarter()
    for code, count in ((CITY_A, 6), (CITY_B, 2), ("320100", 5), ("140200", 4), ("510100", 1)):
        for _n in range(count):
            await make_fact(at=at, region_code=code, amount_fen=100)
    assert await published(client, region="370000") == {"cities": {"other": (8, 800)}}
    assert await published(client, region="320000") == {"cities": {"320100": (5, 500)}}
    for region, quarter in (
        ("140000", ""),
        (CITY_A, ""),
        ("", quarter_name(quarters()[-1])[:-1] + "9"),
    ):
        query = {"region": region, "quarter": quarter}
        assert (await client.get("/statistics", params=query)).status_code == 404


async def test_a_change_without_a_contract_does_not_show_in_the_difference(
    client: httpx.AsyncClient,
) -> None:
    at = in_the_last_quarter()
    for n in range(12):
        await make_fact(at=at, region_code=CITY_A if n < 7 else "320100", amount_fen=100)
    contract = uuid4()
    await make_fact(at=at, region_code="510100", contract_id=contract, amount_fen=-33)
    tables = await published(client)
    assert tables["provinces"] == {"370000": (7, 700), "other": (5, 467)}


async def test_nothing_is_published_below_five_contracts(client: httpx.AsyncClient) -> None:
    await make_fact(at=in_the_last_quarter())
    assert await TradeFact.all().count() == 1
    assert set(map(len, (await published(client)).values())) == {0}


async def logged(client: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    response = await client.get("/operator/audit", params={"format": "json", **params})
    rows: list[dict[str, Any]] = response.json()["rows"]
    return rows


async def test_the_audit_page_names_no_bidder_before_the_opening(
    client: httpx.AsyncClient,
) -> None:
    job = await tendering.published_job()
    bid = await tendering.place_bid(job)
    await signed_in(client, "operator")
    assert await logged(client, noun="Bid") == []
    assert bid.number not in (await client.get("/operator/audit")).text
    await tendering.open_bids(job)
    assert {entry["编号"] for entry in await logged(client, noun="Bid")} == {bid.number}
    await Job.filter(id=job.id).update(opened_at=None)
    assert await logged(client, noun="Bid") == []


async def test_the_audit_page_filters(client: httpx.AsyncClient) -> None:
    number = await counted_contract()
    await signed_in(client, "operator")
    actions = {entry["操作"] for entry in await logged(client, number=number)}
    assert actions == {"drafted", "signed", "status:active"}
    assert await logged(client, number=number, action="refused") == []
    assert await logged(client, last="2020-01-01") == []


async def dead_letter() -> OutboxMessage:
    await outbox.record("member.invited", invitation="1", token="open sesame")
    message = await OutboxMessage.get(topic="member.invited")
    message.dead_at, message.attempts, message.last_error = clock.now(), 10, "no route to host"
    await message.save()
    return message


async def test_a_dead_letter_is_seen_and_tried_again(client: httpx.AsyncClient) -> None:
    message = await dead_letter()
    await signed_in(client, "operator")
    page = (await client.get("/operator/outbox")).text
    assert "no route to host" in page
    assert "open sesame" not in page
    response = await client.post(f"/operator/outbox/{message.id}/retry")
    assert response.status_code == 303
    fresh = await OutboxMessage.get(id=message.id)
    assert (fresh.dead_at, fresh.attempts) == (None, 0)
    assert (await client.post(f"/operator/outbox/{message.id}/retry")).status_code == 404


async def test_only_the_operator_tries_again(client: httpx.AsyncClient) -> None:
    message = await dead_letter()
    await signed_in(client, "bureau")
    assert (await client.post(f"/operator/outbox/{message.id}/retry")).status_code == 403
    assert (await OutboxMessage.get(id=message.id)).attempts == 10


def test_every_operation_needs_a_known_scope_or_is_public() -> None:
    assert [(op.path, op.scope, op.public) for op in operations] == [
        ("/statistics/trade", "bureau:read", False),
        ("/statistics/public", "", True),
        ("/indicators", "", True),
        ("/statistics/indicators", "bureau:read", False),
        ("/indicators/{code}/reports", "bureau:write", False),
    ]
    assert "bureau:read" in SCOPES
