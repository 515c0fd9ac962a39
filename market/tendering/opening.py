"""The clock's moves: bidding begins, bids are opened at the deadline, the transcript is published."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag

from market.accounts.models import Organisation
from market.directory.models import SupplierProfile
from market.kit import audit, clock, outbox
from market.kit.audit import canonical
from market.kit.db import atomic, lock_id
from market.kit.i18n import gettext as _
from market.tendering import evaluation, notices, requirements, sealing
from market.tendering.bids import total_of
from market.tendering.forms import BidInput
from market.tendering.jobs import CLOCK, end_bids
from market.tendering.models import Bid, Job, Question
from market.tendering.procedures import config_of
from market.tendering.states import BidStatus, JobStatus, NoticeKind, RefusalReason

log = structlog.get_logger(__name__)
UNANSWERED_EXTENSION_DAYS = 1


async def open_due_jobs() -> int:
    """Everything the clock must do to open jobs; returns how many moved. One job's trouble stops no other."""
    now, moved = clock.now(), 0
    due = (
        (begin_bidding, {"status": JobStatus.OPEN_ENQUIRIES, "question_deadline_at__lte": now}),
        (open_bids, {"status": JobStatus.OPEN_BIDDING, "bid_deadline_at__lte": now}),
    )
    for verb, filters in due:
        for job in await Job.filter(**filters).order_by("id").only("id"):
            try:
                moved += await verb(job.id)
            except Exception:
                log.exception("job could not be moved by the clock", job=str(job.id))
    return moved


@atomic()
async def begin_bidding(job_id: UUID) -> bool:
    """Take bids once the questions are closed, where the procedure separates the two."""
    job = await lock_id(Job, job_id)
    asked = job.question_deadline_at
    if job.status != JobStatus.OPEN_ENQUIRIES or asked is None or asked > clock.now():
        return False
    await job.move_to(JobStatus.OPEN_BIDDING, by=CLOCK)
    await outbox.record("job.changed", job=job.id)
    return True


@atomic()
async def open_bids(job_id: UUID) -> bool:
    """Open every confirmed bid at the deadline and publish the transcript; idempotent.

    Unanswered questions move the deadline by a working day instead. With fewer bids than the
    procedure's minimum nothing is opened: the bids go back sealed and the job fails (招标投标法 28).
    """
    job = await lock_id(Job, job_id)
    deadline = job.bid_deadline_at
    if job.status != JobStatus.OPEN_BIDDING or deadline is None or deadline > clock.now():
        return False
    if await Question.filter(job=job, answered_at=None).exists():
        await _extend(job, deadline)
        return False
    bids = await Bid.filter(job=job, status=BidStatus.SUBMITTED).select_for_update()
    if len(bids) < config_of(job).minimum_bids:
        await _fail(job)
        return True
    sealing.unwrap_key(job)  # a wrong SECRET_KEY must stop the opening, not refuse every bid
    await job.move_to(JobStatus.OPENING, by=CLOCK, opened_at=clock.now())
    for bid in await Bid.filter(job=job, status=BidStatus.INVALID):
        await bid.move_to(
            BidStatus.UNSUCCESSFUL, by=CLOCK, reason_code=RefusalReason.NOT_RECONFIRMED.value
        )
        await outbox.record("bid.unsuccessful", bid=bid.id)
    for bid in bids:
        await _open(job, bid)
    await job.move_to(JobStatus.EVALUATION, by=CLOCK, opening_transcript=await _transcript(job))
    await evaluation.rank_bids(job, by=CLOCK)
    await notices.publish(job, NoticeKind.OPENED)
    await outbox.record("job.opened", job=job.id)
    return True


async def _extend(job: Job, deadline: dt.datetime) -> None:
    day = clock.add_working_days(clock.today(), UNANSWERED_EXTENSION_DAYS)
    job.bid_deadline_at = dt.datetime.combine(
        day, clock.in_china(deadline).time(), clock.CHINA
    ).astimezone(dt.UTC)
    await job.save(update_fields=["bid_deadline_at"])
    await audit.record(
        job, "deadline extended", by=CLOCK, before={"bid_deadline_at": deadline},
        after={"bid_deadline_at": job.bid_deadline_at}, reason="unanswered questions",
    )  # fmt: skip
    await outbox.record("job.changed", job=job.id)


