"""Whose reputation may be read: that of any verified organisation in good standing, by anybody."""

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.reputation.measures import Side

_AUTHORITIES = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR)


async def organisation_to_see(number: str) -> Organisation:
    """A verified organisation that deals on the platform."""
    found = await Organisation.get_or_none(number=number, status=OrganisationStatus.ACTIVE)
    if found is None or found.kind in _AUTHORITIES:
        raise NotFound(_("This organisation does not exist"))
    return found


def side_of(organisation: Organisation, asked: str = "") -> Side:
    """The side to show: the one asked for, else the organisation's own."""
    if asked in ("supplier", "buyer"):
        return "supplier" if asked == "supplier" else "buyer"
    return "supplier" if organisation.kind == OrganisationKind.SUPPLIER else "buyer"
