"""Award: the decision, its standstill, its coming into force, and what is done when it falls away."""

import structlog

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import clock, outbox
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
AWARDABLE = (BidStatus.EVALUATED, BidStatus.UNSUCCESSFUL)


class NotAwardable(Conflict):
    """The bid cannot win: not evaluated, refused, or it fails a requirement."""

    title = "This bid cannot be awarded"


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
    due = Award.filter(status=AwardStatus.PENDING, stand_still_until__lte=clock.now())
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
    bid = await Bid.get(id=award.bid_id)
    job = await _own_job(bid, by)
    award = await lock(award)
    contract = await award.contract
    if contract is not None and contract.status not in ("pending", "cancelled"):
        raise Conflict(_("The contract is signed; end it by the contract's own rules"))
    ended = (
        AwardStatus.UNSUCCESSFUL if award.status == AwardStatus.PENDING else AwardStatus.CANCELLED
    )
    await award.move_to(ended, by=by, reason=reason, closing_reason=reason)
    bid = await lock(bid)
    code = RefusalReason.AWARD_CANCELLED.value
    await bid.move_to(BidStatus.UNSUCCESSFUL, by=by, reason_code=code, reason=reason)
    await job.move_to(JobStatus.EVALUATION, by=by)
    await notices.publish(job, NoticeKind.AWARD_CANCELLED, award=award)
    await outbox.record("award.cancelled", award=award.id)
    return award


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
