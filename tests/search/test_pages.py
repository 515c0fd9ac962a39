"""Pages and API of search: what they show, to whom, and what they never show."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.directory.models import SupplierProfile
from market.kit import outbox
from market.kit.actor import Actor
from market.settings import settings
from market.tendering.models import Job
from search import indexing, lists
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier, make_talent
from tests.factories.tendering import make_job, owner_of, published_job


async def drain() -> None:
    await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))


async def medical_job(**values: Any) -> Job:
    """A published job that the factory's supplier fits."""
    return await published_job(
        title="胸部CT肺结节分割", modality="图像", task_types=["关键点"],
        unit="例", **values,
    )  # fmt: skip


async def firm_of(profile: SupplierProfile) -> Organisation:
    return await Organisation.get(id=profile.organisation_id)


async def test_results_show_every_kind_with_counts_and_chips(http: httpx.AsyncClient) -> None:
    supplier = await firm_of(await make_supplier())
    job = await medical_job()
    await make_job(title="未发布的肺结节草稿")
    await drain()
    page = await http.get("/search", params={"q": "济南 肺结节"})
    assert page.status_code == 200
    assert f"/jobs/{job.number}" in page.text
    assert f"/suppliers/{supplier.number}" in page.text
    assert "<mark>肺结节</mark>" in page.text
    assert "山东省济南市" in page.text
    assert "未发布的肺结节草稿" not in page.text


async def test_a_chip_can_be_taken_away_and_brought_back(http: httpx.AsyncClient) -> None:
    supplier = await firm_of(await make_supplier())
    await drain()
    asked = {"q": "北京 肺结节", "kind": "suppliers"}
    none = await http.get("/search", params=asked)
    assert supplier.name not in none.text
    assert "去掉“北京市”：1 条" in none.text
    found = await http.get("/search", params={**asked, "without": "region:110000"})
    assert supplier.name in found.text
    assert "未采用：" in found.text


async def test_facets_narrow_the_list(http: httpx.AsyncClient) -> None:
    here = await firm_of(await make_supplier())
    there = await firm_of(
        await make_supplier(organisation_values={"region_code": "140200", "name": "云州标注"})
    )
    await drain()
    page = await http.get("/search", params={"q": "肺结节", "kind": "suppliers"})
    assert here.name in page.text
    assert there.name in page.text
    narrowed = await http.get(
        "/search", params={"q": "肺结节", "kind": "suppliers", "regions": "140000"}
    )
    assert here.name not in narrowed.text
    assert there.name in narrowed.text


async def test_an_empty_answer_says_what_to_do(http: httpx.AsyncClient) -> None:
    page = await http.get("/search", params={"q": "完全没有的东西"})
    assert page.status_code == 200
    assert "没有找到结果" in page.text


async def test_nonsense_in_the_address_is_ignored(http: httpx.AsyncClient) -> None:
    page = await http.get("/search?kind=firms&page=x&without=&regions=%00&q=" + "长" * 3000)
    assert page.status_code == 200


async def test_before_there_is_an_index_the_page_asks_for_patience(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    page = await client.get("/search", params={"q": "肺结节"})
    assert page.status_code == 503
    assert "请稍后再试" in page.text


async def test_matched_jobs_say_what_fits_and_what_is_missing(http: httpx.AsyncClient) -> None:
    profile = await make_supplier()
    fits = await medical_job()
    misses = await medical_job(required_certs=["TISAX"])
    await drain()
    by = await actor(await firm_of(profile))
    await signed_in_client(http, by.person_id)
    page = await http.get("/matched-jobs")
    assert page.status_code == 200
    eligible, _, refused = page.text.partition("暂不符合")
    assert fits.number in eligible
    assert misses.number in refused
    assert "缺少 TISAX" in refused
    fit = await http.get(f"/jobs/{misses.number}/fit")
    assert "有要求未满足" in fit.text
    assert "<html" not in fit.text


async def test_matched_jobs_are_for_suppliers(http: httpx.AsyncClient) -> None:
    assert (await http.get("/matched-jobs")).status_code == 303
    buyer = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, buyer.person_id)
    assert (await http.get("/matched-jobs")).status_code == 403


async def test_a_supplier_without_profile_is_led_to_it(http: httpx.AsyncClient) -> None:
    by = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(http, by.person_id)
    page = await http.get("/matched-jobs")
    assert "能力档案为空" in page.text


