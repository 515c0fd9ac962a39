"""What came of a meeting: attendance, intent value, outcome, and the contract or job it became."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import Role
from market.fairs.forms import MeetingInput
from market.fairs.models import Fair, FairMeeting
from market.fairs.states import FairStatus, Outcome, TimetableStatus
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.orders.models import Contract
from market.orders.states import ContractStatus
from market.tendering.access import published_jobs

RECORDERS = (Role.BUYER, Role.SALES, Role.PROJECT)
_SIGNED = (ContractStatus.ACTIVE, ContractStatus.TERMINATED)


class NotYetMet(Conflict):
    """A meeting is recorded once its slot has begun."""

    title = "This meeting has not begun"


@atomic()
async def record_meeting(meeting: FairMeeting, seen: MeetingInput, *, by: Actor) -> FairMeeting:
    """Record attendance, intent and outcome; the host's and both parties', each change in the log.

    An intent has a value in fen; a deal names a contract in force between the two, or the buyer's
    job. Raises NotYetMet before the slot, InvalidInput.
    """
    require(by, *RECORDERS)
    meeting = await lock(meeting)
    await meeting.fetch_related("timetable__fair", "buyer", "supplier")
    fair: Fair = meeting.timetable.fair
    if fair.status not in (FairStatus.PUBLISHED, FairStatus.HELD) or (
        fair.slot_start(meeting.slot) > clock.now()
    ):
        raise NotYetMet(_("What came of a meeting is recorded once its slot has begun"))
    values = await _checked(meeting, seen)
    before = {name: getattr(meeting, name) for name in values}
    for name, value in values.items():
        setattr(meeting, name, value)
    await meeting.save(update_fields=list(values))
    await audit.record(meeting, "recorded", by=by, before=before, after=values)
    return meeting


async def _checked(meeting: FairMeeting, seen: MeetingInput) -> dict[str, Any]:
    fields, buyer = {}, meeting.buyer.organisation_id
    contract = await Contract.get_or_none(
        number=seen.contract, buyer_id=buyer, supplier_id=meeting.supplier.organisation_id,
        status__in=_SIGNED,
    )  # fmt: skip
    job = await published_jobs().get_or_none(number=seen.job, owner_id=buyer)
    if seen.contract and contract is None:
        fields["contract"] = _("Name a signed contract between these two parties")
    if seen.job and job is None:
        fields["job"] = _("Name a published job of this buyer")
    if seen.outcome == Outcome.DEAL and not (seen.contract or seen.job):
        fields["contract"] = _("A deal names the contract or the job it became")
    if seen.outcome == Outcome.INTENT and not seen.intent_fen:
        fields["intent_fen"] = _("An intent has a value")
    if fields:
        raise InvalidInput(fields=fields)
    return {
        "attendance": seen.attendance, "outcome": seen.outcome, "intent_fen": seen.intent_fen,
        "note": seen.note, "job_id": job.id if job else None,
        "contract_id": contract.id if contract else None, "recorded_at": clock.now(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of fairs: held or published ones, their meetings, and what came of them."""

    fairs: int = 0
    meetings: int = 0
    attended: int = 0
    intents: int = 0
    intent_fen: int = 0
    deals: int = 0


async def totals(region_prefix: str = "", *, fair_id: UUID | None = None) -> Totals:
    """Fairs, meetings, intents with their value in fen, and deals; of a region (code prefix) or one fair.

    An intent that became a deal counts as both; its value is what was stated at the meeting.
    """
    shown = Fair.filter(
        status__in=(FairStatus.PUBLISHED, FairStatus.HELD), region_code__startswith=region_prefix
    )
    shown = shown.filter(id=fair_id) if fair_id else shown
    rows = FairMeeting.filter(
        timetable__status=TimetableStatus.SOLVED,
        timetable__fair__status__in=(FairStatus.PUBLISHED, FairStatus.HELD),
        timetable__fair__region_code__startswith=region_prefix,
    )
    rows = rows.filter(timetable__fair_id=fair_id) if fair_id else rows
    found = await rows.values_list("attendance", "outcome", "intent_fen")
    return Totals(
        await shown.count(),
        len(found),
        sum(attendance == "both" for attendance, _outcome, _fen in found),
        sum(fen > 0 for _attendance, _outcome, fen in found),
        sum(fen for _attendance, _outcome, fen in found),
        sum(outcome == Outcome.DEAL for _attendance, outcome, _fen in found),
    )
