"""The two sides of a contract, order or batch, and the guard that an actor stands on the right one."""

from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.i18n import gettext as _


def require_side(by: Actor, organisation_id: UUID, *roles: Role) -> None:
    """Let the system or a member of this organisation with one of `roles` pass; NotPermitted."""
    require(by, *roles)
    if not by.is_system and by.organisation_id != organisation_id:
        raise NotPermitted(_("This step is the other party's"))


def require_party(by: Actor, *organisation_ids: UUID) -> None:
    """Let an owner of one of these organisations pass; raises NotPermitted."""
    require(by)
    if by.organisation_id not in organisation_ids:
        raise NotPermitted(_("Only the parties of the contract may do this"))
