"""The opening ceremony: holders are called at the deadline and release their shares; k of them open the bids.

Nobody releases before the clock has closed the bidding, the platform included; every release is
recorded. The release that completes the threshold opens the envelope in the same transaction.
"""

import datetime as dt
from uuid import UUID

import structlog

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.tendering import opening, shares
from market.tendering.models import Job
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import Envelope, JobStatus, ShareHolder

log = structlog.get_logger(__name__)
FIRST_REMINDER = dt.timedelta(hours=1)
NEXT_REMINDER = dt.timedelta(days=1)
STAGE = {
    Envelope.QUALIFICATION: JobStatus.PREQUALIFICATION,
    Envelope.PRICE: JobStatus.OPENING,
    Envelope.OFFER: JobStatus.OPENING,
}
CALLED = tuple(set(STAGE.values()))  # stages in which shares are wanted
RELEASERS = (Role.BUYER, Role.QUALITY)


class StillSealed(Conflict):
    """No share is released before the bidding is closed, nor for an envelope that is not due."""

    title = "The bids are still sealed"


class AlreadyReleased(Conflict):
    """A share is released once."""

    title = "This share has been released"


async def call_holders(job: Job, envelope: Envelope) -> None:
    """Release the platform's share and ask the others for theirs; in the caller's transaction."""
    key = await JobKey.get(job=job, envelope=envelope)
    for share in await KeyShare.filter(key=key).order_by("position"):
        if share.holder == ShareHolder.PLATFORM:
            await _release_platform(job, key, share)
            continue
        share.remind_at = clock.now() + FIRST_REMINDER
        await share.save(update_fields=["remind_at"])
        await outbox.record("share.wanted", share=share.id)


async def _release_platform(job: Job, key: JobKey, share: KeyShare) -> None:
    """A platform that lost its SECRET_KEY lost one share; the other holders can still open."""
    check_due(job, key)
    try:
        part = shares.part_of(share, key, None)
    except shares.WrongShare:
        log.exception("the platform's share cannot be read", job=job.number)
        return
    await _release(job, key, share, part, by=opening.CLOCK)


async def _release(job: Job, key: JobKey, share: KeyShare, part: bytes, *, by: Actor) -> None:
    shares.release(share, part, by)
    await share.save(update_fields=["secret", "released_at", "released_by_id", "remind_at"])
    await audit.record(
        job, "share released", by=by,
        after={"envelope": key.envelope, "position": share.position, "holder": share.holder,
               "commitment": share.commitment},
    )  # fmt: skip


def check_due(job: Job, key: JobKey) -> None:
    """Raise StillSealed unless the bidding is over and this envelope's turn has come."""
    deadline = job.bid_deadline_at
    if deadline is None or deadline > clock.now() or job.closed_at is None:
        raise StillSealed(_("The bids are opened after the deadline, not before"))
    if key.opened_at is None and job.status != STAGE[key.envelope]:
        raise StillSealed(_("This envelope is not due yet"))


@atomic()
async def release_share(share: KeyShare, private: bytes, *, by: Actor) -> Job:
    """Release the actor's share with its organisation's private opening key; the threshold opens the bids.

    Owner, buyer or quality people of the holder; the operator for its recovery key. Raises
    StillSealed, AlreadyReleased, or shares.WrongShare naming a share that is not the drawn one.
    """
    require(by, *RELEASERS)
    key = await JobKey.get(id=share.key_id)
    job = await lock_id(Job, key.job_id)
    share, key = await lock_id(KeyShare, share.id), await JobKey.get(id=share.key_id)
    if not is_holder(share, by):
        raise NotFound(_("This opening does not exist"))
    check_due(job, key)
    if key.opened_at is not None:
        raise AlreadyReleased(_("The bids have been opened; your share is not needed any more"))
    if share.released_at is not None:
        raise AlreadyReleased(_("Your share has been released already"))
    await _release(job, key, share, shares.part_of(share, key, private), by=by)
    await _open_if_enough(job, key)
    return job


def is_holder(share: KeyShare, by: Actor) -> bool:
    """Whether the actor's organisation holds this share."""
    if share.holder == ShareHolder.OPERATOR:
        return by.kind == OrganisationKind.OPERATOR
    return share.organisation_id is not None and share.organisation_id == by.organisation_id


async def _open_if_enough(job: Job, key: JobKey) -> None:
    privates = {}
    for other in await shares.keys_of(job):
        if other.id != key.id and other.opened_at is None:
            continue
        private = shares.combine(other, shares.shares_in_order(other))
        if private is None:
            return
        privates[other.envelope] = private
    await opening.open_envelope(job, key, privates)


async def remind_holders() -> int:
    """Ask again for shares that are missing an hour after the deadline, and then daily; for the clock."""
    due = KeyShare.filter(
        remind_at__lte=clock.now(), released_at=None, key__job__status__in=CALLED,
        key__opened_at=None,
    )  # fmt: skip
    reminded = 0
    for share in await due.order_by("id").only("id"):
        reminded += await remind_holder(share.id)
    return reminded


@atomic()
async def remind_holder(share_id: UUID) -> bool:
    """Ask for one share again; a day later once more. Idempotent within the day."""
    share = await lock_id(KeyShare, share_id)
    if share.released_at is not None or share.remind_at is None or share.remind_at > clock.now():
        return False
    share.remind_at = clock.now() + NEXT_REMINDER
    await share.save(update_fields=["remind_at"])
    await outbox.record("share.missing", share=share.id)
    return True
