"""Eligibility with its reasons, ranking by the disclosed weights, both directions."""

from typing import Any, cast

import pytest

from market.kit.i18n import translations
from search.documents import DatasetDocument, JobDocument, SupplierDocument, TalentDocument
from search.eligibility import daily_need, refusals
from search.embedded_engine import EmbeddedEngine
from search.example_records import documents_of
from search.matching import (
    candidates,
    match_datasets,
    match_jobs,
    match_suppliers,
    match_talents,
)
from search.weights import weights
from tests.search.conftest import fill


def in_chinese(msgid: str, **params: object) -> str:
    return translations("zh_CN").gettext(msgid) % params


@pytest.fixture
def job(records: dict[str, Any]) -> JobDocument:
    """J01: 胸部CT肺结节分割, on site in a hospital."""
    return cast(JobDocument, documents_of(records)["jobs"][0])


@pytest.fixture
def supplier(records: dict[str, Any]) -> SupplierDocument:
    """S01, which satisfies every requirement of J01."""
    return cast(SupplierDocument, documents_of(records)["suppliers"][0])


def reasons(job: JobDocument, supplier: SupplierDocument) -> list[str]:
    return [reason.text(in_chinese) for reason in refusals(job, supplier)]


def test_a_fitting_supplier_is_not_refused(job: JobDocument, supplier: SupplierDocument) -> None:
    assert reasons(job, supplier) == []


@pytest.mark.parametrize(
    ("job_changes", "supplier_changes", "expected"),
    [
        ({}, {"suspended": True}, ["供给方已被暂停"]),
        ({}, {"related_parties": ["12370100DEMX0201XM"]}, ["与需求方存在关联关系"]),
        ({"invited": ["S09"]}, {}, ["邀请招标，未在受邀名单"]),
        ({"modality": "视频"}, {}, ["无视频能力"]),
        ({"task_types": ["红队对抗"], "industry": "科技创新"}, {}, ["不承接所需任务：红队对抗"]),
        (
            {"place": "本市", "place_region_code": "140200"}, {},
            ["须在山西省大同市，现在山东省济南市历下区"],
        ),
        ({"place": "本省", "place_region_code": "370000"}, {}, []),
        ({}, {"security": {"in_hospital": False}}, ["不支持院内作业"]),
        ({"owner_is_hospital": False}, {"security": {"in_hospital": False}}, []),
        ({}, {"security": {"onsite": False}}, ["不支持驻场"]),
        ({"certs": ["等保四级"]}, {}, ["缺少 等保四级（现有等保三级）"]),
        ({"certs": ["ISO9001"]}, {}, ["缺少 ISO 9001"]),
        ({"certs": ["保密资格"]}, {}, ["缺少 保密资格"]),
        ({"data_grade": "重要数据"}, {}, ["不可处理重要数据"]),
        ({"health_level": 5}, {}, ["需处理健康医疗数据第 5 级，现获准至第 4 级"]),
        ({"xinchuang": True}, {}, ["缺少信创环境"]),
        ({}, {"security": {"vlan_isolation": False}}, ["缺少 VLAN 隔离"]),
        ({"cctv_months": 12}, {}, ["监控录像须留存 12 个月，现为 6 个月"]),
        ({"min_staff": 73}, {}, ["需三级及以上 73 人，现有 72 人（含专家 26 人）"]),
        ({"min_staff": 72}, {}, []),
        ({"min_level": "", "min_staff": 221}, {}, ["需 221 人，现有 220 人"]),
        ({}, {"annotator_types": ["专业标注员"]}, ["缺少行业领域专家"]),
        (
            {"annotator_type": "专业标注员", "min_staff": 1}, {"annotator_types": [], "levels": {}},
            ["缺少专业标注员"],
        ),
        ({"quantity": 30_000.0}, {}, ["每日需 180.7 例，空闲产能 180"]),
        ({}, {"load": {"例": 170.0}}, ["每日需 18.1 例，空闲产能 10"]),
        ({"quantity": 1e9, "starts_on": ""}, {}, []),
    ],
)  # fmt: skip
def test_each_hard_requirement_refuses_with_its_reason(
    job: JobDocument,
    supplier: SupplierDocument,
    job_changes: dict[str, Any],
    supplier_changes: dict[str, Any],
    expected: list[str],
) -> None:
    changed = {**supplier, **supplier_changes}
    if "security" in supplier_changes:
        changed["security"] = {**supplier["security"], **supplier_changes["security"]}
    assert reasons(
        cast(JobDocument, {**job, **job_changes}), cast(SupplierDocument, changed)
    ) == expected  # fmt: skip


