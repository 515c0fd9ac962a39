"""A party's verbs: register for a fair, change it, withdraw; and the host's: keep two parties apart."""

from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.fairs import computing
from market.fairs.fairs import hosted
from market.fairs.forms import BlockInput, RegistrationInput
from market.fairs.models import Fair, FairBlock, FairRegistration
from market.fairs.states import FairStatus, RegistrationStatus, Side
from market.kit import audit, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.tendering.access import published_jobs
from market.vocabulary.regions import is_within

SIDES = {OrganisationKind.DEMAND: Side.BUYER, OrganisationKind.SUPPLIER: Side.SUPPLIER}
PEOPLE = {Side.BUYER: (Role.BUYER, Role.PROJECT), Side.SUPPLIER: (Role.SALES, Role.PROJECT)}


class RegistrationClosed(Conflict):
    """A fair takes registrations, changes and withdrawals between two moments, to the second."""

    title = "This fair takes no registrations now"


def side_of(by: Actor) -> Side | None:
    """On which side of a table the actor's organisation would sit."""
    return SIDES.get(OrganisationKind(by.kind)) if by.kind else None


@atomic()
async def register(fair: Fair, wanted: RegistrationInput, *, by: Actor) -> FairRegistration:
    """Register the actor's organisation, or change its registration, while registration is open.

    A verified buyer or supplier whom the fair admits. Raises RegistrationClosed, NotPermitted, and
    InvalidInput for jobs that are not its own public ones, unknown parties and absence all day.
    """
    side = side_of(by)
    if side is None:
        raise NotPermitted(_("Buyers and suppliers register for fairs"))
    require(by, *PEOPLE[side])
    fair = await _taking(fair)
    if why := refusal(fair, by, wanted.interests):
        raise NotPermitted(why)
    values = await _checked(fair, wanted, side, by.organisation_id)
    row = await FairRegistration.get_or_none(fair=fair, organisation_id=by.organisation_id)
    if row is None:
        row = await FairRegistration.create(
            fair=fair, organisation_id=by.organisation_id, side=side, **values
        )
        await audit.record(row, "registered", by=by)
    elif row.status == RegistrationStatus.WITHDRAWN:
        await row.move_to(RegistrationStatus.REGISTERED, by=by, **values)
    else:
        await _change(row, values, by)
    await outbox.record("fair.registered", registration=row.id)
    return row


async def _change(row: FairRegistration, values: dict[str, Any], by: Actor) -> None:
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    await row.save(update_fields=list(values))
    await audit.record(row, "changed", by=by, before=before, after=values)


@atomic()
async def withdraw(fair: Fair, *, by: Actor) -> FairRegistration:
    """Take the actor's registration back while registration is open. Raises RegistrationClosed, NotFound."""
    side = side_of(by)
    require(by, *(PEOPLE[side] if side else ()))
    fair = await _taking(fair)
    row = await FairRegistration.get_or_none(fair=fair, organisation_id=by.organisation_id)
    if row is None:
        raise NotFound(_("You are not registered for this fair"))
    await row.move_to(RegistrationStatus.WITHDRAWN, by=by)
    await outbox.record("fair.registered", registration=row.id)
    return row


@atomic()
async def block_pair(fair: Fair, wanted: BlockInput, *, by: Actor) -> FairBlock:
    """Keep a buyer and a supplier apart, before the timetable is published. A computed one is overtaken."""
    fair = await _planning(fair, by)
    buyer = await _party(fair, wanted.buyer, Side.BUYER, "buyer")
    supplier = await _party(fair, wanted.supplier, Side.SUPPLIER, "supplier")
    block, _is_new = await FairBlock.get_or_create(
        {"fair": fair, "reason": wanted.reason}, buyer=buyer, supplier=supplier
    )
    await computing.overtake(fair, by=by)
    await audit.record(fair, "blocked", by=by, after=wanted.model_dump())
    return block


@atomic()
async def unblock_pair(fair: Fair, block: FairBlock, *, by: Actor) -> None:
    """Let two parties meet again. A computed timetable is overtaken."""
    fair = await _planning(fair, by)
    await block.delete()
    await computing.overtake(fair, by=by)
    await audit.record(fair, "unblocked", by=by, before={"reason": block.reason})


async def _planning(fair: Fair, by: Actor) -> Fair:
    fair = await hosted(fair, by)
    if fair.status != FairStatus.OPEN:
        raise Conflict(_("The timetable of this fair stands"))
    return fair


async def _party(fair: Fair, number: str, side: Side, field: str) -> FairRegistration:
    row = await FairRegistration.get_or_none(
        fair=fair, side=side, organisation__number=number.strip()
    )
    if row is None:
        raise InvalidInput(fields={field: _("This party is not registered on that side")})
    return row


async def _taking(fair: Fair) -> Fair:
    fair = await lock(fair)
    if not fair.takes_registrations:
        raise RegistrationClosed(
            _("Fair %(number)s takes no registrations now", number=fair.number)
        )
    return fair


def refusal(fair: Fair, by: Actor, interests: list[str] | None = None) -> str:
    """Why an organisation may not come; empty when it may."""
    if fair.is_regional and not is_within(by.region_code, fair.region_code):
        return _("This fair is for organisations of its region")
    if fair.modalities and interests is not None and not {*fair.modalities} & {*interests}:
        return _("This fair is for other kinds of data")
    return ""


async def _checked(
    fair: Fair, wanted: RegistrationInput, side: Side, own: UUID | None
) -> dict[str, Any]:
    fields = {}
    if side == Side.SUPPLIER and wanted.jobs:
        fields["jobs"] = _("Only buyers link jobs")
    known = await published_jobs().filter(owner_id=own, number__in=wanted.jobs).count()
    if known != len(set(wanted.jobs)):
        fields.setdefault("jobs", _("Name your own published jobs by their numbers"))
    if await Organisation.filter(number__in=wanted.wishes).count() != len(set(wanted.wishes)):
        fields["wishes"] = _("Name organisations by their numbers")
    away = sorted({slot - 1 for slot in wanted.away if slot <= fair.slots})
    if len(away) == fair.slots:
        fields["away"] = _("You are away in every slot")
    if fields:
        raise InvalidInput(fields=fields)
    return {
        **wanted.model_dump(), "away": away, "jobs": sorted(set(wanted.jobs)),
        "wishes": sorted(set(wanted.wishes)), "max_meetings": min(wanted.max_meetings, fair.slots),
    }  # fmt: skip