async def test_only_the_owner_sees_who_could_do_a_job(http: httpx.AsyncClient) -> None:
    profile = await make_supplier()
    job = await medical_job()
    await drain()
    owner = await owner_of(job)
    stranger = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, stranger.person_id)
    assert (await http.get(f"/jobs/{job.number}/suppliers")).status_code == 404
    assert (await http.get(f"/api/v1/jobs/{job.number}/matches")).status_code == 404
    await signed_in_client(http, owner.person_id)
    firm = await firm_of(profile)
    page = await http.get(f"/jobs/{job.number}/suppliers")
    assert firm.name in page.text
    part = await http.get(f"/jobs/{job.number}/suppliers", params={"fragment": 1})
    assert firm.name in part.text
    assert "<html" not in part.text
    whole = await http.get(f"/jobs/{job.number}")
    assert f'data-fragment="/jobs/{job.number}/suppliers?fragment=1"' in whole.text


async def test_the_preview_follows_what_is_typed_and_saves_nothing(
    http: httpx.AsyncClient,
) -> None:
    await make_supplier()
    job = await make_job(title="肺结节标注", modality="", task_types=[])
    await drain()
    owner = await owner_of(job)
    await signed_in_client(http, owner.person_id)
    empty = await http.get(f"/jobs/{job.number}/preview")
    assert "填写数据类型或标注任务后" in empty.text
    typed = {
        "title": "济南 驻场 胸部CT肺结节分割", "summary": "需等保三级", "modality": "图像",
        "task_types": ["关键点"], "industry": "没有的行业",
    }  # fmt: skip
    shown = await http.post(f"/jobs/{job.number}/preview?step=subject", data=typed)
    assert shown.status_code == 200
    assert "1 家供给方符合要求" in shown.text
    for chip in ("山东省济南市", "驻场", "等保三级"):
        assert chip in shown.text
    assert (await Job.get(id=job.id)).title == "肺结节标注"
    stranger = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, stranger.person_id)
    assert (await http.get(f"/jobs/{job.number}/preview")).status_code == 404


async def test_the_weights_are_public(http: httpx.AsyncClient) -> None:
    page = await http.get("/search/weights")
    assert page.status_code == 200
    assert "文字相关度" in page.text
    assert "2026-11-21" in page.text
    assert "目前没有生效的地区倾斜" in page.text


async def test_a_regional_preference_is_said(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "preferred_region", "370000")
    page = await http.get("/search/weights")
    assert "现行地区倾斜：山东省的供应商在匹配需求时加 5 分" in page.text
    supplier = await lists.document_of_supplier((await make_supplier()).organisation_id)
    assert supplier is not None
    job = await lists.document_of_job(await medical_job())
    (match,) = lists.weigh(job, supplier).eligible
    assert match.parts["preference"] == 1.0


async def test_the_api_searches_and_explains(http: httpx.AsyncClient) -> None:
    firm = await firm_of(await make_supplier())
    await make_talent(consent=["task_types", "modalities"])
    await drain()
    answer = (await http.get("/api/v1/search", params={"q": "济南 肺结节"})).json()
    (hit,) = answer["hits"]
    assert (hit["number"], hit["title"], hit["external_id"]) == (firm.number, firm.name, None)
    assert hit["reasons"] == ["匹配：肺结节", "满足：山东省济南市"]
    assert [one["token"] for one in answer["constraints"]] == ["region:370100"]
    assert (answer["total"], answer["is_degraded"]) == (1, False)
    people = (await http.get("/api/v1/search", params={"q": "点云", "kind": "talents"})).json()
    assert [one["title"] for one in people["hits"]] == ["周**"]
    wrong = await http.get("/api/v1/search", params={"kind": "firms"})
    assert wrong.status_code == 422
    assert list(wrong.json()["errors"]) == ["kind"]


async def test_the_api_matches_both_ways(http: httpx.AsyncClient) -> None:
    profile = await make_supplier()
    job, other = await medical_job(), await medical_job(required_certs=["TISAX"])
    await drain()
    firm = await firm_of(profile)
    seller: Actor = await actor(firm)
    await signed_in_client(http, seller.person_id)
    answer = (await http.get(f"/api/v1/suppliers/{firm.number}/matches")).json()
    assert [one["number"] for one in answer["eligible"]] == [job.number]
    assert [(one["number"], one["reasons"]) for one in answer["refused"]] == [
        (other.number, ["缺少 TISAX"])
    ]
    assert (await http.get("/api/v1/suppliers/O-2026-999999/matches")).status_code == 404
    owner = await owner_of(job)
    await signed_in_client(http, owner.person_id)
    mine = (await http.get(f"/api/v1/jobs/{job.number}/matches")).json()
    assert [one["number"] for one in mine["eligible"]] == [firm.number]
    assert set(mine["eligible"][0]["parts"]) >= {"relevance", "tasks", "price", "proximity"}
    assert mine["weights_version"] == "2026-11-21"
