"""What is typed about services and quotes."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from market.certification.forms import Line, Prose
from market.kit import clock
from market.kit.forms import LocalDate, YuanAsFen
from market.kit.i18n import gettext as _
from market.services import kinds


def _kind(code: str) -> str:
    if code not in kinds.codes():
        raise ValueError(_("Choose one of the listed values"))
    return code


def _today_or_later(day: dt.date) -> dt.date:
    if day < clock.today():
        raise ValueError(_("Choose today or a day to come"))
    return day


ComingDay = Annotated[LocalDate, AfterValidator(_today_or_later)]


class ServiceInput(BaseModel):
    """A service on offer."""

    kind: Annotated[str, AfterValidator(_kind)]
    title: Line
    text: Prose
    price_note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class RequestInput(BaseModel):
    """What is wanted, and by when."""

    text: Prose
    wanted_on: ComingDay | None = None


class QuoteInput(BaseModel):
    """The provider's answer: a quote with its amount in fen and its last day, or a refusal."""

    decision: Literal["quote", "decline"]
    answer: Prose
    amount_fen: Annotated[YuanAsFen, Field(ge=0, le=10**15)] | None = None
    valid_until: ComingDay | None = None

    @model_validator(mode="after")
    def _a_quote_is_whole(self) -> "QuoteInput":
        if self.decision == "quote" and (self.amount_fen is None or self.valid_until is None):
            raise ValueError(_("A quote states its amount and until when it holds"))
        return self


class ReplyInput(BaseModel):
    """Whether the requester takes the quote."""

    decision: Literal["accept", "refuse", "withdraw"]
