"""API tokens, and what programs learn about accounts with them."""

import datetime as dt

import httpx
import pytest

from market.accounts import tokens
from market.accounts.forms import TokenInput
from market.accounts.models import ApiToken, Organisation
from market.accounts.scopes import SCOPES
from market.app import OPERATIONS
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from tests.factories import actor, make_organisation, make_person, signed_in_client


async def _token(by: Actor, *scopes: str) -> dict[str, str]:
    details = TokenInput(name="erp", scopes=list(scopes), days=30)
    _row, clear = await tokens.create_token(details, by=by)
    return {"authorization": f"Bearer {clear}"}


async def test_me(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(kind="supplier", name="晋云标注")
    person = await make_person(name="李四", email="li@example.com")
    by = await actor(organisation, role="sales", person=person)

    answer = await client.get("/api/v1/me", headers=await _token(by, "profile:read"))

    assert answer.status_code == 200
    told = answer.json()
    assert (told["name"], told["email"], told["role"]) == ("李四", "li@example.com", "sales")
    assert told["scopes"] == ["profile:read"]
    assert told["organisation"]["number"] == organisation.number
    assert "password" not in answer.text


async def test_clear_text_is_shown_once(client: httpx.AsyncClient) -> None:
    by = await actor(await make_organisation())
    await signed_in_client(client, by.person_id)

    await client.post(
        "/account/tokens",
        data={"name": "erp", "scopes": ["jobs:read", "profile:read"], "days": "90"},
    )
    first = await client.get("/account/tokens")
    second = await client.get("/account/tokens")

    row = await ApiToken.get()
    assert row.scopes == ["jobs:read", "profile:read"]
    assert first.text.count(row.prefix) == 2
    assert second.text.count(row.prefix) == 1
    assert row.expires_at - clock.now() > dt.timedelta(days=89)


async def test_tokens_as_a_file_hold_no_secret(client: httpx.AsyncClient) -> None:
    by = await actor(await make_organisation())
    header = await _token(by, "jobs:read")
    await signed_in_client(client, by.person_id)
    clear = header["authorization"].removeprefix("Bearer ")
    row = await ApiToken.get()
    file = (await client.get("/account/tokens?format=json")).text
    assert row.prefix in file
    assert clear not in file
    assert row.token_hash not in file


async def test_verifications_are_read_by_their_own_and_the_operator(
    client: httpx.AsyncClient,
) -> None:
    waiting = await make_organisation(status="pending_verification")
    by = await actor(waiting)
    own = await client.get(
        "/api/v1/organisation/verification", headers=await _token(by, "profile:read")
    )
    assert (own.json()["status"], own.json()["note"]) == ("pending_verification", "")
    refused = await client.get("/api/v1/verifications", headers=await _token(by, "profile:read"))
    assert refused.status_code == 403
    operator = await actor(await make_organisation(kind="operator"))
    header = await _token(operator, "profile:read")
    queue = (await client.get("/api/v1/verifications", headers=header)).json()
    assert [row["number"] for row in queue["items"]] == [waiting.number]
    active = (await client.get("/api/v1/verifications?status=active", headers=header)).json()
    assert waiting.number not in [row["number"] for row in active["items"]]


@pytest.mark.parametrize(
    "data", [{"name": "erp"}, {"name": "erp", "scopes": "root"}, {"scopes": "jobs:read"}]
)
async def test_token_form_refused(client: httpx.AsyncClient, data: dict[str, str]) -> None:
    by = await actor(await make_organisation())
    await signed_in_client(client, by.person_id)

    answer = await client.post("/account/tokens", data={**data, "days": "90"})

    assert answer.status_code == 422
    assert await ApiToken.all().count() == 0


async def test_scope_is_needed(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    by = await actor(organisation)
    headers = await _token(by, "profile:read")

    answer = await client.put("/api/v1/organisation", headers=headers, json={"summary": "新"})

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await Organisation.get(id=organisation.id)).summary == ""


async def test_edit_organisation(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    headers = await _token(await actor(organisation), "profile:write")

    good = await client.put(
        "/api/v1/organisation", headers=headers, json={"size": "small", "summary": "三甲医院"}
    )
    bad = await client.put("/api/v1/organisation", headers=headers, json={"size": "huge"})

    assert (good.status_code, good.json()["size"]) == (200, "small")
    assert bad.status_code == 422
    assert set(bad.json()["errors"]) == {"size"}
    assert (await Organisation.get(id=organisation.id)).size == "small"


async def test_a_token_gives_no_more_than_it_has(client: httpx.AsyncClient) -> None:
    headers = await _token(await actor(await make_organisation()), "tokens:write")

    refused = await client.post(
        "/api/v1/tokens", headers=headers, json={"name": "more", "scopes": ["jobs:write"]}
    )
    granted = await client.post(
        "/api/v1/tokens", headers=headers, json={"name": "same", "scopes": ["tokens:write"]}
    )

    assert refused.status_code == 422
    assert granted.status_code == 201
    assert granted.json()["token"].startswith("mk_")
    listed = (await client.get("/api/v1/tokens", headers=headers)).json()["items"]
    assert [item["name"] for item in listed] == ["same", "erp"]


async def test_revoked_and_expired_tokens_say_401(client: httpx.AsyncClient) -> None:
    by = await actor(await make_organisation())
    headers = await _token(by, "profile:read", "tokens:write")
    row = await ApiToken.get()

    with clock.frozen_at(clock.now() + dt.timedelta(days=31)):
        assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    gone = await client.delete(f"/api/v1/tokens/{row.id}", headers=headers)
    assert gone.status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401


async def test_tokens_of_another_person_do_not_exist(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    await _token(await actor(organisation), "jobs:read")
    row = await ApiToken.get()
    headers = await _token(await actor(organisation), "tokens:write")

    assert (await client.delete(f"/api/v1/tokens/{row.id}", headers=headers)).status_code == 404
    await row.refresh_from_db()
    assert row.revoked_at is None


async def test_organisations_to_see(client: httpx.AsyncClient) -> None:
    verified = await make_organisation(kind="supplier")
    hidden = await make_organisation(verified=False)
    headers = await _token(await actor(await make_organisation()), "profile:read")

    seen = await client.get(f"/api/v1/organisations/{verified.number}", headers=headers)
    unseen = await client.get(f"/api/v1/organisations/{hidden.number}", headers=headers)

    assert (seen.status_code, unseen.status_code) == (200, 404)
    assert seen.json()["uscc"] == verified.uscc


async def test_members(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    by = await actor(organisation, person=await make_person(email="owner@example.com"))
    await actor(organisation, role="finance", person=await make_person(email="f@example.com"))

    answer = await client.get(
        "/api/v1/organisation/members", headers=await _token(by, "profile:read")
    )

    items = answer.json()["items"]
    assert [(item["email"], item["role"]) for item in items] == [
        ("owner@example.com", "owner"),
        ("f@example.com", "finance"),
    ]


async def test_too_many_tokens(rollback: None) -> None:
    by = await actor(await make_organisation())
    for _ in range(tokens.MAX_TOKENS):
        await _token(by, "jobs:read")

    with pytest.raises(InvalidInput):
        await _token(by, "jobs:read")

    assert await ApiToken.all().count() == tokens.MAX_TOKENS


def test_every_operation_asks_for_a_scope_one_can_give() -> None:
    asked = {operation.scope for operation in OPERATIONS if operation.scope}

    assert asked <= set(SCOPES)


def test_scopes_are_noun_and_verb() -> None:
    assert all(scope.partition(":")[2] in ("read", "write") for scope in SCOPES)


async def test_what_one_offers_to_judge(client: httpx.AsyncClient) -> None:
    headers = await _token(await actor(await make_organisation()), "profile:read")
    nothing = (await client.get("/api/v1/expertise", headers=headers)).json()
    assert nothing == {"affiliation": "", "industries": [], "is_available": False}
    offer = {"affiliation": "某医学院", "industries": ["医疗健康"], "is_available": True}
    assert (await client.put("/api/v1/expertise", headers=headers, json=offer)).status_code == 200
    assert (await client.get("/api/v1/expertise", headers=headers)).json() == offer
