"""Our own flags, of what no release holds: shared text, files, devices and ties of bidders, splits and circles.

Nothing of a bid is read before its job was opened.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from itertools import combinations
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation, Session
from market.orders.models import Contract
from market.risks.declared import holdings
from market.risks.devices import fingerprint
from market.risks.findings import Finding, Json
from market.risks.passages import shared_texts
from market.risks.patterns import Deal, circular_orders, split_contracts
from market.risks.relations import Tie, in_common, neighbours, shortest_path, ties
from market.tendering.models import Bid, Job
from market.tendering.procedures import PROCEDURES
from market.tendering.sealed_models import BidFile

LEAST_SIMILARITY, LEAST_SHINGLES = 0.3, 30
SPLIT_WINDOW, CIRCLE_WINDOW = dt.timedelta(days=180), dt.timedelta(days=180)
NEAR_PERCENT = 80
BATCH = 200


async def own_findings() -> AsyncIterator[Finding]:
    """Every flag of our own, job by job, then those of the contracts."""
    known = neighbours(ties(in_common(await holdings())))
    jobs = await Job.exclude(opened_at=None).order_by("id").only("id")
    for start in range(0, len(jobs), BATCH):
        for finding in await _of_jobs([job.id for job in jobs[start : start + BATCH]], known):
            yield finding
    for finding in await _of_contracts():
        yield finding


async def _of_jobs(ids: list[UUID], known: dict[str, list[Tie]]) -> list[Finding]:
    jobs = {job.id: job for job in await Job.filter(id__in=ids).select_related("owner")}
    bids: dict[UUID, list[Bid]] = defaultdict(list)
    opened = Bid.filter(job_id__in=ids, bidder_id__isnull=False).order_by("submitted_at", "id")
    for bid in await opened.select_related("bidder"):
        bids[bid.job_id].append(bid)
    sessions = await _sessions(one for rows in bids.values() for one in rows)
    files = await _files(one for rows in bids.values() for one in rows)
    return [
        finding
        for job_id, rows in bids.items()
        for finding in (
            *_texts(jobs[job_id], rows, files),
            *_devices(jobs[job_id], rows, sessions),
            *_relations(jobs[job_id], rows, known),
        )
    ]


async def _files(bids: Iterable[Bid]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    rows = BidFile.filter(bid_id__in=[bid.id for bid in bids]).exclude(sha256="")
    for file in await rows:
        found[file.bid_id][file.sha256] = file.filename
    return found


async def _sessions(bids: Iterable[Bid]) -> dict[UUID, set[str]]:
    """The devices a bid's sender was signed in from, as keyed digests."""
    senders = {bid.submitted_by_id for bid in bids if bid.submitted_by_id is not None}
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = Session.filter(person_id__in=list(senders))
    for person, address, agent in await rows.values_list("person_id", "address", "user_agent"):
        if digest := fingerprint(address, agent):
            found[person].add(digest)
    return found


def _pairs(bids: list[Bid]) -> Iterable[tuple[Bid, Bid]]:
    return ((a, b) for a, b in combinations(bids, 2) if a.bidder_id != b.bidder_id)


def _row(kind: str, first: Bid, second: Bid, **values: Any) -> Json:
    return {"kind": kind, "first": first.bidder.name, "second": second.bidder.name, **values}


def _texts(job: Job, bids: list[Bid], files: dict[UUID, dict[str, str]]) -> list[Finding]:
    """M001: proposals share much that the job does not say, or a file is the same to the byte."""
    by_id = {bid.id: bid for bid in bids}
    shared = shared_texts(
        {bid.id: bid.proposal for bid in bids}, f"{job.title}\n{job.summary}",
        least_similarity=LEAST_SIMILARITY, least_shingles=LEAST_SHINGLES,
    )  # fmt: skip
    rows, highest = [], 0.0
    for (first, second), found in shared.items():
        if by_id[first].bidder_id == by_id[second].bidder_id:
            continue
        highest = max(highest, found.similarity)
        rows += [_row("passage", by_id[first], by_id[second], text=one) for one in found.passages]
    for one, other in _pairs(bids):
        for digest in sorted(files[one.id].keys() & files[other.id].keys()):
            rows.append(_row("file", one, other, text=files[one.id][digest], digest=digest))
            highest = 1.0
    return [Finding.of_job("M001", job, highest, rows)] if rows else []


def _devices(job: Job, bids: list[Bid], sessions: dict[UUID, set[str]]) -> list[Finding]:
    """M002: bids of different bidders were sent by people signed in from the same device."""
    rows = []
    for one, other in _pairs(bids):
        if one.submitted_by_id is None or other.submitted_by_id is None:
            continue
        common = sessions[one.submitted_by_id] & sessions[other.submitted_by_id]
        rows += [_row("device", one, other, text=digest[:16]) for digest in sorted(common)]
    return [Finding.of_job("M002", job, 1.0, rows)] if rows else []


def _relations(job: Job, bids: list[Bid], known: dict[str, list[Tie]]) -> list[Finding]:
    """M003: a bidder is tied to the buyer or to another bidder over at most three steps."""
    parties = {bid.bidder.number: bid.bidder.name for bid in bids}
    connected = sorted(number for number in parties if number in known)
    ends = [(job.owner.number, one) for one in connected] + list(combinations(connected, 2))
    names = {**parties, job.owner.number: job.owner.name}
    rows: list[Json] = []
    shortest = 0
    for one, other in ends:
        if path := shortest_path(known, one, other):
            steps = [{"what": tie.what, "between": [tie.first, tie.second]} for tie in path]
            rows.append(
                {"kind": "path", "first": names[one], "second": names[other], "steps": steps}
            )
            shortest = min(shortest or len(path), len(path))
    return [Finding.of_job("M003", job, float(shortest), rows)] if rows else []


async def _of_contracts() -> list[Finding]:
    """M004 and M005."""
    contracts = await Contract.exclude(activated_at=None).select_related("buyer", "supplier")
    parties = {party.number: party for row in contracts for party in (row.buyer, row.supplier)}
    deals = [
        Deal(row.number, row.buyer.number, row.supplier.number, row.total_fen, row.activated_at)
        for row in contracts
        if row.activated_at is not None
    ]
    found = [
        Finding.of_parties(
            "M004", [parties[run[0].buyer], parties[run[0].supplier]], len(run), _rows(run, parties)
        )
        for threshold in thresholds()
        for run in split_contracts(
            deals, threshold_fen=threshold, near_percent=NEAR_PERCENT, window=SPLIT_WINDOW
        )
    ]
    return found + [
        Finding.of_parties(
            "M005", [parties[deal.buyer] for deal in run], len(run), _rows(run, parties)
        )
        for run in circular_orders(deals, window=CIRCLE_WINDOW)
    ]


def thresholds() -> list[int]:
    """Up to which budget (fen) a simpler procedure is allowed: what a contract is split to stay under."""
    limits = {procedure.config.get("maximum_budget_fen") for procedure in PROCEDURES.values()}
    return sorted(limit for limit in limits if limit is not None)


def _rows(run: Iterable[Deal], parties: dict[str, Organisation]) -> list[Json]:
    return [
        {
            "kind": "contract", "number": deal.number, "first": parties[deal.buyer].name,
            "second": parties[deal.supplier].name, "amount_fen": deal.amount_fen,
            "date": deal.at.date().isoformat(),
        }
        for deal in run
    ]  # fmt: skip
