"""The list of jobs: filters, counts, order, pages, files, and how many queries it costs."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.kit import db
from market.tendering import access, listing
from market.tendering.models import Job
from tests.factories import actor, make_organisation, tendering


async def three_jobs() -> list[Job]:
    """Two in Shandong, one in Jiangsu; one of them speech."""
    jinan = await actor(await make_organisation(kind="demand", region_code="370102"))
    nanjing = await actor(await make_organisation(kind="demand", region_code="320100"))
    return [
        await tendering.published_job(by=jinan, title="甲 拉框"),
        await tendering.published_job(by=jinan, title="乙 拉框", budget_fen=3_000_000_00),
        await tendering.published_job(
            by=nanjing, title="丙 转写", modality="语音", task_types=["语音转写"], unit="有效小时"
        ),
    ]


@pytest.mark.usefixtures("rollback")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, ["丙 转写", "乙 拉框", "甲 拉框"]),
        ({"q": "拉框"}, ["乙 拉框", "甲 拉框"]),
        ({"modality": ["语音"]}, ["丙 转写"]),
        ({"region": ["370000"]}, ["乙 拉框", "甲 拉框"]),
        ({"region": ["320000", "370000"], "unit": ["张"]}, ["乙 拉框", "甲 拉框"]),
        ({"status": ["awarded"]}, []),
        ({"sort": "budget"}, ["乙 拉框", "丙 转写", "甲 拉框"]),
    ],
)
async def test_filters_and_order(query: dict[str, object], titles: list[str]) -> None:
    await three_jobs()
    wanted = listing.JobQuery.model_validate(query)
    found = await wanted.jobs().order_by(*listing.ORDERS[wanted.sort])
    assert [job.title for job in found] == titles


@pytest.mark.usefixtures("rollback")
async def test_counts_follow_every_change() -> None:
    jobs = await three_jobs()
    found = await listing.counts(listing.JobQuery(), await listing.newest_change())
    assert found["region"] == {"370000": 2, "320000": 1}
    assert found["modality"] == {"图像": 2, "语音": 1}
    await tendering.open_bids(jobs[0])
    found = await listing.counts(listing.JobQuery(), await listing.newest_change())
    assert found["status"] == {"open_bidding": 2, "unsuccessful": 1}


async def test_drafts_are_not_listed(client: httpx.AsyncClient) -> None:
    await tendering.make_job(title="未发布的草稿")
    page = await client.get("/jobs")
    assert page.status_code == 200
    assert "未发布的草稿" not in page.text


async def test_the_page_shows_facets_chips_and_an_empty_state(client: httpx.AsyncClient) -> None:
    await three_jobs()
    page = (await client.get("/jobs", params={"region": "370000", "sort": "deadline"})).text
    assert "甲 拉框" in page
    assert "丙 转写" not in page
    assert 'href="/jobs?sort=deadline"' in page  # taking the region away keeps the order
    empty = (await client.get("/jobs", params={"q": "没有这样的任务"})).text
    assert "没有符合条件的需求" in empty


async def test_a_changed_job_is_rendered_anew(client: httpx.AsyncClient) -> None:
    job, *_ = await three_jobs()
    assert "甲 拉框" in (await client.get("/jobs")).text
    job.title = "丁 拉框"
    await job.save(update_fields=["title"])
    page = (await client.get("/jobs")).text
    assert "丁 拉框" in page
    assert "甲 拉框" not in page


async def test_a_warm_page_costs_two_queries(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three_jobs()
    await client.get("/jobs")
    queries: list[str] = []
    connection = type(db.connection())
    for name in ("execute_query", "execute_query_dict"):
        original = getattr(connection, name)

        async def counted(self: Any, query: str, *args: Any, run: Any = original) -> Any:
            queries.append(query)
            return await run(self, query, *args)

        monkeypatch.setattr(connection, name, counted)
    await client.get("/jobs")
    assert len([query for query in queries if re.search(r'FROM "?jobs\b', query)]) == 2


async def test_files_hold_what_is_seen_and_run_no_formula(client: httpx.AsyncClient) -> None:
    await three_jobs()
    owner = await actor(await make_organisation(kind="demand"))
    await tendering.published_job(
        by=owner, title="=HYPERLINK(1)", ceiling_unit_price=Decimal("0.035")
    )
    answer = await client.get("/jobs", params={"format": "csv", "q": "HYPERLINK"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    assert "0.0350" in lines[1]
    book = await client.get("/jobs", params={"format": "xlsx"})
    assert book.content.startswith(b"PK")
    assert (await client.get("/jobs", params={"format": "pdf"})).status_code == 422


@pytest.mark.parametrize("sort", ["newest", "deadline", "budget"])
async def test_the_written_query_equals_the_built_one(rollback: None, sort: listing.Sort) -> None:
    await three_jobs()
    built = (
        await access.published_jobs().order_by(*listing.ORDERS[sort]).values_list("id", flat=True)
    )
    assert [key[0] for key in await listing._keys(listing.JobQuery(sort=sort), 0)] == built
    assert [key[0] for key in await listing._keys(listing.JobQuery(sort=sort), 2)] == built[2:]
