"""Which cases an authority sees: those of its region and below; nobody else sees any."""

from tortoise.queryset import QuerySet

from market.accounts.oversight import codes_within, own_region
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.risks.models import FlagCase


def cases_to_see(by: Actor) -> QuerySet[FlagCase]:
    """The cases of the actor's region, the newest first. Raises NotPermitted for other kinds."""
    found = FlagCase.filter(region_code__range=codes_within(own_region(by).prefix))
    return found.select_related("job", "organisation", "decided_by").order_by("-found_at", "-id")


async def case_to_see(number: str, by: Actor) -> FlagCase:
    """One of them; NotFound for any other."""
    case = await cases_to_see(by).filter(number=number).first()
    if case is None:
        raise NotFound(_("There is no such case in your region"))
    return case
