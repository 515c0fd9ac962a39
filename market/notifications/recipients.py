"""Who in an organisation a piece of mail is for."""

from uuid import UUID

from market.accounts.models import Membership, Person
from market.accounts.states import OrganisationKind, OrganisationStatus, Role


async def members(organisation_id: UUID, *roles: Role) -> list[Person]:
    """The owners of an organisation and its members with one of `roles`."""
    rows = (
        await Membership.filter(
            organisation_id=organisation_id, role__in=(Role.OWNER, *roles), revoked_at=None
        )
        .order_by("id")
        .select_related("person")
    )
    return [row.person for row in rows]


async def operators() -> list[Person]:
    """Who verifies organisations at the operators."""
    rows = (
        await Membership.filter(
            organisation__kind=OrganisationKind.OPERATOR,
            organisation__status=OrganisationStatus.ACTIVE,
            role__in=(Role.OWNER, Role.QUALITY),
            revoked_at=None,
        )
        .order_by("id")
        .select_related("person")
    )
    return list({row.person.id: row.person for row in rows}.values())
