"""What people type about deposits, checked field by field."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from billing.deposit_states import ForfeitCode
from billing.forms import Text
from market.kit.forms import LocalDate, YuanAsFen
from market.kit.money import MAX_FEN

Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]


class OpenInput(BaseModel):
    """Asking for the payable of a deposit."""


class GuaranteeInput(BaseModel):
    """A letter of guarantee; the letter itself comes as a file."""

    issuer: Text
    letter_number: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=64)
    ]
    amount_fen: Annotated[YuanAsFen, Field(gt=0, le=MAX_FEN)]
    expires_on: LocalDate


class ForfeitInput(BaseModel):
    """Why a deposit is to be kept, and how much of a performance deposit."""

    code: ForfeitCode
    amount_fen: Annotated[YuanAsFen, Field(gt=0, le=MAX_FEN)] | None = None
    statement: Statement


class CheckInput(BaseModel):
    """A decision of the operator's finance, with its reason."""

    is_agreed: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
