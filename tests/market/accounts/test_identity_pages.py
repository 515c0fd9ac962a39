"""Registering, confirming, signing in and out over HTTP."""

import re

import httpx
import pyotp
import pytest

from market.accounts import mail_tokens, passwords, people, second_factor, sessions
from market.accounts.models import Membership, Organisation, Person, Session
from market.kit import clock
from market.kit.actor import Actor
from market.kit.outbox import OutboxMessage
from tests.factories import (
    PASSWORD,
    make_membership,
    make_organisation,
    make_person,
    signed_in_client,
)

REGISTRATION = {"name": "王五", "email": "Wang@Example.com", "password": PASSWORD}


async def _person(email: str = "", locale: str = "zh_CN") -> Person:
    password_hash = await passwords.hash_password(PASSWORD)
    return await make_person(email=email, locale=locale, password_hash=password_hash)


async def _topics() -> list[str]:
    return [message.topic for message in await OutboxMessage.all().order_by("id")]


async def test_register_with_organisation(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/register",
        data={
            **REGISTRATION,
            "kind": "demand",
            "organisation_name": "济南市示范医院",
            "region_code": "济南市",
        },
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"
    person = await Person.get(email="wang@example.com")
    assert person.email_confirmed_at is None
    assert passwords.is_outdated(person.password_hash) is False
    organisation = await Organisation.get(name="济南市示范医院")
    assert (organisation.kind, organisation.status) == ("demand", "registered")
    assert organisation.region_code == "370100"
    membership = await Membership.get(person=person, organisation=organisation)
    assert membership.role == "owner"
    assert await _topics() == ["person.registered"]


async def test_register_alone(client: httpx.AsyncClient) -> None:
    answer = await client.post("/register", data=REGISTRATION)

    assert answer.status_code == 303
    assert await Person.exists(email="wang@example.com")
    assert await Organisation.all().count() == 0


async def test_register_taken_address_says_nothing_and_changes_nothing(
    client: httpx.AsyncClient,
) -> None:
    person = await make_person(email="wang@example.com", name="原来的人")

    answer = await client.post("/register", data={**REGISTRATION, "kind": ""})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"
    assert await Person.all().count() == 1
    await person.refresh_from_db()
    assert (person.name, person.password_hash) == ("原来的人", "!")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "wang"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"password": "xx-wangwu-xx", "email": "wangwu@example.com"}, "password"),
        ({"kind": "operator", "organisation_name": "平台", "region_code": "370100"}, "kind"),
        ({"kind": "demand", "region_code": "370100"}, "organisation_name"),
        ({"kind": "demand", "organisation_name": "某公司", "region_code": "不存在"}, "region_code"),
    ],
)
async def test_register_refused(
    client: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    answer = await client.post("/register", data={**REGISTRATION, **changes})

    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert 'value="王五"' in answer.text
    assert REGISTRATION["password"] not in answer.text
    assert await Person.all().count() == 0
    assert await Organisation.all().count() == 0
    assert await _topics() == []


async def test_confirm_needs_a_click_on_the_page(client: httpx.AsyncClient) -> None:
    person = await make_person(confirmed=False)
    path = f"/confirm/{mail_tokens.confirmation(person)}"

    assert (await client.get(path)).status_code == 200
    await person.refresh_from_db()
    assert person.email_confirmed_at is None

    assert (await client.post(path)).headers["location"] == "/sign-in"
    await person.refresh_from_db()
    assert person.email_confirmed_at is not None


async def test_confirm_with_a_forged_link(client: httpx.AsyncClient) -> None:
    person = await make_person(confirmed=False)

    answer = await client.post(f"/confirm/{mail_tokens.reset(person)}")

    assert answer.status_code == 404
    await person.refresh_from_db()
    assert person.email_confirmed_at is None


async def test_sign_in_and_out(client: httpx.AsyncClient) -> None:
    person = await _person(email="a@example.com", locale="en")

    answer = await client.post(
        "/sign-in", data={"email": "A@example.com ", "password": PASSWORD, "next": "/account"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.cookies["locale"] == "en"
    page = await client.get("/account")
    assert page.status_code == 200
    assert "a@example.com" in page.text

    await client.post("/sign-out")
    session = await Session.get(person=person)
    assert session.revoked_at is not None
    assert (await client.get("/account")).headers["location"] == "/sign-in?next=%2Faccount"


@pytest.mark.parametrize(
    ("referer", "wanted"),
    [
        ("http://testserver/jobs/new?from=ct", "%2Fjobs%2Fnew%3Ffrom%3Dct"),
        ("https://evil.example/jobs/new", "%2F"),
        ("", "%2F"),
    ],
)
async def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    client: httpx.AsyncClient, referer: str, wanted: str
) -> None:
    answer = await client.post("/jobs/new", data={"title": "标注"}, headers={"referer": referer})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={wanted}"


async def test_sign_in_goes_nowhere_else(client: httpx.AsyncClient) -> None:
    await _person(email="a@example.com")

    answer = await client.post(
        "/sign-in",
        data={"email": "a@example.com", "password": PASSWORD, "next": "https://evil.example"},
    )

    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("email", ["a@example.com", "nobody@example.com"])
async def test_sign_in_refusal_is_the_same_for_all(client: httpx.AsyncClient, email: str) -> None:
    await _person(email="a@example.com")

    answer = await client.post("/sign-in", data={"email": email, "password": "wrong password"})

    assert answer.status_code == 422
    assert "邮箱或密码不正确" in answer.text
    assert "wrong password" not in answer.text
    assert await Session.all().count() == 0


async def test_unknown_address_costs_a_hash(
    monkeypatch: pytest.MonkeyPatch, rollback: None
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(passwords, "_verify", lambda hashed, _text: checked.append(hashed))

    assert not await passwords.is_right("x", password_hash=None)

    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


async def test_unconfirmed_address_cannot_sign_in(client: httpx.AsyncClient) -> None:
    await make_person(
        email="a@example.com", confirmed=False,
        password_hash=await passwords.hash_password(PASSWORD),
    )  # fmt: skip

    answer = await client.post("/sign-in", data={"email": "a@example.com", "password": PASSWORD})

    assert answer.status_code == 422
    assert await Session.all().count() == 0
    assert await _topics() == ["person.registered"]


async def test_second_factor_at_sign_in(client: httpx.AsyncClient) -> None:
    person = await _person(email="a@example.com")
    by = Actor(person_id=person.id)
    secret = second_factor.secret_of(await second_factor.begin_enrolment(by=by))
    moment = clock.now()
    totp = pyotp.TOTP(secret)
    with clock.frozen_at(moment):
        codes = await second_factor.confirm_enrolment(totp.at(moment), by=by)

        page = await client.post("/sign-in", data={"email": "a@example.com", "password": PASSWORD})
        assert page.status_code == 200
        assert await Session.all().count() == 0
        found = re.search(r'name="ticket"[^>]*value="([^"]+)"', page.text)
        assert found is not None
        ticket = found[1]

        used = await client.post("/sign-in/code", data={"ticket": ticket, "code": totp.at(moment)})
        assert used.status_code == 422
        assert await Session.all().count() == 0

        fresh = totp.at(int(moment.timestamp()) + 30)
        answer = await client.post("/sign-in/code", data={"ticket": ticket, "code": fresh})
        assert answer.status_code == 303
        assert await Session.filter(person=person).count() == 1

        again = await client.post("/sign-in/code", data={"ticket": ticket, "code": fresh})
        assert again.status_code == 422
        assert await Session.filter(person=person).count() == 1

        for status in (303, 422):  # a recovery code, then the same once more
            lost = await client.post("/sign-in/code", data={"ticket": ticket, "code": codes[0]})
            assert lost.status_code == status
        assert await Session.filter(person=person).count() == 2


async def test_forgotten_password(client: httpx.AsyncClient) -> None:
    person = await _person(email="a@example.com")
    await sessions.start_session(person)

    known = await client.post("/password/forgotten", data={"email": "a@example.com"})
    unknown = await client.post("/password/forgotten", data={"email": "b@example.com"})

    assert known.headers["location"] == unknown.headers["location"] == "/sign-in"
    assert await _topics() == ["password.reset_requested", "password.reset_requested"]
    path = f"/password/reset/{mail_tokens.reset(person)}"
    assert (await client.get(path)).status_code == 200
    assert (await client.post(path, data={"password": "short"})).status_code == 422
    done = await client.post(path, data={"password": "another long password"})
    assert done.status_code == 303
    await person.refresh_from_db()
    assert await passwords.is_right("another long password", password_hash=person.password_hash)
    assert await Session.filter(person=person, revoked_at=None).count() == 0
    assert (await client.post(path, data={"password": "a third password"})).status_code == 404


async def test_change_password_ends_other_sessions(client: httpx.AsyncClient) -> None:
    person = await _person()
    await sessions.start_session(person)
    await signed_in_client(client, person)

    wrong = await client.post(
        "/account/password", data={"current": "no", "password": "another long password"}
    )
    assert wrong.status_code == 422
    assert await Session.filter(person=person, revoked_at=None).count() == 2

    right = await client.post(
        "/account/password", data={"current": PASSWORD, "password": "another long password"}
    )
    assert right.status_code == 303
    assert await Session.filter(person=person, revoked_at=None).count() == 1
    assert (await client.get("/account")).status_code == 200


async def test_switch_organisation(client: httpx.AsyncClient) -> None:
    person = await make_person()
    first, second = await make_organisation(), await make_organisation(kind="supplier")
    await make_membership(first, person=person)
    own = await make_membership(second, person=person, role="sales")
    stranger = await make_membership(await make_organisation())
    await signed_in_client(client, person)

    assert (await client.post("/switch", data={"membership_id": str(own.id)})).status_code == 303
    assert (await Session.get(person=person)).membership_id == own.id
    denied = await client.post("/switch", data={"membership_id": str(stranger.id)})
    assert denied.status_code == 404
    assert (await Session.get(person=person)).membership_id == own.id


async def test_stale_confirmation_after_address_changed(rollback: None) -> None:
    person = await make_person(confirmed=False)
    token = mail_tokens.confirmation(person)
    person.email = "new@example.com"
    await person.save()

    with pytest.raises(mail_tokens.LinkExpired):
        await people.confirm_email(token)
