"""Who may see which entry: its organisation and the organiser all of it, the public what is publicised."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.certification.access import is_authority
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.selection.models import (
    SelectionCall,
    SelectionEntry,
    SelectionEvidence,
    SelectionObjection,
)
from market.selection.states import PUBLIC, CallKind, EntryStatus


def _missing() -> NotFound:
    return NotFound(_("This entry does not exist"))


def calls_of(kind: CallKind | None = None) -> QuerySet[SelectionCall]:
    """Calls are public; the newest first."""
    found = SelectionCall.all().select_related("organiser").order_by("-id")
    return found.filter(kind=kind) if kind else found


async def call_to_see(number: str) -> SelectionCall:
    """One call."""
    found = await calls_of().filter(number=number).first()
    if found is None:
        raise NotFound(_("This call does not exist"))
    return found


def _whole(by: Actor) -> Q:
    """What the actor reads in full: one's own, the organiser's, for the operator all."""
    if by.kind == OrganisationKind.OPERATOR and by.verified:
        return Q(number__not="")
    if is_authority(by):
        return Q(call__organiser_id=by.organisation_id) & ~Q(status=EntryStatus.WITHDRAWN)
    return Q(applicant_id=by.organisation_id)


def entries_to_see(by: Actor) -> QuerySet[SelectionEntry]:
    """In full one's own or those of one's calls; of the others what is publicised or selected."""
    wanted = Q(status__in=PUBLIC)
    if by.organisation_id is not None:
        wanted |= _whole(by)
    found = SelectionEntry.filter(wanted).select_related("applicant", "call__organiser")
    return found.order_by("-id")


def selected(kind: CallKind) -> QuerySet[SelectionEntry]:
    """What was selected, the newest first: for everybody."""
    found = SelectionEntry.filter(status=EntryStatus.SELECTED, call__kind=kind)
    return found.select_related("applicant", "call__organiser").order_by("-selected_at", "-id")


async def entry_to_see(by: Actor, number: str) -> SelectionEntry:
    """One of them; NotFound for any other."""
    found = await entries_to_see(by).filter(number=number).first()
    if found is None:
        raise _missing()
    return found


async def reads_whole(by: Actor, row: SelectionEntry) -> bool:
    """Whether the actor sees papers, figures kept and opinions."""
    if by.organisation_id is None:
        return False
    return await SelectionEntry.filter(_whole(by), id=row.id).exists()


async def entry_to_read(by: Actor, number: str) -> SelectionEntry:
    """One that may be read in full; NotFound for any other."""
    row = await entry_to_see(by, number)
    if not await reads_whole(by, row):
        raise _missing()
    return row


async def entry_to_decide(by: Actor, number: str) -> SelectionEntry:
    """One of the actor's own calls; NotFound for everybody else."""
    row = await entry_to_see(by, number)
    if by.organisation_id is None or row.call.organiser_id != by.organisation_id:
        raise _missing()
    return row


async def own_entry(by: Actor, number: str) -> SelectionEntry:
    """One of the actor's organisation; NotFound for any other."""
    row = await entry_to_see(by, number)
    if by.organisation_id is None or row.applicant_id != by.organisation_id:
        raise _missing()
    return row


async def evidence_to_read(row: SelectionEntry, key: UUID) -> SelectionEvidence:
    """A paper of an entry that may be read in full."""
    found = await SelectionEvidence.get_or_none(entry=row, id=key).select_related("file")
    if found is None:
        raise NotFound(_("This file does not exist"))
    return found


async def objection_of(row: SelectionEntry, key: UUID) -> SelectionObjection:
    """An objection to an entry."""
    found = await SelectionObjection.get_or_none(entry=row, id=key)
    if found is None:
        raise NotFound(_("This objection does not exist"))
    return found
