"""Award: the decision, its standstill, its coming into force, and what is done when it falls away."""

from collections.abc import Sequence
from decimal import Decimal

import structlog

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.tendering import clarifications, evaluation, notices, outcomes, requirements
from market.tendering.jobs import CLOCK
from market.tendering.models import Award, Bid, Clarification, Job, Lot
from market.tendering.outcomes import RUNNING
from market.tendering.procedures import config_of
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    ClarificationStatus,
    JobStatus,
    LotStatus,
    NoticeKind,
    PassingReason,
    RefusalReason,
)

log = structlog.get_logger(__name__)
AWARDABLE = (BidStatus.EVALUATED, BidStatus.UNSUCCESSFUL)


class NotAwardable(Conflict):
    """The bid cannot win: not evaluated, refused, or it fails a requirement."""

    title = "This bid cannot be awarded"


class AwardClosed(Conflict):
    """An award that was taken back or fell away stays so."""

    title = "This award is not running any more"


@atomic()
async def award_bid(
    bid: Bid, rationale: str, *, by: Actor, code: PassingReason | None = None,
    others: Sequence[Bid] = (),
) -> Award:  # fmt: skip
    """Decide for a bid, or for several where the procedure has several winners, with a published
    rationale; who passes over a better rank names a coded reason. The standstill begins.

    Standstill days are working days, to the end of the last; several winners share the volume by
    rank (outcomes.SHARES). Raises NotAwardable, NotUnderEvaluation.
    """
    job = await _own_job(bid, by)
    bid = await lock_id(Bid, bid.id)
    lot = await lock_id(Lot, bid.lot_id) if bid.lot_id else None
    if job.status != JobStatus.EVALUATION or (lot and lot.status != LotStatus.EVALUATION):
        raise evaluation.NotUnderEvaluation(
            _("Job %(number)s is not under evaluation", number=job.number)
        )
    winners = [bid, *[await lock_id(Bid, other.id) for other in others]]
    for winner in winners:
        await _check_awardable(job, winner)
    await _check_ranks(job, winners, code)
    decided = await Award.filter(job=job, lot_id=bid.lot_id, status__in=RUNNING)
    _check_places(job, winners, decided)
    left = await outcomes.undecided_volume(job, lot, decided)
    ordered = sorted(winners, key=lambda winner: winner.rank or 0)
    made = {
        winner.id: await _decide(job, winner, part, rationale, code, by=by)
        for winner, part in zip(ordered, outcomes.volumes(left, len(ordered)), strict=True)
    }
    await _tell_losers(job, lot, by=by)
    await outcomes.move_part(job, lot, LotStatus.STAND_STILL, by=by)
    return made[bid.id]


async def _decide(
    job: Job, bid: Bid, volume: Decimal, rationale: str, code: PassingReason | None, *, by: Actor
) -> Award:
    days = config_of(job).stand_still_days
    last = clock.add_working_days(clock.today(), days)
    award = await Award.create(
        number=await next_number("A"), job=job, lot_id=bid.lot_id, bid=bid, rationale=rationale,
        reason_code=code.value if code else "", volume=volume,
        total_fen=outcomes.total_of_award(bid, volume),
        stand_still_until=clock.end_of_day(last) if days else clock.now(),
    )  # fmt: skip
    await bid.move_to(BidStatus.AWARDED, by=by, reason_code="")
    await clarifications.ask_for_certificates(job, award, bid)
    await notices.publish(job, NoticeKind.AWARD_DECIDED, award=award)
    await outbox.record("award.decided", award=award.id)
    return award


async def _check_awardable(job: Job, bid: Bid) -> None:
    if failed := requirements.failures(bid.checks):
        raise NotAwardable(_("The bid fails a requirement. %(which)s", which=failed[0]))
    if config_of(job).judged and job.ranked_at is None:
        raise NotAwardable(_("The panel has not handed in all of its sheets"))
    if bid.status not in AWARDABLE or bid.rank is None:
        raise NotAwardable(_("Bid %(number)s has not been evaluated", number=bid.number))
    if await clarifications.unexplained(job, bid):
        raise NotAwardable(_("The very low price has not been explained; ask the bidder first"))
    sheets = (await evaluation.sheets_of(job)).get(bid.id, [])
    if evaluation.spread(sheets) and not bid.panel_note:
        raise NotAwardable(_("Marks of this bid lie more than two apart; the panel must note why"))


async def _check_ranks(job: Job, winners: Sequence[Bid], code: PassingReason | None) -> None:
    best = await candidates(job, winners[0])
    last = max(winner.rank or 0 for winner in winners)
    chosen = {winner.id for winner in winners}
    passed = [bid for bid in best if bid.id not in chosen and (bid.rank or 0) < last]
    if passed and code is None:
        raise NotAwardable(
            _("Bid %(number)s is ranked better; name the reason to pass it over", number=passed[0].number)
        )  # fmt: skip


async def candidates(job: Job, rival: Bid) -> list[Bid]:
    """The bids of the same lot that could still win, best first; the first of them is proposed."""
    rows = Bid.filter(job=job, lot_id=rival.lot_id, rank__isnull=False, status__in=AWARDABLE)
    return [
        bid for bid in await rows.order_by("rank")
        if bid.status == BidStatus.EVALUATED or bid.reason_code == RefusalReason.LOWER_POINTS
    ]  # fmt: skip


