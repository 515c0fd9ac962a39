"""Award: the decision, its standstill, its coming into force, and what is done when it falls away."""

import structlog

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering import evaluation, notices, requirements
from market.tendering.jobs import CLOCK, end_bids
from market.tendering.models import Award, Bid, Job
from market.tendering.procedures import config_of
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    JobStatus,
    NoticeKind,
    RefusalReason,
)

log = structlog.get_logger(__name__)
RUNNING = (AwardStatus.PENDING, AwardStatus.ACTIVE)
AWARDABLE = (BidStatus.EVALUATED, BidStatus.UNSUCCESSFUL)


class NotAwardable(Conflict):
    """The bid cannot win: not evaluated, refused, or it fails a requirement."""

    title = "This bid cannot be awarded"


class AwardClosed(Conflict):
    """An award that was taken back or fell away stays so."""

    title = "This award is not running any more"


@atomic()
async def award_bid(bid: Bid, rationale: str, *, by: Actor) -> Award:
    """Decide for a bid, with a published rationale; the others are told why, the standstill begins.

    Every opened bid must have been scored or refused, and the chosen one meet every requirement.
    Standstill days are working days, to the end of the last; raises NotAwardable.
    """
    job = await _own_job(bid, by)
    if job.status != JobStatus.EVALUATION:
        raise evaluation.NotUnderEvaluation(
            _("Job %(number)s is not under evaluation", number=job.number)
        )
    bid = await lock_id(Bid, bid.id)
    await _check_awardable(job, bid)
    days = config_of(job).stand_still_days
    last = clock.add_working_days(clock.today(), days)
    award = await Award.create(
        number=await next_number("A"), job=job, bid=bid, rationale=rationale,
        stand_still_until=clock.end_of_day(last) if days else clock.now(),
    )  # fmt: skip
    await bid.move_to(BidStatus.AWARDED, by=by, reason_code="")
    for other in await Bid.filter(job=job, status=BidStatus.EVALUATED):
        await other.move_to(
            BidStatus.UNSUCCESSFUL, by=by, reason_code=RefusalReason.LOWER_POINTS.value
        )
        await outbox.record("bid.unsuccessful", bid=other.id)
    await job.move_to(JobStatus.STAND_STILL, by=by)
    await notices.publish(job, NoticeKind.AWARD_DECIDED, award=award)
    await outbox.record("award.decided", award=award.id)
    return award


async def _check_awardable(job: Job, bid: Bid) -> None:
    if await Bid.filter(job=job, status=BidStatus.OPENED).exists():
        raise NotAwardable(_("Score or refuse every bid before you decide"))
    if bid.status not in AWARDABLE or bid.rank is None:
        raise NotAwardable(_("Bid %(number)s has not been evaluated", number=bid.number))
    if failed := requirements.failures(bid.checks):
        raise NotAwardable(_("The bid fails a requirement. %(which)s", which=failed[0]))


async def activate_due_awards() -> int:
    """Bring awards into force whose standstill is over; for the clock. Returns how many."""
    due = Award.filter(
        status=AwardStatus.PENDING, stand_still_until__lte=clock.now(), suspended_at=None
    )
    activated = 0
    for award_id in await due.order_by("id").values_list("id", flat=True):
        try:
            activated += await activate_award(await Award.get(id=award_id))
        except Exception:
            log.exception("award could not be activated", award=str(award_id))
    return activated


@atomic()
async def activate_award(award: Award) -> bool:
    """The standstill is over: the award is in force and a contract can be drawn up. Idempotent."""
    job = await lock_id(Job, award.job_id)
    award = await lock(award)
    until = award.stand_still_until
    if award.status != AwardStatus.PENDING or until is None or until > clock.now():
        return False
    if award.suspended_at is not None:
        return False
    await award.move_to(AwardStatus.ACTIVE, by=CLOCK)
    await job.move_to(JobStatus.AWARDED, by=CLOCK)
    await notices.publish(job, NoticeKind.AWARDED, award=award)
    await outbox.record("award.activated", award=award.id)
    return True


@atomic()
async def cancel_award(award: Award, reason: str, *, by: Actor) -> Award:
    """Take an award back, in standstill or while its contract is unsigned; evaluation resumes, so
    that the next bid may be awarded. Raises Conflict once the contract is in force.
    """
    await _own_job(await Bid.get(id=award.bid_id), by)
    return await _take_back(award, RefusalReason.AWARD_CANCELLED, reason, by=by)


