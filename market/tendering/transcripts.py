"""The public transcript of an opening: keys, releases, submission log, every bid, under one digest.

verify_opening.py checks it without this package; the two must agree on every name written here.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from market.kit import boxes
from market.kit.audit import LogEpoch, canonical
from market.tendering import bid_log, sealing, shares
from market.tendering.models import Bid, Job, Lot
from market.tendering.procedures import config_of
from market.tendering.sealed_models import JobKey, OpeningTranscript
from market.tendering.states import BidStatus, Envelope, RefusalReason

FORMAT = "market-opening/1"
OUTCOMES = {  # of a bid that was live at the deadline
    RefusalReason.NOT_RECONFIRMED.value: "not_confirmed",
    RefusalReason.RETURNED_UNOPENED.value: "returned",
}
Contents = dict[UUID, dict[Envelope, dict[str, Any]]]


async def build(job: Job, contents: Contents, opened_at: dt.datetime) -> dict[str, Any]:
    """What anyone may read of an opening; its own digest seals it.

    `contents` are the envelopes read of each bid. A first envelope's transcript is built without
    them: it accounts for every bid and names no bidder.
    """
    assert job.closed_at is not None
    assert job.bid_deadline_at is not None
    lots = await Lot.filter(job=job).order_by("position")
    places = {lot.id: lot.position for lot in lots}
    left = Bid.filter(job=job).exclude(status__in=(BidStatus.DRAFT, BidStatus.WITHDRAWN))
    bids = await left.order_by("submitted_at", "id")
    epoch = await LogEpoch.all().order_by("-number").first()
    transcript = {
        "format": FORMAT, "job": job.number, "version": job.version,
        "minimum_bids": config_of(job).minimum_bids,
        "volume": f"{job.volume:f}",
        "lots": [{"lot": lot.position, "volume": f"{lot.volume:f}"} for lot in lots],
        "deadline_at": _iso(job.bid_deadline_at), "closed_at": _iso(job.closed_at),
        "opened_at": _iso(opened_at), "keys": await _keys(job),
        "log": await bid_log.lines_of(job),
        "bids": [_row(bid, places, contents.get(bid.id)) for bid in bids if not _left_sealed(bid)],
        "unopened": [
            {"digest": bid.digest, "outcome": OUTCOMES[bid.reason_code],
             "lot": places.get(bid.lot_id, 0) if bid.lot_id else 0}
            for bid in bids if _left_sealed(bid)
        ],
        "anchor": {"epoch": epoch.number, "digest": epoch.digest} if epoch else None,
    }  # fmt: skip
    return {**transcript, "digest": digest_of(transcript)}


async def publish(
    job: Job, key: JobKey, contents: Contents, opened_at: dt.datetime
) -> dict[str, Any]:
    """Keep the transcript of an envelope that was just opened, in the caller's transaction."""
    content = await build(job, contents, opened_at)
    await OpeningTranscript.create(key=key, content=content)
    return content


async def newest(job: Job) -> dict[str, Any] | None:
    """The transcript of the last opening of a job; None while nothing of its bids has been opened."""
    kept = OpeningTranscript.filter(key__job_id=job.id)
    rows = await kept.values_list("id", "key__envelope")
    if not rows:
        return None
    last, _envelope = max(rows, key=lambda row: list(Envelope).index(Envelope(row[1])))
    content: dict[str, Any] = (await OpeningTranscript.get(id=last)).content
    return content


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()


def _left_sealed(bid: Bid) -> bool:
    return bid.bidder_id is None and bid.reason_code in OUTCOMES


async def _keys(job: Job) -> list[dict[str, Any]]:
    """The facts of each key with who released which share when; a key not used yet has none."""
    found = []
    for key in await shares.keys_of(job):
        facts = shares.facts_of(key)
        for fact, share in zip(facts["shares"], shares.shares_in_order(key), strict=True):
            fact["name"] = share.organisation.name if share.organisation else ""
            fact["released_at"] = _iso(share.released_at) if share.released_at else None
        found.append(facts)
    return found


def _row(
    bid: Bid, places: dict[UUID, int], parts: dict[Envelope, dict[str, Any]] | None
) -> dict[str, Any]:
    assert bid.submitted_at is not None
    try:
        envelopes = sealing.public_parts(bytes(bid.sealed or b""))["envelopes"]
    except boxes.Unreadable:
        envelopes = []
    for envelope in envelopes:
        if parts is not None and (part := parts.get(Envelope(envelope["envelope"]))) is not None:
            envelope.update(salt=part["salt"], announced=part["announced"])
    announced = {k: v for e in envelopes for k, v in e.get("announced", {}).items()}
    return {
        "number": bid.number, "lot": places.get(bid.lot_id, 0) if bid.lot_id else 0,
        "digest": bid.digest, "submitted_at": _iso(bid.submitted_at),
        "outcome": _outcome(bid, parts), "bidder": announced.get("bidder", ""),
        "unit_price": announced.get("unit_price"), "extras_fen": announced.get("extras_fen"),
        "total_fen": bid.total_fen if parts else None,
        "delivery_days": announced.get("delivery_days"), "envelopes": envelopes,
    }  # fmt: skip


def _outcome(bid: Bid, parts: dict[Envelope, dict[str, Any]] | None) -> str:
    if bid.reason_code == RefusalReason.CONTENT_DAMAGED:
        return "damaged"
    if bid.status == BidStatus.DISQUALIFIED and parts is None:
        return "not_shortlisted"
    return "opened"


def digest_of(transcript: dict[str, Any]) -> str:
    """SHA-256 of a transcript in canonical JSON, its own digest left out."""
    content = {name: value for name, value in transcript.items() if name != "digest"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


async def checked_rows(job: Job, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the transcript, each with whether the kept sealed bid still has the published digest."""
    named = Bid.filter(job=job, number__in=[row["number"] for row in rows])
    kept = {number: bytes(sealed) for number, sealed in await named.values_list("number", "sealed")}
    return [
        {**row, "is_intact": sealing.digest(kept.get(row["number"], b"")) == row["digest"]}
        for row in rows
    ]


def is_intact(transcript: dict[str, Any]) -> bool:
    """Whether the transcript has the digest it was published with."""
    return bool(digest_of(transcript) == transcript["digest"])
