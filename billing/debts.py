"""What a supplier owes a buyer outside custody: of a reduction, what exceeds the stages not released."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import F, Q

from billing.reduction_models import PriceReduction, Repayment
from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.orders.parties import require_side


class DebtSettled(Conflict):
    """A repayment is confirmed once."""

    title = "This debt is settled"


@dataclass(frozen=True, slots=True)
class Debt:
    """What one dispute left the supplier owing, and how it was repaid."""

    order: Order
    dispute: str
    amount_fen: int
    since: dt.datetime
    repayment: Repayment | None

    @property
    def status(self) -> str:
        """pending, or settled once the buyer has the money."""
        return "settled" if self.repayment else "pending"


async def debts_of(order: Order) -> list[Debt]:
    """Every debt of an order, the oldest first."""
    return await _debts(Q(order_id=order.id))


async def open_debts(organisation_id: UUID | None) -> list[Debt]:
    """What is still owed to an organisation as buyer, or by it as supplier."""
    own = Q(order__buyer_id=organisation_id) | Q(order__supplier_id=organisation_id)
    return [debt for debt in await _debts(own) if debt.repayment is None]


async def _debts(which: Q) -> list[Debt]:
    rows = PriceReduction.filter(which, amount_fen__gt=F("covered_fen")).order_by("id")
    found = await rows.select_related("order__buyer", "order__supplier", "dispute")
    repaid = {
        row.reduction_id: row
        for row in await Repayment.filter(reduction_id__in=[row.id for row in found])
    }
    return [
        Debt(
            row.order,
            row.dispute.number,
            row.amount_fen - row.covered_fen,
            row.created_at,
            repaid.get(row.id),
        )
        for row in found
    ]


def total_of(debts: Iterable[Debt]) -> int:
    """What of these debts is still open, in fen."""
    return sum(debt.amount_fen for debt in debts if debt.repayment is None)


@atomic()
async def confirm_repayment(order: Order, *, dispute: str, reference: str, by: Actor) -> Repayment:
    """The buyer has what the supplier owed after a dispute (its number), by the bank's reference.

    Buyer's owner or finance; the money never was in custody. Raises NotFound for a dispute that
    left no debt, DebtSettled, NotPermitted.
    """
    require_side(by, order.buyer_id, Role.FINANCE)
    order = await lock(order)
    reduction = await PriceReduction.get_or_none(
        order_id=order.id, dispute__number=dispute, amount_fen__gt=F("covered_fen")
    )
    if reduction is None:
        raise NotFound(_("This dispute left nothing to repay"))
    if await Repayment.exists(reduction=reduction):
        raise DebtSettled(_("This repayment is confirmed already"))
    fen = reduction.amount_fen - reduction.covered_fen
    repayment = await Repayment.create(
        reduction=reduction, amount_fen=fen, reference=reference, confirmed_at=clock.now()
    )
    after = {"dispute": dispute, "fen": fen, "reference": reference}
    await audit.record(order, "repaid", by=by, after=after)
    return repayment
