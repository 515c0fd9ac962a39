"""Every part of a score and every reason shown, computed again by hand from the raw records."""

from decimal import Decimal
from typing import cast

import pytest

from market.kit.i18n import translations
from search.analysis import query_groups
from search.documents import JobDocument, SupplierDocument
from search.eligibility import refusals
from search.entries import index_document
from search.example_records import documents_of
from search.lexicon import lexicon
from search.matching import Match, match_suppliers
from search.reasons import covered_words
from search.weights import weights
from tests.search.judgements.records import Record, generated

RECORDS = generated()
FIRMS = {record["id"]: record for record in RECORDS["suppliers"]}
DOCUMENTS = documents_of(RECORDS)
SUPPLIERS = cast(list[SupplierDocument], DOCUMENTS["suppliers"])
JOBS = dict(zip([record["id"] for record in RECORDS["jobs"]], RECORDS["jobs"], strict=True))
DAYS = 334  # from 2027-01-15 to 2027-12-15


def in_chinese(msgid: str, **params: object) -> str:
    return translations("zh_CN").gettext(msgid) % params


def sentences(match: Match) -> list[str]:
    return [reason.text(in_chinese) for reason in match.reasons]


def is_refused(job: Record, firm: Record) -> bool:
    """The requirements that generated jobs make, one by one."""
    security, needs = firm["security"], job["requires"]
    unit, quantity = job["volume"]["unit"], job["volume"]["qty"]
    output = [one["qty"] for one in firm["daily_capacity"] if one["unit"] == unit]
    return any((
        job["modality"] not in firm["modalities"],
        job["place"]["constraint"] == "现场作业" and not security["onsite"],
        "等保三级" in needs["certs"] and security["mlps"] != "三级",
        job["data_grade"] == "重要数据" and security["max_data_grade"] == "一般数据",
        (job["health_level"] or 0) > security["health_level_max"],
        needs["vlan"] and not security["vlan_isolation"],
        needs["min_staff"] > firm["staff_total"],
        bool(output) and quantity / DAYS > max(output),
    ))  # fmt: skip


def shares_task(job: Record, firm: Record) -> bool:
    return not {*job["task_types"]}.isdisjoint(firm["task_types"])


@pytest.mark.parametrize("name", list(JOBS))
def test_refusals_and_parts_follow_from_the_records(name: str) -> None:
    job = JOBS[name]
    document = next(one for one in DOCUMENTS["jobs"] if one["id"] == name)
    found = match_suppliers(cast(JobDocument, document), SUPPLIERS)
    eligible = {match.id: match for match in found.eligible}
    for firm_id, firm in FIRMS.items():
        if firm_id in found.refused:
            is_other_trade = (
                not shares_task(job, firm) and job["industry"] not in firm["industries"]
            )
            assert is_refused(job, firm) or is_other_trade, (name, firm_id)
            assert found.refused[firm_id] != (), (name, firm_id)
        else:
            assert not is_refused(job, firm), (name, firm_id)
            by_hand(job, firm, eligible[firm_id])


def by_hand(job: Record, firm: Record, match: Match) -> None:
    """The parts that are arithmetic on the record, the weighted mean, and the sentences."""
    said, parts = sentences(match), match.parts
    accuracy = firm["quality"]["accuracy"]
    shrunk = (accuracy * 5 + 0.95 * 5) / 10
    assert parts["quality"] == pytest.approx((shrunk - 0.9) * 10, abs=1e-4)
    assert f"准确率 {accuracy * 100:g}%" in said
    done = [task for task in job["task_types"] if task in firm["task_types"]]
    assert parts["tasks"] >= len(done) / len(job["task_types"])
    if done:
        counted = f"{len(job['task_types'])} 项任务中可承接 {len(done)} 项：{'、'.join(done)}"
        assert counted in said
    assert parts["proximity"] == nearness(job["owner"]["region_code"], firm["region_code"])
    assert parts["capacity"] == pytest.approx(slack(job, firm), abs=1e-4)
    assert parts["price"] in (0.25, 0.5, pytest.approx(saving(job, firm), abs=1e-4))
    assert parts["punctuality"] == 0.5  # no orders yet
    assert all(0 <= value <= 1 for value in parts.values())
    shares = weights().suppliers
    mean = sum(share * parts[part] for part, share in shares.items()) / sum(shares.values())
    assert match.score == pytest.approx(mean, abs=1e-4)


def nearness(here: str, there: str) -> float:
    if here[:2] != there[:2]:
        return 0.0
    return 1.0 if here[:4] == there[:4] or here[:2] in ("11", "12", "31", "50") else 0.5


def slack(job: Record, firm: Record) -> float:
    output = [one["qty"] for one in firm["daily_capacity"] if one["unit"] == job["volume"]["unit"]]
    return min(max(output) / (job["volume"]["qty"] / DAYS) / 2, 1.0) if output else 0.25


def saving(job: Record, firm: Record) -> float:
    """Half, and the other half by how far the quote lies under the ceiling; nothing above it."""
    quote = firm["prices"][0]
    lowest, ceiling = Decimal(quote["min"]), Decimal(job["ceiling_unit_price"])
    return 0.0 if lowest > ceiling else float(Decimal("0.5") + (1 - lowest / ceiling) / 2)


def test_words_said_to_be_covered_stand_in_the_record_or_mean_what_does() -> None:
    job = cast(JobDocument, DOCUMENTS["jobs"][0])
    (best, *_rest) = match_suppliers(job, SUPPLIERS).eligible
    entry = index_document(next(one for one in SUPPLIERS if one["id"] == best.id))
    covered = next(one for one in sentences(best) if one.startswith("匹配："))
    held = "".join((*entry.strong, *entry.weak)).lower()
    meaning = lexicon().surfaces
    assert [
        word
        for word in covered.removeprefix("匹配：").lower().split("、")
        if not any(same in held for same in (word, *meaning.get(word, ())))
    ] == []


def test_a_refused_firm_is_told_what_is_missing_and_no_more() -> None:
    job = cast(JobDocument, next(one for one in DOCUMENTS["jobs"] if one["id"] == "xray-j"))
    firm = next(one for one in SUPPLIERS if one["id"] == "xray-b")
    said = [reason.text(in_chinese) for reason in refusals(job, firm)]
    assert said == [
        "不支持驻场", "缺少 等保三级", "不可处理重要数据", "缺少 VLAN 隔离", "需 60 人，现有 20 人",
    ]  # fmt: skip


def test_what_was_not_said_is_not_said_to_be_covered() -> None:
    record = {"industries": ["现代农业"], "task_types": ["2D框"], "domains": ["病虫害"]}
    firm = documents_of({"suppliers": [{"id": "F", "name": "甲", **record}]})["suppliers"][0]
    groups = query_groups("病虫害")
    assert [group.surface for group in groups if group.is_hint] == ["现代农业"]
    assert covered_words(index_document(firm), groups) == ["病虫害"]
