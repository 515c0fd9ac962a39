"""A person's own settings over HTTP."""

import re

import httpx
import pyotp
import pytest

from market.accounts import (
    labels,
    mail_tokens,
    passwords,
    recovery_codes,
    second_factor,
    sessions,
)
from market.accounts.models import Person, RecoveryCode, Session
from market.kit import clock, db
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from tests.factories import (
    PASSWORD,
    actor,
    make_membership,
    make_organisation,
    make_person,
    signed_in_client,
)

CODE = r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}"
PAGES = (
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/mail",
    "/account/sessions",
    "/account/tokens",
    "/organisation",
    "/organisation/new",
    "/organisation/verification",
    "/organisation/members",
)


@pytest.mark.parametrize("path", PAGES)
async def test_pages_need_a_log_in(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_pages_in_both_languages(client: httpx.AsyncClient, path: str, locale: str) -> None:
    by = await actor(await make_organisation(), role="viewer")
    client.cookies.set("locale", locale)
    await signed_in_client(client, by.person_id)

    assert (await client.get(path)).status_code == 200


async def test_edit_profile(client: httpx.AsyncClient) -> None:
    person = await make_person()
    await signed_in_client(client, person)

    answer = await client.post(
        "/account", data={"name": "新名字", "phone": "0531-8888 0000", "locale": "en"}
    )
    refused = await client.post("/account", data={"name": "", "phone": "call me"})

    assert (answer.status_code, refused.status_code) == (303, 422)
    await person.refresh_from_db()
    assert (person.name, person.phone, person.locale) == ("新名字", "0531-8888 0000", "en")
    assert client.cookies["locale"] == "en"


async def test_choose_mail_and_unsubscribe(client: httpx.AsyncClient) -> None:
    person = await make_person()
    await signed_in_client(client, person)

    await client.post("/account/mail", data={"wanted": ["jobs", "money"]})
    await person.refresh_from_db()
    assert person.muted_mail == ["questions", "receipts", "deliveries", "reminders"]

    client.cookies.clear()
    path = f"/unsubscribe/{mail_tokens.unsubscription(person, 'money')}"
    assert (await client.get(path)).status_code == 200
    await person.refresh_from_db()
    assert "money" not in person.muted_mail
    assert (await client.post(path)).status_code == 303
    await person.refresh_from_db()
    assert person.muted_mail == ["deliveries", "money", "questions", "receipts", "reminders"]


async def test_sessions_are_listed_and_ended(client: httpx.AsyncClient) -> None:
    person = await make_person()
    await sessions.start_session(person, address="10.0.0.9", user_agent="Old Phone")
    await sessions.start_session(await make_person(), user_agent="Stranger")
    await signed_in_client(client, person)
    old = await Session.get(user_agent="Old Phone")
    foreign = await Session.get(user_agent="Stranger")

    page = await client.get("/account/sessions")
    assert "Old Phone" in page.text
    assert "Stranger" not in page.text
    file = await client.get("/account/sessions?format=csv")
    assert ("10.0.0.9" in file.text, "Stranger" in file.text) == (True, False)
    await client.post(f"/account/sessions/{foreign.id}/end")
    await client.post(f"/account/sessions/{old.id}/end")

    await old.refresh_from_db()
    await foreign.refresh_from_db()
    assert old.revoked_at is not None
    assert foreign.revoked_at is None


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604.1", "Safari · iOS"),
        ("python-httpx/0.28", "python-httpx/0.28"),
        ("", "未知浏览器"),
    ],
)
def test_browser_name(user_agent: str, name: str) -> None:
    assert labels.browser_name(user_agent) == name


async def test_end_other_sessions(client: httpx.AsyncClient) -> None:
    person = await make_person()
    for _ in range(3):
        await sessions.start_session(person)
    await signed_in_client(client, person)

    await client.post("/account/sessions/others/end")

    assert await Session.filter(person=person, revoked_at=None).count() == 1
    assert (await client.get("/account")).status_code == 200


