"""The keys of a job's bids: drawn at publication, split k of n among holders, then forgotten.

The private half of an envelope's key is derived from a random secret that exists only as Shamir
shares. Each share is sealed to its holder: the buyer's and the bureau's (or the operator's offline
recovery key's) to their opening keys, the platform's under SECRET_KEY. A commitment to each share is
kept, so that a wrong share is named before it spoils the others.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag

from market.accounts.models import OpeningKey
from market.accounts.opening_keys import current_key, keys_of_bureaus
from market.kit import audit, boxes, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.tendering import bid_log
from market.tendering.models import Job
from market.tendering.procedures import ProcedureConfig, config_of
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.sealing import envelopes_of, keep, kept
from market.tendering.states import Envelope, JobStatus, ShareHolder
from market.vocabulary.regions import parent_of

SECRET = 16  # bytes; the field of the library's sharing is GF(2^128)
PURPOSE = "platform-share"


class WrongShare(Conflict):
    """A share is not the one that was committed to when the key was drawn."""

    title = "This share is damaged"


class NoKeys(Conflict):
    """A bid is taken once there is a key to seal it under."""

    title = "This job cannot take bids yet"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is to hold a share; the platform has no opening key."""

    kind: ShareHolder
    organisation_id: UUID | None = None
    key: OpeningKey | None = None


async def holders_of(job: Job) -> list[Holder]:
    """Buyer, platform, and the nearest bureau with a key, else the operator's recovery key.

    Empty while the buyer has no opening key: then no key can be drawn and no bid be taken.
    """
    own = await current_key(job.owner_id)
    if own is None:
        return []
    third = await _third(job)
    return [
        Holder(ShareHolder.BUYER, job.owner_id, own), Holder(ShareHolder.PLATFORM),
        *([third] if third else []),
    ]  # fmt: skip


async def _third(job: Job) -> Holder | None:
    chain, above = [job.region_code], parent_of(job.region_code)
    while above is not None:
        chain.append(above.code)
        above = parent_of(above.code)
    found = {key.organisation.region_code: key for key in reversed(await keys_of_bureaus(chain))}
    for code in chain:
        if code in found and found[code].organisation_id != job.owner_id:
            return Holder(ShareHolder.BUREAU, found[code].organisation_id, found[code])
    recovery = await current_key(None)
    return Holder(ShareHolder.OPERATOR, None, recovery) if recovery else None


async def draw_keys(job: Job, config: ProcedureConfig) -> bool:
    """Draw the keys of every envelope in the caller's transaction; whether there were holders."""
    holders = await holders_of(job)
    if not holders:
        return False
    for envelope in envelopes_of(config):
        await _draw(job, envelope, holders, min(config.key_threshold, len(holders)))
    await bid_log.begin(job, [facts_of(key) for key in await keys_of(job)])
    return True


