"""Settling all that is due: plain orders together, hundreds in one transaction, the others by themselves."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from tortoise.expressions import Q

from billing import settlements
from billing.batch_releases import release
from billing.stages import stages_by_order
from market.kit import clock, db, rows
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import Conflict
from market.orders.models import Milestone, Order
from market.orders.states import MilestoneKind, OrderStatus

log = structlog.get_logger(__name__)
SIZE = 200
SHOWN = 100  # due orders on a page, or in an answer
CLOCK = Actor.system("settlement")


@dataclass
class Batch:
    """How many settlements were made; the orders left out, by number, and why; and those that have
    more to follow than a release."""

    settled: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    others: list[Order] = field(default_factory=list)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles while a batch makes tens of thousands of rows and none of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@atomic()
async def settle_together(order_ids: Sequence[UUID], *, by: Actor) -> Batch:
    """Release what is due of many accepted orders in one transaction, as `settle_order` would.

    Orders with a reserved voucher, a resolved dispute or a changed contract are left to it
    (`others`); one that the ledger refuses is left out and named, and does not stop the rest.
    """
    with _uncollected():
        return await _settle_locked(
            await rows.select(Order, "id", order_ids, order_by="id", is_locked=True)
        )


async def _settle_locked(locked: Sequence[Order]) -> Batch:
    sight = await settlements.look_at(locked)
    plain = [order for order in locked if order.id not in sight.resting | sight.behind]
    due = [found for order in plain if (found := settlements.due_of(order, sight.stages[order.id]))]
    made = await release(due)
    others = [order for order in locked if order.id in sight.behind - sight.resting]
    refused = {number: refusal.message for number, refusal in made.refused.items()}
    return Batch(len(made.settlements), refused, others)


async def due_orders() -> list[UUID]:
    """The accepted orders with a paid stage that nothing but its release is missing from."""
    rested = Q(kind__not=MilestoneKind.RETENTION) | Q(due_at__lte=clock.now())
    waiting = await Milestone.filter(
        rested, settlement_line=None, order__status=OrderStatus.COMPLETED
    ).values_list("order_id", flat=True)
    ids = list(dict.fromkeys(waiting))
    found = []
    for start in range(0, len(ids), SIZE):
        orders = await rows.select(Order, "id", ids[start : start + SIZE])
        stages = await stages_by_order(orders)
        found += [
            order.id for order in orders if any(map(settlements.is_releasable, stages[order.id]))
        ]
    return sorted(found)


async def due_to_show() -> tuple[int, list[Order]]:
    """How many orders are due, and the first of them with their parties and job."""
    ids = await due_orders()
    first = Order.filter(id__in=ids[:SHOWN]).order_by("id")
    return len(ids), await first.select_related("buyer", "supplier", "job")


async def settle_due() -> Batch:
    """Settle every order of which something is due, `SIZE` in a transaction; on PostgreSQL two
    transactions at once, so that one is computed while the server writes the other."""
    total, ids = Batch(), await due_orders()
    parts = iter([ids[start : start + SIZE] for start in range(0, len(ids), SIZE)])

    async def settle_parts() -> None:
        for part in parts:
            batch = await _settle(part)
            total.settled += batch.settled
            total.left_out |= batch.left_out

    if len(ids) > SIZE and db.is_postgres():
        await asyncio.gather(settle_parts(), settle_parts())
    else:
        await settle_parts()
    return total


async def _settle(order_ids: Sequence[UUID]) -> Batch:
    """A part together; its other orders, or after a defect all of them, one by one."""
    try:
        batch = await settle_together(order_ids, by=CLOCK)
    except Exception:
        log.exception("batch settlement failed; its orders are settled one by one")
        batch = Batch(others=await rows.select(Order, "id", order_ids))
    for order in batch.others:
        try:
            batch.settled += await settlements.settle_order(order, by=CLOCK) is not None
        except Conflict as refusal:
            batch.left_out[order.number] = refusal.message
        except Exception as defect:
            log.exception("settlement failed", order=order.number)
            batch.left_out[order.number] = repr(defect)
    return batch


async def settle_periodically() -> int:
    """The worker's clock: settle what is due, tell the log what was left out; returns how many."""
    batch = await settle_due()
    for number, reason in batch.left_out.items():
        log.warning("an order was left out of the settlement", order=number, reason=reason)
    return batch.settled
