"""Release after acceptance: the paid stages go to the supplier, less the fee, each stage once (P3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing import redemptions, reductions
from billing.batch_releases import Due, release
from billing.models import Settlement, VoucherRedemption
from billing.stages import Stage, stages_by_order, stages_of
from billing.states import RedemptionStatus
from market.disputes.models import Dispute
from market.disputes.states import DisputeStatus
from market.kit import clock, rows
from market.kit.actor import Actor
from market.kit.db import atomic
from market.orders.change_models import ContractChange
from market.orders.models import DeliveryBatch, Order
from market.orders.states import IN_DISPUTE, ChangeStatus, MilestoneKind, OrderStatus


def is_releasable(stage: Stage) -> bool:
    """Paid, not released, accepted; a retention only when its time is over."""
    if not stage.is_paid or stage.is_released or stage.order.status != OrderStatus.COMPLETED:
        return False
    milestone = stage.milestone
    if milestone.kind == MilestoneKind.RETENTION:
        return bool(milestone.due_at and milestone.due_at <= clock.now())
    return True


def due_of(order: Order, stages: Sequence[Stage]) -> Due | None:
    """What of an order may be released now."""
    found = [stage for stage in stages if is_releasable(stage)]
    return Due(order, found, any(stage.is_released for stage in stages)) if found else None


@dataclass(frozen=True)
class Sight:
    """What locked orders look like: their stages; the orders whose money rests for a dispute; and
    those `behind`, for which a voucher, a resolved dispute, a changed contract or an overpaid stage
    may have to be followed before anything is released."""

    stages: dict[UUID, list[Stage]]
    resting: set[UUID]
    behind: set[UUID]


async def look_at(locked: Sequence[Order]) -> Sight:
    """What stands in the way of releasing locked orders, in a statement for each kind of it."""
    ids = [order.id for order in locked]
    stages = await stages_by_order(locked)
    resting = await rows.values(DeliveryBatch, "order_id", "order_id", ids, status=IN_DISPUTE)
    reserved = await rows.values(
        VoucherRedemption, "order_id", "order_id", ids, status=[RedemptionStatus.RESERVED]
    )
    resolved = await rows.values(
        Dispute, "order_id", "order_id", ids, status=[DisputeStatus.RESOLVED]
    )
    contracts = [order.contract_id for order in locked]
    changed = await rows.values(
        ContractChange, "contract_id", "contract_id", contracts, status=[ChangeStatus.ACTIVE]
    )
    return Sight(
        stages,
        resting,
        reserved
        | resolved
        | {
            order.id
            for order in locked
            if order.contract_id in changed or any(map(_is_overpaid, stages[order.id]))
        },
    )


def _is_overpaid(stage: Stage) -> bool:
    return stage.payment is not None and stage.payment.amount_fen > stage.due_fen


@atomic()
async def settle_order(order: Order, *, by: Actor) -> Settlement | None:
    """Redeem the vouchers of an accepted order and release every stage that may be released.

    None when none may: before acceptance, before payment, a second time, while a batch is in
    dispute or a reduction waits. The gross is the stages' price; cash less fee becomes the
    supplier's and is instructed to be paid out.
    """
    [order] = await rows.select(Order, "id", [order.id], is_locked=True)
    sight = await look_at([order])
    stages = sight.stages[order.id]
    if sight.resting:
        return None
    if sight.behind:
        if not await reductions.bring_up_to_date(order, by=by):
            return None
        await redemptions.redeem_due(order, by=by)
        stages = await stages_of(order)
    due = due_of(order, stages)
    if due is None:
        return None
    made = await release([due])
    for refusal in made.refused.values():
        raise refusal
    return rows.saved(Settlement, made.settlements[0])
