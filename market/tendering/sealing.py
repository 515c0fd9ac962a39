"""Sealed bids: content in boxes under the job's public keys, the bidder under a tag, until the opening.

Nobody has the private half of a job's key before the opening: it exists only as shares, see shares.py.
A bid is one or two envelopes; each is an HPKE box bound to job, bidder's tag and envelope, padded to
whole kilobytes, beside a commitment (salted SHA-256) to what the opening will announce of it. The
digest over commitments and boxes is the bidder's receipt and stands in the public transcript.
The bidder's row refers to its organisation only after the opening; before, it carries
HMAC(SECRET_KEY-derived key, job, lot and organisation), and, for the platform's own mail, the
organisation's id under a SECRET_KEY-derived key. SECRET_KEY reads neither price nor proposal.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from market.kit import boxes
from market.kit.actor import Actor
from market.kit.audit import canonical
from market.settings import settings
from market.tendering.forms import BidInput
from market.tendering.models import Bid, Job
from market.tendering.procedures import ProcedureConfig
from market.tendering.states import Envelope

NONCE, SALT, BLOCK = 12, 16, 1024
QUALIFYING = ("delivery_days", "daily_capacity", "proposal")
PRICING = ("unit_price", "extra_lines")
PARTS: Mapping[Envelope, tuple[str, ...]] = {
    Envelope.OFFER: QUALIFYING + PRICING,
    Envelope.QUALIFICATION: QUALIFYING,
    Envelope.PRICE: PRICING,
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored of an offer, and what only its bidder is given."""

    content: bytes
    digest: str
    envelopes: list[dict[str, Any]]


def derived(purpose: str) -> bytes:
    """A key of the platform for one purpose, from SECRET_KEY."""
    return _derive(settings.secret_key.get_secret_value(), purpose)


@cache
def _derive(secret: str, purpose: str) -> bytes:
    info = f"tendering:{purpose}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(secret.encode())


