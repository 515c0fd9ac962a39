"""Sealed bids: content under a random key per job, the bidder under a tag, until the opening.

A job's key is drawn at publication and kept wrapped (AES-GCM) under a key derived by HKDF from
SECRET_KEY; a bid is AES-GCM under the job's key, bound to job and bidder and padded to whole
kilobytes. The bidder's row refers to its organisation only after the opening; before, it carries
HMAC(SECRET_KEY-derived key, job and organisation), and the audit log names only that tag.
A copy of the database, a query, an export or an administrator's page therefore shows neither a
price nor a bidder. Losing or changing SECRET_KEY makes every unopened bid unreadable for ever.
"""

import hashlib
import hmac
import json
import secrets
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from market.kit import clock
from market.kit.actor import Actor
from market.kit.audit import canonical
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.settings import settings
from market.tendering.models import Bid, Job
from market.tendering.states import JobStatus

NONCE = 12
BLOCK = 1024


class StillSealed(Conflict):
    """The bids of this job may not be read before the opening."""

    title = "The bids are still sealed"


def _derived(purpose: str) -> bytes:
    return _derive(settings.secret_key.get_secret_value(), purpose)


@cache
def _derive(secret: str, purpose: str) -> bytes:
    info = f"tendering:{purpose}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(secret.encode())


def _encrypt(key: bytes, content: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to)


def _decrypt(key: bytes, box: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(box[:NONCE], box[NONCE:], bound_to)


def fresh_key(job: Job) -> bytes:
    """A new key for the job's bids, wrapped."""
    return _encrypt(_derived("job-key"), AESGCM.generate_key(256), job.id.bytes)


def unwrap_key(job: Job) -> bytes:
    """The key of the job's bids; InvalidTag when SECRET_KEY is not the one it was wrapped under."""
    assert job.key_wrapped is not None, "a published job has a key"
    return _decrypt(_derived("job-key"), bytes(job.key_wrapped), job.id.bytes)


def _tag(purpose: str, job_id: UUID, organisation_id: UUID) -> str:
    return hmac.new(_derived(purpose), job_id.bytes + organisation_id.bytes, "sha256").hexdigest()


def bidder_tag(job_id: UUID, organisation_id: UUID) -> str:
    """Who bids on a job, as the database may know it before the opening."""
    return _tag("bidder-tag", job_id, organisation_id)


def asker_alias(job_id: UUID, organisation_id: UUID) -> str:
    """The asker's name in the questions of one job; not the bidder's tag, and another on each job."""
    return _tag("asker-alias", job_id, organisation_id)[:6].upper()


def sealed_actor(tag: str) -> Actor:
    """The bidder as the audit log may know it before the opening."""
    return Actor(name=f"bidder {tag[:8]}")


def seal(job: Job, tag: str, content: dict[str, Any]) -> bytes:
    """The content, readable only by the bidder and by the opening."""
    text = canonical(content).encode()
    padded = text + b" " * (-len(text) % BLOCK)
    return _encrypt(unwrap_key(job), padded, job.id.bytes + tag.encode())


def digest(sealed: bytes) -> str:
    """What the bidder gets as a receipt and the transcript publishes."""
    return hashlib.sha256(sealed).hexdigest()


def _unseal(job: Job, bid: Bid) -> dict[str, Any]:
    assert bid.sealed is not None, "a submitted bid has content"
    plain = _decrypt(unwrap_key(job), bytes(bid.sealed), job.id.bytes + bid.bidder_tag.encode())
    content: dict[str, Any] = json.loads(plain)
    return content


def read_own(job: Job, bid: Bid, organisation_id: UUID) -> dict[str, Any]:
    """The content for its own bidder; NotFound for anyone else."""
    if not hmac.compare_digest(bidder_tag(job.id, organisation_id), bid.bidder_tag):
        raise NotFound(_("This bid does not exist"))
    return _unseal(job, bid)


def read_at_opening(job: Job, bid: Bid) -> dict[str, Any]:
    """The content for the opening; StillSealed before it. InvalidTag when it was tampered with."""
    due = job.bid_deadline_at is not None and job.bid_deadline_at <= clock.now()
    if job.status != JobStatus.OPENING or not due:
        raise StillSealed(_("The bids are opened at the deadline, not before"))
    return _unseal(job, bid)


def addressee(job: Job, bid: Bid) -> UUID:
    """The organisation to which the platform itself must write about a sealed bid; never shown."""
    return UUID(_unseal(job, bid)["bidder"])
