"""Mail about webhooks: that an endpoint was stopped."""

from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members
from market.webhooks.models import WebhookEndpoint


async def tell_owners(message: outbox.Message) -> None:
    """webhook.stopped: the owners of the organisation."""
    endpoint = await WebhookEndpoint.get(id=message.payload["endpoint"])
    await tell(message, await members(endpoint.organisation_id), endpoint=endpoint)
