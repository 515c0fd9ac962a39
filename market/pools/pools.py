"""The owner's verbs on a pool: draft it, open it for applications, close it."""

from typing import Any

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.pools.forms import PoolInput
from market.pools.models import Pool, PoolMembership
from market.pools.states import MembershipStatus, PoolStatus

CLOCK = Actor.system("clock")
OWNERS = (OrganisationKind.DEMAND, OrganisationKind.BUREAU)


class NotDraft(Conflict):
    """An open pool keeps the requirements its members have met."""

    title = "The pool is open already"


@atomic()
async def draft_pool(wanted: PoolInput, *, by: Actor) -> Pool:
    """Begin a pool. A verified demand organisation or a bureau, by its owner, buyer or project people."""
    require(by, Role.BUYER, Role.PROJECT)
    if by.kind not in OWNERS:
        raise NotPermitted(_("Pools are kept by demand organisations and bureaus"))
    pool = await Pool.create(
        number=await next_number("P"), owner_id=by.organisation_id,
        region_code=by.region_code or "100000", **_checked(wanted),
    )  # fmt: skip
    await audit.record(pool, "drafted", by=by)
    return pool


@atomic()
async def change_pool(pool: Pool, wanted: PoolInput, *, by: Actor) -> Pool:
    """Change a draft. Raises NotDraft once suppliers may have applied, InvalidInput for its dates."""
    pool = await owned(pool, by)
    if pool.status != PoolStatus.DRAFT:
        raise NotDraft(_("Pool %(number)s is open: close it and open another", number=pool.number))
    values = _checked(wanted)
    before = {name: getattr(pool, name) for name in values}
    for name, value in values.items():
        setattr(pool, name, value)
    await pool.save(update_fields=list(values))
    changed = {name: value for name, value in values.items() if before[name] != value}
    await audit.record(
        pool, "changed", by=by, before={n: before[n] for n in changed}, after=changed
    )
    return pool


@atomic()
async def open_pool(pool: Pool, *, by: Actor) -> Pool:
    """Publish a draft: suppliers may apply. Raises InvalidInput when its dates have passed."""
    pool = await owned(pool, by)
    if pool.valid_until <= clock.today():
        raise InvalidInput(fields={"valid_until": _("The pool must last beyond today")})
    if pool.apply_until is not None and pool.apply_until <= clock.now():
        raise InvalidInput(fields={"apply_until": _("The deadline for applications has passed")})
    await pool.move_to(PoolStatus.OPEN, by=by, published_at=clock.now())
    await outbox.record("pool.opened", pool=pool.id)
    return pool


@atomic()
async def close_pool(pool: Pool, reason: str, *, by: Actor) -> Pool:
    """End a pool for good, with a reason its members read; their places end with it."""
    pool = await owned(pool, by)
    was_open = pool.status == PoolStatus.OPEN
    await pool.move_to(PoolStatus.CLOSED, by=by, reason=reason, closing_reason=reason)
    live = [s for s in MembershipStatus if PoolMembership.can_move(s, MembershipStatus.EXPIRED)]
    for place in await PoolMembership.filter(pool=pool, status__in=live):
        await place.move_to(MembershipStatus.EXPIRED, by=by, reason=reason)
    if was_open:
        await outbox.record("pool.closed", pool=pool.id)
    return pool


async def close_due_pools() -> int:
    """The clock's: close pools whose last day is over; how many."""
    due = await Pool.filter(status=PoolStatus.OPEN, valid_until__lt=clock.today())
    for pool in due:
        await close_pool(pool, _("The pool's term is over"), by=CLOCK)
    return len(due)


async def owned(pool: Pool, by: Actor) -> Pool:
    """The locked pool of the actor's organisation; NotFound for another's."""
    require(by, Role.BUYER, Role.PROJECT)
    if not by.is_system and pool.owner_id != by.organisation_id:
        raise NotFound(_("This pool does not exist"))
    return await lock(pool)


def _checked(wanted: PoolInput) -> dict[str, Any]:
    fields = {}
    if wanted.valid_until <= clock.today():
        fields["valid_until"] = _("The pool must last beyond today")
    if wanted.apply_until and clock.in_china(wanted.apply_until).date() > wanted.valid_until:
        fields["apply_until"] = _("Applications close before the pool ends")
    if wanted.place in ("现场作业", "院内驻场", "本市", "本省") and not wanted.place_region_code:
        fields["place_region_code"] = _("Say where the work must be done")
    if fields:
        raise InvalidInput(fields=fields)
    return wanted.changes()
