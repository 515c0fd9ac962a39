"""Who sees an incident: its reporter, the parties of the contracts it touches, the authorities over it."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market.accounts.access import missing
from market.accounts.oversight import READERS, codes_within, own_region
from market.accounts.permissions import require
from market.accounts.states import Role
from market.incidents.models import Incident, IncidentContract
from market.kit.actor import Actor
from market.orders.models import Contract


def incidents_to_see(by: Actor) -> QuerySet[Incident]:
    """The newest first. An authority sees those of its region, by reporter or by contract."""
    require(by, *Role, verified=False)
    if by.kind in READERS:
        span = codes_within(own_region(by).prefix)
        within = Q(buyer__region_code__range=span) | Q(supplier__region_code__range=span)
        seen = Q(region_code__range=span)
    else:
        own = by.organisation_id
        within = Q(buyer_id=own) | Q(supplier_id=own)
        seen = Q(reporter_id=own)
    touched = IncidentContract.filter(
        contract_id__in=Subquery(Contract.filter(within).values("id"))
    ).values("incident_id")
    found = Incident.filter(seen | Q(id__in=Subquery(touched)))
    return found.select_related("reporter").order_by("-discovered_at", "-id")


async def incident_to_see(number: str, by: Actor) -> Incident:
    """One of them with its steps and contracts; NotFound for any other."""
    query = incidents_to_see(by).filter(number=number)
    found = await query.prefetch_related("steps", "touched__contract__job").first()
    if found is None:
        raise missing()
    return found
