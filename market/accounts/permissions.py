"""Who may act: the guard every verb calls first."""

from market.accounts.states import Role
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.i18n import gettext as _

VERIFIERS = (Role.QUALITY,)  # who decides about organisations at the operator, beside its owners


def require(by: Actor, *roles: Role | str, kind: str | None = None, verified: bool = True) -> None:
    """Let `by` pass when it is the system, an owner, or has one of `roles`; raises NotPermitted.

    `kind` demands an organisation of that kind; an unverified or suspended organisation may not act
    in the market unless `verified=False`.
    """
    if by.is_system:
        return
    if not by.is_authenticated or by.organisation_id is None:
        raise NotPermitted(_("Please sign in and choose an organisation"))
    if kind is not None and by.kind != kind:
        raise NotPermitted(_("Your organisation has no access to this page"))
    if verified and not by.verified:
        raise NotPermitted(_("Your organisation must be verified before it can do this"))
    if by.role != Role.OWNER and by.role not in roles:
        raise NotPermitted(_("Your role in this organisation does not allow this"))
