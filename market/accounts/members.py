"""Members of an organisation: given a role, removed; an owner always remains."""

from uuid import UUID

from market.accounts.models import ApiToken, Membership, Organisation
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _


class LastOwner(Conflict):
    """Without this member nobody could run the organisation."""

    title = "An organisation needs an owner"


@atomic()
async def change_role(membership: Membership, role: Role, *, by: Actor) -> None:
    """Give a member another role; owners only. Raises LastOwner."""
    require(by, verified=False)
    row = await _locked(membership)
    if row.role == Role.OWNER and role != Role.OWNER:
        await _another_owner_remains(row)
    before, row.role = row.role, role
    await row.save(update_fields=["role"])
    await log_membership(row, "role_changed", by=by, before=before, after=role)


@atomic()
async def remove_member(membership: Membership, *, by: Actor) -> None:
    """End a membership and its API tokens; an owner removes anyone, a member may leave. Raises LastOwner."""
    if membership.person_id != by.person_id:
        require(by, verified=False)
    row = await _locked(membership)
    if row.role == Role.OWNER:
        await _another_owner_remains(row)
    row.revoked_at = clock.now()
    await row.save(update_fields=["revoked_at"])
    await ApiToken.filter(membership=row, revoked_at=None).update(revoked_at=row.revoked_at)
    await log_membership(row, "member_removed", by=by, before=row.role)


async def log_membership(
    membership: Membership, action: str, *, by: Actor,
    before: Role | None = None, after: Role | None = None,
) -> None:  # fmt: skip
    """Log a change of a membership with its organisation."""
    organisation = await Organisation.get(id=membership.organisation_id)
    person: UUID = membership.person_id
    await audit.record(
        organisation, action, by=by,
        before={"person": person, "role": before} if before else None,
        after={"person": person, "role": after} if after else None,
    )  # fmt: skip


async def _locked(membership: Membership) -> Membership:
    """The membership under its organisation's lock, so that two owners cannot remove each other."""
    await lock_id(Organisation, membership.organisation_id)
    row = await lock(membership)
    if row.revoked_at is not None:
        raise Conflict(_("This person is no longer a member"))
    return row


async def _another_owner_remains(membership: Membership) -> None:
    others = Membership.filter(
        organisation_id=membership.organisation_id, role=Role.OWNER, revoked_at=None
    ).exclude(id=membership.id)
    if not await others.exists():
        raise LastOwner(_("Make someone else an owner first"))
