"""The nightly fit of the priors to the platform's own records (empirical Bayes)."""

from collections import defaultdict
from uuid import UUID

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.db import atomic, lock_id
from market.reputation.figures import make_figure
from market.reputation.measures import rule
from market.reputation.models import Figure, FittedPrior, Observation
from market.reputation.rates import Share, fit
from market.reputation.states import Measure

Cells = dict[UUID, Share]


async def refit_priors() -> int:
    """Fit every measure with records of enough firms, and make its figures anew; how many changed.

    A fit equal to the one in force changes nothing: a prior gets a version only when it moved.
    """
    changed = 0
    for measure in Measure:
        if await _fit_measure(measure):
            changed += 1
            for figure in await Figure.filter(measure=measure):
                await _remake(figure.organisation_id, measure)
    return changed


@atomic()
async def _fit_measure(measure: Measure) -> bool:
    by_modality = await _cells(measure)
    fitted = [
        FittedPrior(
            version=f"{clock.today():%Y-%m-%d}", measure=measure, modality=modality,
            mean_bp=prior.mean_bp, cases=prior.cases, firms=len(cells),
        )
        for modality, cells in sorted(by_modality.items())
        if len(cells) >= rule().fit_from_firms
        for prior in [
            fit(list(cells.values()), least_cases=rule().least_cases, most_cases=rule().most_cases)
        ]
    ]  # fmt: skip
    last = await FittedPrior.filter(measure=measure).order_by("-version").first()
    known = await FittedPrior.filter(measure=measure, version=last.version) if last else []
    if _content(fitted) == _content(known) or (last and last.version == f"{clock.today()}"):
        return False
    await FittedPrior.bulk_create(fitted)
    return True


def _content(rows: list[FittedPrior]) -> set[tuple[str, int, int]]:
    return {(row.modality, row.mean_bp, row.cases) for row in rows}


async def _cells(measure: Measure) -> dict[str, Cells]:
    """Per modality, and under "" for all, the share of each firm."""
    counts: dict[str, dict[UUID, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    rows = Observation.filter(measure=measure).values_list("organisation_id", "modality", "is_hit")
    for organisation_id, modality, is_hit in await rows:
        for name in {modality, ""}:
            cell = counts[name][organisation_id]
            cell[0] += is_hit
            cell[1] += 1
    return {
        name: {firm: Share(*cell) for firm, cell in cells.items()} for name, cells in counts.items()
    }


@atomic()
async def _remake(organisation_id: UUID, measure: Measure) -> None:
    organisation = await lock_id(Organisation, organisation_id)
    await make_figure(organisation, measure, cause=None)