@atomic()
async def draw_missing_keys(job_id: UUID) -> bool:
    """Draw the keys of an open job that was published before its buyer had an opening key. Idempotent."""
    job = await lock_id(Job, job_id)
    is_open = job.status in (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
    if not is_open or await JobKey.filter(job=job).exists():
        return False
    is_drawn = await draw_keys(job, config_of(job))
    if is_drawn:
        await audit.record(job, "keys drawn", by=Actor.system("clock"))
    return is_drawn


async def draw_keys_of_waiting_jobs(message: outbox.Message) -> None:
    """opening_key.created: the open jobs of an organisation that had no key can take bids from now on."""
    open_now = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
    waiting = Job.filter(owner_id=message.payload["organisation"], status__in=open_now)
    for job in await waiting.filter(keys=None).order_by("id").only("id"):
        await draw_missing_keys(job.id)


async def _draw(job: Job, envelope: Envelope, holders: list[Holder], threshold: int) -> None:
    secret = secrets.token_bytes(SECRET)
    public = boxes.public_of(_private(job.id, envelope, secret))
    key = await JobKey.create(job=job, envelope=envelope, public_key=public, threshold=threshold)
    parts = Shamir.split(threshold, len(holders), secret)
    for holder, (position, part) in zip(holders, parts, strict=True):
        context = _context(job.id, envelope, position)
        sealed = (
            keep(PURPOSE, part, bound_to=context)
            if holder.key is None
            else boxes.seal(bytes(holder.key.public_key), part, bound_to=context)
        )
        await KeyShare.create(
            key=key, position=position, holder=holder.kind, organisation_id=holder.organisation_id,
            opening_key=holder.key, sealed=sealed, commitment=_commitment(context, part),
        )  # fmt: skip


def _private(job_id: UUID, envelope: Envelope, secret: bytes) -> bytes:
    return boxes.private_of(secret, bound_to=b"market job key\0" + job_id.bytes + envelope.encode())


def _context(job_id: UUID, envelope: Envelope, position: int) -> bytes:
    return b"market share\0" + job_id.bytes + envelope.encode() + bytes([position])


def _commitment(context: bytes, part: bytes) -> str:
    return hashlib.sha256(context + part).hexdigest()


def part_of(share: KeyShare, key: JobKey, private: bytes | None) -> bytes:
    """The clear share: unsealed with its holder's private key, or by the platform (None).

    Raises WrongShare when what is sealed is not what was committed to.
    """
    context = _context(key.job_id, key.envelope, share.position)
    try:
        part = (
            kept(PURPOSE, bytes(share.sealed), bound_to=context)
            if private is None
            else boxes.unseal(private, bytes(share.sealed), bound_to=context)
        )
    except (InvalidTag, ValueError, boxes.Unreadable):
        raise WrongShare(_("Share %(number)s cannot be read", number=share.position)) from None
    if not is_committed(share, key, part):
        raise WrongShare(_("Share %(number)s is not the one that was drawn", number=share.position))
    return part


def is_committed(share: KeyShare, key: JobKey, part: bytes) -> bool:
    """Whether a clear share is the one committed to when the key was drawn."""
    context = _context(key.job_id, key.envelope, share.position)
    return hmac.compare_digest(_commitment(context, part), share.commitment)


def combine(key: JobKey, shares: list[KeyShare]) -> bytes | None:
    """The private key from the released shares that hold; None while they are fewer than the threshold."""
    parts = [
        (share.position, bytes(share.secret))
        for share in shares
        if share.secret is not None and is_committed(share, key, bytes(share.secret))
    ][: key.threshold]
    if len(parts) < key.threshold:
        return None
    private = _private(key.job_id, key.envelope, Shamir.combine(parts))
    if boxes.public_of(private) != bytes(key.public_key):
        raise WrongShare(_("The shares do not make the key of this job"))
    return private


async def public_keys(job: Job) -> dict[Envelope, bytes]:
    """What bids of a job are sealed under, by envelope. Raises NoKeys while there is nothing."""
    keys = {key.envelope: bytes(key.public_key) for key in await JobKey.filter(job=job)}
    if not keys:
        raise NoKeys(
            _("The buyer has not set its opening passphrase yet; bids are taken after that")
        )
    return keys


async def keys_of(job: Job) -> list[JobKey]:
    """The keys of a job with their shares, in the order of their opening."""
    keys = await JobKey.filter(job=job).prefetch_related("shares__organisation")
    return sorted(keys, key=lambda key: list(Envelope).index(key.envelope))


def shares_in_order(key: JobKey) -> list[KeyShare]:
    """The shares of a key whose shares have been fetched."""
    return sorted(key.shares, key=lambda share: share.position)


def facts_of(key: JobKey) -> dict[str, Any]:
    """What is public of a key from the beginning: its public half, who holds a share, the commitments."""
    return {
        "envelope": key.envelope.value, "public_key": bytes(key.public_key).hex(),
        "threshold": key.threshold,
        "shares": [
            {"position": share.position, "holder": share.holder.value,
             "commitment": share.commitment}
            for share in shares_in_order(key)
        ],
    }  # fmt: skip


def release(share: KeyShare, part: bytes, by: Actor) -> None:
    """Mark a share as released, in memory; the caller saves it under the job's lock."""
    share.secret, share.released_at, share.released_by_id = part, clock.now(), by.person_id
    share.remind_at = None
