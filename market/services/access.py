"""Who sees which service and which quote: services are public, a quote its two sides'."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.permissions import require
from market.accounts.states import OrganisationStatus, Role
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.services import kinds
from market.services.models import QuoteRequest, ServiceListing
from market.services.states import ServiceStatus


def listings_to_see(by: Actor) -> QuerySet[ServiceListing]:
    """Listed services of verified providers, and one's own."""
    wanted = Q(status=ServiceStatus.LISTED, provider__status=OrganisationStatus.ACTIVE)
    if by.organisation_id is not None:
        wanted |= Q(provider_id=by.organisation_id)
    return ServiceListing.filter(wanted).select_related("provider").order_by("-id")


def narrowed(query: QuerySet[ServiceListing], kind: str, text: str) -> QuerySet[ServiceListing]:
    """The services of a kind, with a word in title or text."""
    query = query.filter(kind=kind) if kind in kinds.codes() else query
    if text := text.strip()[:80]:
        query = query.filter(
            Q(title__icontains=text) | Q(text__icontains=text) | Q(provider__name__icontains=text)
        )
    return query


async def listing_to_see(by: Actor, number: str) -> ServiceListing:
    """One of them."""
    found = await listings_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This service does not exist"))
    return found


async def own_listing(by: Actor, number: str) -> ServiceListing:
    """One's own; NotFound for any other."""
    row = await listing_to_see(by, number)
    if by.organisation_id is None or row.provider_id != by.organisation_id:
        raise NotFound(_("This service does not exist"))
    return row


def quotes_of(by: Actor) -> QuerySet[QuoteRequest]:
    """What one asked for and what one is asked. Raises NotPermitted without an organisation."""
    require(by, *Role, verified=False)
    own = by.organisation_id
    found = QuoteRequest.filter(Q(requester_id=own) | Q(listing__provider_id=own))
    return found.select_related("listing__provider", "requester").order_by("-id")


async def quote_to_see(by: Actor, number: str) -> QuoteRequest:
    """One of one's own; NotFound for any other."""
    found = await quotes_of(by).filter(number=number).first()
    if by.organisation_id is None or found is None:
        raise NotFound(_("This quote does not exist"))
    return found
