"""Who may see which fair, registration and meeting: the only way a route obtains a row."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.fairs.models import Fair, FairBlock, FairMeeting, FairRegistration, FairTimetable
from market.fairs.states import FairStatus, RegistrationStatus, TimetableStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _

SHOWN = (FairStatus.PUBLISHED, FairStatus.HELD)


def fairs_to_see(by: Actor) -> QuerySet[Fair]:
    """Every fair that has been opened, and the actor's own drafts; the latest first."""
    query = Q(opened_at__isnull=False)
    if by.organisation_id is not None:
        query |= Q(host_id=by.organisation_id)
    return Fair.filter(query).order_by("-starts_at", "-id").select_related("host")


async def visible_fair(by: Actor, number: str) -> Fair:
    """One of them; NotFound for any other."""
    fair = await fairs_to_see(by).filter(number=number).first()
    if fair is None:
        raise NotFound(_("This fair does not exist"))
    return fair


def hosts(by: Actor, fair: Fair) -> bool:
    """Whether the fair is the actor's organisation's."""
    return by.organisation_id is not None and fair.host_id == by.organisation_id


async def own_fair(by: Actor, number: str) -> Fair:
    """A fair of the actor's own organisation; NotFound otherwise."""
    fair = await visible_fair(by, number)
    if not hosts(by, fair):
        raise NotFound(_("This fair does not exist"))
    return fair


async def own_registration(by: Actor, fair: Fair) -> FairRegistration | None:
    """The registration of the actor's organisation, withdrawn ones included."""
    if by.organisation_id is None:
        return None
    query = FairRegistration.filter(fair=fair, organisation_id=by.organisation_id)
    return await query.select_related("organisation").first()


def registrations_of(fair: Fair) -> QuerySet[FairRegistration]:
    """Who comes, for the host; buyers first."""
    rows = FairRegistration.filter(fair=fair, status=RegistrationStatus.REGISTERED)
    return rows.order_by("side", "created_at", "id").select_related("organisation")


def blocks_of(fair: Fair) -> QuerySet[FairBlock]:
    """The pairs kept apart, for the host."""
    rows = FairBlock.filter(fair=fair).order_by("id")
    return rows.select_related("buyer__organisation", "supplier__organisation")


async def block_to_lift(by: Actor, key: str) -> FairBlock:
    """A pair kept apart at a fair of the actor's organisation; NotFound otherwise."""
    block = await FairBlock.filter(id=_key(key)).select_related("fair").first()
    if block is None or not hosts(by, block.fair):
        raise NotFound(_("This entry does not exist"))
    return block


async def fair_with_timetable(by: Actor, number: str) -> Fair:
    """A fair whose timetable concerns the actor: its host, or a registered party."""
    fair = await visible_fair(by, number)
    if hosts(by, fair):
        return fair
    own = await own_registration(by, fair)
    if own is None or own.status != RegistrationStatus.REGISTERED:
        raise NotFound(_("This fair does not exist"))
    return fair


async def latest_timetable(fair: Fair) -> FairTimetable | None:
    """The last computation."""
    return await FairTimetable.filter(fair=fair).order_by("-created_at", "-id").first()


def meetings_to_see(by: Actor, fair: Fair) -> QuerySet[FairMeeting]:
    """The meetings of the fair: all for its host once solved, for a party its own once published."""
    rows = FairMeeting.filter(timetable__fair=fair, timetable__status=TimetableStatus.SOLVED)
    if not hosts(by, fair):
        own = Q(buyer__organisation_id=by.organisation_id) | Q(
            supplier__organisation_id=by.organisation_id
        )
        rows = rows.filter(own, timetable__fair__status__in=SHOWN)
    return rows.order_by("slot", "table_number").select_related(
        "buyer__organisation", "supplier__organisation", "job", "contract"
    )


async def meeting_to_record(by: Actor, key: str) -> FairMeeting:
    """A meeting of a published timetable, of a party of it or of the host; NotFound otherwise."""
    rows: Any = FairMeeting.filter(id=_key(key), timetable__fair__status__in=SHOWN)
    meeting = await rows.select_related("timetable__fair").first()
    if meeting is not None:
        fair = meeting.timetable.fair
        own = await meetings_to_see(by, fair).filter(id=meeting.id).first()
        if own is not None:
            own.timetable = meeting.timetable
            return own
    raise NotFound(_("This meeting does not exist"))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("This entry does not exist")) from None
