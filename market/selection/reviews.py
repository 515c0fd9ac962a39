"""Verbs of the calling bureau: call, review, decide, answer objections; and of the clock: select."""

import datetime as dt
from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.certification.forms import ObjectionAnswer
from market.certification.states import ObjectionStatus
from market.directory import announcements
from market.directory.models import SupplierProfile
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.selection.forms import CallInput, EntryDecision, ReviewPoints
from market.selection.models import (
    SelectionCall,
    SelectionEntry,
    SelectionObjection,
    SelectionReview,
)
from market.selection.states import CallKind, EntryStatus

REVIEWERS = (Role.QUALITY, Role.PROJECT)
S = EntryStatus
MOVES = {
    "return": S.RETURNED, "publicise": S.PUBLICISED, "decline": S.DECLINED, "revoke": S.REVOKED,
}  # fmt: skip
TAKEN = (S.PUBLICISED, S.OBJECTED, S.SELECTED)


class NoPlaceLeft(Conflict):
    """A call selects at most as many as it has places."""

    title = "No place is left"


class ReviewsMissing(Conflict):
    """An entry is publicised after as many reviews as its call asks for."""

    title = "More reviews are needed"


@atomic()
async def open_call(content: CallInput, *, by: Actor) -> SelectionCall:
    """Call for entries of the bureau's own region."""
    require(by, *REVIEWERS, kind=OrganisationKind.BUREAU)
    assert by.organisation_id is not None, "require() wants an organisation"
    organiser = await lock_id(Organisation, by.organisation_id)
    call = await SelectionCall.create(
        number=await next_number("ZJ"), organiser=organiser, region_code=organiser.region_code,
        **content.model_dump(),
    )  # fmt: skip
    await audit.record(call, "opened", by=by, after=content.model_dump(mode="json"))
    return call


@atomic()
async def review_entry(row: SelectionEntry, content: ReviewPoints, *, by: Actor) -> SelectionReview:
    """A member of the organiser gives points and an opinion, or changes them, until the decision."""
    row = await _to_decide(row, by)
    if row.status is not S.SUBMITTED:
        raise Conflict(_("It is not under review now"))
    found = await SelectionReview.get_or_none(entry=row, person_id=by.person_id)
    found = found or SelectionReview(entry=row, person_id=by.person_id)
    await found.update_from_dict(content.model_dump()).save()
    await audit.record(row, "reviewed", by=by, after=content.model_dump(mode="json"))
    return found


def open_decisions(row: SelectionEntry) -> list[str]:
    """What may be decided where it stands; objections and the clock move the rest."""
    onward = row.TRANSITIONS[row.status]
    is_heard = row.status in (S.OBJECTED, S.PUBLICISED)
    return [] if is_heard else [word for word, status in MOVES.items() if status in onward]


@atomic()
async def decide(row: SelectionEntry, content: EntryDecision, *, by: Actor) -> SelectionEntry:
    """Return, publicise for the call's working days, decline, or revoke what was selected.

    Publication needs the call's reviews and a free place.
    """
    row = await _to_decide(row, by)
    if content.decision not in open_decisions(row):
        raise InvalidInput(fields={"decision": _("This cannot be decided now")})
    changes: dict[str, Any] = {}
    if content.decision == "publicise":
        changes["public_until"] = await _publication_of(row)
    await row.move_to(
        MOVES[content.decision], by=by, reason=content.opinion, opinion=content.opinion, **changes
    )
    await _moved(row)
    return row


async def _publication_of(row: SelectionEntry) -> dt.datetime:
    call = await SelectionCall.get(id=row.call_id)
    found = await SelectionReview.filter(entry=row).count()
    if found < call.reviews_min:
        raise ReviewsMissing(
            _("%(found)s of %(needed)s reviews are in", found=found, needed=call.reviews_min)
        )
    taken = await SelectionEntry.filter(call=call, status__in=TAKEN).count()
    if call.places is not None and taken >= call.places:
        raise NoPlaceLeft(_("All %(places)s places of this call are taken", places=call.places))
    return clock.end_of_day(clock.add_working_days(clock.today(), call.public_days))


@atomic()
async def answer_objection(
    objection: SelectionObjection, content: ObjectionAnswer, *, by: Actor
) -> SelectionObjection:
    """Uphold, which declines the entry, or dismiss; the last dismissal resumes the publication."""
    row = await _to_decide(await SelectionEntry.get(id=objection.entry_id), by)
    objection = await lock(objection)
    verdict = ObjectionStatus.UPHELD if content.is_upheld else ObjectionStatus.DISMISSED
    await objection.move_to(verdict, by=by, reason=content.answer, answer=content.answer)
    pending = SelectionObjection.filter(entry=row, status=ObjectionStatus.PENDING)
    if row.status is S.OBJECTED and content.is_upheld:
        await row.move_to(S.DECLINED, by=by, reason=content.answer, opinion=content.answer)
    elif row.status is S.OBJECTED and not await pending.exists():
        await row.move_to(S.PUBLICISED, by=by)
    await _moved(row)
    return objection


async def select_due() -> None:
    """Select what was publicised to the end without an objection standing."""
    due = SelectionEntry.filter(status=S.PUBLICISED, public_until__lte=clock.now())
    for row in await due.order_by("public_until").limit(200):
        await _select(row)


@atomic()
async def _select(row: SelectionEntry) -> None:
    call = await lock_id(SelectionCall, row.call_id)
    row = await lock(row)
    if row.status is not S.PUBLICISED or row.public_until is None or row.public_until > clock.now():
        return
    until = clock.months_on(clock.today(), call.valid_months) if call.valid_months else None
    await row.move_to(
        S.SELECTED, by=Actor.system("clock"), selected_at=clock.now(), valid_until=until
    )
    await _moved(row)


async def _to_decide(row: SelectionEntry, by: Actor) -> SelectionEntry:
    require(by, *REVIEWERS, kind=OrganisationKind.BUREAU)
    call = await lock_id(SelectionCall, row.call_id)
    if call.organiser_id != by.organisation_id:
        raise NotPermitted(_("This decision is another bureau's"))
    return await lock(row)


async def _moved(row: SelectionEntry) -> None:
    """Mail and bell follow; a benchmark firm's public words are renewed."""
    await outbox.record("entry.moved", entry=row.id, status=row.status.value)
    call = await SelectionCall.get(id=row.call_id)
    if call.kind is CallKind.BENCHMARK and row.status in (S.SELECTED, S.REVOKED):
        profile = await SupplierProfile.get_or_none(organisation_id=row.applicant_id)
        if profile is not None:
            await announcements.announce(profile)
