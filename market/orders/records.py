"""The facts of one order, as they stand beside a review of either side."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from market.orders.models import DeliveryBatch, Order
from market.orders.states import BatchStatus

DECIDED = (BatchStatus.ACCEPTED, BatchStatus.PARTIALLY_ACCEPTED, BatchStatus.REJECTED)


async def facts_of(order: Order, *, is_of_buyer: bool) -> dict[str, Any]:
    """What the order's rows say of the reviewed side, before any mark or word.

    Of the supplier: delivered in time, batches accepted at their first inspection, rework rounds,
    batches whose price a dispute lowered. Of the buyer: batches inspected within the window,
    batches accepted by its silence.
    """
    batches = await DeliveryBatch.filter(order_id=order.id, status__in=DECIDED)
    facts = _of_buyer(batches) if is_of_buyer else _of_supplier(order, batches)
    return {"batches": len(batches), **facts}


def _of_supplier(order: Order, batches: Sequence[DeliveryBatch]) -> dict[str, Any]:
    return {
        "on_time": is_on_time(order, batches) if order.due_at else None,
        "first_pass": sum(map(passed_at_once, batches)),
        "rework_rounds": sum(batch.round - 1 for batch in batches),
        "lowered_by_dispute": sum(batch.settled_fen is not None for batch in batches),
    }


def _of_buyer(batches: Sequence[DeliveryBatch]) -> dict[str, Any]:
    silent = sum(batch.is_accepted_by_silence for batch in batches)
    return {"inspected": len(batches) - silent, "silent": silent}


def passed_at_once(batch: DeliveryBatch) -> bool:
    """Whether a batch was accepted in full in its first round."""
    return bool(batch.status == BatchStatus.ACCEPTED and batch.round == 1)


def is_on_time(order: Order, batches: Sequence[DeliveryBatch]) -> bool:
    """Whether the last of an order's batches was first delivered by the due date."""
    last = last_delivered(batches)
    return order.due_at is not None and last is not None and last <= order.due_at


def last_delivered(batches: Sequence[DeliveryBatch]) -> dt.datetime | None:
    """When the last of the batches was first delivered."""
    times = [batch.first_submitted_at for batch in batches if batch.first_submitted_at]
    return max(times) if times else None
