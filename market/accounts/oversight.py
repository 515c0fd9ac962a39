"""Whom an authority oversees: everybody of its own region and below; the operator sees the country."""

from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.i18n import gettext as _
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

READERS = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR)


def own_region(by: Actor) -> Region:
    """The region whose figures the actor oversees; the operator's is the country.

    Raises NotPermitted for any other organisation and for a bureau not verified.
    """
    code = COUNTRY_CODE if by.kind == OrganisationKind.OPERATOR else by.region_code
    found = regions.region(code)
    if by.kind not in READERS or not by.verified or found is None:
        raise NotPermitted(_("Your organisation has no access to this page"))
    return found


def oversees(by: Actor, region_code: str) -> bool:
    """Whether an organisation of that region is one the actor oversees."""
    try:
        return region_code.startswith(own_region(by).prefix)
    except NotPermitted:
        return False


def codes_within(prefix: str) -> tuple[str, str]:
    """The lowest and the highest region code with a prefix: an index serves it, a pattern would not."""
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")
