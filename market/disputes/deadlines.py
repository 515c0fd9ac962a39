"""Moves of the clock: silence becomes mediation, mediation measurement, an idle reading lapses."""

from market.disputes.measurements import begin_measurement
from market.disputes.mediation import enter_mediation
from market.disputes.models import Dispute, Reading, Remeasurement
from market.disputes.parties import locked
from market.disputes.states import DisputeStatus, ReadingStatus
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock

CLOCK = Actor.system("dispute deadlines")
TIMED = (DisputeStatus.OPEN, DisputeStatus.ANSWERED, DisputeStatus.MEDIATION)
AT_ONCE = 200


async def move_overdue_disputes() -> int:
    """Move on every dispute whose time has passed; how many."""
    overdue = Dispute.filter(status__in=TIMED, due_at__lt=clock.now()).order_by("due_at")
    return sum([await _move_on(dispute) for dispute in await overdue.limit(AT_ONCE)])


@atomic()
async def _move_on(dispute: Dispute) -> bool:
    order, dispute = await locked(dispute)
    if dispute.status not in TIMED or dispute.due_at is None or dispute.due_at >= clock.now():
        return False  # moved since the list was read
    if dispute.status == DisputeStatus.MEDIATION:
        await begin_measurement(order, dispute, by=CLOCK)
    else:
        await enter_mediation(dispute, by=CLOCK)
    return True


async def lapse_readings() -> int:
    """Free the place of every reader who did not read in time; how many."""
    overdue = Reading.filter(
        status__in=(ReadingStatus.ASKED, ReadingStatus.ACCEPTED), due_at__lt=clock.now()
    )
    return sum([await _lapse(reading) for reading in await overdue.limit(AT_ONCE)])


@atomic()
async def _lapse(reading: Reading) -> bool:
    measurement = await Remeasurement.get(id=reading.measurement_id)
    _order, dispute = await locked(await Dispute.get(id=measurement.dispute_id))
    reading = await lock(reading)
    if reading.status not in (ReadingStatus.ASKED, ReadingStatus.ACCEPTED):
        return False
    await reading.move_to(ReadingStatus.LAPSED, by=CLOCK)
    if dispute.status == DisputeStatus.RE_MEASUREMENT:
        await outbox.record("reading.declined", dispute=dispute.id)
    return True
