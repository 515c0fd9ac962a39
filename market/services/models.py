"""Tables of service listings and of quotes."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.states import Stateful
from market.services.states import (
    QUOTE_TRANSITIONS,
    SERVICE_TRANSITIONS,
    QuoteStatus,
    ServiceStatus,
)


class ServiceListing(Stateful):
    """A service somebody offers to the industry."""

    TRANSITIONS = SERVICE_TRANSITIONS

    provider_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    provider: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="service_listings"
    )
    status = fields.CharEnumField(ServiceStatus, max_length=16, default=ServiceStatus.LISTED)
    kind = fields.CharField(max_length=32)
    title = fields.CharField(max_length=120)
    text = fields.TextField()
    price_note = fields.CharField(max_length=120, default="")
    region_code = fields.CharField(max_length=6)

    class Meta:
        table = "service_listings"
        indexes = (("status", "kind"), ("provider_id",))


class QuoteRequest(Stateful):
    """A request for a quote and its answer; between two organisations only. Amounts in fen."""

    TRANSITIONS = QUOTE_TRANSITIONS

    listing_id: UUID
    requester_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    listing: Any = fields.ForeignKeyField(
        "models.ServiceListing", on_delete=fields.RESTRICT, related_name="quotes"
    )
    requester: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    status = fields.CharEnumField(QuoteStatus, max_length=16, default=QuoteStatus.ASKED)
    text = fields.TextField()
    wanted_on = fields.DateField(null=True)
    answer = fields.TextField(default="")
    amount_fen = fields.BigIntField(null=True)
    valid_until = fields.DateField(null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "service_quotes"
        indexes = (
            ("listing_id", "status"),
            ("requester_id", "status"),
            ("status", "wanted_on"),
            ("status", "valid_until"),
        )
