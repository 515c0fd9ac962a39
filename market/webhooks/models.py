"""Tables of the endpoints and of what is delivered to them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit import clock
from market.kit.db import Row
from market.kit.states import Stateful
from market.webhooks.states import (
    ENDPOINT_TRANSITIONS,
    WebhookDeliveryState,
    WebhookEndpointStatus,
)


class WebhookEndpoint(Stateful):
    """An address of an organisation and the topics it wants; its secrets are sealed (kit/vault)."""

    TRANSITIONS = ENDPOINT_TRANSITIONS

    organisation_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    url = fields.CharField(max_length=500)
    topics: Any = fields.JSONField()
    status = fields.CharEnumField(
        WebhookEndpointStatus, max_length=32, default=WebhookEndpointStatus.ACTIVE
    )
    secret = fields.BinaryField()
    previous_secret = fields.BinaryField(null=True)
    previous_until = fields.DatetimeField(null=True)  # both secrets sign until then
    failing_since = fields.DatetimeField(null=True)  # the first failure after the last success

    class Meta:
        table = "webhook_endpoints"
        indexes = (("organisation_id", "status"), ("status",))


class WebhookDelivery(Row):
    """One event for one endpoint, its body as it is signed; tried until it arrives or is given up."""

    endpoint_id: UUID

    endpoint: Any = fields.ForeignKeyField(
        "models.WebhookEndpoint", on_delete=fields.RESTRICT, related_name=False
    )
    event_id = fields.CharField(max_length=48)  # the webhook-id, the same at every try
    topic = fields.CharField(max_length=64)
    body = fields.TextField()
    attempts = fields.IntField(default=0)
    next_at = fields.DatetimeField(default=clock.now)
    status_code = fields.IntField(null=True)  # of the last try
    error = fields.CharField(max_length=300, default="")
    delivered_at = fields.DatetimeField(null=True)
    given_up_at = fields.DatetimeField(null=True)

    class Meta:
        table = "webhook_deliveries"
        unique_together = (("endpoint_id", "event_id"),)
        indexes = (("delivered_at", "given_up_at", "next_at"),)

    @property
    def state(self) -> WebhookDeliveryState:
        """Where it stands."""
        if self.delivered_at is not None:
            return WebhookDeliveryState.DELIVERED
        given_up = self.given_up_at is not None
        return WebhookDeliveryState.GIVEN_UP if given_up else WebhookDeliveryState.WAITING
