"""People for a job's work and datasets for a need: pages and API, who sees them and what they say."""

from typing import Any

import httpx

from market.kit.actor import Actor
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.datasets import make_dataset, make_need
from tests.factories.directory import make_talent
from tests.factories.tendering import published_job
from tests.search.test_pages import drain

SHOWN = ["modalities", "task_types", "skill_level", "years", "region"]


async def test_people_for_a_jobs_work_stand_with_their_reasons(http: httpx.AsyncClient) -> None:
    able = await make_talent(consent=SHOWN)
    junior = await make_talent(consent=SHOWN, skill_level="五级/初级工")
    await make_talent(consent=SHOWN, modalities=["语音"], task_types=["语音转写"])
    await make_talent()
    job = await published_job(
        title="路口点云三维框", modality="点云", task_types=["3D框"], unit="帧",
        min_level="四级",
    )  # fmt: skip
    await drain()
    address = f"/jobs/{job.number}/talents"
    assert (await http.get(address)).status_code == 303
    firm = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(http, firm.person_id)
    page = await http.get(address)
    assert f"/talents/{able.number}" in page.text
    assert "技能等级 三级" in page.text
    assert "1 项任务中可承接 1 项：3D框" in page.text
    assert "需四级及以上，现为五级" in page.text
    assert "另有 1 人从事其他类型的工作" in page.text
    answer = (await http.get(f"/api/v1/jobs/{job.number}/talents")).json()
    assert [one["number"] for one in answer["eligible"]] == [able.number]
    assert [one["number"] for one in answer["refused"]][:1] == [junior.number]
    assert (await http.get("/api/v1/jobs/J-2026-999999/talents")).status_code == 404


async def seller() -> Actor:
    return await actor(await make_organisation(kind="supplier"))


SPEECH: dict[str, Any] = {
    "title": "闽南语客服语音", "summary": "双人客服通话，逐句转写并带时间戳，共五百有效小时。",
    "industry": "商贸流通", "modality": "语音", "task_types": ["语音转写"], "volume": "500",
    "unit": "有效小时", "health_level": None,
}  # fmt: skip


async def test_datasets_on_offer_for_a_need(http: httpx.AsyncClient) -> None:
    by = await seller()
    fitting = await make_dataset(by, **SPEECH)
    other = await make_dataset(by)
    hidden = await make_dataset(by, listed=False, **SPEECH)
    need = await make_need()
    page = await http.get(f"/needs/{need.number}/datasets")
    assert page.status_code == 200
    assert f"/datasets/{fitting.number}" in page.text
    assert "另有 1 个数据集属于其他数据类型" in page.text
    assert hidden.number not in page.text
    answer = (await http.get(f"/api/v1/needs/{need.number}/datasets")).json()
    assert [one["number"] for one in answer["eligible"]] == [fitting.number]
    assert [(one["number"], one["reasons"]) for one in answer["refused"]] == [
        (other.number, ["模态为医学影像，非语音"])
    ]
    whole = await http.get(f"/needs/{need.number}")
    assert f"/needs/{need.number}/datasets" in whole.text
    draft = await make_need(published=False)
    assert (await http.get(f"/needs/{draft.number}/datasets")).status_code == 404
