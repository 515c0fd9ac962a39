"""What the JSON API says of services and quotes."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, Field

from market.kit.paging import CursorQuery
from market.services.models import QuoteRequest, ServiceListing
from market.services.states import QuoteStatus, ServiceStatus


class ServiceQuery(CursorQuery):
    """Services of a kind, with a word."""

    kind: str = Field(default="", max_length=32)
    q: str = Field(default="", max_length=80)


class ServiceOut(BaseModel):
    """A service on offer."""

    number: str
    provider: str
    status: ServiceStatus
    kind: str
    title: str
    text: str
    price_note: str
    region_code: str

    @classmethod
    def of(cls, row: ServiceListing) -> Self:
        """As it stands; the provider must be loaded."""
        names = set(cls.model_fields) - {"provider"}
        return cls(provider=row.provider.number, **{name: getattr(row, name) for name in names})


class QuoteOut(BaseModel):
    """A request and its answer; the amount in fen."""

    number: str
    listing: str
    requester: str
    status: QuoteStatus
    text: str
    wanted_on: dt.date | None
    answer: str
    amount_fen: int | None
    valid_until: dt.date | None
    answered_at: dt.datetime | None

    @classmethod
    def of(cls, row: QuoteRequest) -> Self:
        """As it stands; listing and requester must be loaded."""
        names = set(cls.model_fields) - {"listing", "requester"}
        return cls(
            listing=row.listing.number, requester=row.requester.number,
            **{name: getattr(row, name) for name in names},
        )  # fmt: skip
