"""The submission log of a job: every seal, revision, confirmation and withdrawal, chained by hashes.

A receipt names the head of the chain after its own line, so that no line can be dropped, added or
moved afterwards without a receipt that tells. The log is published with the transcript.
"""

import datetime as dt
import hashlib
from typing import Any

from market.kit import clock
from market.kit.audit import canonical
from market.tendering.models import Job
from market.tendering.sealed_models import BidEvent
from market.tendering.states import BidEventKind

GENESIS = "0" * 64


async def begin(job: Job, keys: list[dict[str, Any]]) -> BidEvent:
    """The first line: the job's public keys and the commitments to their shares."""
    facts = hashlib.sha256(canonical({"job": job.number, "keys": keys}).encode()).hexdigest()
    event = BidEvent(
        job=job, sequence=0, kind=BidEventKind.KEYS_DRAWN, digest=facts, version=job.version,
        at=clock.now(),
    )  # fmt: skip
    return await _chain(event, GENESIS)


async def append(
    job: Job, kind: BidEventKind, *, digest: str = "", replaces: str = "",
    at: dt.datetime | None = None,
) -> BidEvent:  # fmt: skip
    """One more line, in the caller's transaction, the job being locked; `at` is the bid's own time."""
    last = await BidEvent.filter(job=job).order_by("-sequence").first()
    assert last is not None, "the log begins when the keys are drawn"
    event = BidEvent(
        job=job, sequence=last.sequence + 1, kind=kind, digest=digest, replaces=replaces,
        version=job.version, at=at or clock.now(),
    )  # fmt: skip
    return await _chain(event, last.head)


async def _chain(event: BidEvent, previous: str) -> BidEvent:
    event.head = hashlib.sha256((previous + canonical(line_of(event))).encode()).hexdigest()
    await event.save(force_create=True)
    return event


def line_of(event: BidEvent) -> dict[str, Any]:
    """A line as it is hashed and published."""
    return {
        "kind": event.kind, "digest": event.digest, "replaces": event.replaces,
        "version": event.version, "at": event.at.astimezone(dt.UTC).isoformat(),
    }  # fmt: skip


async def lines_of(job: Job) -> list[dict[str, Any]]:
    """The whole log, with the head after each line."""
    return [
        {**line_of(event), "kind": event.kind.value, "head": event.head}
        for event in await BidEvent.filter(job=job).order_by("sequence")
    ]
