"""What people and programs enter about a dispute."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from market.disputes.states import DecisionCode, Ground
from market.kit.forms import YuanAsFen
from market.orders import seeds
from market.orders.forms import Finding

Account = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000)]
Amount = Annotated[YuanAsFen, Field(ge=0)]


def _declared(value: object) -> object:
    return "yes" if value in (True, "on", "true", "1") else value


Declared = Annotated[Literal["yes"], BeforeValidator(_declared)]


class ClaimInput(BaseModel):
    """A dispute: its ground, what happened, and the amount of the batch's price one accepts (fen)."""

    ground: Ground
    text: Account
    amount_fen: Amount


class AnswerInput(BaseModel):
    """The other side's answer with the amount it accepts (fen)."""

    text: Account
    amount_fen: Amount


class DeclarationInput(BaseModel):
    """That one is related to neither party: no ownership, employment, kinship or work for it."""

    is_independent: Declared


class ProposalInput(BaseModel):
    """A mediator's proposal: an amount (fen) and why."""

    amount_fen: Amount
    text: Account


class AgreementInput(BaseModel):
    """The proposed amount that was read (fen)."""

    amount_fen: Annotated[int, Field(ge=0)]


class AppointmentInput(BaseModel):
    """A third reader: an organisation by its number, and the expert wanted of it, if any."""

    organisation: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)
    ]
    expert: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""


class ReferralInput(BaseModel):
    """Why a party asks the bureau to decide."""

    text: Account


class DecisionInput(BaseModel):
    """The bureau's decision: an amount (fen), its code and its reasons."""

    amount_fen: Amount
    code: DecisionCode
    text: Account


class OwnSecretInput(BaseModel):
    """A side's own secret of the sub-sample, in place of the one drawn for it."""

    secret: str = Field(min_length=seeds.MIN_LENGTH, max_length=seeds.MAX_LENGTH)


class MarksInput(BaseModel):
    """A reading: every item that does not conform; none listed means all conform."""

    nonconforming: list[Finding] = Field(default=[], max_length=2000)
