"""Who may see which lock, review and version: the only way a route obtains such a row."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.pools.memberships import is_member
from market.pools.models import Pool
from market.tendering import rules, terms, versions
from market.tendering.access import own_job, visible_job
from market.tendering.models import Award, Job
from market.tendering.posting_models import JobInvitation, JobReview, ProcedureLock
from market.tendering.procedures import ProcedureConfig, config_of
from market.tendering.states import AwardStatus

__all__ = ["own_job", "visible_job"]


def locks_of(actor: Actor) -> QuerySet[ProcedureLock]:
    """The rules the actor's bureau has set, the latest first."""
    require(actor, *Role, kind=OrganisationKind.BUREAU, verified=False)
    own = ProcedureLock.filter(bureau_id=actor.organisation_id).select_related("bureau")
    return own.order_by("-id")


async def own_lock(actor: Actor, key: str) -> ProcedureLock:
    """A rule of the actor's bureau; NotFound otherwise."""
    row = await ProcedureLock.get_or_none(id=_key(key), bureau_id=actor.organisation_id)
    if row is None:
        raise NotFound(_("This rule does not exist"))
    return row


def reviews_of(actor: Actor) -> QuerySet[JobReview]:
    """What waits for the actor's bureau, the oldest first."""
    require(actor, *Role, kind=OrganisationKind.BUREAU, verified=False)
    waiting = JobReview.filter(bureau_id=actor.organisation_id, decided_at=None)
    return waiting.order_by("id").select_related("job", "job__owner")


async def own_review(actor: Actor, key: str) -> JobReview:
    """A review of the actor's bureau; NotFound otherwise."""
    row = (
        await JobReview.filter(id=_key(key), bureau_id=actor.organisation_id)
        .select_related("job", "job__owner", "bureau")
        .first()
    )
    if row is None:
        raise NotFound(_("This review does not exist"))
    return row


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("This page does not exist")) from None


async def readable_versions(job: Job) -> list[dict[str, Any]]:
    """The amendments of a job in words, the newest first."""
    unit = terms.label("unit", job.unit)
    return [
        {
            "number": row.number,
            "at": row.published_at,
            "changes": versions.readable(row.changes, unit),
        }
        for row in await versions.versions_of(job)
    ]


def explained(job: Job) -> Sequence[dict[str, str]]:
    """The rules of a published job and who set each; a draft's are on its review page."""
    return rules.explained(config_of(job), job.procedure_sources) if job.is_public else ()


async def standing_of(actor: Actor, job: Job) -> dict[str, Any]:
    """Who may bid on a job, whether the actor may (None: not a supplier), and how a winner is found."""
    config = config_of(job)
    guests = await _guests(job) if config.invited_only and job.is_public else []
    pool = await Pool.get_or_none(number=config.pool) if config.pool_only else None
    own = actor.organisation_id
    is_supplier = actor.kind == OrganisationKind.SUPPLIER and own is not None
    is_invited = own in {guest.organisation_id for guest in guests}
    may_compete = is_invited if config.invited_only else None
    if pool is not None and own is not None:
        may_compete = await is_member(pool.number, own)
    is_direct = config.needs_reason and job.is_public
    return {
        "invited_only": config.invited_only and not is_direct, "invited_count": len(guests),
        "is_invited": is_invited, "pool": pool, "may_compete": may_compete if is_supplier else None,
        "direct_to": "、".join(g.organisation.name for g in guests) if is_direct else "",
        "reason": terms.reason_label(config.reason) if is_direct else "",
        "objections_until": _objections_until(job, config) if is_direct else None,
        "tie_rule": "" if config.judged or is_direct else _(rules.TIE_RULES[config.tie_rule]),
        "awards": config.maximum_awards,
    }  # fmt: skip


async def running_awards(job: Job) -> list[Award]:
    """The decisions that stand, one for each lot and winner, in their order."""
    standing = Award.filter(job=job, status__in=(AwardStatus.PENDING, AwardStatus.ACTIVE))
    return await standing.order_by("lot__position", "id").select_related("lot", "bid__bidder")


async def _guests(job: Job) -> list[JobInvitation]:
    return await JobInvitation.filter(job=job).order_by("id").select_related("organisation")


def _objections_until(job: Job, config: ProcedureConfig) -> dt.datetime | None:
    if job.published_at is None or not config.objection_days:
        return None
    first = clock.in_china(job.published_at).date()
    return clock.end_of_day(clock.add_working_days(first, config.objection_days))