def keep(purpose: str, content: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt what the platform itself keeps, under a key derived from SECRET_KEY."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(derived(purpose)).encrypt(nonce, content, bound_to)


def kept(purpose: str, box: bytes, *, bound_to: bytes) -> bytes:
    """What the platform keeps; InvalidTag when SECRET_KEY is another one."""
    return AESGCM(derived(purpose)).decrypt(box[:NONCE], box[NONCE:], bound_to)


def _tag(purpose: str, *ids: UUID | None) -> str:
    content = b"".join(key.bytes for key in ids if key is not None)
    return hmac.new(derived(purpose), content, "sha256").hexdigest()


def bidder_tag(job_id: UUID, organisation_id: UUID, lot_id: UUID | None = None) -> str:
    """Who bids on a job or one lot of it, as the database may know it before the opening."""
    return _tag("bidder-tag", job_id, lot_id, organisation_id)


def asker_alias(job_id: UUID, organisation_id: UUID) -> str:
    """The asker's name in the questions of one job; not the bidder's tag, and another on each job."""
    return _tag("asker-alias", job_id, organisation_id)[:6].upper()


def sealed_actor(tag: str) -> Actor:
    """The bidder as the audit log may know it before the opening."""
    return Actor(name=f"bidder {tag[:8]}")


def envelopes_of(config: ProcedureConfig) -> tuple[Envelope, ...]:
    """The envelopes of a job's bids, in the order of their opening."""
    if config.two_envelopes:
        return (Envelope.QUALIFICATION, Envelope.PRICE)
    return (Envelope.OFFER,)


def seal(
    job: Job, tag: str, offer: BidInput, keys: Mapping[Envelope, bytes], *, lot: int,
    files: Mapping[Envelope, list[dict[str, Any]]], by: Actor,
) -> Sealed:  # fmt: skip
    """Put an offer into its envelopes, each under its public key of `keys`; `lot` 0 = the whole job.

    `files` are the facts of the files sealed beside each envelope.
    """
    found, receipts = [], []
    for envelope, public in keys.items():
        announced = announced_of(offer, envelope, by.organisation_name)
        salt = secrets.token_hex(SALT)
        text = canonical({
            "bidder": by.organisation_id, "person": by.person_id, "salt": salt, "announced": announced,
            "offer": offer.model_dump(mode="json", include=set(PARTS[envelope])),
            "files": files.get(envelope, []),
        }).encode()  # fmt: skip
        padded = text + b" " * (-len(text) % BLOCK)
        box = boxes.seal(public, padded, bound_to=_context(job, tag, envelope))
        commitment = commitment_of(envelope, salt, announced)
        found.append({"envelope": envelope, "commitment": commitment,
                      "box": base64.b64encode(box).decode()})  # fmt: skip
        receipts.append({"envelope": envelope.value, "commitment": commitment, "salt": salt,
                         "box": hashlib.sha256(box).hexdigest(), "announced": announced})  # fmt: skip
    content = canonical({"job": job.number, "lot": lot, "envelopes": found}).encode()
    return Sealed(content, digest(content), receipts)


def _context(job: Job, tag: str, envelope: Envelope) -> bytes:
    return b"market bid\0" + job.id.bytes + tag.encode() + envelope.encode()


def announced_of(offer: BidInput, envelope: Envelope, bidder: str) -> dict[str, Any]:
    """What the opening will announce of an envelope: prices in yuan as text, lump sums in fen."""
    facts: dict[str, Any] = {"bidder": bidder}
    if envelope != Envelope.PRICE:
        facts["delivery_days"] = offer.delivery_days
    if envelope != Envelope.QUALIFICATION:
        facts["unit_price"] = f"{offer.unit_price:.4f}"
        facts["extras_fen"] = sum(line.amount_fen for line in offer.extra_lines)
    return facts


def commitment_of(envelope: str, salt: str, announced: dict[str, Any]) -> str:
    """Binds the bidder to what will be announced; the salt keeps it from being guessed."""
    text = canonical({"envelope": str(envelope), "salt": salt, "announced": announced})
    return hashlib.sha256(text.encode()).hexdigest()


def public_parts(sealed: bytes) -> dict[str, Any]:
    """Job, lot, commitments and the digests of the boxes: what a transcript shows of a sealed bid.

    Raises boxes.Unreadable when the stored content is damaged.
    """
    try:
        content = json.loads(sealed)
        envelopes = [
            {"envelope": part["envelope"], "commitment": part["commitment"],
             "box": hashlib.sha256(base64.b64decode(part["box"], validate=True)).hexdigest()}
            for part in content["envelopes"]
        ]  # fmt: skip
        return {"job": content["job"], "lot": content["lot"], "envelopes": envelopes}
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise boxes.Unreadable from None


def digest(sealed: bytes) -> str:
    """What the bidder gets as a receipt and the transcript publishes; "" when it is damaged."""
    try:
        return hashlib.sha256(canonical(public_parts(sealed)).encode()).hexdigest()
    except boxes.Unreadable:
        return ""


def unseal(job: Job, bid: Bid, envelope: Envelope, private: bytes) -> dict[str, Any]:
    """What is in one envelope. Raises boxes.Unreadable: damaged, exchanged, or not what was committed to."""
    stored = bytes(bid.sealed or b"")
    parts = public_parts(stored)["envelopes"]
    commitment = next((p["commitment"] for p in parts if p["envelope"] == envelope), None)
    packed = next((p for p in json.loads(stored)["envelopes"] if p["envelope"] == envelope), None)
    if packed is None or digest(stored) != bid.digest:
        raise boxes.Unreadable
    box = base64.b64decode(packed["box"])
    plain = boxes.unseal(private, box, bound_to=_context(job, bid.bidder_tag, envelope))
    content: dict[str, Any] = json.loads(plain)
    if commitment_of(envelope, content["salt"], content["announced"]) != commitment:
        raise boxes.Unreadable
    return content


def merged(parts: Sequence[dict[str, Any]]) -> BidInput:
    """The whole offer of the contents of its envelopes."""
    return BidInput.model_validate({k: v for part in parts for k, v in part["offer"].items()})


def keep_addressee(job: Job, organisation_id: UUID) -> bytes:
    """The bidder's id for the platform's mail, under SECRET_KEY."""
    return keep("addressee", organisation_id.bytes, bound_to=job.id.bytes)


def addressee(job: Job, bid: Bid) -> UUID:
    """The organisation to which the platform itself must write about a sealed bid; never shown."""
    assert bid.addressee is not None, "a submitted bid has an addressee"
    return UUID(bytes=kept("addressee", bytes(bid.addressee), bound_to=job.id.bytes))
