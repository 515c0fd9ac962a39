"""What follows from an upheld report: the ladder of repetition, public entries that expire, suspension."""

import datetime as dt
from typing import Any

import structlog

from market.accounts import verification
from market.accounts.models import Organisation
from market.accounts.states import OrganisationStatus
from market.complaints.forms import MeasureInput
from market.complaints.models import ViolationReport
from market.complaints.states import Measure, ViolationStatus
from market.complaints.terms import (
    FINAL_WORKING_DAYS,
    MEASURES,
    PUBLIC_FOR,
    REPEAT_WITHIN,
    working_days_on,
)
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

log = structlog.get_logger(__name__)
SYSTEM = Actor.system("violations")
LADDER = (Measure.WARNING, Measure.POINTS, Measure.SUSPENSION)


def mildest_after(earlier: int) -> Measure:
    """The mildest measure after so many upheld reports within twelve months."""
    return LADDER[min(earlier, len(LADDER) - 1)]


async def earlier_upheld(report: ViolationReport) -> int:
    """Upheld reports about the same organisation in the last twelve months."""
    return await ViolationReport.filter(
        accused_id=report.accused_id, status=ViolationStatus.UPHELD,
        decided_at__gt=clock.now() - REPEAT_WITHIN,
    ).count()  # fmt: skip


async def check(report: ViolationReport, decision: MeasureInput) -> None:
    """A measure, complete, and no milder than the repetition demands; raises InvalidInput."""
    measure = decision.measure
    if measure is None:
        raise InvalidInput(fields={"measure": _("Choose a measure")})
    earlier = await earlier_upheld(report)
    mildest = mildest_after(earlier)
    if LADDER.index(measure) < LADDER.index(mildest):
        raise InvalidInput(
            fields={"measure": _("After %(count)s upheld reports in twelve months at least: %(measure)s",
                                 count=earlier, measure=_(MEASURES[mildest]))}
        )  # fmt: skip
    if measure == Measure.POINTS and not decision.points:
        raise InvalidInput(fields={"points": _("Say how many points")})
    if measure == Measure.SUSPENSION and not decision.days:
        raise InvalidInput(fields={"days": _("Say for how many days")})


def consequences(decision: MeasureInput) -> dict[str, Any]:
    """The fields of an upheld report: public once final, for as long as the measure's weight says."""
    measure = decision.measure
    assert measure is not None, "checked before"
    final_at = working_days_on(FINAL_WORKING_DAYS)
    return {
        "measure": measure,
        "points": decision.points if measure == Measure.POINTS else 0,
        "days": decision.days if measure == Measure.SUSPENSION else 0,
        "final_at": final_at,
        "expires_at": final_at + PUBLIC_FOR[measure],
    }


async def suspend(report: ViolationReport, accused: Organisation) -> None:
    """Stop the organisation from acting for the decided days, unless it is stopped already."""
    if report.measure != Measure.SUSPENSION or accused.status != OrganisationStatus.ACTIVE:
        return
    await verification.suspend(accused, _reason(report), by=SYSTEM)
    last = clock.today() + dt.timedelta(days=report.days)
    report.suspended_until = clock.end_of_day(last)
    await report.save(update_fields=["suspended_until"])


def _reason(report: ViolationReport) -> str:
    """What the standing's note says; recognised again when the suspension ends."""
    return f"{report.number}: {report.reasons}"


async def lift_ended_suspensions() -> int:
    """Let organisations act again whose days are over; for the clock. How many."""
    ended = ViolationReport.filter(suspended_until__lte=clock.now()).order_by("suspended_until")
    lifted = 0
    for report in await ended.limit(200):
        try:
            lifted += await lift(report)
        except Exception:
            log.exception("suspension could not be lifted", report=report.number)
    return lifted


@atomic()
async def lift(report: ViolationReport) -> bool:
    """End one suspension, unless an operator has ended it or set another since. Idempotent."""
    report = await lock(report)
    if report.suspended_until is None or report.suspended_until > clock.now():
        return False
    accused = await lock_id(Organisation, report.accused_id)
    report.suspended_until = None
    await report.save(update_fields=["suspended_until"])
    is_ours = accused.verification_note == _reason(report)
    if accused.status != OrganisationStatus.SUSPENDED or not is_ours:
        return False
    await verification.reinstate(accused, _reason(report), by=SYSTEM)
    await audit.record(report, "suspension ended", by=SYSTEM)
    return True
