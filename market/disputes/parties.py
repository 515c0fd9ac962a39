"""Guards of a dispute: who stands on which side, and who is related to neither."""

import datetime as dt
from uuid import UUID

from market.accounts.models import Membership
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.disputes.models import Dispute
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import lock_id
from market.kit.errors import Conflict, NotPermitted
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.orders.parties import require_side

NEGOTIATORS = (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY)
MEDIATING = (OrganisationKind.OPERATOR, OrganisationKind.BUREAU)


class AmountOutOfRange(Conflict):
    """An amount lies between nothing and the batch's price."""

    title = "The amount is outside the batch's price"


async def locked(dispute: Dispute) -> tuple[Order, Dispute]:
    """Lock order, then dispute: the order of locks everywhere."""
    order = await lock_id(Order, dispute.order_id)
    return order, await lock_id(Dispute, dispute.id)


def require_party(order: Order, by: Actor) -> bool:
    """Let a negotiator of either party pass; whether it is the buyer's. Raises NotPermitted."""
    is_buyer = by.organisation_id == order.buyer_id
    require_side(by, order.buyer_id if is_buyer else order.supplier_id, *NEGOTIATORS)
    return is_buyer


async def require_mediator(order: Order, by: Actor) -> None:
    """Let a member of the operator or a bureau pass who is related to neither party."""
    require(by, Role.QUALITY, Role.PROJECT)
    if by.kind not in MEDIATING:
        raise NotPermitted(_("Only the platform or a bureau mediates"))
    await require_unrelated(order, by)


async def require_unrelated(order: Order, by: Actor) -> None:
    """Refuse a member of either party, whichever organisation they act for now."""
    parties = (order.buyer_id, order.supplier_id)
    if by.organisation_id in parties or await _is_member(by.person_id, parties):
        raise NotPermitted(_("A member of a party cannot stand between the parties"))


async def _is_member(person_id: UUID | None, organisations: tuple[UUID, UUID]) -> bool:
    return await Membership.exists(
        person_id=person_id, organisation_id__in=organisations, revoked_at=None
    )


def require_in_price(dispute: Dispute, amount_fen: int) -> None:
    """Refuse more than the batch's full price."""
    if not 0 <= amount_fen <= dispute.value_fen:
        raise AmountOutOfRange(_("Name an amount between nothing and the price of the batch"))


def working_days_on(days: int) -> dt.datetime:
    """The end of the working day `days` from today."""
    return clock.end_of_day(clock.add_working_days(clock.today(), days))
