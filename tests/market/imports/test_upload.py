"""The operator's page: uploading, the report row by row, the templates."""

import io
from pathlib import Path

import httpx
from openpyxl import load_workbook

from market.accounts.models import Organisation
from market.directory.models import SupplierProfile
from market.kit import audit
from tests.factories import actor, make_organisation, signed_in_client

RECORDS = Path(__file__).parent / "data" / "records.json"


async def operator(client: httpx.AsyncClient) -> str:
    by = await actor(await make_organisation(kind="operator"))
    await signed_in_client(client, by.person_id)
    return by.name


async def test_only_operators_import(client: httpx.AsyncClient) -> None:
    path = "/operator/imports"
    assert (await client.get(path)).status_code == 303
    seller = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(client, seller.person_id)
    content = {"file": ("records.json", RECORDS.read_bytes(), "application/json")}

    assert (await client.post(path, files=content)).status_code == 403
    assert await Organisation.all().count() == 1


async def test_an_upload_answers_with_its_report(client: httpx.AsyncClient) -> None:
    name = await operator(client)
    content = RECORDS.read_text("utf-8").replace('"370202"', '"999999"', 1)

    answer = await client.post(
        "/operator/imports", files={"file": ("records.json", content.encode(), "application/json")}
    )

    assert answer.status_code == 200
    assert "region_code" in answer.text
    assert "TS1" in answer.text
    profile = await SupplierProfile.get(organisation__external_id="TS2")
    entries = await audit.history(profile)
    assert {entry.actor_label for entry in entries} == {f"import:{name}"}
    assert all(entry.actor_person_id is not None for entry in entries)


async def test_a_missing_or_unreadable_file_is_a_field_error(client: httpx.AsyncClient) -> None:
    await operator(client)

    nothing = await client.post("/operator/imports", data={"kind": "suppliers"})
    broken = await client.post(
        "/operator/imports", files={"file": ("a.json", b"{", "application/json")}
    )

    assert (nothing.status_code, broken.status_code) == (422, 422)
    assert "请选择文件" in nothing.text
    assert "不是有效的 JSON" in broken.text


async def test_templates_are_workbooks(client: httpx.AsyncClient) -> None:
    await operator(client)

    answer = await client.get("/operator/imports/jobs.xlsx")

    assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A1"].value == "记录编号*"
    assert (await client.get("/operator/imports/people.xlsx")).status_code == 404
    assert (await client.get("/operator/imports")).status_code == 200
