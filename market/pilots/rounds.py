"""A pilot's opening when the shortlist stands, and the release of its results at the close, by the clock."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import structlog

from market.kit import clock, outbox
from market.kit.db import atomic, lock, lock_id
from market.kit.i18n import gettext as _
from market.pilots import golds, scores
from market.pilots.models import Pilot, PilotSubmission
from market.pilots.states import PilotStatus, SubmissionStatus
from market.tendering import stages
from market.tendering.jobs import CLOCK
from market.tendering.models import Bid, Job
from market.tendering.states import BidStatus, JobStatus, RefusalReason

log = structlog.get_logger(__name__)


async def open_shortlisted(message: outbox.Message) -> None:
    """job.shortlisted: open the pilot that has been prepared; otherwise its preparation opens it."""
    await open_pilot(UUID(message.payload["job"]))


@atomic()
async def open_pilot(job_id: UUID) -> bool:
    """Issue the items to every shortlisted firm, in a drawn order of aliases. Idempotent.

    It closes at the end of the n-th working day after today.
    """
    job = await lock_id(Job, job_id)
    pilot = await Pilot.get_or_none(job=job, status=PilotStatus.PREPARED)
    if job.status != JobStatus.PILOT or pilot is None:
        return False
    shortlisted = Bid.filter(job=job, status=BidStatus.OPENED, is_shortlisted=True)
    firms = sorted(set(await shortlisted.values_list("bidder_id", flat=True)))
    secrets.SystemRandom().shuffle(firms)
    for position, bidder_id in enumerate(firms):
        await PilotSubmission.create(pilot=pilot, bidder_id=bidder_id, position=position)
    closes_at = clock.end_of_day(clock.add_working_days(clock.today(), pilot.days))
    await pilot.move_to(PilotStatus.OPEN, by=CLOCK, opens_at=clock.now(), closes_at=closes_at)
    await outbox.record("pilot.opened", pilot=pilot.id)
    return True


async def release_due_pilots() -> int:
    """Release every pilot whose time is over; how many. One pilot's trouble stops no other."""
    due = Pilot.filter(status=PilotStatus.OPEN, closes_at__lte=clock.now()).order_by("id")
    released = 0
    for pilot in await due.only("id"):
        try:
            await scores.measure_remaining(pilot.id)
            released += await release_results(pilot.id)
        except Exception:
            log.exception("pilot could not be released", pilot=str(pilot.id))
    return released


@atomic()
async def release_results(pilot_id: UUID) -> bool:
    """Publish every result, the gold and its seed together, and let the prices be opened. Idempotent.

    A firm that sent nothing has 0 points; a value that misses the threshold ends the bid. The pilot
    of a job that was cancelled meanwhile is cancelled.
    """
    pilot = await Pilot.get(id=pilot_id)
    job = await lock_id(Job, pilot.job_id)
    pilot = await lock(pilot)
    if pilot.status != PilotStatus.OPEN or not pilot.is_over:
        return False
    if job.status != JobStatus.PILOT:
        await pilot.move_to(PilotStatus.CANCELLED, by=CLOCK)
        return False
    rows = await PilotSubmission.filter(pilot=pilot).order_by("position").select_for_update()
    if any(row.status == SubmissionStatus.SUBMITTED and row.measurement is None for row in rows):
        return False
    for row in rows:
        await _settle(pilot, row)
    seed = await golds.seed_to_reveal(pilot)
    await pilot.move_to(PilotStatus.RELEASED, by=CLOCK, released_at=clock.now(), gold_seed=seed)
    await outbox.record("pilot.released", pilot=pilot.id)
    await stages.end_pilot(job, by=CLOCK)
    return True


async def _settle(pilot: Pilot, row: PilotSubmission) -> None:
    """One firm's result, on its part of the pilot and on each of its bids."""
    if row.status == SubmissionStatus.SUBMITTED:
        await row.move_to(SubmissionStatus.SCORED, by=CLOCK)
    else:
        await row.move_to(SubmissionStatus.EXPIRED, by=CLOCK, points=Decimal(0))
    bids = await Bid.filter(
        job_id=pilot.job_id, bidder_id=row.bidder_id, status=BidStatus.OPENED
    ).select_for_update()
    for bid in bids:
        bid.pilot_points, bid.pilot_result = row.points, _result(pilot, row)
        await bid.save(update_fields=["pilot_points", "pilot_result"])
    if not passes(pilot, row):
        await _end(pilot, row, bids)


def passes(pilot: Pilot, row: PilotSubmission) -> bool:
    """Whether a firm's value reaches the threshold, where there is one; sending nothing does not."""
    if pilot.threshold is None:
        return True
    return row.value is not None and pilot.metric.reaches(row.value, float(pilot.threshold))


def _result(pilot: Pilot, row: PilotSubmission) -> dict[str, object]:
    found = row.measurement or {"value": None, "n": len(pilot.items), "missing": len(pilot.items)}
    return {
        "metric": pilot.metric_name, "alias": row.alias, "points": str(row.points),
        "value": found["value"], "n": found["n"], "missing": found["missing"],
    }  # fmt: skip


async def _end(pilot: Pilot, row: PilotSubmission, bids: Sequence[Bid]) -> None:
    sentence = _(
        "%(metric)s %(value)s, needed %(threshold)s", metric=pilot.metric.label,
        value="—" if row.value is None else f"{row.value:.4f}",
        threshold=pilot.threshold_text,
    )  # fmt: skip
    code = RefusalReason.PILOT_FAILED.value
    for bid in bids:
        await bid.move_to(BidStatus.DISQUALIFIED, by=CLOCK, reason_code=code, reason=sentence)
        await outbox.record("bid.unsuccessful", bid=bid.id)
