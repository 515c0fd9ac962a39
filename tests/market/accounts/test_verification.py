"""Verification: the code, the licence, the operator's decision."""

from collections.abc import Callable

import httpx
import pytest

from market.accounts import organisations, verification
from market.accounts.forms import NewOrganisationInput, OrganisationInput, VerificationInput
from market.accounts.models import Invitation, Organisation, Person
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.kit import audit, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.vocabulary import uscc
from tests.factories import (
    actor,
    make_membership,
    make_organisation,
    make_person,
    make_uscc,
    signed_in_client,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d4944415478da63fcffff3f030005fe02fea135819d0000000049454e44ae426082"
)


async def _submitted(code: str = "", **values: str) -> tuple[Organisation, Actor]:
    organisation = await make_organisation(verified=False)
    by = await actor(organisation)
    licence = await files.store("licence.png", PNG, by=by)
    facts = VerificationInput.model_validate(
        {"name": "济南标注有限公司", "uscc": code or make_uscc(), **values}
    )
    row = await verification.submit_verification(organisation, facts, licence=licence, by=by)
    return row, by


async def _operator(role: str = "owner") -> Actor:
    return await actor(await make_organisation(kind="operator"), role=role)


async def _topics() -> list[str]:
    return [message.topic for message in await OutboxMessage.all().order_by("id")]


async def test_submit_takes_type_and_region_from_the_code(rollback: None) -> None:
    row, _by = await _submitted(make_uscc("140200", pair="12"))

    assert row.status == OrganisationStatus.PENDING_VERIFICATION
    assert (row.org_type, row.region_code) == ("public_institution", "140200")
    assert row.name == "济南标注有限公司"
    assert row.submitted_at is not None
    assert await _topics() == ["organisation.submitted"]


async def test_submit_keeps_what_was_typed(rollback: None) -> None:
    row, _by = await _submitted(org_type="foundation", region_code="福州市")

    assert (row.org_type, row.region_code) == ("foundation", "350100")


async def test_code_of_another_organisation_is_refused(rollback: None) -> None:
    taken = (await make_organisation()).uscc
    assert taken is not None

    with pytest.raises(InvalidInput) as refused:
        await _submitted(taken)

    assert set(refused.value.fields) == {"uscc"}
    assert await Organisation.filter(status="registered", uscc=None).count() == 1
    assert await _topics() == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda code: code[:17], "18 位"),
        (lambda code: code[:9] + "O" + code[10:], "第 10 位"),
        (lambda code: code[:17] + ("1" if code[17] != "1" else "2"), "最后一位应为"),
    ],
)
async def test_mistyped_code_is_named(
    client: httpx.AsyncClient, spoil: Callable[[str], str], said: str
) -> None:
    organisation = await make_organisation(verified=False)
    by = await actor(organisation)
    await signed_in_client(client, by.person_id)

    answer = await client.post(
        "/organisation/verification",
        data={"name": "某公司", "uscc": spoil(make_uscc())},
        files={"licence": ("licence.png", PNG)},
    )

    assert answer.status_code == 422
    assert said in answer.text
    await organisation.refresh_from_db()
    assert (organisation.status, organisation.uscc) == ("registered", None)


