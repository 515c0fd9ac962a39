"""What an applying base and a deciding bureau type; the fields of annexes 2, 3 and 4."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from market.accounts.forms import Uscc
from market.certification.states import MaterialKind
from market.kit import clock
from market.kit.forms import LocalDate, LocalDateTime, YuanAsFen
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

SERVICES = {
    "collection": N_("Collection"),
    "annotation": N_("Annotation"),
    "analysis": N_("Analysis"),
    "processing": N_("Data processing"),
    "handling": N_("Handling"),
    "inspection": N_("Inspection"),
    "other": N_("Other"),
}  # fmt: skip  采集、标注、分析、加工、处理、质检、其他
DATA_KINDS = {
    "image": N_("Images"), "speech": N_("Speech"), "text": N_("Text data"), "video": N_("Video"),
    "other": N_("Other"),
}  # fmt: skip
MAX_FEN = 10**15


def _one_of(choices: dict[str, str]) -> AfterValidator:
    def validate(codes: list[str]) -> list[str]:
        if unknown := [code for code in codes if code not in choices]:
            raise ValueError(_("%(code)s is not in the list", code=unknown[0]))
        return codes

    return AfterValidator(validate)


def _past(day: dt.date) -> dt.date:
    if day > clock.today():
        raise ValueError(_("This day has not come yet"))
    return day


def _future(at: dt.datetime) -> dt.datetime:
    if at <= clock.now():
        raise ValueError(_("Choose a moment to come"))
    return at


def _ticked(is_true: bool) -> bool:
    if not is_true:
        raise ValueError(_("Nothing is handed in without the pledge"))
    return is_true


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class RoundInput(BaseModel):
    """A call; the minimums are those of the province's rules."""

    title: Line
    closes_at: Annotated[LocalDateTime, AfterValidator(_future)]
    public_days: Annotated[int, Field(ge=1, le=60)] = 5
    firms_min: Annotated[int, Field(ge=1, le=10**6)]
    staff_min: Annotated[int, Field(ge=1, le=10**6)]
    area_min: Annotated[int, Field(ge=1, le=10**8)]


class BaseForm(BaseModel):
    """Annex 2; area in m², data in TB, amounts in fen. Firms, turnover and staff come from the list."""

    address: Line
    manager: Line
    founded_on: Annotated[LocalDate, AfterValidator(_past)]
    contact: Line
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() -]{6,20}$")]
    area: Count
    services: Annotated[list[str], _one_of(SERVICES), Field(min_length=1)]
    data_kinds: Annotated[list[str], _one_of(DATA_KINDS), Field(min_length=1)]
    platform: Note = ""
    concurrency: Count = 0
    data_tb: Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=2)]
    planned_fen: Annotated[YuanAsFen, Field(ge=0, le=MAX_FEN)]
    invested_fen: Annotated[YuanAsFen, Field(ge=0, le=MAX_FEN)]
    industries: Line
    clients: Count = 0
    talent_service: Note = ""
    market_service: Note = ""
    clean_record: bool = False


class FirmInput(BaseModel):
    """A tenant firm with its business in brief; turnover of the year before in fen."""

    name: Line
    uscc: Uscc
    main_business: Line
    revenue_fen: Annotated[YuanAsFen, Field(ge=0, le=MAX_FEN)]
    industries: Line
    clients: Line
    staff: Annotated[int, Field(ge=1, le=10**6)]


class PlanForm(BaseModel):
    """Annex 3: what is to be reached within three years, in words and in figures of each year."""

    overall_goal: Prose
    specific_goals: Prose
    measures: Prose
    firms: Annotated[list[Count], Field(min_length=3, max_length=3)]
    revenue_wan: Annotated[list[Count], Field(min_length=3, max_length=3)]
    staff: Annotated[list[Count], Field(min_length=3, max_length=3)]
    data_tb: Annotated[list[Count], Field(min_length=3, max_length=3)]
    models: Annotated[list[Count], Field(min_length=3, max_length=3)]


TARGETS = {
    "firms": N_("Annotation firms"), "revenue_wan": N_("Turnover of the year (10,000 yuan)"),
    "staff": N_("People employed in annotation"), "data_tb": N_("Annotated data (TB)"),
    "models": N_("Models served"),
}  # fmt: skip


class MaterialInput(BaseModel):
    """What an uploaded paper shows."""

    kind: MaterialKind


class PledgeInput(BaseModel):
    """Annex 4: who vouches for the papers."""

    signer: Line
    is_true: Annotated[bool, AfterValidator(_ticked), Field(validate_default=True)] = False


class DecisionInput(BaseModel):
    """What an authority decides; an opinion is needed for all but a publication."""

    decision: Literal["recommend", "return", "decline", "visit", "publicise", "revoke"]
    opinion: Note = ""

    @model_validator(mode="after")
    def _opinion_is_given(self) -> "DecisionInput":
        if self.decision != "publicise" and len(self.opinion) < 5:
            raise ValueError(_("Give your opinion in a sentence"))
        return self


class ObjectionInput(BaseModel):
    """What is wrong with a publicised application."""

    grounds: Prose


class ObjectionAnswer(BaseModel):
    """What the authority found."""

    is_upheld: bool = False
    answer: Prose
