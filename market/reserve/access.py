"""Who sees which project of the reserve: its owner, and the authorities of its region."""

from uuid import UUID

from tortoise.queryset import QuerySet

from market.accounts.oversight import READERS, own_region
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.reserve.models import ReserveProject, TierMove


def is_authority(by: Actor) -> bool:
    """Whether the actor reads a region's projects."""
    return by.kind in READERS and by.verified


def projects_to_see(by: Actor) -> QuerySet[ReserveProject]:
    """An authority's region's; for anybody else one's own. Raises NotPermitted without an organisation."""
    require(by, *Role, verified=False)
    found = ReserveProject.all().select_related("owner").order_by("-id")
    if is_authority(by):
        return found.filter(region_code__startswith=own_region(by).prefix)
    return found.filter(owner_id=by.organisation_id)


async def project_to_see(by: Actor, number: str) -> ReserveProject:
    """One of them; NotFound for any other."""
    found = await projects_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This project does not exist"))
    return found


async def project_to_decide(by: Actor, number: str) -> ReserveProject:
    """One of the bureau's region; NotFound for everybody else."""
    row = await project_to_see(by, number)
    if by.kind != OrganisationKind.BUREAU:
        raise NotFound(_("This project does not exist"))
    return row


async def own_project(by: Actor, number: str) -> ReserveProject:
    """One's own; NotFound for any other."""
    row = await project_to_see(by, number)
    if by.organisation_id is None or row.owner_id != by.organisation_id:
        raise NotFound(_("This project does not exist"))
    return row


def moves_of(row: ReserveProject) -> QuerySet[TierMove]:
    """A project's moves, the newest first."""
    found = TierMove.filter(project=row).order_by("-id")
    return found.select_related("proposed_by", "decided_by")


async def move_of(row: ReserveProject, key: UUID) -> TierMove:
    """One of its moves."""
    found = await TierMove.get_or_none(project=row, id=key)
    if found is None:
        raise NotFound(_("This move does not exist"))
    return found
