"""Which exchanges are seen: one's own; the operator sees all."""

from tortoise.queryset import QuerySet

from market.accounts.oversight import own_region
from market.accounts.states import OrganisationKind
from market.exchange.models import ExchangeSync
from market.kit.actor import Actor


def syncs_to_see(by: Actor) -> QuerySet[ExchangeSync]:
    """The newest first. Raises NotPermitted for other organisations than authorities."""
    own_region(by)
    found = ExchangeSync.all().select_related("peer").order_by("-at", "-id")
    if by.kind == OrganisationKind.OPERATOR:
        return found
    return found.filter(peer_id=by.organisation_id)
