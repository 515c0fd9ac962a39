"""The host's verbs on a fair: draft it, open it for registrations, publish its timetable, hold it, cancel it."""

from typing import Any

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.fairs.forms import FairInput
from market.fairs.models import Fair, FairRegistration, FairTimetable
from market.fairs.states import FairStatus, RegistrationStatus, TimetableStatus
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

CLOCK = Actor.system("clock")
HOSTS = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR, OrganisationKind.BASE)


class FairIsOpen(Conflict):
    """What parties have registered for stays as it was."""

    title = "The fair is open already"


class NoTimetable(Conflict):
    """There is no computed timetable that still fits what was registered."""

    title = "There is no timetable to publish"


@atomic()
async def draft_fair(wanted: FairInput, *, by: Actor) -> Fair:
    """Begin a fair. A bureau, a base or the operator, by its owner or project people."""
    require(by, Role.PROJECT)
    if by.kind not in HOSTS:
        raise NotPermitted(_("Fairs are held by bureaus, bases and the operator"))
    fair = await Fair.create(
        number=await next_number("FA"), host_id=by.organisation_id, **_checked(wanted)
    )
    await audit.record(fair, "drafted", by=by)
    return fair


@atomic()
async def change_fair(fair: Fair, wanted: FairInput, *, by: Actor) -> Fair:
    """Change a draft. Raises FairIsOpen later, InvalidInput for its dates."""
    fair = await hosted(fair, by)
    if fair.status != FairStatus.DRAFT:
        raise FairIsOpen(_("Fair %(number)s is open: its terms stay", number=fair.number))
    values = _checked(wanted)
    before = {name: getattr(fair, name) for name in values}
    for name, value in values.items():
        setattr(fair, name, value)
    await fair.save(update_fields=list(values))
    changed = {name: value for name, value in values.items() if before[name] != value}
    await audit.record(
        fair, "changed", by=by, before={name: before[name] for name in changed}, after=changed
    )
    return fair


@atomic()
async def open_fair(fair: Fair, *, by: Actor) -> Fair:
    """Publish a draft: parties may register until `closes_at`. Raises InvalidInput when that has passed."""
    fair = await hosted(fair, by)
    if fair.closes_at <= clock.now():
        raise InvalidInput(fields={"closes_at": _("Registration must end in the future")})
    await fair.move_to(FairStatus.OPEN, by=by, opened_at=clock.now())
    await outbox.record("fair.opened", fair=fair.id)
    return fair


@atomic()
async def publish_fair(fair: Fair, *, by: Actor) -> Fair:
    """Publish the timetable: each party gets its own. Raises NoTimetable while none fits the registrations."""
    fair = await hosted(fair, by)
    found = await FairTimetable.get_or_none(fair=fair, status=TimetableStatus.SOLVED)
    if found is None:
        raise NoTimetable(_("Compute the timetable first"))
    await fair.move_to(FairStatus.PUBLISHED, by=by, published_at=clock.now())
    await outbox.record("fair.published", fair=fair.id)
    return fair


@atomic()
async def cancel_fair(fair: Fair, reason: str, *, by: Actor) -> Fair:
    """Call a fair off before it is held, with a reason that everybody registered reads."""
    fair = await hosted(fair, by)
    was_public = fair.status != FairStatus.DRAFT
    await fair.move_to(FairStatus.CANCELLED, by=by, reason=reason, cancel_reason=reason)
    if was_public:
        await outbox.record("fair.cancelled", fair=fair.id)
    return fair


@atomic()
async def _hold(fair: Fair) -> None:
    fair = await lock(fair)
    if fair.status == FairStatus.PUBLISHED and fair.ends_at <= clock.now():
        await fair.move_to(FairStatus.HELD, by=CLOCK)


async def hold_ended_fairs() -> None:
    """The clock's: a published fair whose last slot is over has been held."""
    now = clock.now()
    for fair in await Fair.filter(status=FairStatus.PUBLISHED, starts_at__lt=now):
        if fair.ends_at <= now:
            await _hold(fair)


async def hosted(fair: Fair, by: Actor) -> Fair:
    """The locked fair of the actor's organisation; NotFound for another's."""
    require(by, Role.PROJECT)
    if not by.is_system and fair.host_id != by.organisation_id:
        raise NotFound(_("This fair does not exist"))
    return await lock(fair)


async def registered(fair: Fair) -> list[FairRegistration]:
    """Who comes, in the order of registration."""
    rows = FairRegistration.filter(fair=fair, status=RegistrationStatus.REGISTERED)
    return await rows.order_by("created_at", "id").select_related("organisation")


def _checked(wanted: FairInput) -> dict[str, Any]:
    values = wanted.changes()
    values["opens_at"] = wanted.opens_at or clock.now()
    fields = {}
    if wanted.closes_at <= values["opens_at"]:
        fields["closes_at"] = _("Registration ends after it begins")
    if wanted.starts_at <= wanted.closes_at:
        fields["starts_at"] = _("The fair begins after registration has ended")
    if wanted.min_meetings > wanted.slots:
        fields["min_meetings"] = _("A party has at most one meeting a slot")
    if fields:
        raise InvalidInput(fields=fields)
    return values
