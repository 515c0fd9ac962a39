"""Invitations: a role offered by e-mail, accepted by who reads it."""

import datetime as dt
import secrets

from market.accounts import passwords
from market.accounts.forms import InvitationInput, JoinInput
from market.accounts.members import log_membership
from market.accounts.models import Invitation, Membership, Organisation, Person
from market.accounts.people import create_person
from market.accounts.permissions import require
from market.accounts.sessions import hash_token
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, transaction
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _

LIFETIME = dt.timedelta(days=7)
MAX_OPEN = 50


class InvitationClosed(Conflict):
    """The invitation was accepted, revoked or has expired."""

    title = "This invitation is no longer open"


@atomic()
async def invite_member(
    organisation: Organisation, offer: InvitationInput, *, by: Actor
) -> Invitation:
    """Offer a role to an address; only the e-mail carries the token. Owners only. Raises InvalidInput."""
    require(by, verified=False)
    organisation = await lock(organisation)
    if await Membership.exists(
        organisation=organisation, person__email=offer.email, revoked_at=None
    ):
        raise InvalidInput(fields={"email": _("This person is a member already")})
    waiting = Invitation.filter(organisation=organisation, accepted_at=None, revoked_at=None)
    if await waiting.count() >= MAX_OPEN:
        raise InvalidInput(_("Too many invitations are open; revoke some first"))
    return await offer_role(organisation, offer, by=by)


async def offer_role(
    organisation: Organisation, offer: InvitationInput, *, by: Actor
) -> Invitation:
    """Write an invitation that replaces an earlier one to the address; part of the verbs that invite."""
    now = clock.now()
    await Invitation.filter(
        organisation=organisation, email=offer.email, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = await Invitation.create(
        organisation=organisation,
        email=offer.email,
        role=offer.role,
        token_hash=hash_token(token),
        invited_by_id=by.person_id,
        expires_at=now + LIFETIME,
    )
    await audit.record(
        organisation, "member_invited", by=by, after={"email": offer.email, "role": offer.role}
    )
    await outbox.record("member.invited", invitation=invitation.id, token=token)
    return invitation


@atomic()
async def revoke_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Take an open invitation back; owners of the inviting organisation only."""
    require(by, verified=False)
    row = await _open_invitation(invitation)
    row.revoked_at = clock.now()
    await row.save(update_fields=["revoked_at"])


@atomic()
async def accept_invitation(invitation: Invitation, *, by: Actor) -> Membership:
    """Take the offered role; only the person whose address was invited. Raises InvitationClosed."""
    assert by.person_id is not None
    row = await _open_invitation(invitation)
    person = await Person.get(id=by.person_id)
    if person.email != row.email:
        raise NotPermitted(_("This invitation was sent to another address"))
    return await _join(row, person)


async def join_as_new_person(invitation: Invitation, details: JoinInput) -> Person:
    """Register who was invited and give them the role; the link proves their address.

    Raises InvitationClosed, InvalidInput (weak password, or the address has an account already).
    """
    passwords.check_strength(details.password, email=invitation.email)
    password_hash = await passwords.hash_password(details.password)
    async with transaction():
        row = await _open_invitation(invitation)
        if await Person.exists(email=row.email):
            raise InvalidInput(_("This address has an account; sign in to accept"))
        person = await create_person(
            row.email, name=details.name, password_hash=password_hash, confirmed=True
        )
        await _join(row, person)
        return person


async def _open_invitation(invitation: Invitation) -> Invitation:
    row = await lock(invitation)
    if row.accepted_at or row.revoked_at or row.expires_at <= clock.now():
        raise InvitationClosed(_("The invitation was used, taken back or has expired"))
    return row


async def _join(invitation: Invitation, person: Person) -> Membership:
    invitation.accepted_at = clock.now()
    await invitation.save(update_fields=["accepted_at"])
    membership = await Membership.get_or_none(
        person=person, organisation_id=invitation.organisation_id
    )
    if membership is None:
        membership = await Membership.create(
            person=person, organisation_id=invitation.organisation_id, role=invitation.role
        )
    elif membership.revoked_at is not None:
        membership.role, membership.revoked_at = invitation.role, None
        await membership.save(update_fields=["role", "revoked_at"])
    actor = Actor(person_id=person.id, name=person.name)
    await log_membership(membership, "member_joined", by=actor, after=membership.role)
    return membership
