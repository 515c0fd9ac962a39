"""Lots: their sums, the form without script, pasting a table, amending them."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.kit import db
from market.kit.errors import Conflict, InvalidInput
from market.tendering import jobs, lots, questions
from market.tendering.drafts import Step
from market.tendering.models import Job, Lot
from market.tendering.posting_models import JobVersion
from tests.factories import actor, make_organisation, signed_in_client, tendering

pytestmark = pytest.mark.usefixtures("rollback")


def lot(title: str, volume: int, budget_fen: int, **values: Any) -> lots.LotInput:
    return lots.LotInput.model_validate(
        {"title": title, "volume": volume, "budget_fen": budget_fen, **values}
    )


HALVES = [lot("城区", 6000, 120_000_000), lot("高速", 4000, 80_000_000)]


async def lotted(**values: Any) -> tuple[Job, Any]:
    """A draft of 10,000 pictures and two million yuan in two lots."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner, **values)
    await lots.save_lots(job, HALVES, by=owner)
    return job, owner


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([], set()),
        (HALVES, set()),
        ([lot("全部", 10000, 200_000_000)], {"lots"}),
        ([lot("甲", 6000, 120_000_000), lot("乙", 3000, 80_000_000)], {"lots_volume"}),
        ([lot("甲", 6000, 120_000_000), lot("乙", 4000, 1)], {"lots_budget"}),
    ],
)
async def test_lots_make_up_the_whole_job(rows: list[lots.LotInput], fields: set[str]) -> None:
    job = await tendering.make_job()
    assert set(lots.problems_of(job, rows)) == fields


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=50))
@settings(max_examples=25)
def test_any_split_that_sums_is_accepted(parts: list[int]) -> None:
    job = Job(volume=Decimal(sum(parts)), budget_fen=sum(parts) * 100)
    assert lots.problems_of(job, [lot("包", part, part * 100) for part in parts]) == {}


async def test_a_published_job_keeps_its_lots_but_by_amendment() -> None:
    job, owner = await lotted()
    job = await tendering.publish(job, by=owner)
    with pytest.raises(Conflict):
        await lots.save_lots(job, [], by=owner)
    with pytest.raises(InvalidInput) as refusal:
        await jobs.amend_job(job, Step(), new_lots=HALVES[:1], by=owner)
    assert set(refusal.value.fields) == {"lots"}
    moved = [lot("城区", 5000, 120_000_000), lot("高速", 5000, 80_000_000)]
    kept = {row.position: row.id for row in await lots.lots_of(job)}
    amended = await jobs.amend_job(job, Step(), new_lots=moved, by=owner)
    assert amended.version == 2
    assert {row.position: row.id for row in await lots.lots_of(job)} == kept
    version = await JobVersion.get(job=job)
    assert [change["field"] for change in version.changes] == ["lots"]


async def test_lots_that_do_not_sum_keep_a_job_from_being_published() -> None:
    job, owner = await lotted(volume=Decimal(9000))
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(job, by=owner)
    assert set(refusal.value.fields) == {"lots_volume"}


def test_a_pasted_table_is_read_with_or_without_its_heading() -> None:
    typed = "名称\t数量\t预算\t最高单价\n城区\t6,000\t1200000\t90\n高速\t4000\t800000\t\n"
    read = lots.from_rows(lots.pasted(typed))
    assert [row.title for row in read] == ["城区", "高速"]
    assert [row.volume for row in read] == [Decimal(6000), Decimal(4000)]
    assert [row.budget_fen for row in read] == [120_000_000, 80_000_000]
    assert read[1].ceiling_unit_price is None
    assert lots.pasted("城区,6000,1200000") == [
        {"title": "城区", "volume": "6000", "budget_fen": "1200000"}
    ]


def test_a_wrong_row_is_named() -> None:
    with pytest.raises(InvalidInput) as refusal:
        lots.from_rows(
            [{"title": "甲", "volume": "1", "budget_fen": "1"}, {"title": "乙", "volume": "x"}]
        )
    assert set(refusal.value.fields) == {"lot2_volume", "lot2_budget_fen"}


async def test_rows_are_added_removed_and_pasted_without_script(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner)
    await signed_in_client(client, owner.person_id)
    path = f"/jobs/{job.number}/edit/lots"
    assert 'name="lot2_title"' in (await client.get(path)).text
    row = {"lot1_title": "城区", "lot1_volume": "6000", "lot1_budget_fen": "120万"}
    more = await client.post(path, data={**row, "lot2_title": "", "go": "more"})
    assert more.status_code == 200
    assert 'name="lot6_title"' in more.text
    pasted = await client.post(path, data={**row, "paste": "高速\t4000\t800000", "go": "next"})
    assert pasted.headers["location"] == f"/jobs/{job.number}/edit/procedure"
    assert [one.title for one in await Lot.filter(job=job).order_by("position")] == ["城区", "高速"]
    two = {"lot2_title": "高速", "lot2_volume": "4000", "lot2_budget_fen": "800000"}
    await client.post(path, data={**row, **two, "remove": "1"})
    assert [one.title for one in await Lot.filter(job=job)] == ["高速"]
    refused = await client.post(path, data={"lot1_title": "无数量", "go": "next"})
    assert refused.status_code == 422
    assert 'value="无数量"' in refused.text
    assert await Lot.filter(job=job).count() == 1


async def test_the_jobs_page_lists_the_lots_and_offers_each(client: httpx.AsyncClient) -> None:
    job, owner = await lotted()
    await tendering.publish(job, by=owner)
    supplier = await tendering.make_supplier()
    await signed_in_client(client, supplier.person_id)
    page = (await client.get(f"/jobs/{job.number}")).text
    assert "城区" in page
    assert f"/jobs/{job.number}/bids/new?lot=2" in page
    listed = (await client.get(f"/api/v1/jobs/{job.number}/lots")).json()["items"]
    assert [(row["position"], row["budget_fen"]) for row in listed] == [
        (1, 120_000_000),
        (2, 80_000_000),
    ]


async def test_many_lots_and_questions_cost_no_more_queries(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    small = await tendering.published_job(by=owner)
    job = await tendering.make_job(by=owner)
    rows = [lot(f"标段{place}", 500, 10_000_000) for place in range(20)]
    await lots.save_lots(job, rows, by=owner)
    large = await tendering.publish(job, by=owner)
    supplier = await tendering.make_supplier()
    for number in range(15):
        await questions.ask_question(large, f"第 {number} 个问题如何处理？", by=supplier)
    await signed_in_client(client, owner.person_id)
    costs = []
    for shown in (small, large):
        await client.get(f"/jobs/{shown.number}")
        queries = _counting(monkeypatch)
        assert (await client.get(f"/jobs/{shown.number}")).status_code == 200
        costs.append(len(queries))
        monkeypatch.undo()
    assert costs[1] <= costs[0]
    assert costs[0] < 50


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements sent from now on, until the patch is undone."""
    queries: list[str] = []
    connection = type(db.connection())
    for name in ("execute_query", "execute_query_dict"):
        original = getattr(connection, name)

        async def counted(self: Any, query: str, *args: Any, run: Any = original) -> Any:
            queries.append(query)
            return await run(self, query, *args)

        monkeypatch.setattr(connection, name, counted)
    return queries
