"""Verbs of who enters a call: hand in, correct, withdraw, attach evidence, object."""

from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.certification.forms import ObjectionInput
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.library.figures import figures_of
from market.selection.forms import EntryInput
from market.selection.models import (
    SelectionCall,
    SelectionEntry,
    SelectionEvidence,
    SelectionObjection,
)
from market.selection.states import CallKind, EntryStatus
from market.vocabulary import regions

APPLICANTS = (Role.PROJECT, Role.SALES, Role.BUYER)
KINDS = {
    CallKind.BENCHMARK: (OrganisationKind.SUPPLIER,),
    CallKind.CASE: (
        OrganisationKind.SUPPLIER, OrganisationKind.DEMAND, OrganisationKind.BASE,
        OrganisationKind.SERVICE,
    ),
}  # fmt: skip
LIVE = (EntryStatus.SUBMITTED, EntryStatus.RETURNED, EntryStatus.PUBLICISED, EntryStatus.OBJECTED,
        EntryStatus.SELECTED)  # fmt: skip
EVIDENCE_MAX = 10


class CallClosed(Conflict):
    """After its closing moment a call takes no entry."""

    title = "This call is closed"


class EnteredAlready(Conflict):
    """A firm enters a selection of benchmark firms once."""

    title = "You have entered already"


class NotOpenToObjections(Conflict):
    """Objections are heard while an entry is publicised (公示)."""

    title = "Objections are not heard now"


def may_enter(call: SelectionCall, by: Actor) -> bool:
    """Whether the page offers to enter: kind, region and moment fit."""
    return (
        by.verified and by.kind in KINDS[call.kind] and call.closes_at > clock.now()
        and regions.is_within(by.region_code, call.region_code)
    )  # fmt: skip


@atomic()
async def enter(call: SelectionCall, content: EntryInput, *, by: Actor) -> SelectionEntry:
    """Hand in before the call closes: verified organisations of its region and kind.

    A firm enters a benchmark selection once; cases as many as there are. Figures are asked for of a case.
    """
    require(by, *APPLICANTS)
    assert by.organisation_id is not None, "require() wants an organisation"
    call = await lock(call)
    applicant = await Organisation.get(id=by.organisation_id)
    if applicant.kind not in KINDS[call.kind]:
        raise NotPermitted(_("This call is not for organisations of your kind"))
    if not regions.is_within(applicant.region_code, call.region_code):
        raise NotPermitted(_("This call is for organisations of %(region)s",
                             region=regions.full_name(call.region_code)))  # fmt: skip
    _check(call, content)
    if call.kind is CallKind.BENCHMARK and await SelectionEntry.exists(
        call=call, applicant=applicant, status__in=LIVE
    ):
        raise EnteredAlready(_("Your firm has entered this selection"))
    row = await SelectionEntry.create(
        number=await next_number("SB"), call=call, applicant=applicant,
        submitted_at=clock.now(), snapshot=await figures_of(applicant), **content.columns(),
    )  # fmt: skip
    await audit.record(row, "entered", by=by, after=content.model_dump(mode="json"))
    await _moved(row)
    return row


@atomic()
async def correct_entry(row: SelectionEntry, content: EntryInput, *, by: Actor) -> SelectionEntry:
    """Send a returned entry again, put right; also after the call has closed."""
    row = await _own(row, by)
    call = await SelectionCall.get(id=row.call_id)
    _check(call, content, closes=False)
    applicant = await Organisation.get(id=row.applicant_id)
    changes: dict[str, Any] = {**content.columns(), "snapshot": await figures_of(applicant)}
    await row.move_to(EntryStatus.SUBMITTED, by=by, opinion="", submitted_at=clock.now(), **changes)
    await _moved(row)
    return row


@atomic()
async def withdraw_entry(row: SelectionEntry, *, by: Actor) -> SelectionEntry:
    """Take it back before it is decided."""
    row = await _own(row, by)
    await row.move_to(EntryStatus.WITHDRAWN, by=by)
    return row


@atomic()
async def attach_evidence(row: SelectionEntry, file: StoredFile, *, by: Actor) -> SelectionEvidence:
    """Add a paper while the entry awaits its decision, at most ten."""
    row = await _own(row, by)
    if row.status not in (EntryStatus.SUBMITTED, EntryStatus.RETURNED):
        raise Conflict(_("Papers are added before the decision"))
    if await SelectionEvidence.filter(entry=row).count() >= EVIDENCE_MAX:
        raise InvalidInput(fields={"file": _("At most %(limit)s papers", limit=EVIDENCE_MAX)})
    paper = await SelectionEvidence.create(entry=row, file=file)
    await audit.record(row, "evidence", by=by, after={"sha256": file.sha256})
    return paper


@atomic()
async def object_to(
    row: SelectionEntry, content: ObjectionInput, *, by: Actor
) -> SelectionObjection:
    """Any verified organisation but the applicant objects while it is publicised; once."""
    require(by, *APPLICANTS, Role.QUALITY)
    row = await lock(row)
    if row.applicant_id == by.organisation_id:
        raise NotPermitted(_("This is your own entry"))
    is_public = row.status in (EntryStatus.PUBLICISED, EntryStatus.OBJECTED)
    if not is_public or row.public_until is None or row.public_until <= clock.now():
        raise NotOpenToObjections(_("Objections are heard during the publication period only"))
    if await SelectionObjection.exists(entry=row, objector_id=by.organisation_id):
        raise Conflict(_("Your objection is being looked into"))
    made = await SelectionObjection.create(
        entry=row, objector_id=by.organisation_id, grounds=content.grounds
    )
    await audit.record(made, "made", by=by)
    if row.status is EntryStatus.PUBLICISED:
        await row.move_to(EntryStatus.OBJECTED, by=by)
    await _moved(row)
    return made


def _check(call: SelectionCall, content: EntryInput, *, closes: bool = True) -> None:
    if closes and call.closes_at <= clock.now():
        raise CallClosed(_("It closed on %(day)s", day=clock.in_china(call.closes_at).date()))
    if call.kind is CallKind.CASE and not content.figures.strip():
        raise InvalidInput(fields={"figures": _("State at least one figure of the effect")})


async def _own(row: SelectionEntry, by: Actor) -> SelectionEntry:
    require(by, *APPLICANTS)
    await lock_id(SelectionCall, row.call_id)
    row = await lock(row)
    if row.applicant_id != by.organisation_id:
        raise NotFound(_("This entry does not exist"))
    return row


async def _moved(row: SelectionEntry) -> None:
    await outbox.record("entry.moved", entry=row.id, status=row.status.value)
