"""A supplier's place in a pool: apply, admit or refuse, suspend, withdraw, expire; and who is in."""

import datetime as dt
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.directory.models import SupplierProfile
from market.directory.requirements import Check, check_supplier
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.pools.forms import AdmissionInput
from market.pools.models import Pool, PoolMembership
from market.pools.pools import CLOCK, owned
from market.pools.states import MembershipStatus, PoolStatus

SELLERS = (Role.SALES, Role.PROJECT)


class ApplicationsClosed(Conflict):
    """A pool takes applications while it is open and until its deadline."""

    title = "This pool takes no applications"


class AppliedAlready(Conflict):
    """One application at a time for each supplier and pool."""

    title = "You have applied already"


async def checks_of(pool: Pool, organisation: Organisation) -> list[Check]:
    """The pool's requirements against what a supplier has declared."""
    profile = await SupplierProfile.get_or_none(organisation=organisation)
    offered = profile.modalities if profile else []
    kinds = Check(
        "modality", bool({*pool.modalities} & {*offered}),
        "、".join(pool.modalities), "、".join(offered),
    )  # fmt: skip
    return [kinds, *check_supplier(pool, organisation, profile)]


@atomic()
async def apply_to_pool(pool: Pool, statement: str, *, by: Actor) -> PoolMembership:
    """Apply with a statement; what the profile lacks is recorded with it, not refused.

    Of a verified supplier, by its owner, sales or project people. Raises ApplicationsClosed,
    AppliedAlready.
    """
    require(by, *SELLERS, kind=OrganisationKind.SUPPLIER)
    pool = await lock(pool)
    if not takes_applications(pool):
        raise ApplicationsClosed(_("Pool %(number)s takes no applications", number=pool.number))
    applicant = await Organisation.get(id=by.organisation_id)
    checks = [check._asdict() for check in await checks_of(pool, applicant)]
    values: dict[str, Any] = {"statement": statement.strip(), "checks": checks, "applied_at": clock.now(),
              "decided_at": None, "note": "", "valid_until": None}  # fmt: skip
    place = await PoolMembership.get_or_none(pool=pool, organisation=applicant)
    if place is None:
        place = await PoolMembership.create(pool=pool, organisation=applicant, **values)
    elif not PoolMembership.can_move(place.status, MembershipStatus.APPLIED):
        raise AppliedAlready(_("Your application to pool %(number)s stands", number=pool.number))
    else:
        await place.move_to(MembershipStatus.APPLIED, by=by, **values)
    await outbox.record("pool.applied", membership=place.id)
    return place


def takes_applications(pool: Pool) -> bool:
    """Whether a supplier may apply now."""
    in_time = pool.apply_until is None or pool.apply_until > clock.now()
    return pool.status == PoolStatus.OPEN and in_time


@atomic()
async def decide_application(
    place: PoolMembership, decision: AdmissionInput, *, by: Actor
) -> PoolMembership:
    """Admit a supplier for the pool's term, or refuse it, with the reason.

    A refusal needs a reason, as does the admission of one that lacks a requirement.
    """
    place = await _place(place, by)
    pool = await Pool.get(id=place.pool_id)
    is_admitted = decision.decision == "admit"
    lacks = any(not check["met"] for check in place.checks)
    if len(decision.reason.strip()) < 5 and (not is_admitted or lacks):
        raise InvalidInput(fields={"reason": _("Give the reason in at least 5 characters")})
    await place.move_to(
        MembershipStatus.ADMITTED if is_admitted else MembershipStatus.REFUSED, by=by,
        reason=decision.reason, note=decision.reason, decided_at=clock.now(),
        valid_until=_term(pool) if is_admitted else None,
    )  # fmt: skip
    await outbox.record("pool.decided", membership=place.id)
    return place


def _term(pool: Pool) -> dt.date:
    """The last day of a place given today: so many months, but no longer than the pool."""
    today, months = clock.today(), pool.membership_months
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    day = dt.date(year, month + 1, min(today.day, 28))
    return min(day, pool.valid_until)


@atomic()
async def suspend_member(place: PoolMembership, reason: str, *, by: Actor) -> PoolMembership:
    """Take a member out of the competitions until it is reinstated, with the reason."""
    place = await _place(place, by)
    await place.move_to(MembershipStatus.SUSPENDED, by=by, reason=reason, note=reason)
    await outbox.record("pool.decided", membership=place.id)
    return place


@atomic()
async def reinstate_member(place: PoolMembership, *, by: Actor) -> PoolMembership:
    """Let a suspended member compete again."""
    place = await _place(place, by)
    if place.status != MembershipStatus.SUSPENDED:
        raise Conflict(_("Only a suspended place is reinstated"))
    await place.move_to(MembershipStatus.ADMITTED, by=by, note="")
    await outbox.record("pool.decided", membership=place.id)
    return place


@atomic()
async def withdraw_from_pool(place: PoolMembership, *, by: Actor) -> PoolMembership:
    """Take an application back, or leave the pool. NotFound for another supplier's place."""
    require(by, *SELLERS, kind=OrganisationKind.SUPPLIER)
    if place.organisation_id != by.organisation_id:
        raise NotFound(_("This application does not exist"))
    place = await lock(place)
    await place.move_to(MembershipStatus.WITHDRAWN, by=by)
    return place


async def expire_members() -> int:
    """The clock's: end places whose term is over; how many."""
    over = await PoolMembership.filter(
        status__in=(MembershipStatus.ADMITTED, MembershipStatus.SUSPENDED),
        valid_until__lt=clock.today(),
    )
    for place in over:
        await _expire(place.id)
    return len(over)


@atomic()
async def _expire(place_id: UUID) -> None:
    place = await lock_id(PoolMembership, place_id)
    if place.valid_until is not None and place.valid_until < clock.today():
        await place.move_to(MembershipStatus.EXPIRED, by=CLOCK)
        await outbox.record("pool.decided", membership=place.id)


async def is_member(number: str, organisation_id: UUID) -> bool:
    """Whether a supplier may compete in a pool today."""
    return await PoolMembership.filter(
        pool__number=number, pool__status=PoolStatus.OPEN, organisation_id=organisation_id,
        status=MembershipStatus.ADMITTED, valid_until__gte=clock.today(),
    ).exists()  # fmt: skip


async def _place(place: PoolMembership, by: Actor) -> PoolMembership:
    await owned(await Pool.get(id=place.pool_id), by)
    return await lock(place)
