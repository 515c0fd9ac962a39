"""What people and programs send: bids, questions, scores, decisions."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, Field, ValidationError, field_validator

from market.kit.errors import InvalidInput
from market.kit.forms import UnitPrice, YuanAsFen, field_errors
from market.kit.i18n import gettext as _
from market.tendering import terms
from market.tendering.states import (
    DISQUALIFYING,
    CancelReason,
    PassingReason,
    RefusalReason,
)

SpendCategory = Annotated[str, terms.one_of("spend_category")]
LUMP_SUMS = (1, 2, 3)
LUMP_SUM_PARTS = {
    "spend_category": "category", "description": "description", "amount_fen": "amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a bid as it is sent; `is_price` puts it beside the price where there are two envelopes."""

    filename: str
    content: bytes
    is_price: bool = False


class ExtraLine(BaseModel):
    """A lump sum beside the labelling itself."""

    spend_category: SpendCategory = Field(min_length=1)
    description: str = Field(min_length=1, max_length=200)
    amount_fen: YuanAsFen = Field(gt=0)


class BidInput(BaseModel):
    """An offer: price for one unit in yuan, lump sums, calendar days, units a day, and how."""

    unit_price: UnitPrice = Field(gt=0)
    extra_lines: list[ExtraLine] = Field(default=[], max_length=10)
    delivery_days: int = Field(ge=1, le=3650)
    daily_capacity: Decimal | None = Field(default=None, gt=0, max_digits=14, decimal_places=2)
    proposal: str = Field(default="", max_length=20_000)


class BidFileInput(BaseModel):
    """A file of a bid; beside the price where there are two envelopes and `is_price` says so."""

    filename: str = Field(min_length=1, max_length=200)
    content: Base64Bytes
    is_price: bool = False


class BidWithFiles(BidInput):
    """An offer and its files, which are sealed with it."""

    files: list[BidFileInput] = Field(default=[], max_length=10)

    def offer(self) -> BidInput:
        """The offer alone, as its envelopes hold it."""
        return BidInput.model_validate(self.model_dump(include=set(BidInput.model_fields)))

    def attachments(self) -> list[Attachment]:
        """The files with their clear bytes."""
        return [Attachment(f.filename, f.content, f.is_price) for f in self.files]


class NewBidInput(BidWithFiles):
    """An offer and the lot it is for, by its position; a job without lots has none."""

    lot: int | None = Field(default=None, ge=1)


class BidForm(BaseModel):
    """An offer as typed: up to three lump sums."""

    lot: int | None = Field(default=None, ge=1)
    unit_price: UnitPrice = Field(gt=0)
    delivery_days: int = Field(ge=1, le=3650)
    daily_capacity: Decimal | None = Field(default=None, gt=0, max_digits=14, decimal_places=2)
    proposal: str = Field(default="", max_length=20_000)
    extra1_category: SpendCategory = ""
    extra1_description: str = ""
    extra1_amount: YuanAsFen | None = None
    extra2_category: SpendCategory = ""
    extra2_description: str = ""
    extra2_amount: YuanAsFen | None = None
    extra3_category: SpendCategory = ""
    extra3_description: str = ""
    extra3_amount: YuanAsFen | None = None

    def offer(self) -> BidInput:
        """The offer; InvalidInput names the lump sum that is only half filled in."""
        lines = [line for n in LUMP_SUMS if (line := self._line(n)) is not None]
        return BidInput(
            unit_price=self.unit_price, delivery_days=self.delivery_days,
            daily_capacity=self.daily_capacity, proposal=self.proposal, extra_lines=lines,
        )  # fmt: skip

    def _line(self, n: int) -> ExtraLine | None:
        typed = {field: getattr(self, f"extra{n}_{part}") for field, part in LUMP_SUM_PARTS.items()}
        if not any(typed.values()):
            return None
        try:
            return ExtraLine.model_validate(typed)
        except ValidationError as exc:
            part = LUMP_SUM_PARTS[next(iter(field_errors(exc)))]
            why = _("Complete this lump sum or leave all of it empty")
            raise InvalidInput(fields={f"extra{n}_{part}": why}) from None

    @staticmethod
    def typed(offer: BidInput) -> dict[str, Any]:
        """The values of the form for an offer made earlier."""
        values: dict[str, Any] = offer.model_dump(exclude={"extra_lines"})
        for n, line in zip(LUMP_SUMS, offer.extra_lines, strict=False):
            for field, part in LUMP_SUM_PARTS.items():
                values[f"extra{n}_{part}"] = getattr(line, field)
        return values


class QuestionInput(BaseModel):
    """A question; everyone reads it. `is_confirmed` says it is meant as it stands."""

    text: str = Field(min_length=5, max_length=2000)
    is_confirmed: bool = False


class InviteInput(BaseModel):
    """Numbers of suppliers to invite, or not to; `q` keeps the search."""

    q: str = Field(default="", max_length=80)
    add: list[str] = Field(default=[], max_length=50)
    remove: list[str] = Field(default=[], max_length=50)


class AnswerInput(BaseModel):
    """An answer; everyone reads it."""

    answer: str = Field(min_length=1, max_length=5000)


class JobVerdictInput(BaseModel):
    """What a bureau decides about a job under review; the owner reads the reasons."""

    decision: Literal["approve", "return"]
    reasons: str = Field(default="", max_length=2000)


class CancelInput(BaseModel):
    """Why a job is given up."""

    code: CancelReason
    explanation: str = Field(default="", max_length=1000)


class DisqualifyInput(BaseModel):
    """Why a bid is refused."""

    code: RefusalReason
    explanation: str = Field(min_length=5, max_length=1000)

    @field_validator("code")
    @classmethod
    def _disqualifies(cls, value: RefusalReason) -> RefusalReason:
        if value not in DISQUALIFYING:
            raise ValueError(_("Choose one of the listed values"))
        return value


class AwardInput(BaseModel):
    """Why this bid wins, published; who wins beside it; why a better rank is passed over."""

    rationale: str = Field(min_length=10, max_length=5000)
    code: PassingReason | Literal[""] = ""
    others: list[str] = Field(default=[], max_length=9)

    @property
    def passing_reason(self) -> PassingReason | None:
        """The coded reason, if one was chosen."""
        return self.code or None


class ReasonInput(BaseModel):
    """Why something is ended; published."""

    reason: str = Field(min_length=5, max_length=1000)


class TemplateInput(BaseModel):
    """Which template a draft starts from."""

    template: str = Field(default="", max_length=32)
