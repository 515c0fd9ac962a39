"""Members and invitations: who may do what, and that an owner always remains."""

import datetime as dt

import httpx
import pytest

from market.accounts import access, invitations, members
from market.accounts.forms import InvitationInput, JoinInput
from market.accounts.models import ApiToken, Invitation, Membership, Organisation, Person, Session
from market.accounts.states import Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from tests.factories import (
    PASSWORD,
    actor,
    make_membership,
    make_organisation,
    make_person,
    signed_in_client,
)


async def _invited(
    organisation: Organisation, by: Actor, email: str = "new@example.com", role: Role = Role.QUALITY
) -> tuple[Invitation, str]:
    offer = InvitationInput(email=email, role=role)
    invitation = await invitations.invite_member(organisation, offer, by=by)
    message = await OutboxMessage.filter(topic="member.invited").order_by("-id").first()
    assert message is not None
    return invitation, str(message.payload["token"])


async def test_new_person_joins(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(name="示范医院")
    _invitation, token = await _invited(organisation, await actor(organisation))

    page = await client.get(f"/invitations/{token}")
    assert "示范医院" in page.text
    weak = await client.post(f"/invitations/{token}", data={"name": "赵六", "password": "short"})
    assert weak.status_code == 422
    answer = await client.post(f"/invitations/{token}", data={"name": "赵六", "password": PASSWORD})

    assert answer.status_code == 303
    person = await Person.get(email="new@example.com")
    assert person.email_confirmed_at is not None
    membership = await Membership.get(person=person)
    assert (membership.organisation_id, membership.role) == (organisation.id, "quality")
    assert await Session.filter(person=person, revoked_at=None).count() == 1


async def test_existing_person_accepts(client: httpx.AsyncClient) -> None:
    person = await make_person(email="new@example.com")
    organisation = await make_organisation()
    _invitation, token = await _invited(organisation, await actor(organisation))

    taken = await client.post(f"/invitations/{token}", data={"name": "x", "password": PASSWORD})
    assert taken.status_code == 422
    await signed_in_client(client, person)
    answer = await client.post(f"/invitations/{token}/accept")

    assert answer.status_code == 303
    membership = await Membership.get(person=person, organisation=organisation)
    assert membership.role == "quality"
    assert (await Session.get(person=person)).membership_id == membership.id
    again = await client.post(f"/invitations/{token}/accept")
    assert again.status_code == 409


async def test_another_person_cannot_accept(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    _invitation, token = await _invited(organisation, await actor(organisation))
    thief = await make_person(email="thief@example.com")
    await signed_in_client(client, thief)

    assert (await client.post(f"/invitations/{token}/accept")).status_code == 403
    assert await Membership.filter(person=thief).count() == 0


async def test_expired_and_revoked_invitations_are_closed(rollback: None) -> None:
    organisation = await make_organisation()
    by = await actor(organisation)
    invitation, _token = await _invited(organisation, by)
    details = JoinInput(name="赵六", password=PASSWORD)

    with (
        clock.frozen_at(clock.now() + dt.timedelta(days=8)),
        pytest.raises(invitations.InvitationClosed),
    ):
        await invitations.join_as_new_person(invitation, details)
    await invitations.revoke_invitation(invitation, by=by)
    with pytest.raises(invitations.InvitationClosed):
        await invitations.join_as_new_person(invitation, details)

    assert not await Person.exists(email="new@example.com")


async def test_second_invitation_replaces_the_first(rollback: None) -> None:
    organisation = await make_organisation()
    by = await actor(organisation)
    first, _token = await _invited(organisation, by)

    second, _token = await _invited(organisation, by, role=Role.FINANCE)

    await first.refresh_from_db()
    assert first.revoked_at is not None
    assert [row.id for row in await access.own_invitations(by)] == [second.id]


async def test_member_is_not_invited_again(rollback: None) -> None:
    organisation = await make_organisation()
    by = await actor(organisation)
    present = await make_membership(organisation, role="sales")
    email = (await Person.get(id=present.person_id)).email

    with pytest.raises(InvalidInput):
        await _invited(organisation, by, email=email)

    assert await Invitation.all().count() == 0


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
async def test_only_owners_manage_members(rollback: None, role: Role) -> None:
    organisation = await make_organisation()
    owner = await make_membership(organisation)
    by = await actor(organisation, role=role)

    with pytest.raises(NotPermitted):
        await _invited(organisation, by)
    with pytest.raises(NotPermitted):
        await members.change_role(owner, Role.VIEWER, by=by)
    with pytest.raises(NotPermitted):
        await members.remove_member(owner, by=by)

    await owner.refresh_from_db()
    assert (owner.role, owner.revoked_at) == ("owner", None)
    assert await Invitation.all().count() == 0


async def test_last_owner_stays(rollback: None) -> None:
    organisation = await make_organisation()
    person = await make_person()
    by = await actor(organisation, person=person)
    own = await Membership.get(person=person)

    with pytest.raises(members.LastOwner):
        await members.remove_member(own, by=by)
    with pytest.raises(members.LastOwner):
        await members.change_role(own, Role.VIEWER, by=by)
    await own.refresh_from_db()
    assert (own.role, own.revoked_at) == ("owner", None)

    await make_membership(organisation)
    await members.remove_member(own, by=by)
    await own.refresh_from_db()
    assert own.revoked_at is not None


async def test_removal_ends_tokens_and_return_needs_new_ones(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    owner = await actor(organisation)
    person = await make_person(email="new@example.com")
    membership = await make_membership(organisation, person=person, role="sales")
    await signed_in_client(client, person)
    await client.post(
        "/account/tokens", data={"name": "erp", "scopes": "profile:read", "days": "30"}
    )

    await members.remove_member(membership, by=owner)

    assert await ApiToken.filter(revoked_at=None).count() == 0
    page = await client.get("/organisation")
    assert page.headers["location"] == "/organisation/new"
    _invitation, token = await _invited(organisation, owner, role=Role.VIEWER)
    await client.post(f"/invitations/{token}/accept")
    await membership.refresh_from_db()
    assert (membership.role, membership.revoked_at) == ("viewer", None)
    assert await ApiToken.filter(revoked_at=None).count() == 0


async def test_members_of_another_organisation_do_not_exist(client: httpx.AsyncClient) -> None:
    other = await make_membership(await make_organisation())
    by = await actor(await make_organisation())
    await signed_in_client(client, by.person_id)

    role = await client.post(f"/organisation/members/{other.id}/role", data={"role": "viewer"})
    removal = await client.post(f"/organisation/members/{other.id}/remove")

    assert (role.status_code, removal.status_code) == (404, 404)
    await other.refresh_from_db()
    assert (other.role, other.revoked_at) == ("owner", None)


async def test_members_page(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation()
    by = await actor(organisation)
    colleague = await make_membership(organisation, role="finance")
    await _invited(organisation, by)
    await signed_in_client(client, by.person_id)

    page = await client.get("/organisation/members")
    assert page.status_code == 200
    assert "new@example.com" in page.text
    changed = await client.post(
        f"/organisation/members/{colleague.id}/role", data={"role": "buyer"}
    )
    assert changed.status_code == 303
    await colleague.refresh_from_db()
    assert colleague.role == "buyer"
    unknown = await client.post(
        f"/organisation/members/{colleague.id}/role", data={"role": "emperor"}
    )
    assert unknown.status_code == 422
    assert "请从列出的选项中选择" in unknown.text
    assert f"/organisation/members/{colleague.id}/role" in unknown.text  # the list stands below it
    await colleague.refresh_from_db()
    assert colleague.role == "buyer"
