"""Who may see which registration and which filing: the parties, and the authority of the region."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.registration.models import Filing, Registration
from market.vocabulary import regions

AUTHORITIES = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR)


def is_authority(by: Actor) -> bool:
    """Whether the actor answers filings."""
    return by.kind in AUTHORITIES and by.verified


def _prefix(by: Actor) -> str:
    if by.kind == OrganisationKind.OPERATOR:
        return ""
    area = regions.region(by.region_code)
    return area.prefix if area else by.region_code


def registrations_to_see(by: Actor) -> QuerySet[Registration]:
    """A party's own; for an authority those with a party in its region."""
    found = Registration.all().select_related("contract__buyer", "contract__supplier")
    if is_authority(by):
        prefix = _prefix(by)
        found = found.filter(
            Q(contract__buyer__region_code__startswith=prefix)
            | Q(contract__supplier__region_code__startswith=prefix)
        )
    else:
        own = by.organisation_id
        found = found.filter(Q(contract__buyer_id=own) | Q(contract__supplier_id=own))
    return found.order_by("-id")


async def registration_to_read(by: Actor, number: str) -> Registration:
    """One of them; NotFound for any other."""
    found = await registrations_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This registration does not exist"))
    return found


def filings_to_see(by: Actor) -> QuerySet[Filing]:
    """A filer's own; for an authority those of its region."""
    found = Filing.all().select_related("filer", "decided_by").order_by("-id")
    if is_authority(by):
        return found.filter(region_code__startswith=_prefix(by))
    return found.filter(filer_id=by.organisation_id)


async def filing_to_read(by: Actor, number: str) -> Filing:
    """One of them; NotFound for any other."""
    found = await filings_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This filing does not exist"))
    return found
