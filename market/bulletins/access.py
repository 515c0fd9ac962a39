"""Who may see which bulletin and which of its faces."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.oversight import READERS, codes_within, own_region
from market.accounts.states import OrganisationKind
from market.bulletins.models import Bulletin
from market.bulletins.packing import Packed
from market.bulletins.states import BulletinStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.vocabulary import regions

PUBLIC = (BulletinStatus.ISSUED, BulletinStatus.REPLACED)


def is_authority(by: Actor) -> bool:
    """Whether the actor oversees a region."""
    return by.kind in READERS and by.verified


def bulletins_to_see(by: Actor) -> QuerySet[Bulletin]:
    """What was issued; for an authority its region's drafts, too."""
    rows = Bulletin.all().select_related("issued_by").order_by("-period", "region_code", "-edition")
    if not is_authority(by):
        return rows.filter(status__in=PUBLIC)
    span = codes_within(own_region(by).prefix)
    return rows.filter(Q(status__in=PUBLIC) | Q(region_code__range=span))


def drafts_of(by: Actor) -> QuerySet[Bulletin]:
    """What waits to be read and issued by the bureau of the very region."""
    return Bulletin.filter(region_code=by.region_code, status=BulletinStatus.DRAFT)


async def bulletin_to_see(by: Actor, number: str) -> Bulletin:
    """One of them; NotFound for any other."""
    found = await bulletins_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This bulletin does not exist"))
    return found


async def own_bulletin(by: Actor, number: str) -> Bulletin:
    """One of the bureau's very region; NotFound for everybody else."""
    found = await bulletin_to_see(by, number)
    if by.kind != OrganisationKind.BUREAU or not by.verified or found.region_code != by.region_code:
        raise NotFound(_("This bulletin does not exist"))
    return found


def sees_exact(by: Actor, row: Bulletin) -> bool:
    """Whether the actor oversees the bulletin's region."""
    return is_authority(by) and regions.is_within(row.region_code, own_region(by).code)


def face_of(by: Actor, row: Bulletin) -> tuple[Packed, str]:
    """The tables that the actor may read, and their digest ("" of a draft)."""
    if sees_exact(by, row):
        return row.content, row.digest
    return row.published, row.published_digest
