"""What the JSON API says of a reputation."""

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel

from market.reputation.explanations import Explained, Reputation


class SideQuery(BaseModel):
    """Which side of the organisation's deals; its own when left out."""

    side: Literal["", "supplier", "buyer"] = ""


class CaseOut(BaseModel):
    """One case; `effect_bp` is the figure with it less the figure without it."""

    order: str
    subject: str
    is_hit: bool
    effect_bp: int
    occurred_at: dt.datetime


class MeasureOut(BaseModel):
    """A measure in basis points: observed, and shrunk to the prior with its 95 % interval."""

    measure: str
    weight: int
    hits: int
    total: int
    observed_bp: int | None
    mean_bp: int
    low_bp: int
    high_bp: int
    prior_mean_bp: int
    prior_cases: int
    prior_version: str
    cases: list[CaseOut]

    @classmethod
    def of(cls, one: Explained) -> Self:
        """From an explained measure."""
        figure = one.figure
        return cls(
            measure=one.measure, weight=one.weight, hits=figure.hits, total=figure.total,
            observed_bp=one.observed_bp, mean_bp=figure.mean_bp, low_bp=figure.low_bp,
            high_bp=figure.high_bp, prior_mean_bp=figure.prior_mean_bp,
            prior_cases=figure.prior_cases, prior_version=figure.prior_version,
            cases=[
                CaseOut(
                    order=row.order_number, subject=row.subject, is_hit=row.is_hit,
                    effect_bp=row.effect_bp, occurred_at=row.occurred_at,
                )
                for row in one.rows
            ],
        )  # fmt: skip


class ChangeOut(BaseModel):
    """A change of a figure and its cause: the subject, or "" when the prior was fitted anew."""

    measure: str
    was_bp: int | None
    mean_bp: int
    cause: str
    at: dt.datetime


class ReputationOut(BaseModel):
    """A reputation; `overall_bp` is the mean of the measures by weight, null without a case."""

    organisation: str
    side: str
    version: str
    overall_bp: int | None
    measures: list[MeasureOut]
    changes: list[ChangeOut]

    @classmethod
    def of(cls, found: Reputation) -> Self:
        """From an explained reputation."""
        return cls(
            organisation=found.organisation.number, side=found.side, version=found.version,
            overall_bp=found.overall_bp,
            measures=[MeasureOut.of(one) for one in found.measures],
            changes=[
                ChangeOut(
                    measure=row.measure, was_bp=row.was_bp, mean_bp=row.mean_bp,
                    cause=row.observation.subject if row.observation else "", at=row.created_at,
                )
                for row in found.changes
            ],
        )  # fmt: skip