def _check_places(job: Job, winners: Sequence[Bid], decided: Sequence[Award]) -> None:
    places = 1 if winners[0].lot_id else config_of(job).maximum_awards
    if len({winner.id for winner in winners}) != len(winners) or any(
        winner.lot_id != winners[0].lot_id for winner in winners
    ):
        raise NotAwardable(_("Name each bid of one lot once"))
    if len(winners) + len(decided) > places:
        raise NotAwardable(_("This procedure has at most %(count)s winners", count=places))


async def _tell_losers(job: Job, lot: Lot | None, *, by: Actor) -> None:
    """Bids that lost or failed a requirement, each told why by the outbox."""
    rows = Bid.filter(job=job, lot_id=lot.id if lot else None)
    lost = await rows.filter(status=BidStatus.EVALUATED)
    failed = await rows.filter(status=BidStatus.OPENED)
    code = RefusalReason.LOWER_POINTS.value
    await Bid.move_all(lost, BidStatus.UNSUCCESSFUL, by=by, reason_code=code)
    code = RefusalReason.REQUIREMENTS_NOT_MET.value
    await Bid.move_all(failed, BidStatus.DISQUALIFIED, by=by, reason_code=code)
    for other in (*lost, *failed):
        await outbox.record("bid.unsuccessful", bid=other.id)


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
    """The standstill is over: the award is in force and a contract can be drawn up. Idempotent.

    Not while it is suspended, or the winner still has time to renew a certificate.
    """
    job = await lock_id(Job, award.job_id)
    award = await lock(award)
    until = award.stand_still_until
    if award.status != AwardStatus.PENDING or until is None or until > clock.now():
        return False
    waits = Clarification.filter(award=award, status=ClarificationStatus.ASKED)
    if award.suspended_at is not None or await waits.exists():
        return False
    await award.move_to(AwardStatus.ACTIVE, by=CLOCK)
    lot = await lock_id(Lot, award.lot_id) if award.lot_id else None
    rest = Award.filter(job=job, lot_id=award.lot_id, status=AwardStatus.PENDING)
    stands = lot.status == LotStatus.STAND_STILL if lot else job.status == JobStatus.STAND_STILL
    if stands and not await rest.exists():
        await outcomes.move_part(job, lot, LotStatus.AWARDED, by=CLOCK)
    await notices.publish(job, NoticeKind.AWARDED, award=award)
    await outbox.record("award.activated", award=award.id)
    return True


@atomic()
async def cancel_award(award: Award, reason: str, *, by: Actor) -> Award:
    """Take an award back, in standstill or while its contract is unsigned; evaluation resumes, so
    that the next bid may be awarded. Raises Conflict once the contract is in force.
    """
    await _own_job(await Bid.get(id=award.bid_id), by)
    return await take_back(award, RefusalReason.AWARD_CANCELLED, reason, by=by)


@atomic()
async def refuse_award(award: Award, reason: str, *, by: Actor) -> Award:
    """The winner gives the award up before its contract is signed: its owner or sales. The next bid
    is proposed. Raises NotFound for anybody else, Conflict.
    """
    require(by, Role.SALES)
    bid = await Bid.get(id=award.bid_id)
    if bid.bidder_id != by.organisation_id:
        raise NotFound(_("This award does not exist"))
    return await take_back(award, RefusalReason.REFUSED_BY_WINNER, reason, by=by)


@atomic()
async def set_aside(award: Award, reason: str, *, by: Actor) -> Award:
    """An upheld complaint ends the award, in standstill or before its contract is signed; the
    evaluation resumes and the next bid may be awarded. The caller guards who may. Raises Conflict.
    """
    return await take_back(award, RefusalReason.COMPLAINT_UPHELD, reason, by=by)


@atomic()
async def take_back(award: Award, code: RefusalReason, reason: str, *, by: Actor) -> Award:
    """End an award for a coded reason; its lot or job is under evaluation again."""
    job = await lock_id(Job, award.job_id)
    award = await lock(award)
    if award.status not in RUNNING:
        raise AwardClosed(_("Award %(number)s has fallen away", number=award.number))
    await outcomes.end_award(award, reason, by=by)
    bid = await lock_id(Bid, award.bid_id)
    await bid.move_to(BidStatus.UNSUCCESSFUL, by=by, reason_code=code.value, reason=reason)
    lot = await lock_id(Lot, award.lot_id) if award.lot_id else None
    await outcomes.move_part(job, lot, LotStatus.EVALUATION, by=by)
    await notices.publish(job, NoticeKind.AWARD_CANCELLED, award=award)
    return award


@atomic()
async def suspend(award: Award, *, by: Actor, reason: str) -> Award:
    """Stop the clock of an award: it neither comes into force nor may its contract be signed
    (政府采购质疑和投诉办法 第二十八条). Suspending twice changes nothing; raises AwardClosed.

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


async def _own_job(bid: Bid, by: Actor) -> Job:
    require(by, Role.BUYER)
    job = await lock_id(Job, bid.job_id)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This bid does not exist"))
    return job
