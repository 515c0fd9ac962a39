"""What is filed of an outside deal, and what a bureau answers."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from market.accounts.forms import Uscc
from market.kit import clock
from market.kit.forms import YuanAsFen
from market.kit.i18n import gettext as _
from market.registration.states import DealSide
from market.vocabulary.annotation import MODALITIES
from market.vocabulary.industries import INDUSTRIES


def _past(day: dt.date) -> dt.date:
    if day > clock.today():
        raise ValueError(_("A contract is filed after it was signed"))
    return day


def _industry(text: str) -> str:
    if (term := INDUSTRIES.exact(text)) is None:
        raise ValueError(_("Choose an industry of the list"))
    return term.code


def _modality(text: str) -> str:
    if (term := MODALITIES.exact(text)) is None:
        raise ValueError(_("Choose a modality of the list"))
    return term.code


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class FilingInput(BaseModel):
    """The deal; `contract_digest` is the SHA-256 of the contract's file, 64 hexadecimal digits."""

    side: DealSide
    counterparty_name: Text
    counterparty_uscc: Uscc
    title: Text
    industry: Annotated[str, AfterValidator(_industry)]
    modality: Annotated[str, AfterValidator(_modality)]
    amount_fen: Annotated[YuanAsFen, Field(gt=0)]
    signed_on: Annotated[dt.date, AfterValidator(_past)]
    contract_digest: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")
    ]


class AnswerInput(BaseModel):
    """A bureau's answer; reasons are needed to return a filing, or to accept one that looks like another."""

    accept: bool = False
    is_distinct: bool = False
    reasons: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
