"""Who may see which lock, review and version: the only way a route obtains such a row."""

from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.tendering import terms, versions
from market.tendering.access import own_job, visible_job
from market.tendering.models import Job
from market.tendering.posting_models import JobInvitation, JobReview, ProcedureLock

__all__ = ["own_job", "visible_job"]


def locks_of(actor: Actor) -> QuerySet[ProcedureLock]:
    """The rules the actor's bureau has set, those in force first."""
    own = ProcedureLock.filter(bureau_id=actor.organisation_id).select_related("bureau")
    return own.order_by("-ended_at", "-id")


async def own_lock(actor: Actor, key: str) -> ProcedureLock:
    """A rule of the actor's bureau; NotFound otherwise."""
    row = await ProcedureLock.get_or_none(id=_key(key), bureau_id=actor.organisation_id)
    if row is None:
        raise NotFound(_("This rule does not exist"))
    return row


def reviews_of(actor: Actor) -> QuerySet[JobReview]:
    """What waits for the actor's bureau, the oldest first."""
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


async def is_invited(actor: Actor, job: Job) -> bool:
    """Whether the actor's organisation is invited to bid."""
    if actor.organisation_id is None:
        return False
    return await JobInvitation.filter(job=job, organisation_id=actor.organisation_id).exists()
