"""A supplier's own pages and API: sections, rows, certificates, talents, and other parties' rows."""

import csv
import io
from decimal import Decimal

import httpx
import pytest

from market.directory.models import CapabilityPrice, Certificate, SupplierProfile, Talent
from market.kit.actor import Actor
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier, make_talent, price_input, talent_input

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360"
    "000002000001e221bc330000000049454e44ae426082".replace(" ", "")
)


async def supplier(client: httpx.AsyncClient) -> tuple[SupplierProfile, Actor]:
    profile = await make_supplier()
    by = await actor(await profile.organisation)
    await signed_in_client(client, by.person_id)
    return profile, by


@pytest.mark.parametrize(
    "path",
    ["/profile", "/profile/who", "/profile/what", "/profile/security", "/profile/quality",
     "/profile/delivery", "/profile/prices", "/profile/capacities", "/profile/certificates",
     "/my/talents", "/my/talents/new"],
)  # fmt: skip
async def test_every_own_page_opens_and_asks_for_a_supplier(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 303
    await supplier(client)
    assert (await client.get(path)).status_code == 200
    buyer = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, buyer.person_id)
    assert (await client.get(path)).status_code == 403


async def test_a_new_supplier_starts_empty_and_publishes(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(kind="supplier")
    await signed_in_client(client, (await actor(organisation)).person_id)

    assert (await client.get("/profile")).status_code == 200
    who = {"summary": "语音标注工场", "staff_total": "30", "annotators": "20", "founded": "2021-05",
           "revenue_fen": "135万"}  # fmt: skip
    what = {"modalities": ["语音"], "task_types": ["语音转写"], "domains": "热线、车载语音"}
    assert (await client.post("/profile/who", data=who)).status_code == 303
    assert (await client.post("/profile/what", data=what)).status_code == 303
    assert (await client.post("/profile/publish")).status_code == 303

    profile = await SupplierProfile.get(organisation=organisation)
    assert profile.published_at is not None
    assert (profile.revenue_fen, profile.domains) == (135000000, ["热线", "车载语音"])
    assert (await client.post("/profile/unpublish")).status_code == 303
    assert (await SupplierProfile.get(id=profile.id)).published_at is None


async def test_a_refused_section_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    profile, _by = await supplier(client)

    answer = await client.post("/profile/quality", data={"accuracy": "非常高"})

    assert answer.status_code == 422
    assert 'value="非常高"' in answer.text
    assert "请填写比例" in answer.text
    assert (await SupplierProfile.get(id=profile.id)).quality == {"accuracy": 0.985}


async def test_prices_are_edited_row_by_row(client: httpx.AsyncClient) -> None:
    profile, _by = await supplier(client)
    row = {"task": "心电图节律标注", "unit": "条", "min_price": "1.2", "max_price": "4.5"}

    assert (await client.post("/profile/prices", data=row)).status_code == 303
    price = await CapabilityPrice.get(profile=profile, task="心电图节律标注")
    edit = await client.get(f"/profile/prices/{price.id}")
    changed = {**row, "max_price": "4.25"}
    assert 'value="1.2"' in edit.text
    assert (await client.post(f"/profile/prices/{price.id}", data=changed)).status_code == 303
    assert (await CapabilityPrice.get(id=price.id)).max_price == Decimal("4.2500")
    wrong = await client.post("/profile/prices", data={**row, "unit": "斤"})
    assert wrong.status_code == 422
    assert (await client.post(f"/profile/prices/{price.id}/remove")).status_code == 303
    assert await CapabilityPrice.filter(profile=profile).count() == 1


async def test_another_suppliers_rows_are_not_there(client: httpx.AsyncClient) -> None:
    other = await make_supplier()
    price = await CapabilityPrice.get(profile=other)
    talent = await make_talent(organisation=await other.organisation)
    await supplier(client)

    for path in (f"/profile/prices/{price.id}", f"/my/talents/{talent.number}"):
        assert (await client.get(path)).status_code == 404
    for path in (
        f"/profile/prices/{price.id}/remove", f"/my/talents/{talent.number}/remove",
        f"/my/talents/{talent.number}/withdraw", "/profile/prices/not-a-key/remove",
    ):  # fmt: skip
        assert (await client.post(path)).status_code == 404
    assert await CapabilityPrice.exists(id=price.id)
    assert await Talent.exists(id=talent.id)


async def test_a_certificate_with_its_scan(client: httpx.AsyncClient) -> None:
    profile, _by = await supplier(client)
    typed = {"name": "ISO27001", "number": "C-7", "valid_until": "2027-06-30"}

    added = await client.post(
        "/profile/certificates", data=typed, files={"file": ("证书.png", PNG, "image/png")}
    )
    row = await Certificate.get(organisation_id=profile.organisation_id)
    scan = await client.get(f"/certificates/{row.id}")
    refused = await client.post(
        "/profile/certificates", data={"name": "x"}, files={"file": ("a.png", b"text", "image/png")}
    )
    rival = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(client, rival.person_id)

    assert added.status_code == 303
    assert row.name == "ISO/IEC 27001"
    assert scan.content == PNG
    assert refused.status_code == 422
    assert (await client.get(f"/certificates/{row.id}")).status_code == 404


async def test_the_operator_marks_an_original_as_seen(client: httpx.AsyncClient) -> None:
    profile = await make_supplier()
    row = await Certificate.create(organisation_id=profile.organisation_id, name="等保三级")
    operator = await actor(await make_organisation(kind="operator"))
    await signed_in_client(client, operator.person_id)

    assert (await client.post(f"/certificates/{row.id}/verify")).status_code == 303
    page = await client.get(f"/suppliers/{(await profile.organisation).number}")
    assert "已核原件" in page.text


async def test_talents_are_added_consented_exported_and_withdrawn(
    client: httpx.AsyncClient,
) -> None:
    await supplier(client)
    typed = {
        "name": "周岚希", "region_code": "苏州市吴中区", "skill_level": "三级",
        "certificate_number": "D-1", "modalities": ["点云"], "rate_unit": "人时",
        "rate_min": "38", "rate_max": "55",
    }  # fmt: skip

    assert (await client.post("/my/talents/new", data=typed)).status_code == 303
    talent = await Talent.get(name="周岚希")
    path = f"/my/talents/{talent.number}"
    assert (await client.get(f"{path}/consent")).status_code == 200
    refused = await client.post(f"{path}/consent", data={"evidence": "书面"})
    given = {"fields": ["name", "region"], "evidence": "书面同意书 TY-1"}
    assert (await client.post(f"{path}/consent", data=given)).status_code == 303
    answer = await client.get("/my/talents", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert refused.status_code == 422
    assert talent.region_code == "320506"
    assert [(row["证书编号"], row["报酬下限"]) for row in rows] == [("D-1", "38.0000")]
    assert (await client.post(f"{path}/withdraw")).status_code == 303
    assert (await Talent.get(id=talent.id)).consented_fields == []
    assert (await client.post(f"{path}/remove")).status_code == 303
    assert await Talent.all().count() == 0


async def test_the_api_writes_the_own_profile_and_reads_public_ones(
    client: httpx.AsyncClient,
) -> None:
    profile, _by = await supplier(client)
    number = (await profile.organisation).number
    body = {"summary": "经接口更新", "staff_total": 9, "modalities": ["语音"],
            "task_types": ["语音转写"], "levels": {"三级": 2}}  # fmt: skip
    price = price_input(min_price="0.035").model_dump(mode="json")

    saved = await client.put("/api/v1/supplier/profile", json=body)
    priced = await client.put("/api/v1/supplier/prices", json={"prices": [price]})
    wrong = await client.put("/api/v1/supplier/profile", json={**body, "modalities": ["脑电波"]})
    talent = await client.post(
        "/api/v1/supplier/talents", json=talent_input().model_dump(mode="json")
    )
    client.cookies.clear()
    shown = await client.get(f"/api/v1/suppliers/{number}")
    listed = await client.get("/api/v1/suppliers", params={"modality": "语音"})
    denied = await client.put("/api/v1/supplier/profile", json=body)

    assert saved.json()["levels"]["三级"] == 2
    assert priced.json()["prices"][0]["min_price"] == "0.0350"
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"modalities.0"})
    assert talent.status_code == 201
    assert shown.json()["summary"] == "经接口更新"
    assert [item["number"] for item in listed.json()["items"]] == [number]
    assert denied.status_code == 401
    assert (await client.get("/api/v1/talents")).json()["items"] == []


async def test_the_api_shows_consented_fields_only(client: httpx.AsyncClient) -> None:
    talent = await make_talent(consent=["task_types"])

    shown = await client.get(f"/api/v1/talents/{talent.number}")

    assert shown.json() == {
        "number": talent.number, "name": "周**", "organisation": None,
        "shown": {"task_types": ["3D框"]},
    }  # fmt: skip