async def test_submit_over_http_with_licence(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(verified=False)
    by = await actor(organisation)
    await signed_in_client(client, by.person_id)
    data = {"name": "某公司", "uscc": f" {make_uscc().lower()} "}

    missing = await client.post("/organisation/verification", data=data)
    wrong = await client.post(
        "/organisation/verification", data=data, files={"licence": ("licence.png", b"no picture")}
    )
    right = await client.post(
        "/organisation/verification", data=data, files={"licence": ("执照.png", PNG)}
    )

    assert (missing.status_code, wrong.status_code, right.status_code) == (422, 422, 303)
    licence = await client.get(f"/organisations/{organisation.number}/licence")
    assert licence.content == PNG
    assert licence.headers["content-disposition"].startswith("attachment;")
    page = await client.get("/organisation/verification")
    assert "执照.png" in page.text


async def test_approve(rollback: None) -> None:
    row, _by = await _submitted()

    await verification.approve(row, by=await _operator(role="quality"))

    await row.refresh_from_db()
    assert row.is_verified
    assert row.verified_at is not None
    assert await _topics() == [
        "organisation.submitted", "organisation.verified", "organisation.changed",
    ]  # fmt: skip
    assert [entry.action for entry in await audit.history(row)] == [
        "status:pending_verification",
        "status:active",
    ]


async def test_reject_frees_the_code(rollback: None) -> None:
    code = make_uscc()
    row, _by = await _submitted(code)

    await verification.reject(row, "证照图片不清晰", by=await _operator())

    await row.refresh_from_db()
    assert (row.status, row.uscc) == ("registered", None)
    assert row.verification_note == "证照图片不清晰"
    other, _ = await _submitted(code)
    assert other.uscc == uscc.compact(code)


@pytest.mark.parametrize("role", ["viewer", "finance"])
async def test_roles_that_may_not_decide(rollback: None, role: str) -> None:
    row, _by = await _submitted()

    with pytest.raises(NotPermitted):
        await verification.approve(row, by=await _operator(role=role))

    await row.refresh_from_db()
    assert row.status == "pending_verification"
    assert await _topics() == ["organisation.submitted"]


async def test_nobody_approves_their_own_organisation(rollback: None) -> None:
    row, by = await _submitted()
    operator = await make_organisation(kind="operator")
    await make_membership(operator, person=await Person.get(id=by.person_id))
    both = Actor(
        person_id=by.person_id, organisation_id=operator.id, kind="operator", role="owner",
        verified=True,
    )  # fmt: skip

    with pytest.raises(NotPermitted):
        await verification.approve(row, by=both)

    await row.refresh_from_db()
    assert row.status == "pending_verification"


async def test_suspend_and_reinstate(rollback: None) -> None:
    organisation = await make_organisation(kind="supplier")
    operator = await _operator()

    await verification.suspend(organisation, "资质已过期", by=operator)
    await organisation.refresh_from_db()
    assert not organisation.is_verified

    with pytest.raises(InvalidTransition):
        await verification.suspend(organisation, "再次", by=operator)
    with pytest.raises(verification.NothingToDecide):
        await verification.approve(organisation, by=operator)

    await verification.reinstate(organisation, "已更新资质", by=operator)
    await organisation.refresh_from_db()
    assert organisation.is_verified
    assert await _topics() == [
        "organisation.suspended",
        "supplier.changed",
        "organisation.reinstated",
        "supplier.changed",
    ]


async def test_demand_owner_cannot_open_the_queue(client: httpx.AsyncClient) -> None:
    row, by = await _submitted()
    await signed_in_client(client, by.person_id)

    assert (await client.get("/operator/organisations")).status_code == 403
    for step in ("approve", "reject", "suspend", "reinstate"):
        answer = await client.post(
            f"/operator/organisations/{row.number}/{step}", data={"reason": "some reason"}
        )
        assert answer.status_code == 403
    await row.refresh_from_db()
    assert row.status == "pending_verification"


async def test_queue_and_decision_over_http(client: httpx.AsyncClient) -> None:
    row, _by = await _submitted()
    await signed_in_client(client, (await _operator()).person_id)

    queue = await client.get("/operator/organisations")
    assert row.name in queue.text
    detail = await client.get(f"/operator/organisations/{row.number}")
    assert row.uscc is not None
    assert row.uscc in detail.text
    silent = await client.post(f"/operator/organisations/{row.number}/reject", data={})
    assert silent.status_code == 422
    done = await client.post(f"/operator/organisations/{row.number}/approve")
    assert done.status_code == 303
    await client.get("/operator/organisations")  # takes the flash away
    assert row.name not in (await client.get("/operator/organisations")).text


async def test_licence_is_hidden_from_others(client: httpx.AsyncClient) -> None:
    row, _by = await _submitted()
    stranger = await actor(await make_organisation())
    await signed_in_client(client, stranger.person_id)

    assert (await client.get(f"/organisations/{row.number}/licence")).status_code == 404


@pytest.mark.parametrize("kind", [OrganisationKind.BUREAU, OrganisationKind.OPERATOR])
async def test_bureau_and_operator_cannot_be_founded(
    rollback: None, kind: OrganisationKind
) -> None:
    person = await make_person()
    details = OrganisationInput(kind=kind, name="数据局", region_code="370100")

    with pytest.raises(InvalidInput):
        await organisations.found_organisation(details, by=Actor(person_id=person.id))

    assert await Organisation.all().count() == 0


async def test_operator_creates_a_bureau_and_invites_its_owner(rollback: None) -> None:
    operator = await _operator()
    details = NewOrganisationInput(
        kind=OrganisationKind.BUREAU, name="济南市数据局", region_code="济南市",
        email="bureau@example.com",
    )  # fmt: skip

    bureau = await organisations.create_organisation(details, by=operator)

    assert bureau.is_verified
    assert (bureau.org_type, bureau.region_code) == ("government", "370100")
    invitation = await Invitation.get(organisation=bureau)
    assert (invitation.email, invitation.role) == ("bureau@example.com", "owner")
    assert await _topics() == ["member.invited"]


async def test_unverified_organisations_are_limited(rollback: None) -> None:
    person = await make_person()
    by = Actor(person_id=person.id)
    for name in ("甲公司", "乙公司", "丙公司"):
        details = OrganisationInput(kind=OrganisationKind.SUPPLIER, name=name, region_code="370100")
        await organisations.found_organisation(details, by=by)

    with pytest.raises(InvalidInput):
        await organisations.found_organisation(details, by=by)

    assert await Organisation.all().count() == 3
