"""The only way a route of accounts obtains a row: one's own, or any organisation for an operator."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.models import ApiToken, Invitation, Membership, Organisation, Person, Session
from market.accounts.oversight import oversees
from market.accounts.permissions import VERIFIERS, require
from market.accounts.sessions import hash_token
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _

PUBLIC_STATUSES = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)


def as_uuid(text: str) -> UUID:
    """The id in a path; raises NotFound when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


def missing() -> NotFound:
    """The row does not exist, or is another party's."""
    return NotFound(_("There is no such entry"))


async def own_person(by: Actor) -> Person:
    """The person who acts."""
    return await Person.get(id=by.person_id)


async def own_organisation(by: Actor) -> Organisation:
    """The organisation the actor acts for, with its licence; raises NotPermitted without one."""
    if by.organisation_id is None:
        raise NotPermitted(_("Please register an organisation or accept an invitation first"))
    return await Organisation.get(id=by.organisation_id).select_related("licence_file")


async def organisation_to_see(number: str, by: Actor) -> Organisation:
    """An organisation by its number: one's own, a verified one, or any for an operator."""
    row = await Organisation.get_or_none(number=number).select_related("licence_file")
    if row is None or not (
        row.id == by.organisation_id
        or by.kind == OrganisationKind.OPERATOR
        or row.status in PUBLIC_STATUSES
    ):
        raise missing()
    return row


async def organisation_with_owners(number: str, by: Actor) -> Organisation:
    """An organisation whose shareholders the actor may read: its own, or one the actor oversees."""
    row = await Organisation.get_or_none(number=number)
    if row is None or not (row.id == by.organisation_id or oversees(by, row.region_code)):
        raise missing()
    return row


async def organisation_to_decide(number: str, by: Actor) -> Organisation:
    """Any organisation, for an operator who decides about it."""
    require(by, *VERIFIERS, Role.VIEWER, kind=OrganisationKind.OPERATOR)
    return await organisation_to_see(number, by)


def organisations_to_decide(
    by: Actor, *, status: str = "", text: str = ""
) -> QuerySet[Organisation]:
    """The operator's list, the longest waiting first."""
    require(by, *VERIFIERS, Role.VIEWER, kind=OrganisationKind.OPERATOR)
    query = Organisation.all().order_by("submitted_at", "created_at")
    if status in set(OrganisationStatus):
        query = query.filter(status=OrganisationStatus(status))
    if text:
        query = query.filter(
            Q(name__icontains=text) | Q(uscc__icontains=text) | Q(number__iexact=text)
        )
    return query


async def licence(number: str, by: Actor) -> StoredFile:
    """The licence file of an organisation: for its members and for operators."""
    row = await Organisation.get_or_none(number=number).select_related("licence_file")
    if row is None or row.licence_file is None:
        raise missing()
    if row.id != by.organisation_id and by.kind != OrganisationKind.OPERATOR:
        raise missing()
    file: StoredFile = row.licence_file
    return file


async def own_members(by: Actor) -> list[Membership]:
    """The members of the actor's organisation, owners first."""
    organisation = await own_organisation(by)
    rows = await Membership.filter(organisation=organisation, revoked_at=None).select_related(
        "person"
    )
    return sorted(rows, key=lambda row: (row.role != Role.OWNER, row.person.name))


async def own_member(membership_id: str, by: Actor) -> Membership:
    """A present member of the actor's organisation."""
    row = await Membership.get_or_none(
        id=as_uuid(membership_id), organisation_id=by.organisation_id, revoked_at=None
    ).select_related("person")
    if row is None:
        raise missing()
    return row


async def own_invitations(by: Actor) -> list[Invitation]:
    """Invitations of the actor's organisation that are still open."""
    return await Invitation.filter(
        organisation_id=by.organisation_id, accepted_at=None, revoked_at=None,
        expires_at__gt=clock.now(),
    ).order_by("-id")  # fmt: skip


async def own_invitation(invitation_id: str, by: Actor) -> Invitation:
    """An invitation of the actor's organisation."""
    row = await Invitation.get_or_none(
        id=as_uuid(invitation_id), organisation_id=by.organisation_id
    )
    if row is None:
        raise missing()
    return row


async def invitation_by_token(token: str) -> Invitation:
    """The invitation whose mailed token this is."""
    row = await Invitation.get_or_none(token_hash=hash_token(token)).select_related(
        "organisation", "invited_by"
    )
    if row is None:
        raise missing()
    return row


def is_open(invitation: Invitation) -> bool:
    """Whether an invitation can still be accepted."""
    ended = invitation.accepted_at or invitation.revoked_at
    return ended is None and invitation.expires_at > clock.now()


async def has_account(invitation: Invitation) -> bool:
    """Whether the invited address belongs to a person already; shown to who holds the token only."""
    return await Person.exists(email=invitation.email)


async def own_sessions(by: Actor) -> list[Session]:
    """The actor's signed-in browsers, the latest first."""
    return await Session.filter(
        person_id=by.person_id, revoked_at=None, expires_at__gt=clock.now()
    ).order_by("-last_seen_at")


async def own_session(session_id: str, by: Actor) -> Session:
    """A log-in of one's own."""
    row = await Session.get_or_none(id=as_uuid(session_id), person_id=by.person_id)
    if row is None:
        raise missing()
    return row


async def own_tokens(by: Actor) -> list[ApiToken]:
    """The actor's API tokens in the present organisation, newest first."""
    return await ApiToken.filter(
        membership__person_id=by.person_id, membership__organisation_id=by.organisation_id,
        revoked_at=None,
    ).order_by("-id")  # fmt: skip


async def own_token(token_id: str, by: Actor) -> ApiToken:
    """One of the actor's API tokens, whichever organisation it is for."""
    row = await ApiToken.get_or_none(id=as_uuid(token_id), membership__person_id=by.person_id)
    if row is None:
        raise missing()
    return row
