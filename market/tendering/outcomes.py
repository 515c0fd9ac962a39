"""What a decision, or its end, does to the job: winners' shares, the moves of a job with its lots."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.kit.money import line_total
from market.tendering import evaluation, notices
from market.tendering.models import Award, Bid, Job, Lot
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    JobStatus,
    LotStatus,
    NoticeKind,
    RefusalReason,
)

RUNNING = (AwardStatus.PENDING, AwardStatus.ACTIVE)
# Percent of the volume by rank among the winners, by how many there are.
SHARES = {1: (100,), 2: (60, 40), 3: (50, 30, 20), 4: (40, 30, 20, 10), 5: (30, 25, 20, 15, 10)}
OPEN_LOTS = (LotStatus.EVALUATION, LotStatus.STAND_STILL, LotStatus.AWARDED, LotStatus.COMPLETED)
_PATH = (JobStatus.EVALUATION, JobStatus.STAND_STILL, JobStatus.AWARDED, JobStatus.COMPLETED)


def volumes(volume: Decimal, winners: int) -> list[Decimal]:
    """The volume of each winner, best rank first: 60/40, 50/30/20 and so on, in whole units.

    The best ranked gets what rounding leaves. More than five winners have equal shares.
    """
    percents = SHARES.get(winners, (Decimal(100) / winners,) * winners)
    parts = [
        (volume * Decimal(percent) / 100).quantize(Decimal(1), ROUND_DOWN) for percent in percents
    ]
    parts[0] += volume - sum(parts)
    return parts


def total_of_award(bid: Bid, volume: Decimal) -> int:
    """Fen of an award: the unit price times its volume, and the bid's lump sums."""
    assert bid.unit_price is not None, "an awarded bid has been opened"
    extras = (bid.content or {}).get("extra_lines", ())
    return line_total(bid.unit_price, volume) + sum(int(line["amount_fen"]) for line in extras)


async def move_part(job: Job, lot: Lot | None, status: LotStatus, *, by: Actor) -> None:
    """Move the lot, and the job as far as its lots let it; without lots the job itself."""
    if lot is None:
        await _walk(job, JobStatus(status.value), by=by)
        return
    if lot.status != status:
        await lot.move_to(status, by=by)
    await settle_job(job, by=by)


async def settle_job(job: Job, *, by: Actor) -> None:
    """A job stands where the least advanced of its lots stands that has not failed."""
    statuses = {lot.status for lot in await Lot.filter(job_id=job.id)}
    for status in OPEN_LOTS:
        if status in statuses:
            await _walk(job, JobStatus(status.value), by=by)
            return


async def _walk(job: Job, target: JobStatus, *, by: Actor) -> None:
    """Forward step by step along the table, backward to the evaluation in one."""
    if job.status == target or job.status not in _PATH:
        return
    here, there = _PATH.index(job.status), _PATH.index(target)
    for status in _PATH[here + 1 : there + 1] if here < there else (JobStatus.EVALUATION,):
        await job.move_to(status, by=by)
    await outbox.record("job.changed", job=job.id)


async def undecided_volume(job: Job, lot: Lot | None, decided: Sequence[Award]) -> Decimal:
    """What is left to award beside the awards that run."""
    whole: Decimal = lot.volume if lot is not None else job.volume
    return whole - sum((award.volume or whole for award in decided), Decimal(0))


async def end_award(award: Award, reason: str, *, by: Actor) -> None:
    """Let a locked award fall, suspended or not. Raises Conflict once its contract is in force."""
    contract = await award.contract
    if contract is not None and contract.status not in ("pending", "cancelled"):
        raise Conflict(_("The contract is signed; end it by the contract's own rules"))
    ended = (
        AwardStatus.UNSUCCESSFUL if award.status == AwardStatus.PENDING else AwardStatus.CANCELLED
    )
    await award.move_to(
        ended, by=by, reason=reason, closing_reason=reason, suspended_at=None, suspension_reason=""
    )
    await outbox.record("award.cancelled", award=award.id)


async def end_parts(job: Job, reason: str, *, by: Actor) -> None:
    """Let the awards and lots of a locked job fall, for the job is given up. Raises Conflict."""
    for award in await Award.filter(job=job, status__in=RUNNING).select_for_update():
        await end_award(award, reason, by=by)
    for lot in await Lot.filter(job=job).select_for_update():
        if Lot.can_move(lot.status, LotStatus.CANCELLED):
            await lot.move_to(LotStatus.CANCELLED, by=by, reason=reason, closing_reason=reason)


@atomic()
async def declare_unsuccessful(job: Job, reason: str, *, by: Actor, lot: Lot | None = None) -> Job:
    """End an evaluation without an award, with a published reason: of one lot, or of all that is open.

    A job with other winners goes on with those.
    """
    require(by, Role.BUYER)
    job = await lock(job)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    lots = Lot.filter(job=job, status=LotStatus.EVALUATION)
    open_lots = await (lots.filter(id=lot.id) if lot else lots).select_for_update()
    if job.status != JobStatus.EVALUATION or (lot and not open_lots):
        raise evaluation.NotUnderEvaluation(
            _("Job %(number)s is not under evaluation", number=job.number)
        )
    for part in open_lots:
        await part.move_to(LotStatus.UNSUCCESSFUL, by=by, reason=reason, closing_reason=reason)
    await _end_bids(job, open_lots, by=by)
    await _close(job, reason, by=by)
    return job


async def _end_bids(job: Job, lots: Sequence[Lot], *, by: Actor) -> None:
    left = Bid.filter(job=job, status__in=(BidStatus.OPENED, BidStatus.EVALUATED))
    rows = await (left.filter(lot_id__in=[lot.id for lot in lots]) if lots else left)
    code = RefusalReason.NO_AWARD.value
    await Bid.move_all(rows, BidStatus.UNSUCCESSFUL, by=by, reason_code=code)
    for bid in rows:
        await outbox.record("bid.unsuccessful", bid=bid.id)


async def _close(job: Job, reason: str, *, by: Actor) -> None:
    """The job after an end without an award: on with its other winners, or at its end."""
    if await Lot.filter(job=job, status__in=OPEN_LOTS).exists():
        await settle_job(job, by=by)
        return
    running = await Award.filter(job=job, status__in=RUNNING)
    if running:
        is_pending = any(award.status == AwardStatus.PENDING for award in running)
        status = LotStatus.STAND_STILL if is_pending else LotStatus.AWARDED
        await move_part(job, None, status, by=by)
        return
    text = f"{RefusalReason.NO_AWARD.value}: {reason}"
    await job.move_to(JobStatus.UNSUCCESSFUL, by=by, reason=reason, closing_reason=text)
    await notices.publish(job, NoticeKind.UNSUCCESSFUL)
    await outbox.record("job.unsuccessful", job=job.id)


@atomic()
async def complete_award(award: Award, *, by: Actor) -> Job:
    """An award's order is completed: its lot with it once no other award of it runs, and the job
    with its last one. Idempotent.
    """
    job = await lock_id(Job, award.job_id)
    award = await lock(award)
    if award.completed_at is None:
        award.completed_at = clock.now()
        await award.save(update_fields=["completed_at"])
    lot = await lock_id(Lot, award.lot_id) if award.lot_id else None
    rest = Award.filter(job=job, lot_id=award.lot_id, status__in=RUNNING, completed_at=None)
    status = lot.status if lot is not None else job.status
    if status in (JobStatus.AWARDED, LotStatus.AWARDED) and not await rest.exists():
        await move_part(job, lot, LotStatus.COMPLETED, by=by)
    return job
