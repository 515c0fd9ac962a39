"""Who may see and do what at an opening: shares, transcripts, first envelopes."""

from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.tendering import transcripts
from market.tendering.access import visible_job
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import BidStatus, Envelope, JobStatus, ShareHolder


def shares_to_release(actor: Actor) -> QuerySet[KeyShare]:
    """The shares the actor's organisation is asked for now, the oldest deadline first."""
    wanted = KeyShare.filter(
        _held_by(actor), released_at=None, remind_at__isnull=False, key__opened_at=None,
        key__job__status__in=(JobStatus.OPENING, JobStatus.PREQUALIFICATION),
    )  # fmt: skip
    return wanted.order_by("key__job__closed_at").select_related("key__job__owner")


async def own_share(actor: Actor, job: Job) -> KeyShare | None:
    """The actor's share of the envelope that is opened next; None for who holds none."""
    held = KeyShare.filter(_held_by(actor), key__job_id=job.id, key__opened_at=None)
    found = await held.select_related("key", "opening_key")
    return min(found, key=lambda share: list(Envelope).index(share.key.envelope), default=None)


async def transcript_of(actor: Actor, number: str) -> tuple[Job, dict[str, Any]]:
    """A job with its latest public transcript; NotFound while nothing of its bids has been opened."""
    job = await visible_job(actor, number)
    transcript = await transcripts.newest(job)
    if transcript is None:
        raise NotFound(_("The bids of job %(number)s have not been opened", number=job.number))
    return job, transcript


async def state_of(job: Job) -> dict[str, bool]:
    """Whether the job's bids have keys at all, and whether its first envelopes are opened."""
    keys = await JobKey.filter(job=job)
    first = [key for key in keys if key.envelope == Envelope.QUALIFICATION]
    return {
        "has_keys": bool(keys),
        "is_first_opened": any(key.opened_at is not None for key in first),
    }


async def bids_to_shortlist(job: Job) -> list[Bid]:
    """The bids whose first envelope is opened; NotFound unless the shortlist is to be made."""
    bids = Bid.filter(job=job, status=BidStatus.OPENED).order_by("submitted_at", "id")
    found = await bids.select_related("bidder", "lot")
    if job.status != JobStatus.PREQUALIFICATION or not found:
        raise NotFound(_("There is no shortlist to make"))
    return found


def _held_by(actor: Actor) -> Q:
    if actor.kind == OrganisationKind.OPERATOR:
        return Q(holder=ShareHolder.OPERATOR)
    if actor.organisation_id is None:
        return Q(id__isnull=True)
    return Q(organisation_id=actor.organisation_id)
