"""The stages of a job between publication and evaluation: moved by the clock, the shortlist, the end of a pilot."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.tendering import ceremony, notices
from market.tendering.jobs import CLOCK, end_bids
from market.tendering.models import Bid, Job, Lot, Question
from market.tendering.procedures import ProcedureConfig, config_of
from market.tendering.sealed_models import JobKey
from market.tendering.sealing import envelopes_of
from market.tendering.states import (
    BidStatus,
    Envelope,
    JobStatus,
    LotStatus,
    NoticeKind,
    RefusalReason,
)

log = structlog.get_logger(__name__)
UNANSWERED_EXTENSION_DAYS = 1
Refusals = Mapping[UUID, tuple[RefusalReason, str]]


class NotAtThisStage(Conflict):
    """The shortlist follows the first envelopes, the prices follow the shortlist and the pilot."""

    title = "This job is at another stage"


async def open_due_jobs() -> int:
    """Everything the clock must do to open jobs; returns how many moved. One job's trouble stops no other."""
    now, moved = clock.now(), 0
    due = (
        (begin_bidding, {"status": JobStatus.OPEN_ENQUIRIES, "question_deadline_at__lte": now}),
        (close_bidding, {"status": JobStatus.OPEN_BIDDING, "bid_deadline_at__lte": now}),
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
async def close_bidding(job_id: UUID) -> bool:
    """End the bidding at the deadline and call the holders of the key; idempotent.

    Unanswered questions, and objections to the documents, move it by a working day instead. With fewer bids than the
    procedure's minimum nothing is opened: the bids go back sealed and the lot, or the whole job,
    fails (招标投标法 28).
    """
    job = await lock_id(Job, job_id)
    deadline = job.bid_deadline_at
    if job.status != JobStatus.OPEN_BIDDING or deadline is None or deadline > clock.now():
        return False
    contested = await job.complaints.filter(blocks_opening=True).exists()
    if contested or await Question.filter(job=job, answered_at=None).exists():
        await _extend(job, deadline)
        return False
    config = config_of(job)
    if not await _has_enough(job, config):
        await _fail(job, RefusalReason.RETURNED_UNOPENED)
        return True
    stale = await Bid.filter(job=job, status=BidStatus.INVALID).select_for_update()
    await _end(stale, RefusalReason.NOT_RECONFIRMED)
    await _begin(job, envelopes_of(config)[0])
    return True


async def _extend(job: Job, deadline: dt.datetime) -> None:
    day = clock.add_working_days(clock.today(), UNANSWERED_EXTENSION_DAYS)
    job.bid_deadline_at = dt.datetime.combine(
        day, clock.in_china(deadline).time(), clock.CHINA
    ).astimezone(dt.UTC)
    await job.save(update_fields=["bid_deadline_at"])
    await audit.record(
        job, "deadline extended", by=CLOCK, before={"bid_deadline_at": deadline},
        after={"bid_deadline_at": job.bid_deadline_at}, reason="unanswered questions or objections",
    )  # fmt: skip
    await outbox.record("job.changed", job=job.id)


async def _has_enough(job: Job, config: ProcedureConfig) -> bool:
    """Whether the job, or at least one of its lots, has the minimum; the other lots end here."""
    bids = await Bid.filter(job=job, status=BidStatus.SUBMITTED).select_for_update()
    lots = await Lot.filter(job=job, status=LotStatus.OPEN).order_by("position")
    if not lots:
        return len(bids) >= config.minimum_bids
    short = [lot for lot in lots if sum(b.lot_id == lot.id for b in bids) < config.minimum_bids]
    if len(short) == len(lots):
        return False
    code = RefusalReason.RETURNED_UNOPENED
    for lot in short:
        await lot.move_to(LotStatus.UNSUCCESSFUL, by=CLOCK, closing_reason=code.value)
        await _end([bid for bid in bids if bid.lot_id == lot.id], code)
    return True


async def _end(bids: Sequence[Bid], code: RefusalReason) -> None:
    await Bid.move_all(bids, BidStatus.UNSUCCESSFUL, by=CLOCK, reason_code=code.value)
    for bid in bids:
        await outbox.record("bid.unsuccessful", bid=bid.id)


async def _begin(job: Job, envelope: Envelope) -> None:
    """Move the job to the stage of an envelope and call for the shares of its key."""
    closed_at = job.closed_at or clock.now()
    await job.move_to(ceremony.STAGE[envelope], by=CLOCK, closed_at=closed_at)
    await ceremony.call_holders(job, envelope)
    await outbox.record("job.changed", job=job.id)


async def _fail(job: Job, code: RefusalReason) -> None:
    for lot in await Lot.filter(job=job, status=LotStatus.OPEN):
        await lot.move_to(LotStatus.UNSUCCESSFUL, by=CLOCK, closing_reason=code.value)
    await job.move_to(
        JobStatus.UNSUCCESSFUL, by=CLOCK, reason=code.value, closing_reason=code.value
    )
    await end_bids(job, code)
    await notices.publish(job, NoticeKind.UNSUCCESSFUL)
    await outbox.record("job.unsuccessful", job=job.id)


@atomic()
async def shortlist(job: Job, passed: Sequence[Bid], refused: Refusals, *, by: Actor) -> Job:
    """Decide after the first envelopes who goes on; the others are told why and stay unpriced.

    Every opened bid is in exactly one of `passed` and `refused` (bid id -> coded reason, sentence).
    Next comes the pilot where the procedure has one, else the opening of the prices. With nobody
    left the job fails. Raises NotAtThisStage, InvalidInput.
    """
    require(by, Role.BUYER)
    job = await lock(job)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    first = await JobKey.get_or_none(job=job, envelope=Envelope.QUALIFICATION)
    if job.status != JobStatus.PREQUALIFICATION or first is None or first.opened_at is None:
        raise NotAtThisStage(_("Bidders are shortlisted once their first envelopes are opened"))
    bids = {row.id: row for row in await Bid.filter(job=job, status=BidStatus.OPENED)}
    chosen = {bid.id for bid in passed}
    if chosen & set(refused) or chosen | set(refused) != set(bids):
        raise InvalidInput(_("Pass or refuse every bid that was opened"))
    for bid_id, (code, sentence) in refused.items():
        await bids[bid_id].move_to(
            BidStatus.DISQUALIFIED, by=by, is_shortlisted=False, reason_code=code.value,
            reason=sentence,
        )  # fmt: skip
        await outbox.record("bid.unsuccessful", bid=bid_id)
    await Bid.filter(id__in=chosen).update(is_shortlisted=True)
    await audit.record(
        job, "shortlisted", by=by, after={"passed": len(chosen), "refused": len(refused)}
    )
    await _after_shortlist(job, bool(chosen))
    return job


async def _after_shortlist(job: Job, has_any: bool) -> None:
    if not has_any:
        await _fail(job, RefusalReason.NO_AWARD)
    elif config_of(job).pilot is not None:
        await job.move_to(JobStatus.PILOT, by=CLOCK)
        await outbox.record("job.shortlisted", job=job.id)
    else:
        await _begin(job, Envelope.PRICE)


@atomic()
async def end_pilot(job: Job, *, by: Actor) -> Job:
    """The pilot is scored: the prices may be opened. Raises NotAtThisStage."""
    job = await lock(job)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    if job.status != JobStatus.PILOT:
        raise NotAtThisStage(_("Job %(number)s is not in its pilot", number=job.number))
    await audit.record(job, "pilot ended", by=by)
    if await Bid.filter(job=job, status=BidStatus.OPENED).exists():
        await _begin(job, Envelope.PRICE)
    else:
        await _fail(job, RefusalReason.NO_AWARD)
    return job


def why_unsuccessful(job: Job) -> str:
    """The published reason of a job that ended without an award, as a sentence."""
    code, _sep, text = job.closing_reason.partition(": ")
    if code == RefusalReason.RETURNED_UNOPENED:
        return _("Fewer bids than the minimum of %(count)s; they were returned unopened.",
                 count=config_of(job).minimum_bids)  # fmt: skip
    if code == RefusalReason.NO_AWARD and not text:
        return _("No bidder was left after the first envelopes and the pilot.")
    return text or code
