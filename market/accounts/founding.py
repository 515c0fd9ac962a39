"""The first operator of a platform, whom nobody stands above to create."""

from market.accounts import mail_tokens, members, people
from market.accounts.models import Membership, Organisation, Person
from market.accounts.organisations import NUMBER_PREFIX
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

UNUSABLE = "!"
COUNTRY = "100000"


class OperatorExists(Conflict):
    """The first operator is there; further ones are created by it."""

    title = "There is an operator already"


@atomic()
async def found_authority(
    person: Person, kind: OrganisationKind, name: str, region_code: str, *, by: Actor
) -> Organisation:
    """A verified bureau or operator with `person` as owner, made by the platform itself."""
    organisation = await Organisation.create(
        number=await next_number(NUMBER_PREFIX),
        kind=kind,
        name=name,
        org_type="government",
        region_code=region_code,
        status=OrganisationStatus.ACTIVE,
        verified_at=clock.now(),
    )
    member = await Membership.create(person=person, organisation=organisation, role=Role.OWNER)
    await members.log_membership(member, "joined", by=by, after=Role.OWNER)
    return organisation


@atomic()
async def found_operator(email: str, name: str) -> str:
    """Create the platform's operator and its owner; returns the token of the link that sets a password.

    Raises OperatorExists on a platform that has one.
    """
    if await Organisation.exists(kind=OrganisationKind.OPERATOR):
        raise OperatorExists(_("There is an operator already: it can create further ones"))
    person = await people.create_person(
        email.lower(), name=name, password_hash=UNUSABLE, confirmed=True
    )
    await found_authority(
        person, OrganisationKind.OPERATOR, _("Operator of the platform"), COUNTRY,
        by=Actor.system("founding"),
    )  # fmt: skip
    return mail_tokens.reset(person)
