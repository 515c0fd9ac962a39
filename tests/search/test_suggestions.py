"""Suggestions while typing, records like one, what the page of weights says, and which jobs stand first."""

import re
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.directory.models import SupplierProfile
from market.kit import outbox
from search import disclosure, firm_names, indexing, query_log, suggestions
from search.discovery import _open_first
from search.engine import Hit
from search.lexicon import extend
from search.query_log import Asked
from search.suggestions import SuggestionKind
from search.weights import LABELS, weights
from tests.factories.directory import make_supplier, make_talent
from tests.factories.tendering import make_job, published_job


@pytest.fixture(autouse=True)
def _no_names_of_other_tests() -> None:
    firm_names.forget()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("语义分", "语义分割"),
        ("yuyifenge", "语义分割"),
        ("yyfg", "语义分割"),
        ("semantic seg", "语义分割"),
        ("语義分", "语义分割"),
        ("济", "济南"),
        ("济南 语义分", "济南 语义分割"),
    ],
)
async def test_words_are_found_by_their_forms(rollback: None, typed: str, expected: str) -> None:
    texts = [one.text for one in await suggestions.suggested(typed)]
    assert expected in texts
    assert len(texts) <= suggestions.MOST


@pytest.mark.parametrize("typed", ["", " ", "x", "%", "\0", "长" * 300])
async def test_too_little_or_nonsense_suggests_nothing(rollback: None, typed: str) -> None:
    assert await suggestions.suggested(typed) == []


async def test_words_of_the_operators_dictionary_are_suggested(rollback: None) -> None:
    extend(1, [("synonyms", "水下声呐", ("声纳",))])
    try:
        texts = [one.text for one in await suggestions.suggested("shuixiasheng")]
    finally:
        extend(0, [])
    assert texts == ["水下声呐"]
    assert await suggestions.suggested("shuixiasheng") == []


async def named(typed: str) -> list[str]:
    found = await suggestions.suggested(typed)
    return [one.text for one in found if one.kind == SuggestionKind.ORGANISATION]


async def test_only_listed_suppliers_are_named(rollback: None) -> None:
    listed = await make_supplier(organisation_values={"name": "云州标注科技"})
    await make_supplier(organisation_values={"name": "云州未公开科技"}, published=False)
    firm = await Organisation.get(id=listed.organisation_id)
    assert await named("云州") == [firm.name]
    assert await named("州标注") == [firm.name]
    assert await named("云州标注科技有限") == []


async def test_names_in_memory_follow_the_database(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await make_supplier(organisation_values={"name": "云州甲标注"})
    assert await named("云州") == [await name_of(first)]
    second = await make_supplier(organisation_values={"name": "云州乙标注"})
    await Organisation.filter(id=first.organisation_id).update(name="云州丙标注")
    await SupplierProfile.filter(id=second.id).update(summary="别的")
    await outbox.record("supplier.changed", organisation=first.organisation_id)
    await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))
    monkeypatch.setattr(firm_names, "_next_look", 0.0)
    for newer in (500, 0):  # searched one by one, and as part of the text
        monkeypatch.setattr(firm_names, "_NEWER", newer)
        monkeypatch.setattr(firm_names, "_next_look", 0.0)
        assert await named("云州") == [await name_of(first), await name_of(second)]
        assert await named("云州甲") == []
    await SupplierProfile.filter(id=first.id).update(published_at=None)
    assert await named("云州") == [await name_of(second)], "one that has left is named no more"


async def name_of(profile: SupplierProfile) -> str:
    return (await Organisation.get(id=profile.organisation_id)).name


async def test_what_many_have_asked_is_shown_to_others(rollback: None) -> None:
    for number in range(12):
        asked = Asked("肺结节 三维", "jobs", [], "embedded", 3, 1.0)
        await query_log.note(asked, f"firm {number}")
    await query_log.note(Asked("肺结节 独家", "jobs", [], "embedded", 3, 1.0), "firm 1")
    texts = [one.text for one in await suggestions.suggested("肺结节")]
    assert texts[0] == "肺结节 三维"
    assert "肺结节 独家" not in texts