def test_every_unmet_requirement_is_named(job: JobDocument, records: dict[str, Any]) -> None:
    suppliers = cast(list[SupplierDocument], documents_of(records)["suppliers"])
    matches = match_suppliers(job, suppliers)
    assert [match.id for match in matches.eligible] == ["S01"]
    assert [reason.text(in_chinese) for reason in matches.refused["S03"]] == [
        "无医学影像能力", "不支持院内作业", "缺少 等保三级（现有等保二级）",
        "需处理健康医疗数据第 3 级，现获准至第 1 级",
    ]  # fmt: skip


def test_a_score_is_the_weighted_mean_of_its_parts(
    job: JobDocument, supplier: SupplierDocument
) -> None:
    (match,) = match_suppliers(job, [supplier]).eligible
    shares = weights().suppliers
    mean = sum(shares[name] * match.parts[name] for name in shares) / sum(shares.values())
    assert match.score == pytest.approx(mean, abs=1e-3)
    assert match.weights_version == weights().version
    told = [reason.text(in_chinese) for reason in match.reasons]
    assert "报价 35 元/例 起，最高限价 90 元" in told
    assert "准确率 98.5%" in told
    assert "同城：济南市" in told
    assert "所需资质齐全：等保三级" in told


def test_a_quote_for_the_second_task_counts_where_the_first_has_none(
    job: JobDocument, supplier: SupplierDocument
) -> None:
    first, second = job["task_types"][0], "病理区域标注"
    asked = cast(JobDocument, {**job, "task_types": [first, second]})
    quotes = [{"task": task, "unit": "例", "low": low} for task, low in
              ((first, 400_000), (second, 450_000))]  # fmt: skip
    told = []
    for offered in (quotes, quotes[1:]):
        firm = cast(SupplierDocument, {**supplier, "prices": offered})
        (match,) = match_suppliers(asked, [firm]).eligible
        told += [text for one in match.reasons if (text := one.text(in_chinese))[:2] == "报价"]
    assert told == ["报价 40 元/例 起，最高限价 90 元", "报价 45 元/例 起，最高限价 90 元"]


def test_a_regional_preference_is_disclosed(job: JobDocument, supplier: SupplierDocument) -> None:
    (plain,) = match_suppliers(job, [supplier]).eligible
    (preferred,) = match_suppliers(job, [supplier], preferred_region="370000").eligible
    assert preferred.score == pytest.approx(plain.score + 0.05)
    assert "主管部门公示的本区域优先" in [reason.text(in_chinese) for reason in preferred.reasons]


def test_quality_of_a_new_firm_is_shrunk(job: JobDocument, supplier: SupplierDocument) -> None:
    proven = cast(
        SupplierDocument, {**supplier, "quality": {**supplier["quality"], "records": 500}}
    )
    (new,) = match_suppliers(job, [supplier]).eligible
    (old,) = match_suppliers(job, [proven]).eligible
    assert new.parts["quality"] < old.parts["quality"]


def test_jobs_for_a_supplier_obey_the_same_rules(
    supplier: SupplierDocument, records: dict[str, Any]
) -> None:
    jobs = cast(list[JobDocument], documents_of(records)["jobs"])
    matches = match_jobs(supplier, jobs)
    assert {match.id for match in matches.eligible} == {
        job["id"] for job in jobs if not refusals(job, supplier)
    }
    assert {match.id for match in matches.eligible[:3]} == {"J01", "J02", "J03"}


def test_talents_for_a_job(records: dict[str, Any]) -> None:
    documents = documents_of(records)
    talents = cast(list[TalentDocument], documents["talents"])
    law = cast(JobDocument, documents["jobs"][7])
    matches = match_talents(law, talents)
    assert [match.id for match in matches.eligible] == ["T04"]
    assert [reason.text(in_chinese) for reason in matches.refused["T01"]] == ["无文本能力"]


def test_offers_for_a_dataset_need(records: dict[str, Any]) -> None:
    need = cast(DatasetDocument, documents_of(records)["datasets"][0])
    offer = cast(DatasetDocument, {**need, "id": "O1", "side": "offer", "rating": 92.0})
    worse = cast(DatasetDocument, {**offer, "id": "O2", "task_types": [], "rating": 60.0})
    secret = cast(DatasetDocument, {**offer, "id": "O3", "data_grade": "重要数据"})
    matches = match_datasets(need, [worse, offer, secret, need])
    assert [match.id for match in matches.eligible] == ["O1", "O2"]
    assert set(matches.refused) == {"O3", need["id"]}


def test_daily_need_counts_calendar_days(job: JobDocument) -> None:
    assert daily_need(job) == 3000 / 166


async def test_candidates_are_the_relevant_others(
    supplier: SupplierDocument, records: dict[str, Any]
) -> None:
    engine = EmbeddedEngine()
    names = await fill(engine, records, "c")
    jobs = await candidates(engine, names["jobs"], supplier, limit=3)
    assert {job["id"] for job in jobs} == {"J01", "J02", "J03"}
    similar = await candidates(engine, names["suppliers"], supplier)
    assert "S01" not in [other["id"] for other in similar]
