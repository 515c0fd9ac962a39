"""Forms, files, cross-site refusal, paging and the API machinery."""

import datetime as dt
from enum import StrEnum

import httpx
import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, Field
from starlette.datastructures import FormData, Headers

from market.kit import api, files, forms, web
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.kit.security import is_cross_site


class Thing(BaseModel):
    title: str = Field(min_length=1, max_length=5)
    price: forms.YuanAsFen
    at: forms.LocalDateTime
    tags: list[str] = []


def submitted(**typed: str) -> forms.Form[Thing]:
    form = forms.Form(Thing)
    form.submit(FormData(list(typed.items())))
    return form


def test_a_form_reads_what_people_type() -> None:
    form = submitted(title="标注", price="24万", at="2026-11-30 10:00", tags="a")
    assert form.is_valid
    assert form.input.price == 24000000
    assert form.input.at == dt.datetime(2026, 11, 30, 2, tzinfo=dt.UTC)
    assert form.input.tags == ["a"]


def test_a_refused_form_names_fields_and_keeps_what_was_typed() -> None:
    form = submitted(title="太长的标题啊", price="很多", at="")
    assert not form.is_valid
    assert set(form.errors) == {"title", "price", "at"}
    assert form.values["price"] == "很多"
    assert form.status_code == 422


@pytest.mark.parametrize(
    ("headers", "cross"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"origin": "http://evil.example", "host": "market.example"}, True),
        ({"origin": "http://market.example", "host": "market.example"}, False),
        ({"origin": "null", "host": "market.example"}, True),
        ({}, False),
    ],
)
def test_cross_site_writes_are_told_apart(headers: dict[str, str], cross: bool) -> None:
    assert is_cross_site(Headers(headers)) is cross


async def test_cross_site_post_with_cookies_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/language",
        data={"locale": "en"},
        headers={"cookie": "session=x", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\报告.pdf", "报告.pdf"),
        ("a\x00b\n.csv", "ab.csv"),
        ("...", "file"),
        ("长" * 200 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_filenames_are_made_safe(name: str, safe: str) -> None:
    assert files.safe_filename(name) == safe


async def test_a_file_is_typed_by_its_content(rollback: None) -> None:
    actor = Actor.system()
    with pytest.raises(InvalidInput):
        await files.store("x.pdf", b"MZ\x90\x00 not a pdf", by=actor)
    with pytest.raises(InvalidInput):
        await files.store("x.exe", b"MZ", by=actor)
    with pytest.raises(InvalidInput):
        await files.store("x.csv", b"\xff\xfe\x00", by=actor)
    with pytest.raises(InvalidInput):
        await files.store("x.csv", b"", by=actor)
    assert await files.StoredFile.all().count() == 0
    kept = await files.store("清单.csv", "名称\n一".encode(), by=actor)
    assert (kept.content_type, await files.read(kept)) == ("text/csv", "名称\n一".encode())


async def test_openapi_description_is_valid(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    validate(document)


async def test_unknown_api_path_answers_problem_json(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


async def test_readiness_names_each_part(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "search": "ok",
        "search_refused": 0,
        "outbox_lag_seconds": 0,
        "ready": True,
    }


async def test_a_page_kept_for_visitors_is_not_shown_to_others(client: httpx.AsyncClient) -> None:
    first = await client.get("/jobs")
    assert (await client.get("/jobs")).content == first.content
    english = await client.get("/jobs", headers={"cookie": "locale=en"})
    assert 'lang="en"' in english.text
    signer = web._signer().dumps([["success", "已保存"]])
    told = await client.get("/jobs", headers={"cookie": f"flash={signer}"})
    assert "已保存" in told.text
    assert "已保存" not in (await client.get("/jobs")).text


def test_a_query_parameter_lists_its_values_itself() -> None:
    class Shade(StrEnum):
        LIGHT = "light"
        DARK = "dark"

    class Shades(BaseModel):
        shade: Shade = Shade.LIGHT
        other: Shade | None = None

    @api.operation("GET", "/shades", summary="Shades", tag="test", query=Shades, public=True)
    async def shades(_call: api.Call[api.Nothing, Shades]) -> None:
        """Nothing."""

    described = api.openapi([shades], title="t", version="1")
    shade, other = described["paths"]["/api/v1/shades"]["get"]["parameters"]
    values = {"type": "string", "enum": ["light", "dark"]}
    assert shade["schema"] == {**values, "default": "light"}
    assert other["schema"] == {"anyOf": [values, {"type": "null"}], "default": None}


def test_a_nul_is_left_out_of_what_was_typed() -> None:
    form = submitted(title="标\0注", price="1\0", at="2026-11-30 10:00")
    assert (form.input.title, form.input.price) == ("标注", 100)


@pytest.mark.parametrize("kind", ["jobs", "suppliers", "datasets", "talents", "api/v1/jobs"])
async def test_an_address_no_number_fits_is_not_found(client: httpx.AsyncClient, kind: str) -> None:
    for number in ("A" * 100, "A" * 9000, "a%00b"):
        assert (await client.get(f"/{kind}/{number}")).status_code == 404


async def test_a_nul_in_a_query_is_left_out(client: httpx.AsyncClient) -> None:
    page = await client.get("/jobs?q=CT%00&region=%00")
    assert page.status_code == 200
    assert 'value="CT"' in page.text


async def test_a_body_too_large_says_so(client: httpx.AsyncClient) -> None:
    typed = "email=" + "a" * 12_000_000
    page = await client.post(
        "/sign-in", content=typed, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert page.status_code == 400
    assert "请返回上一页，缩短内容后重新提交" in page.text