async def test_the_address_answers_json_that_browsers_keep(http: httpx.AsyncClient) -> None:
    answer = await http.get("/search/suggestions", params={"q": "yyfg"})
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert {"text": "语义分割", "kind": "词表"} in answer.json()["suggestions"]
    page = await http.get("/search", params={"q": "点云"})
    assert page.text.count('data-suggest="/search/suggestions"') == 2
    api = await http.get("/api/v1/search/suggestions", params={"q": "yyfg"})
    assert {"text": "语义分割", "kind": "word"} in api.json()["items"]


async def test_similar_records_stand_on_each_page(http: httpx.AsyncClient) -> None:
    firm = await Organisation.get(id=(await make_supplier()).organisation_id)
    other = await Organisation.get(id=(await make_supplier()).organisation_id)
    job, like = await published_job(), await published_job(title="高速公路图像拉框标注")
    talent = await make_talent(consent=["task_types", "modalities"])
    draft = await make_job()
    await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))
    for kind, number, page, expected in (
        ("suppliers", firm.number, f"/suppliers/{firm.number}", other.name),
        ("jobs", job.number, f"/jobs/{job.number}", like.number),
        ("talents", talent.number, f"/talents/{talent.number}", "目前没有相似的公开记录"),
    ):
        part = f"/search/similar/{kind}/{number}"
        assert f'data-fragment="{part}?fragment=1"' in (await http.get(page)).text
        shown = await http.get(part, params={"fragment": 1})
        assert expected in shown.text
        assert "<html" not in shown.text
        assert "/search/weights" in shown.text
    api = (await http.get(f"/api/v1/search/similar/jobs/{job.number}")).json()
    assert [one["number"] for one in api["items"]] == [like.number]
    assert (await http.get(f"/search/similar/jobs/{draft.number}")).status_code == 404
    assert (await http.get(f"/search/similar/firms/{firm.number}")).status_code == 404


async def test_the_page_of_weights_tells_all(http: httpx.AsyncClient) -> None:
    page = await http.get("/search/weights")
    assert "无付费排名" in page.text
    assert disclosure.versions()[0].version in page.text
    assert f'href="{"/search/weights"}"' in (await http.get("/suppliers")).text
    assert weights().version in {one.version for one in disclosure.versions()}
    assert set(disclosure.MEANINGS) == set(LABELS)


def hit(key: str, score: float, status: str) -> Hit:
    return Hit(key, score, {"status": status})


def test_open_jobs_stand_before_closed_ones_about_as_relevant() -> None:
    hits = [
        hit("closed", 1.0, "completed"), hit("open", 0.7, "open_bidding"),
        hit("far", 0.5, "awarded"), hit("asks", 0.6, "open_enquiries"), hit("late", 0.2, "open_bidding"),
    ]  # fmt: skip
    assert [one.id for one in _open_first(hits)] == ["open", "asks", "far", "closed", "late"]
    assert _open_first([]) == []


async def test_a_chosen_status_or_order_is_kept(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr("search.discovery._open_first", lambda hits: calls.append(hits) or hits)
    for query in ("kind=jobs&q=点云", "kind=jobs&q=点云&status=completed", "kind=suppliers&q=点云"):
        assert (await http.get(f"/search?{query}")).status_code == 200
    assert len(calls) == 2  # the jobs shown, and the jobs behind the suppliers' tab


async def test_results_and_matches_are_files_too(http: httpx.AsyncClient) -> None:
    await published_job(title="<b>图像</b>拉框")
    await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))
    page = await http.get("/search", params={"q": "图像", "kind": "jobs"})
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text
    assert re.search(r'href="[^"]*format=xlsx[^"]*"', page.text)
    rows = (
        await http.get("/search", params={"q": "图像", "kind": "jobs", "format": "json"})
    ).json()
    (row,) = rows["rows"]
    assert (row["名称或标题"], row["预算（元）"]) == ("<b>图像</b>拉框", "2000000.00")
    assert row["命中原因"].startswith("匹配：图像")
