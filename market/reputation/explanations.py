"""How a number was made: the overall figure down to the orders behind each measure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from market.accounts.models import Organisation
from market.kit.i18n import gettext as _
from market.reputation import words
from market.reputation.measures import Side, rule
from market.reputation.models import Figure, FigureChange, Observation
from market.reputation.rates import Prior, Share, effect_bp
from market.reputation.states import Measure

CHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One case behind a measure, and by how many basis points it moves the figure."""

    order_number: str
    subject: str
    is_hit: bool
    effect_bp: int
    occurred_at: dt.datetime


@dataclass(frozen=True)
class Explained:
    """A measure with its figure, its prior and its cases."""

    measure: Measure
    weight: int
    figure: Figure
    rows: Sequence[Row]

    @property
    def label(self) -> str:
        """The measure's name."""
        return _(words.LABELS[self.measure])

    @property
    def question(self) -> str:
        """What a case of it is, and when it counts as good."""
        return _(words.QUESTIONS[self.measure])

    @property
    def observed_bp(self) -> int | None:
        """The share as it was observed, nothing imagined."""
        return Share(self.figure.hits, self.figure.total).bp


@dataclass(frozen=True)
class Reputation:
    """Everything known of an organisation's side, and the overall figure it makes."""

    organisation: Organisation
    side: Side
    measures: Sequence[Explained]
    changes: Sequence[FigureChange]
    version: str

    @property
    def overall_bp(self) -> int | None:
        """The measures with a case, by their weights; None without any case."""
        return overall_of([(one.weight, one.figure.mean_bp) for one in self.measures])


def overall_of(parts: Sequence[tuple[int, int]]) -> int | None:
    """The weighted mean of (weight, basis points), half a point up; None of nothing."""
    whole = sum(weight for weight, _mean in parts)
    if not whole:
        return None
    return (2 * sum(weight * mean for weight, mean in parts) + whole) // (2 * whole)


async def overall_bp(organisation_id: UUID, side: Side) -> int | None:
    """The overall figure of an organisation without what is behind it."""
    figures = await Figure.filter(
        organisation_id=organisation_id, measure__in=rule().of_side(side), total__gt=0
    )
    return overall_of([(rule().measures[one.measure].weight, one.mean_bp) for one in figures])


async def explain(organisation: Organisation, side: Side) -> Reputation:
    """The reputation of an organisation on one side, down to each case."""
    measures = rule().of_side(side)
    figures = {
        row.measure: row
        for row in await Figure.filter(organisation=organisation, measure__in=measures, total__gt=0)
    }
    rows = await Observation.filter(organisation=organisation, measure__in=measures).order_by(
        "-occurred_at", "-id"
    )
    changes = (
        await FigureChange.filter(organisation=organisation, measure__in=measures)
        .order_by("-id")
        .limit(CHANGES_SHOWN)
        .select_related("observation")
    )
    return Reputation(
        organisation,
        side,
        [
            _explained(figures[measure], [row for row in rows if row.measure == measure])
            for measure in measures
            if measure in figures
        ],
        changes,
        rule().version,
    )


def _explained(figure: Figure, rows: Sequence[Observation]) -> Explained:
    share = Share(figure.hits, figure.total)
    prior = Prior(figure.prior_mean_bp, figure.prior_cases, figure.prior_version)
    return Explained(
        figure.measure,
        rule().measures[figure.measure].weight,
        figure,
        [
            Row(
                row.order_number, row.subject, row.is_hit,
                effect_bp(share, prior, hit=row.is_hit), row.occurred_at,
            )
            for row in rows
        ],
    )  # fmt: skip
