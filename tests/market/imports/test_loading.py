"""Loading files: through the verbs, once, with every fault named and no good row lost."""

import copy
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.datasets.models import DatasetNeed
from market.datasets.states import NeedStatus
from market.directory import talents
from market.directory.models import CapabilityPrice, DirectoryTag, SupplierProfile, Talent
from market.imports import import_file
from market.imports.loading import IMPORTER
from market.imports.models import ImportedRecord
from market.kit import clock, files
from market.kit.outbox import OutboxMessage
from market.tendering.models import Job
from market.tendering.states import JobStatus

RECORDS = Path(__file__).parent / "data" / "records.json"
EXAMPLES = Path(__file__).parents[3] / "../shared/data/examples.json"
NOTHING = {"created": 0, "updated": 0, "unchanged": 0, "refused": 0}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen_at(dt.datetime(2026, 11, 21, 2, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def records() -> Any:
    return copy.deepcopy(json.loads(RECORDS.read_text("utf-8")))


def written(folder: Path, content: Any, name: str = "records.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


async def test_records_become_rows_through_the_verbs(rollback: None) -> None:
    report = await import_file(RECORDS)

    assert report.errors == []
    assert report.as_dict()["counts"] == {
        "suppliers": {**NOTHING, "created": 2},
        "jobs": {**NOTHING, "created": 2},
        "talents": {**NOTHING, "created": 2},
        "dataset_needs": {**NOTHING, "created": 1},
    }
    profile = await SupplierProfile.get(organisation__external_id="TS1").select_related(
        "organisation"
    )
    assert profile.organisation.status == OrganisationStatus.ACTIVE
    assert profile.organisation.scale_class == "科技型中小企业"
    assert profile.published_at is not None
    assert (profile.revenue_fen, profile.min_order_fen) == (620500000, 800000)
    assert profile.levels == {"五级": 20, "四级": 0, "三级": 12, "二级": 0, "一级": 0}
    assert profile.quality == {"accuracy": 0.98, "dice": 0.86, "acceptance": "双盲"}
    assert profile.is_in_hospital is True
    prices = await CapabilityPrice.filter(profile=profile).order_by("min_price")
    assert [(row.min_price, row.unit, row.is_tax_included) for row in prices] == [
        (Decimal("0.0350"), "例", False),
        (Decimal("32.5000"), "例", True),
    ]
    topics = set(await OutboxMessage.all().values_list("topic", flat=True))
    assert topics == {"supplier.changed", "talent.changed", "job.published", "need.changed"}


async def test_a_medical_job_is_published_with_the_declared_proof(rollback: None) -> None:
    await import_file(RECORDS)

    job = await Job.get(external_id="TJ1").select_related("owner", "deid_proof")

    assert job.status == JobStatus.OPEN_ENQUIRIES
    assert (job.owner.name, job.owner.org_type) == ("黄海临港医院", "public_institution")
    assert job.owner.kind == OrganisationKind.DEMAND
    assert job.bid_deadline_at == clock.end_of_day(dt.date(2027, 1, 15))
    assert job.personal_info == "敏感个人信息"
    assert (job.budget_fen, job.readers_per_item, job.aql) == (4500000, 2, Decimal("0.65"))
    assert job.requirements == {"vlan": True}
    assert "DICOM PS3.15 Basic" in (await files.read(job.deid_proof)).decode()


async def test_a_ceiling_by_the_minute_is_kept_by_the_counted_hour(rollback: None) -> None:
    await import_file(RECORDS)

    job = await Job.get(external_id="TJ2")

    assert (job.unit, job.ceiling_unit_price) == ("小时", Decimal("150.0000"))
    assert (job.status, job.procedure) == (JobStatus.OPEN_BIDDING, "open")
    assert job.sampling_level == "全检"
    assert job.deid_proof_id is None


async def test_the_same_file_again_changes_nothing(rollback: None) -> None:
    await import_file(RECORDS)
    before = await OutboxMessage.all().count()

    report = await import_file(RECORDS)

    assert report.errors == []
    assert report.counts["suppliers"] == {**NOTHING, "unchanged": 2}
    assert report.counts["jobs"] == {**NOTHING, "unchanged": 2}
    assert sum(counted["created"] for counted in report.counts.values()) == 0
    assert await OutboxMessage.all().count() == before
    # two suppliers and two owners; the mill owns a job and a need
    assert await Organisation.all().count() == 4


async def test_a_changed_record_updates(rollback: None, records: Any, tmp_path: Path) -> None:
    await import_file(RECORDS)
    records["suppliers"][0]["summary"] = "新的简介"
    records["suppliers"][0]["prices"] = records["suppliers"][0]["prices"][:1]
    records["jobs"][1]["budget_wan"] = 5
    records["talents"][0]["years"] = 5
    records["dataset_needs"][0]["budget_wan"] = 9

    report = await import_file(written(tmp_path, records))

    assert report.errors == []
    assert report.counts["suppliers"] == {**NOTHING, "updated": 1, "unchanged": 1}
    assert report.counts["jobs"] == {**NOTHING, "updated": 1, "unchanged": 1}
    profile = await SupplierProfile.get(organisation__external_id="TS1")
    assert profile.summary == "新的简介"
    assert await CapabilityPrice.filter(profile=profile).count() == 1
    job = await Job.get(external_id="TJ2")
    assert (job.budget_fen, job.version) == (5000000, 2)
    assert (await Talent.get(external_id="TT1")).years == 5
    need = await DatasetNeed.get(external_id="TD1")
    assert (need.budget_fen, need.status) == (9000000, NeedStatus.OPEN)


async def test_a_bad_row_is_named_and_loses_no_good_one(
    rollback: None, records: Any, tmp_path: Path
) -> None:
    records["suppliers"][0]["uscc"] = records["suppliers"][0]["uscc"][:-1] + "?"
    records["jobs"][0]["deid"] = {"required": True, "profile": None}
    records["jobs"][0]["personal_info"] = "敏感个人信息"
    records["jobs"][1]["volume"]["qty"] = "很多"
    records["talents"][1]["region_code"] = "999999"
    records["dataset_needs"].append({**records["dataset_needs"][0], "id": "TD2", "budget_wan": 0})

    report = await import_file(written(tmp_path, records))

    named = {(error.kind, error.row, error.record_id, error.field) for error in report.rows}
    assert named == {
        ("suppliers", 1, "TS1", "uscc"),
        ("jobs", 1, "TJ1", "deid.profile"),
        ("jobs", 2, "TJ2", "volume.qty"),
        ("talents", 2, "TT2", "region_code"),
        ("dataset_needs", 2, "TD2", "budget_wan"),
    }
    assert "供给方，第 1 行（TS1），uscc：" in report.errors[0]
    assert await Organisation.filter(kind=OrganisationKind.SUPPLIER).count() == 1
    assert await Job.all().count() == 0
    assert await Talent.all().count() == 1
    assert await DatasetNeed.all().count() == 1
    stored = await ImportedRecord.all().values_list("external_id", flat=True)
    assert sorted(stored) == ["TD1", "TS2", "TT1"]
    # A refused job leaves no half: neither draft nor owner.
    assert not await Organisation.exists(name="黄海临港医院")


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"id": None}, "id"),
        ({"modalities": ["脑电波"]}, "modalities.0"),
        ({"prices": [{"task": "x", "unit": "例", "min": "9", "max": "3"}]}, ""),
        ({"prices": [{"task": "x", "unit": "例", "min": "0.00001", "max": "1"}]}, "prices.1.min"),
        ({"prices": "35"}, "prices"),
        ({"min_order_yuan": "一点"}, "min_order_yuan"),
        ({"revenue_wan": -3}, "revenue_wan"),
        ({"security": []}, "security"),
        ({"quality": {"accuracy": 98}}, "quality.accuracy"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_is_wrong_is_named_by_the_files_own_field(
    rollback: None, records: Any, tmp_path: Path, broken: dict[str, Any], field: str
) -> None:
    records["suppliers"][0].update(broken)

    report = await import_file(written(tmp_path, {"suppliers": records["suppliers"]}))

    assert [error.field for error in report.rows] == [field]
    assert report.counts["suppliers"] == {**NOTHING, "created": 1, "refused": 1}


async def test_an_id_twice_is_refused(rollback: None, records: Any, tmp_path: Path) -> None:
    records["talents"].append({**records["talents"][0], "years": 6})

    report = await import_file(written(tmp_path, {"talents": records["talents"]}))

    assert [(error.row, error.field) for error in report.rows] == [(3, "id")]
    assert (await Talent.get(external_id="TT1")).years == 4


async def test_consent_is_what_the_record_says(
    rollback: None, records: Any, tmp_path: Path
) -> None:
    await import_file(RECORDS)
    open_one = await Talent.get(external_id="TT1")
    limited = await Talent.get(external_id="TT2")
    assert "gender" not in talents.consented(open_one)
    assert "certificate_number" not in talents.consented(open_one)
    assert talents.consented(open_one)["name"] == "林静怡"
    assert set(talents.consented(limited)) == {"region_code", "task_types", "domains"}

    withdrawn = await talents.withdraw_consent(open_one, by=IMPORTER)
    records["talents"][0]["years"] = 7
    records["talents"][1]["consent"] = []
    await import_file(written(tmp_path, records))

    again = await Talent.get(external_id="TT1")
    assert (again.years, again.withdrawn_at) == (7, withdrawn.withdrawn_at)
    assert talents.consented(await Talent.get(external_id="TT2")) == {}
    assert await DirectoryTag.filter(listing="talents").count() == 0


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.json", b"{", ""),
        ("a.json", b"\xff\xfe\x00", ""),
        ("a.json", b"[]", ""),
        ("a.json", b'"x"', ""),
        ("a.txt", b"", ""),
        ("a.xlsx", b"not a workbook", ""),
        ("a.csv", b"id\n1\n", ""),
        ("suppliers.csv", b"x,y\n1,2\n", ""),
        ("a.json", b"{}", "people"),
        ("deep.json", b"[" * 100_000, ""),
    ],
)
async def test_an_unreadable_file_is_one_sentence(
    rollback: None, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    report = await import_file(path, kind=kind)

    assert len(report.errors) == 1
    assert report.total == 0


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared examples are not on this machine")
async def test_the_shared_examples_load_without_a_fault(rollback: None) -> None:
    report = await import_file(EXAMPLES)

    assert report.errors == []
    assert {kind: counted["created"] for kind, counted in report.counts.items()} == {
        "suppliers": 10, "jobs": 12, "talents": 4, "dataset_needs": 4,
    }  # fmt: skip
    assert (
        await Job.filter(status__in=(JobStatus.OPEN_BIDDING, JobStatus.OPEN_ENQUIRIES)).count()
        == 12
    )
    again = await import_file(EXAMPLES)
    assert {counted["unchanged"] for counted in again.counts.values()} == {10, 12, 4}
    assert again.errors == []
