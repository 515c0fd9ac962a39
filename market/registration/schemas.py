"""What the JSON API says of registrations and filings."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.registration.models import Filing, Registration
from market.registration.states import DealSide, FilingStatus


class RegistrationOut(BaseModel):
    """A certificate; amounts in fen."""

    number: str
    digest: str
    is_first: bool
    issued_at: dt.datetime
    content: dict[str, Any]

    @classmethod
    def of(cls, row: Registration) -> Self:
        """As it was issued."""
        return cls(
            number=row.number, digest=row.digest, is_first=row.is_first, issued_at=row.issued_at,
            content=row.content,
        )  # fmt: skip


class FilingOut(BaseModel):
    """A filing; amount in fen."""

    number: str
    side: DealSide
    counterparty_name: str
    counterparty_uscc: str
    title: str
    industry: str
    modality: str
    amount_fen: int
    signed_on: dt.date
    contract_digest: str
    status: FilingStatus
    reasons: str
    decided_at: dt.datetime | None

    @classmethod
    def of(cls, row: Filing) -> Self:
        """As it stands."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
