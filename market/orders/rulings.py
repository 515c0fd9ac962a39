"""What a dispute does to a batch: it is held, given back, or fixed at a price."""

from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import lock_id
from market.kit.money import line_total
from market.orders.models import DeliveryBatch, Order
from market.orders.orders import count_acceptance
from market.orders.states import BatchStatus, OrderStatus


def price_of(order: Order, batch: DeliveryBatch) -> int:
    """The full price of a batch in fen, at the contract's unit price."""
    return line_total(order.unit_price, batch.quantity)


def may_be_reworked(order: Order, batch: DeliveryBatch) -> bool:
    """Whether the supplier may still deliver a rejected batch again (民法典 第五百八十二条: 重作)."""
    return batch.round <= order.rework_limit and bool(order.status == OrderStatus.IN_PROGRESS)


async def hold_batch(order: Order, batch: DeliveryBatch, *, by: Actor, reason: str) -> None:
    """Put a batch of a locked order in dispute: it counts as accepted no more. InvalidTransition."""
    await batch.move_to(BatchStatus.DISPUTED, by=by, reason=reason)
    await count_acceptance(order, by=by)


async def give_back_batch(
    order: Order, batch: DeliveryBatch, status: BatchStatus, *, by: Actor
) -> None:
    """A withdrawn dispute leaves the batch as it was."""
    await batch.move_to(status, by=by, reason="dispute withdrawn")
    await count_acceptance(order, by=by)


async def rule_on_batch(
    order: Order, batch: DeliveryBatch, *, amount_fen: int, is_measured: bool, by: Actor
) -> int:
    """Fix the price of a disputed batch of a locked order; returns by how many fen it fell.

    The full price accepts it. Nothing rejects it: the supplier may rework it while a round is left,
    and only without one the price is gone for good. Between, it is accepted in part.
    """
    value = price_of(order, batch)
    status, settled = BatchStatus.PARTIALLY_ACCEPTED, int(amount_fen)
    if amount_fen == value:
        status, settled = BatchStatus.ACCEPTED, value
    elif amount_fen == 0:
        status = BatchStatus.REJECTED
        settled = value if may_be_reworked(order, batch) else 0
    if is_measured:
        await batch.move_to(BatchStatus.RE_INSPECTED, by=by)
    fixed = settled if settled < value else None
    await batch.move_to(status, by=by, decided_at=clock.now(), settled_fen=fixed)
    await outbox.record(f"batch.{status.value}", batch=batch.id)
    await count_acceptance(order, by=by)
    return value - settled


async def lock_batch(batch: DeliveryBatch) -> tuple[Order, DeliveryBatch]:
    """The batch's order and the batch, locked in this order."""
    order = await lock_id(Order, batch.order_id)
    return order, await lock_id(DeliveryBatch, batch.id)