async def _fail(job: Job) -> None:
    reason = RefusalReason.RETURNED_UNOPENED.value
    await job.move_to(JobStatus.UNSUCCESSFUL, by=CLOCK, reason=reason, closing_reason=reason)
    await end_bids(job, RefusalReason.RETURNED_UNOPENED)
    await notices.publish(job, NoticeKind.UNSUCCESSFUL)
    await outbox.record("job.unsuccessful", job=job.id)


async def _open(job: Job, bid: Bid) -> None:
    try:
        content = sealing.read_at_opening(job, bid)
    except InvalidTag:
        code = RefusalReason.CONTENT_DAMAGED.value
        await bid.move_to(BidStatus.DISQUALIFIED, by=CLOCK, reason_code=code)
        await outbox.record("bid.unsuccessful", bid=bid.id)
        return
    offer = BidInput.model_validate(content["offer"])
    bidder = await Organisation.get(id=content["bidder"])
    profile = await SupplierProfile.get_or_none(organisation=bidder)
    checks = [
        *requirements.check_supplier(job, bidder, profile),
        *requirements.check_offer(job, offer.delivery_days, offer.daily_capacity, on=clock.today()),
    ]
    await bid.move_to(
        BidStatus.OPENED, by=CLOCK, bidder_id=bidder.id,
        submitted_by_id=UUID(content["person"]) if content["person"] else None,
        unit_price=offer.unit_price, total_fen=total_of(offer, job),
        delivery_days=offer.delivery_days, daily_capacity=offer.daily_capacity,
        proposal=offer.proposal, content=offer.model_dump(mode="json"),
        checks=[check._asdict() for check in checks],
    )  # fmt: skip


async def _transcript(job: Job) -> dict[str, Any]:
    """What anyone may read of the opening: digests, bidders, totals; its own digest seals it."""
    assert job.opened_at is not None
    assert job.bid_deadline_at is not None
    kept = Bid.filter(job=job, status__in=(BidStatus.OPENED, BidStatus.DISQUALIFIED))
    rows = [await _row(bid) for bid in await kept.order_by("submitted_at", "id")]
    transcript = {
        "job": job.number, "version": job.version, "opened_at": job.opened_at.isoformat(),
        "deadline_at": job.bid_deadline_at.isoformat(), "bids": rows,
    }  # fmt: skip
    return {**transcript, "digest": digest_of(transcript)}


async def _row(bid: Bid) -> dict[str, Any]:
    bidder = await Organisation.get_or_none(id=bid.bidder_id)
    assert bid.submitted_at is not None
    return {
        "number": bid.number, "digest": bid.digest, "submitted_at": bid.submitted_at.isoformat(),
        "bidder": bidder.name if bidder else "",
        "unit_price": str(bid.unit_price) if bid.unit_price is not None else None,
        "total_fen": bid.total_fen, "delivery_days": bid.delivery_days,
    }  # fmt: skip


def digest_of(transcript: dict[str, Any]) -> str:
    """SHA-256 of a transcript in canonical JSON, its own digest left out."""
    content = {name: value for name, value in transcript.items() if name != "digest"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


async def verify_opening(job: Job) -> list[dict[str, Any]]:
    """The transcript's rows, each with whether the kept sealed bid still has the published digest."""
    transcript = job.opening_transcript or {"bids": []}
    kept = {bid.number: bid for bid in await Bid.filter(job=job)}
    rows = []
    for row in transcript["bids"]:
        bid = kept.get(row["number"])
        sealed = bytes(bid.sealed) if bid is not None and bid.sealed is not None else b""
        rows.append({**row, "is_intact": sealing.digest(sealed) == row["digest"]})
    return rows


def is_transcript_intact(job: Job) -> bool:
    """Whether the transcript has the digest it was published with."""
    transcript = job.opening_transcript
    return transcript is not None and digest_of(transcript) == transcript["digest"]


def why_unsuccessful(job: Job) -> str:
    """The published reason of a job that ended without an award, as a sentence."""
    code, _sep, text = job.closing_reason.partition(": ")
    if code == RefusalReason.RETURNED_UNOPENED:
        return _("Fewer bids than the minimum of %(count)s; they were returned unopened.",
                 count=config_of(job).minimum_bids)  # fmt: skip
    return text or code
