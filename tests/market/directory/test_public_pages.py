"""Public pages: what is listed, the filters and their counts, what a talent shows."""

import csv
import io

import httpx

from market.accounts.states import OrganisationStatus
from market.directory.models import DirectoryTag
from market.kit.actor import Actor
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier, make_talent


async def test_only_published_suppliers_in_good_standing_are_listed(
    client: httpx.AsyncClient,
) -> None:
    shown = await make_supplier(organisation_values={"name": "泉汇医标"})
    await make_supplier(published=False, organisation_values={"name": "未发布公司"})
    stopped = await make_supplier(organisation_values={"name": "被暂停公司"})
    organisation = await stopped.organisation
    await organisation.move_to(OrganisationStatus.SUSPENDED, by=Actor.system("test"))

    page = await client.get("/suppliers")

    assert page.status_code == 200
    assert "泉汇医标" in page.text
    assert "未发布公司" not in page.text
    assert "被暂停公司" not in page.text
    assert "35.00 元/例" in page.text
    assert shown.published_at is not None


async def test_filters_narrow_the_list_and_count_what_is_left(client: httpx.AsyncClient) -> None:
    await make_supplier(organisation_values={"name": "济南医标", "region_code": "370102"})
    await make_supplier(
        organisation_values={"name": "大同视频", "region_code": "140213"},
        modalities=["视频"], task_types=["目标跟踪"], certs=["等保二级"],
    )  # fmt: skip

    page = await client.get("/suppliers", params={"region": "370000", "certificate": "等保三级"})
    other = await client.get("/suppliers", params={"region": "140200"})
    nothing = await client.get("/suppliers", params={"region": "140200", "modality": "医学影像"})

    assert "济南医标" in page.text
    assert "大同视频" not in page.text
    assert "地区：山东省" in page.text
    assert "大同视频" in other.text
    assert "济南医标" not in other.text
    assert "没有符合条件的供给方" in nothing.text


async def test_text_and_order(client: httpx.AsyncClient) -> None:
    await make_supplier(organisation_values={"name": "小团队"}, staff_total=10, annotators=5)
    await make_supplier(organisation_values={"name": "大团队"}, staff_total=900)

    found = await client.get("/suppliers", params={"q": "小团"})
    ordered = await client.get("/suppliers", params={"sort": "staff"})

    assert "大团队" not in found.text
    assert ordered.text.index("大团队") < ordered.text.index("小团队")


async def test_the_list_as_a_file_holds_what_is_seen(client: httpx.AsyncClient) -> None:
    await make_supplier(organisation_values={"name": "甲公司", "region_code": "370102"})
    await make_supplier(organisation_values={"name": "乙公司", "region_code": "140213"})

    answer = await client.get("/suppliers", params={"region": "370000", "format": "csv"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["名称"] for row in rows] == ["甲公司"]
    assert rows[0]["地区"] == "山东省济南市历下区"


async def test_a_supplier_page_shows_prices_capacity_and_certificates(
    client: httpx.AsyncClient,
) -> None:
    profile = await make_supplier(organisation_values={"name": "泉汇医标"})
    number = (await profile.organisation).number

    page = await client.get(f"/suppliers/{number}")

    assert page.status_code == 200
    for text in ("35.00 元/例", "90.00 元/例", "例CT", "180", "等保三级", "0.985", "病灶分割"):
        assert text in page.text
    assert "已申报，尚无证书" in page.text


async def test_an_unpublished_supplier_is_seen_by_itself_only(client: httpx.AsyncClient) -> None:
    profile = await make_supplier(published=False)
    organisation = await profile.organisation
    path = f"/suppliers/{organisation.number}"

    assert (await client.get(path)).status_code == 404
    owner = await actor(organisation)
    await signed_in_client(client, owner.person_id)
    assert (await client.get(path)).status_code == 200


async def test_a_talent_shows_only_what_was_consented_to(client: httpx.AsyncClient) -> None:
    talent = await make_talent(consent=["region", "skill_level", "task_types"])
    await make_talent(name="未同意者", certificate_number="X-1")

    page = await client.get("/talents")
    one = await client.get(f"/talents/{talent.number}")
    by_modality = await client.get("/talents", params={"modality": "点云"})
    by_level = await client.get("/talents", params={"level": "三级"})

    assert "周**" in page.text
    assert "周岚希" not in page.text + one.text
    assert "未**" not in page.text
    assert "DEMO-3205-0001" not in one.text
    assert "激光雷达" not in one.text
    assert "三级/高级工" in one.text
    assert "周**" not in by_modality.text
    assert "周**" in by_level.text
    facets = await DirectoryTag.filter(listing="talents").values_list("facet", flat=True)
    assert set(facets) == {"region", "level", "task"}


async def test_a_talent_without_consent_is_another_partys_row(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(kind="supplier")
    talent = await make_talent(organisation=organisation)

    assert (await client.get(f"/talents/{talent.number}")).status_code == 404
    own = await actor(organisation)
    await signed_in_client(client, own.person_id)
    assert (await client.get(f"/talents/{talent.number}")).status_code == 200


async def test_bases_show_their_tenants_and_services_their_text(client: httpx.AsyncClient) -> None:
    base = await make_organisation(kind="base", name="大同数据标注产业园区", summary="园区简介")
    await make_supplier(organisation_values={"name": "租户甲"}, base_number=base.number)
    await make_supplier(organisation_values={"name": "外面的公司"})
    service = await make_organisation(
        kind="service", name="合规咨询所", summary="数据合规", tags=["合规咨询"]
    )

    bases = await client.get("/bases")
    page = await client.get(f"/bases/{base.number}")
    services = await client.get("/services", params={"q": "合规"})
    detail = await client.get(f"/services/{service.number}")

    assert "大同数据标注产业园区" in bases.text
    assert "租户甲" in page.text
    assert "外面的公司" not in page.text
    assert "合规咨询所" in services.text
    assert "数据合规" in detail.text
    assert (await client.get(f"/bases/{service.number}")).status_code == 404
