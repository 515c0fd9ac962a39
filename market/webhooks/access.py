"""Endpoints and deliveries of one's own organisation; anybody else's do not exist."""

from tortoise.queryset import QuerySet

from market.accounts.access import as_uuid, missing
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit.actor import Actor
from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.states import WebhookEndpointStatus


def own_endpoints(by: Actor) -> QuerySet[WebhookEndpoint]:
    """The endpoints that are not removed, for every member; changing them is the owners'.

    Raises NotPermitted for a person without an organisation.
    """
    require(by, *Role, verified=False)
    own = WebhookEndpoint.filter(organisation_id=by.organisation_id)
    return own.exclude(status=WebhookEndpointStatus.REMOVED).order_by("-id")


async def own_endpoint(number: str, by: Actor) -> WebhookEndpoint:
    """One of them; NotFound for any other."""
    found = await own_endpoints(by).filter(number=number).first()
    if found is None:
        raise missing()
    return found


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """What was and will be sent to it, the newest first."""
    return WebhookDelivery.filter(endpoint_id=endpoint.id).order_by("-id")


async def own_delivery(number: str, delivery_id: str, by: Actor) -> WebhookDelivery:
    """One delivery of one's own endpoint; NotFound for any other."""
    endpoint = await own_endpoint(number, by)
    found = await deliveries_of(endpoint).filter(id=as_uuid(delivery_id)).first()
    if found is None:
        raise missing()
    return found
