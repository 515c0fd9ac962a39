"""Verbs of incidents: report, finish a step, grade anew; and the clock that tells of overdue steps."""

import datetime as dt

from tortoise.expressions import Q

from market.accounts.oversight import READERS
from market.accounts.permissions import require
from market.accounts.states import Role
from market.incidents.clocks import clock_of
from market.incidents.forms import GradeInput, IncidentInput, StepInput
from market.incidents.models import Incident, IncidentContract, IncidentStepRow
from market.incidents.states import NEEDS, IncidentStatus, IncidentStep
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Contract

REPORTERS = (Role.QUALITY, Role.PROJECT)
_STATUS = {
    IncidentStep.RESOLVED: IncidentStatus.RESOLVED,
    IncidentStep.REVIEWED: IncidentStatus.CLOSED,
}


class StepNotPossible(Conflict):
    """A step is done once, after those it needs."""

    title = "This step is not possible now"


@atomic()
async def report_incident(details: IncidentInput, *, by: Actor) -> Incident:
    """Report what happened; the clocks run from its discovery. Any verified organisation's act.

    Raises InvalidInput for a discovery in the future and for a contract that is not one's own.
    """
    require(by, *REPORTERS)
    now = clock.now()
    if details.discovered_at > now:
        raise InvalidInput(fields={"discovered_at": _("This moment has not come yet")})
    contracts = await _contracts(details.contracts, by)
    incident = await Incident.create(
        **details.model_dump(exclude={"contracts"}), number=await next_number("I"),
        reporter_id=by.organisation_id, region_code=by.region_code, reported_at=now,
    )  # fmt: skip
    for contract in contracts:
        await IncidentContract.create(incident=incident, contract=contract)
    for position, step in enumerate(IncidentStep, start=1):
        row = IncidentStepRow(incident=incident, step=step, position=position)
        _set_clock(row, incident, incident.discovered_at)
        await row.save()
    await audit.record(incident, "reported", by=by, after={"level": incident.level})
    await outbox.record("incident.reported", incident=incident.id)
    return incident


async def _contracts(numbers: list[str], by: Actor) -> list[Contract]:
    query = Contract.filter(number__in=numbers)
    if by.kind not in READERS:
        query = query.filter(Q(buyer_id=by.organisation_id) | Q(supplier_id=by.organisation_id))
    found = await query
    if unknown := set(numbers) - {contract.number for contract in found}:
        named = ", ".join(sorted(unknown))[:120]
        raise InvalidInput(
            fields={"contracts": _("You have no contract %(numbers)s", numbers=named)}
        )
    return found


def _set_clock(row: IncidentStepRow, incident: Incident, since: dt.datetime) -> None:
    """Due time and source of a step; the clock of a review starts when the incident is resolved."""
    found = clock_of(
        row.step, incident.kind, incident.level, incident.operator_class,
        clock.in_china(incident.discovered_at).date(),
    )  # fmt: skip
    row.source = found.source if found else ""
    runs = found is not None and (
        found.after == "discovered" or incident.status != IncidentStatus.OPEN
    )
    row.due_at = since + dt.timedelta(hours=found.hours) if found and runs else None


@atomic()
async def finish_step(incident: Incident, details: StepInput, *, by: Actor) -> Incident:
    """Say that a step is done and how; the reporter's act. Raises StepNotPossible."""
    incident = await lock(incident)
    _require_reporter(incident, by)
    rows = {row.step: row for row in await IncidentStepRow.filter(incident_id=incident.id)}
    row = rows[details.step]
    missing = [step for step in NEEDS[row.step] if rows[step].done_at is None]
    if row.done_at is not None or missing:
        raise StepNotPossible(_("This step is done already, or another one comes before it"))
    row.done_at, row.note = clock.now(), details.note
    await row.save(update_fields=["done_at", "note"])
    await audit.record(incident, f"step:{row.step}", by=by, after={"note": details.note})
    if row.step in _STATUS:
        await incident.move_to(_STATUS[row.step], by=by)
    if row.step == IncidentStep.RESOLVED:
        review = rows[IncidentStep.REVIEWED]
        _set_clock(review, incident, row.done_at)
        await review.save(update_fields=["due_at", "source"])
    return incident


@atomic()
async def grade_incident(incident: Incident, details: GradeInput, *, by: Actor) -> Incident:
    """Another level, by the reporter or an authority; the clocks of what is not done start anew.

    A shorter clock may be over at once. Raises StepNotPossible on a closed incident.
    """
    incident = await lock(incident)
    if by.kind in READERS:
        require(by, *REPORTERS)
    else:
        _require_reporter(incident, by)
    if incident.status == IncidentStatus.CLOSED:
        raise StepNotPossible(_("A closed incident is not graded anew"))
    before, incident.level = incident.level, details.level
    await incident.save(update_fields=["level"])
    rows = {row.step: row for row in await IncidentStepRow.filter(incident_id=incident.id)}
    for row in rows.values():
        if row.done_at is None:
            resolved = rows[IncidentStep.RESOLVED].done_at
            is_review = row.step == IncidentStep.REVIEWED
            _set_clock(
                row, incident, resolved if is_review and resolved else incident.discovered_at
            )
            row.overdue_noted_at = None
            await row.save(update_fields=["due_at", "source", "overdue_noted_at"])
    await audit.record(
        incident, "graded", by=by, before={"level": before}, after={"level": incident.level},
        reason=details.reason,
    )  # fmt: skip
    return incident


def _require_reporter(incident: Incident, by: Actor) -> None:
    require(by, *REPORTERS)
    if not by.is_system and by.organisation_id != incident.reporter_id:
        raise NotPermitted(_("Only who reported the incident records its steps"))


async def note_overdue() -> int:
    """For the clock: tell once of each step whose time has passed; returns how many."""
    now = clock.now()
    late = IncidentStepRow.filter(done_at=None, overdue_noted_at=None, due_at__lte=now)
    rows = await late.order_by("due_at", "id").limit(100)
    return sum([await _note(row) for row in rows])


@atomic()
async def _note(row: IncidentStepRow) -> bool:
    row = await lock(row)
    if row.done_at is not None or row.overdue_noted_at is not None:
        return False
    row.overdue_noted_at = clock.now()
    await row.save(update_fields=["overdue_noted_at"])
    await outbox.record("incident.overdue", incident=row.incident_id, step=row.step)
    return True