async def _take_back(award: Award, code: RefusalReason, reason: str, *, by: Actor) -> Award:
    """End an award in the caller's transaction, its job being locked."""
    award, job = await lock(award), await Job.get(id=award.job_id)
    contract = await award.contract
    if contract is not None and contract.status not in ("pending", "cancelled"):
        raise Conflict(_("The contract is signed; end it by the contract's own rules"))
    ended = (
        AwardStatus.UNSUCCESSFUL if award.status == AwardStatus.PENDING else AwardStatus.CANCELLED
    )
    await award.move_to(
        ended, by=by, reason=reason, closing_reason=reason, suspended_at=None, suspension_reason=""
    )
    bid = await lock_id(Bid, award.bid_id)
    await bid.move_to(BidStatus.UNSUCCESSFUL, by=by, reason_code=code.value, reason=reason)
    await job.move_to(JobStatus.EVALUATION, by=by)
    await notices.publish(job, NoticeKind.AWARD_CANCELLED, award=award)
    await outbox.record("award.cancelled", award=award.id)
    return award


@atomic()
async def suspend(award: Award, *, by: Actor, reason: str) -> Award:
    """Stop the clock of an award: it neither comes into force nor may its contract be signed
    (政府采购质疑和投诉办法 第二十八条). Suspending twice changes nothing; raises AwardClosed once it has fallen away.

    The caller guards who may: the complaint's own verbs do.
    """
    await lock_id(Job, award.job_id)
    award = await lock(award)
    if award.status not in RUNNING:
        raise AwardClosed(_("Award %(number)s has fallen away", number=award.number))
    if award.suspended_at is not None:
        return award
    award.suspended_at, award.suspension_reason = clock.now(), reason
    await award.save(update_fields=["suspended_at", "suspension_reason"])
    await audit.record(award, "suspended", by=by, reason=reason)
    await outbox.record("job.changed", job=award.job_id)
    return award


@atomic()
async def resume(award: Award, *, by: Actor) -> Award:
    """Let the clock run on: the standstill is longer by the time it stood. Idempotent."""
    await lock_id(Job, award.job_id)
    award = await lock(award)
    if award.suspended_at is None:
        return award
    stood, before = clock.now() - award.suspended_at, award.stand_still_until
    if award.status == AwardStatus.PENDING and before is not None:
        award.stand_still_until = before + stood
    award.suspended_at, award.suspension_reason = None, ""
    await award.save(update_fields=["suspended_at", "suspension_reason", "stand_still_until"])
    await audit.record(
        award, "resumed", by=by, before={"stand_still_until": before},
        after={"stand_still_until": award.stand_still_until},
    )  # fmt: skip
    await outbox.record("job.changed", job=award.job_id)
    return award


@atomic()
async def set_aside(award: Award, reason: str, *, by: Actor) -> Award:
    """An upheld complaint ends the award, in standstill or before its contract is signed; the
    evaluation resumes and the next bid may be awarded. The caller guards who may. Raises Conflict.
    """
    await lock_id(Job, award.job_id)
    return await _take_back(award, RefusalReason.AWARD_CANCELLED, reason, by=by)


@atomic()
async def declare_unsuccessful(job: Job, reason: str, *, by: Actor) -> Job:
    """End an evaluation without an award, with a published reason."""
    require(by, Role.BUYER)
    job = await lock(job)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    if job.status != JobStatus.EVALUATION:
        raise evaluation.NotUnderEvaluation(
            _("Job %(number)s is not under evaluation", number=job.number)
        )
    text = f"{RefusalReason.NO_AWARD.value}: {reason}"
    await job.move_to(JobStatus.UNSUCCESSFUL, by=by, reason=reason, closing_reason=text)
    await end_bids(job, RefusalReason.NO_AWARD)
    await notices.publish(job, NoticeKind.UNSUCCESSFUL)
    await outbox.record("job.unsuccessful", job=job.id)
    return job


async def _own_job(bid: Bid, by: Actor) -> Job:
    require(by, Role.BUYER)
    job = await lock_id(Job, bid.job_id)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This bid does not exist"))
    return job