async def test_second_factor_on_and_off(client: httpx.AsyncClient) -> None:
    person = await make_person(password_hash=await passwords.hash_password(PASSWORD))
    await signed_in_client(client, person)

    await client.post("/account/second-factor/begin")
    page = await client.get("/account/second-factor")
    assert 'src="data:image/svg+xml' in page.text
    await person.refresh_from_db()
    assert person.totp_confirmed_at is None
    wrong = await client.post("/account/second-factor", data={"code": "abcdef"})
    assert wrong.status_code == 422
    secret = second_factor.secret_of(person)
    assert secret.encode() not in bytes(person.totp_secret)
    code = pyotp.TOTP(secret).at(clock.now())
    page = await client.post("/account/second-factor", data={"code": code})
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert len(set(re.findall(CODE, page.text))) == recovery_codes.COUNT
    await person.refresh_from_db()
    assert person.totp_confirmed_at is not None

    assert (await client.post("/account/second-factor/begin")).status_code == 409
    refused = await client.post("/account/second-factor/remove", data={"password": "no"})
    assert refused.status_code == 422
    await client.post("/account/second-factor/remove", data={"password": PASSWORD})
    await person.refresh_from_db()
    assert (person.totp_confirmed_at, person.totp_secret) == (None, None)
    assert await RecoveryCode.all().count() == 0


async def test_recovery_codes_work_once_and_are_renewed_with_the_password(
    client: httpx.AsyncClient,
) -> None:
    person = await make_person(password_hash=await passwords.hash_password(PASSWORD))
    by = Actor(person_id=person.id)
    await second_factor.begin_enrolment(by=by)
    totp = pyotp.TOTP(second_factor.secret_of(await Person.get(id=person.id)))
    first = await second_factor.confirm_enrolment(totp.at(clock.now()), by=by)
    assert all(re.fullmatch(CODE, code) for code in first)
    assert not await RecoveryCode.filter(digest__in=first).exists()
    async with db.transaction():
        person = await db.lock(person)
        await second_factor.use_code(person, first[0].lower().replace("-", " "))
        for wrong in (first[0], "AAAA-AAAA-AAAA-AAAA", ""):
            with pytest.raises(InvalidInput):
                await second_factor.use_code(person, wrong)
    assert await recovery_codes.left(person) == 9

    await signed_in_client(client, person)
    assert "9/10" in (await client.get("/account/second-factor")).text
    refused = await client.post("/account/second-factor/codes", data={"password": "no"})
    assert (refused.status_code, await recovery_codes.left(person)) == (422, 9)
    page = await client.post("/account/second-factor/codes", data={"password": PASSWORD})
    new = set(re.findall(CODE, page.text))
    assert (len(new), new & set(first), await recovery_codes.left(person)) == (10, set(), 10)
    assert not await recovery_codes.use(person, first[1])


async def test_codes_drift_by_one_step_and_no_more(rollback: None) -> None:
    person = await make_person()
    by = Actor(person_id=person.id)
    totp = pyotp.TOTP(second_factor.secret_of(await second_factor.begin_enrolment(by=by)))
    step = int(clock.now().timestamp()) // second_factor.STEP_SECONDS
    steps = [
        second_factor._matching_step(
            await Person.get(id=person.id), totp.at((step + shift) * second_factor.STEP_SECONDS)
        )
        for shift in (-2, -1, 0, 1, 2)
    ]

    assert steps == [None, step - 1, step, step + 1, None]


async def test_organisation_profile(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(kind="supplier")
    owner = await actor(organisation)
    await signed_in_client(client, owner.person_id)

    answer = await client.post("/organisation", data={"size": "small", "summary": "语音标注"})
    assert answer.status_code == 303
    await organisation.refresh_from_db()
    assert (organisation.size, organisation.summary) == ("small", "语音标注")

    seller = await make_membership(organisation, role="sales")
    await signed_in_client(client, seller.person_id)
    denied = await client.post("/organisation", data={"summary": "别的"})
    assert denied.status_code == 403
    await organisation.refresh_from_db()
    assert organisation.summary == "语音标注"


async def test_found_another_organisation(client: httpx.AsyncClient) -> None:
    person = await make_person()
    await signed_in_client(client, person)

    answer = await client.post(
        "/organisation/new",
        data={"kind": "supplier", "name": "第二家公司", "region_code": "140200"},
    )

    assert answer.status_code == 303
    page = await client.get("/organisation")
    assert "第二家公司" in page.text
