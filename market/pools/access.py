"""Who may see which pool and which place in it: the only way a route obtains a row."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.pools.models import Pool, PoolMembership
from market.pools.states import MembershipStatus, PoolStatus
from market.vocabulary import regions


def public_pools() -> QuerySet[Pool]:
    """The pools everyone may see, newest first."""
    return Pool.filter(published_at__isnull=False).order_by("-published_at").select_related("owner")


def own_pools(actor: Actor) -> QuerySet[Pool]:
    """The pools of the actor's organisation, drafts included."""
    return Pool.filter(owner_id=actor.organisation_id).order_by("-id").select_related("owner")


def owns(actor: Actor, pool: Pool) -> bool:
    """Whether the pool is the actor's organisation's."""
    return actor.organisation_id is not None and pool.owner_id == actor.organisation_id


async def visible_pool(actor: Actor, number: str) -> Pool:
    """A published pool, or a draft of one's own; NotFound otherwise."""
    pool = await Pool.filter(number=number).select_related("owner").first()
    if pool is None or not (pool.published_at is not None or owns(actor, pool)):
        raise NotFound(_("This pool does not exist"))
    return pool


async def own_pool(actor: Actor, number: str) -> Pool:
    """A pool of the actor's own organisation; NotFound otherwise."""
    pool = await visible_pool(actor, number)
    if not owns(actor, pool):
        raise NotFound(_("This pool does not exist"))
    return pool


def members_of(pool: Pool) -> QuerySet[PoolMembership]:
    """The suppliers in the pool, which everyone may read."""
    return PoolMembership.filter(
        pool=pool, status=MembershipStatus.ADMITTED, valid_until__gte=clock.today()
    ).order_by("decided_at").select_related("organisation")  # fmt: skip


def applications_to(pool: Pool) -> QuerySet[PoolMembership]:
    """Every application and place, the undecided first: the owner's."""
    return PoolMembership.filter(pool=pool).order_by("decided_at", "id").select_related(
        "organisation"
    )  # fmt: skip


async def own_place(actor: Actor, pool: Pool) -> PoolMembership | None:
    """The actor's own application or place, if there is one."""
    if actor.kind != OrganisationKind.SUPPLIER or actor.organisation_id is None:
        return None
    return await PoolMembership.get_or_none(pool=pool, organisation_id=actor.organisation_id)


async def place_to_decide(actor: Actor, key: str) -> PoolMembership:
    """An application to a pool of the actor's organisation; NotFound otherwise."""
    place = await _by_key(key)
    if not owns(actor, place.pool):
        raise NotFound(_("This application does not exist"))
    return place


async def place_of_own(actor: Actor, key: str) -> PoolMembership:
    """The actor's own application or place; NotFound otherwise."""
    place = await _by_key(key)
    if place.organisation_id != actor.organisation_id:
        raise NotFound(_("This application does not exist"))
    return place


async def _by_key(key: str) -> PoolMembership:
    try:
        place = await PoolMembership.filter(id=UUID(key)).select_related(
            "pool", "pool__owner", "organisation"
        ).first()  # fmt: skip
    except ValueError:
        place = None
    if place is None:
        raise NotFound(_("This application does not exist"))
    return place


async def usable_pools(organisation_id: UUID, region_code: str) -> list[Pool]:
    """The pools a job of this organisation may use: its own, and those of the bureaus above it."""
    mine = Q(owner_id=organisation_id) | Q(owner__kind=OrganisationKind.BUREAU)
    rows = await Pool.filter(
        mine, status=PoolStatus.OPEN, valid_until__gte=clock.today()
    ).select_related("owner").order_by("-id")  # fmt: skip
    return [
        pool
        for pool in rows
        if pool.owner_id == organisation_id or regions.is_within(region_code, pool.region_code)
    ]
