"""Procedures as data: the rules a job is let by, one config block a job."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.tendering.models import Job
from market.vocabulary.terms import Term, Vocabulary

PRICE, TECHNICAL, QUALITY, SCHEDULE = "price", "technical", "quality", "schedule"
PILOT, QUALIFICATION = "pilot", "qualification"
CRITERIA = (PRICE, PILOT, TECHNICAL, QUALITY, SCHEDULE, QUALIFICATION)
JUDGED = (TECHNICAL, QUALITY, SCHEDULE, QUALIFICATION)
PILOT_METRICS = (
    "accuracy", "kappa", "fleiss_kappa", "krippendorff_alpha", "f1", "map", "dice", "iou", "cer", "wer",
)  # fmt: skip
TieRule = Literal["earlier", "faster", "draw"]


class PilotConfig(BaseModel):
    """The blind pilot of a job: how it is measured, how many working days it takes, what it pays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = "f1"
    days: int = Field(default=3, ge=1, le=30)
    is_paid: bool = False
    fee_fen: int = Field(default=0, ge=0, le=10_000_000)
    threshold: Decimal | None = Field(default=None, gt=0, le=1)

    @field_validator("metric")
    @classmethod
    def _is_measured(cls, value: str) -> str:
        if value not in PILOT_METRICS:
            raise ValueError(_("Choose one of the metrics the platform measures"))
        return value

    @model_validator(mode="after")
    def _pays_what_it_says(self) -> PilotConfig:
        if self.is_paid != bool(self.fee_fen):
            raise ValueError(_("A paid pilot names its fee; an unpaid one has none"))
        return self


class ProcedureConfig(BaseModel):
    """The rules of one job; days are working days, weights are points of 100."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_bids: int = Field(default=3, ge=1, le=20)
    enquiry_days: int = Field(default=3, ge=0, le=60)
    bidding_days: int = Field(default=5, ge=0, le=120)
    answer_days: int = Field(default=1, ge=0, le=30)
    amendment_days: int = Field(default=3, ge=0, le=30)
    stand_still_days: int = Field(default=3, ge=0, le=30)
    separate_enquiries: bool = False
    objection_days: int = Field(default=0, ge=0, le=30)
    invited_only: bool = False
    pool_only: bool = False
    needs_reason: bool = False
    needs_review: bool = False
    maximum_budget_fen: int | None = None
    two_envelopes: bool = False
    pilot: PilotConfig | None = None
    key_threshold: int = Field(default=2, ge=2, le=3)
    maximum_awards: int = Field(default=1, ge=1, le=10)
    judges_needed: int = Field(default=1, ge=1, le=9)
    judging_days: int = Field(default=5, ge=1, le=60)
    bid_deposit_fen: int = Field(default=0, ge=0, le=10**12)
    performance_deposit_percent: int = Field(default=0, ge=0, le=100)
    tie_rule: TieRule = "earlier"
    low_price_percent: int = Field(default=50, ge=0, le=90)
    weights: dict[str, int] = {PRICE: 40, TECHNICAL: 35, QUALITY: 15, SCHEDULE: 10}
    invited: tuple[str, ...] = ()
    pool: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _weights_make_a_whole(self) -> ProcedureConfig:
        used = self.weights
        if set(used) - set(CRITERIA) or any(points < 0 for points in used.values()):
            raise ValueError(_("Weights are points for the criteria of the platform"))
        if sum(used.values()) != 100 or not used.get(PRICE):
            raise ValueError(_("The weights must sum to 100, and the price must count"))
        return self

    @field_validator("judges_needed")
    @classmethod
    def _is_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError(_("A panel has an odd number of judges"))
        return value

    @model_validator(mode="after")
    def _a_pilot_is_between_the_envelopes(self) -> ProcedureConfig:
        if self.pilot is not None and not self.two_envelopes:
            raise ValueError(
                _("A pilot needs two envelopes: prices stay sealed while it is scored")
            )
        if self.pilot is None and self.weights.get(PILOT):
            raise ValueError(_("The pilot can only have a weight when there is a pilot"))
        return self

    @property
    def judged(self) -> tuple[str, ...]:
        """The criteria that people score; none when the price alone decides."""
        return tuple(name for name in JUDGED if self.weights.get(name))


@dataclass(frozen=True)
class Procedure(Term):
    """A way to let a job; `config` holds what differs from the defaults."""

    help_zh: str = ""
    help_en: str = ""
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def help(self) -> str:
        """What it means, in the reader's language."""
        return self.help_zh if current_locale().startswith("zh") else self.help_en


def _load() -> Vocabulary[Procedure]:
    text = files(__package__).joinpath("data", "procedures.json").read_text("utf-8")
    return Vocabulary(Procedure(**row) for row in json.loads(text)["procedures"])


PROCEDURES = _load()


def config_of(job: Job) -> ProcedureConfig:
    """The rules in force for a job: the procedure's, overridden by the job's own block."""
    procedure = PROCEDURES.get(job.procedure)
    return ProcedureConfig.model_validate(
        {**(procedure.config if procedure else {}), **(job.procedure_config or {})}
    )
