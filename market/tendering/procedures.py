"""Procedures as data: the rules a job is let by, one config block a job."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.tendering.models import Job
from market.vocabulary.terms import Term, Vocabulary

PRICE, TECHNICAL, QUALITY, SCHEDULE = "price", "technical", "quality", "schedule"
CRITERIA = (PRICE, TECHNICAL, QUALITY, SCHEDULE)
JUDGED = (TECHNICAL, QUALITY, SCHEDULE)


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
    invited_only: bool = False
    needs_reason: bool = False
    maximum_budget_fen: int | None = None
    weights: dict[str, int] = {PRICE: 40, TECHNICAL: 35, QUALITY: 15, SCHEDULE: 10}
    invited: tuple[str, ...] = ()
    reason: str = ""

    @model_validator(mode="after")
    def _weights_make_a_whole(self) -> ProcedureConfig:
        used = self.weights
        if set(used) - set(CRITERIA) or any(points < 0 for points in used.values()):
            raise ValueError(_("Weights are points for price, technical, quality and schedule"))
        if sum(used.values()) != 100 or not used.get(PRICE):
            raise ValueError(_("The weights must sum to 100, and the price must count"))
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
