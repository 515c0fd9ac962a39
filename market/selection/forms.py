"""What a calling bureau, an entering organisation and a reviewer type."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from market.certification.forms import Line, Note, Prose
from market.directory.words import Industry
from market.kit import clock
from market.kit.forms import LocalDateTime
from market.kit.i18n import gettext as _
from market.selection.states import CallKind

FIGURES_MAX = 20


def _future(at: dt.datetime) -> dt.datetime:
    if at <= clock.now():
        raise ValueError(_("Choose a moment to come"))
    return at


def parse_figures(text: str) -> list[dict[str, str]]:
    """One figure a line, "name | before | after | unit"; raises ValueError that names the line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > FIGURES_MAX:
        raise ValueError(_("At most %(limit)s figures", limit=FIGURES_MAX))
    return [_figure(number, line) for number, line in enumerate(lines, 1)]


def _figure(number: int, line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    try:
        name, before, after, unit = parts
        amounts = [Decimal(before), Decimal(after)]
    except (ValueError, InvalidOperation):
        amounts = []
    if not amounts or not all(amount.is_finite() for amount in amounts) or not parts[0]:
        raise ValueError(_("Line %(number)s: write name | before | after | unit", number=number))
    return {"name": name[:60], "before": f"{amounts[0]:f}", "after": f"{amounts[1]:f}",
            "unit": unit[:20]}  # fmt: skip


def written_figures(figures: list[dict[str, str]]) -> str:
    """Kept figures as the form holds them."""
    return "\n".join(
        " | ".join(line[k] for k in ("name", "before", "after", "unit")) for line in figures
    )


class CallInput(BaseModel):
    """A call; without a number of places there is no limit, 0 months hold for good."""

    kind: CallKind
    title: Line
    text: Prose
    closes_at: Annotated[LocalDateTime, AfterValidator(_future)]
    public_days: Annotated[int, Field(ge=1, le=60)] = 5
    reviews_min: Annotated[int, Field(ge=1, le=9)] = 1
    places: Annotated[int, Field(ge=1, le=10_000)] | None = None
    valid_months: Annotated[int, Field(ge=0, le=120)] = 0

    @model_validator(mode="after")
    def _title_ends(self) -> "CallInput":
        if self.kind is CallKind.BENCHMARK and self.valid_months == 0:
            raise ValueError(_("The title of a benchmark firm holds for some months: say how many"))
        return self


class EntryInput(BaseModel):
    """An entry; `figures` one a line: what is measured | before | after | unit."""

    title: Line
    industry: Annotated[Industry, Field(min_length=1)]
    summary: Prose
    effect: Prose
    figures: Annotated[str, Field(max_length=4000)] = ""

    @field_validator("figures")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_figures(value)
        return value

    def columns(self) -> dict[str, Any]:
        """The entry's columns."""
        return {**self.model_dump(), "figures": parse_figures(self.figures)}


class ReviewPoints(BaseModel):
    """A reviewer's sheet."""

    points: Annotated[int, Field(ge=0, le=100)]
    is_recommended: bool = False
    opinion: Prose


class EntryDecision(BaseModel):
    """What the organiser decides; reasons for all but a publication."""

    decision: Literal["return", "publicise", "decline", "revoke"]
    opinion: Note = ""

    @model_validator(mode="after")
    def _opinion_is_given(self) -> "EntryDecision":
        if self.decision != "publicise" and len(self.opinion) < 5:
            raise ValueError(_("Give your opinion in a sentence"))
        return self
