"""What the parties enter about a contract: the buyer's draft, isolation rules, changes, its end."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from market.kit.forms import LocalDate, UnitPrice
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders.forms import Sentence
from market.orders.states import EndReason, Rationale
from market.vocabulary import security

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Days = Annotated[int, Field(ge=1, le=60)]  # 保障中小企业款项支付条例: 60 at the most
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
MAX_ACCESS = 200


def lines(value: Any) -> Any:
    """A list as people type it, one a line; a list of a program stays as it is."""
    texts = [value] if isinstance(value, str) else value
    return [line.strip() for text in texts for line in str(text).splitlines() if line.strip()]


class Network(StrEnum):
    """How the work place is cut off from other networks."""

    OPEN = "open"
    VLAN = "vlan"
    DEDICATED = "dedicated"
    OFFLINE = "offline"


NETWORKS = {
    Network.OPEN: N_("No special network"),
    Network.VLAN: N_("Isolated network segment (VLAN)"),
    Network.DEDICATED: N_("Dedicated network"),
    Network.OFFLINE: N_("Offline"),
}


class IsolationInput(BaseModel):
    """Where and how the data is worked on, and from which places of work it may be reached."""

    place: str = Field(default="不限", max_length=16)
    room: str = Field(default="", max_length=120)
    network: Network = Network.OPEN
    allows_removable_media: bool = False
    cctv_months: int = Field(default=0, ge=0, le=36)
    access: list[Line] = Field(default=[], max_length=MAX_ACCESS)

    @field_validator("place")
    @classmethod
    def _known_place(cls, value: str) -> str:
        term = security.WORK_PLACES.find(value)
        if term is None:
            raise ValueError(_("Choose one of the listed values"))
        return term.zh

    @field_validator("access", mode="before")
    @classmethod
    def _one_a_line(cls, value: Any) -> Any:
        return lines(value)


class DraftInput(BaseModel):
    """What the buyer settles in the draft before anybody signs; shares are percent of the total."""

    advance_percent: Percent = Decimal(30)
    advance_days: Days = 10
    progress_percent: Percent = Decimal(0)
    progress_accepted_percent: Annotated[Decimal, Field(gt=0, lt=100, decimal_places=2)] = Decimal(
        50
    )
    progress_days: Days = 10
    acceptance_percent: Percent = Decimal(60)
    acceptance_days: Days = 10
    retention_percent: Percent = Decimal(10)
    retention_days: int = Field(default=90, ge=1, le=730)
    inspection_days: int = Field(default=10, ge=3, le=30)
    rework_limit: int = Field(default=2, ge=0, le=5)
    rework_unit_price: UnitPrice = Field(default=Decimal(0), ge=0)
    batch_floor: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] | None = None
    gold_set: str = Field(default="", max_length=120)
    notice_days: int = Field(default=10, ge=5, le=60)
    training: list[Line] = Field(default=[], max_length=10)
    isolation: IsolationInput | None = None

    @field_validator("training", mode="before")
    @classmethod
    def _one_a_line(cls, value: Any) -> Any:
        return lines(value)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = (
            self.advance_percent, self.progress_percent, self.acceptance_percent,
            self.retention_percent,
        )  # fmt: skip
        if sum(parts) != 100:
            raise ValueError(
                _("The payment stages add up to %(sum)s %%, not 100 %%", sum=f"{sum(parts):f}")
            )
        if not self.acceptance_percent:
            raise ValueError(_("Something is paid on acceptance"))
        if self.batch_floor is not None and not self.gold_set:
            raise ValueError(_("Name the gold set that batches are measured on"))
        return self


class ChangeInput(BaseModel):
    """A change of a contract in force: at least one value besides why."""

    rationale: Rationale
    explanation: Sentence
    quantity: Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=2)] | None = None
    unit_price: Annotated[UnitPrice, Field(gt=0)] | None = None
    delivery_deadline: LocalDate | None = None
    rework_quantity: Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=2)] | None = None
    rework_unit_price: Annotated[UnitPrice, Field(ge=0)] | None = None
    guideline: str = Field(default="", max_length=32)
    isolation: IsolationInput | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        asked = (
            self.quantity, self.unit_price, self.delivery_deadline, self.rework_quantity,
            self.isolation,
        )  # fmt: skip
        if all(value is None for value in asked):
            raise ValueError(_("Say what changes: quantity, price, deadline, re-work or isolation"))
        return self


class IsolationChangeInput(IsolationInput):
    """New isolation rules, and why."""

    explanation: Sentence


class TerminationInput(BaseModel):
    """The end of a contract both sides sign."""

    reason: EndReason = EndReason.AGREED
    explanation: Sentence


class NoticeInput(BaseModel):
    """One side's notice that it ends the contract."""

    reason: EndReason
    explanation: Sentence

    @field_validator("reason")
    @classmethod
    def _of_one_side(cls, value: EndReason) -> EndReason:
        if value in (EndReason.PERFORMED, EndReason.AGREED):
            raise ValueError(_("This reason needs both sides' signatures"))
        return value
