"""Verbs of reputation: observe a case, and make the figure anew from all its rows."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.kit import outbox
from market.kit.db import atomic, lock_id
from market.reputation.measures import rule
from market.reputation.models import Figure, FigureChange, FittedPrior, Observation
from market.reputation.rates import Prior, Share, shrink
from market.reputation.states import Measure


@dataclass(frozen=True, slots=True)
class Case:
    """What is observed: the row it is about, the order it belongs to, and whether it went well."""

    source_id: UUID
    is_hit: bool
    order_number: str
    subject: str
    modality: str
    occurred_at: dt.datetime


@atomic()
async def observe(organisation_id: UUID, measure: Measure, case: Case) -> bool:
    """Keep a case of a measure, or correct it; False when it was known as it is.

    The figure is made anew from its rows, and a change of it keeps the case that caused it.
    """
    organisation = await lock_id(Organisation, organisation_id)
    known = await Observation.get_or_none(
        organisation=organisation, measure=measure, source_id=case.source_id
    )
    if known is not None and known.is_hit == case.is_hit:
        return False
    if known is None:
        known = await Observation.create(
            organisation=organisation,
            measure=measure,
            source_id=case.source_id,
            is_hit=case.is_hit,
            order_number=case.order_number,
            subject=case.subject,
            modality=case.modality,
            occurred_at=case.occurred_at,
        )
    else:
        known.is_hit, known.occurred_at = case.is_hit, case.occurred_at
        await known.save(update_fields=["is_hit", "occurred_at"])
    await make_figure(organisation, measure, cause=known)
    return True


async def make_figure(
    organisation: Organisation, measure: Measure, *, cause: Observation | None
) -> None:
    """Make a locked organisation's figure from its observations; announce it when it moved."""
    rows = await Observation.filter(organisation=organisation, measure=measure)
    share = Share(sum(row.is_hit for row in rows), len(rows))
    prior = await prior_of(measure, Counter(row.modality for row in rows))
    made = shrink(share, prior)
    before = await Figure.get_or_none(organisation=organisation, measure=measure)
    was = before.mean_bp if before else None
    values: dict[str, Any] = {
        "hits": share.hits, "total": share.total, "mean_bp": made.mean_bp, "low_bp": made.low_bp,
        "high_bp": made.high_bp, "prior_mean_bp": prior.mean_bp, "prior_cases": prior.cases,
        "prior_version": prior.version,
    }  # fmt: skip
    if before is None:
        await Figure.create(organisation=organisation, measure=measure, **values)
    else:
        before.update_from_dict(values)
        await before.save(update_fields=list(values))
    if cause is None and was == made.mean_bp:
        return
    await FigureChange.create(
        organisation=organisation, measure=measure, observation=cause, was_bp=was,
        mean_bp=made.mean_bp, hits=share.hits, total=share.total, prior_version=prior.version,
    )  # fmt: skip
    if rule().measures[measure].side == "supplier":
        await outbox.record("supplier.changed", organisation=organisation.id)


async def prior_of(measure: Measure, modalities: Counter[str]) -> Prior:
    """The prior of a measure for cases of these modalities: theirs where fitted, averaged by number."""
    shipped = rule().shipped_prior(measure)
    last = await FittedPrior.filter(measure=measure, modality="").order_by("-version").first()
    if last is None:
        return shipped
    fitted = {
        row.modality: row for row in await FittedPrior.filter(measure=measure, version=last.version)
    }
    cases = sum(modalities.values())
    if not cases:
        return Prior(last.mean_bp, last.cases, last.version)
    chosen = [(fitted.get(name, last), count) for name, count in modalities.items()]
    return Prior(
        sum(row.mean_bp * count for row, count in chosen) // cases,
        sum(row.cases * count for row, count in chosen) // cases,
        last.version,
    )
