"""What a supplier's completed orders say of it: on time, accepted at first inspection, rework."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.orders.models import DeliveryBatch, Order, Review
from market.orders.states import BatchStatus, OrderStatus

_Z = 1.96  # of the 95 % interval
_DECIDED = (BatchStatus.ACCEPTED, BatchStatus.REJECTED, BatchStatus.REWORK, BatchStatus.DISPUTED)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` out of `total`, in basis points, with the Wilson interval that few cases make wide."""

    hits: int
    total: int

    @property
    def bp(self) -> int | None:
        """The observed share in basis points; None without a case."""
        return round(self.hits * 10_000 / self.total) if self.total else None

    @property
    def interval_bp(self) -> tuple[int, int] | None:
        """The 95 % Wilson score interval in basis points; None without a case."""
        if not self.total:
            return None
        n, p = self.total, self.hits / self.total
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0, round((centre - half) * 10_000)), min(10_000, round((centre + half) * 10_000))


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """Facts first: each share is over the supplier's orders or batches here; the rating last."""

    completed_orders: int
    on_time: Share
    first_pass: Share
    rework_rounds: int
    batches: int
    reviews: int
    rating: float | None


async def supplier_record(supplier_id: UUID) -> SupplierRecord:
    """The record of one supplier over all its orders, from the rows themselves.

    On time: a completed order whose batches were all first submitted by its due time. First pass: a
    decided batch accepted in its first round.
    """
    orders = await Order.filter(
        supplier_id=supplier_id, status=OrderStatus.COMPLETED, due_at__isnull=False
    )
    completed = await Order.filter(supplier_id=supplier_id, status=OrderStatus.COMPLETED).count()
    batches = await DeliveryBatch.filter(order__supplier_id=supplier_id, status__in=_DECIDED)
    decided = [batch for batch in batches if batch.decided_at is not None]
    last = _last_submitted(decided)
    ratings: Any = await Review.filter(
        subject_id=supplier_id, published_at__isnull=False
    ).values_list("rating", flat=True)
    return SupplierRecord(
        completed_orders=completed,
        on_time=Share(sum(_is_on_time(order, last) for order in orders), len(orders)),
        first_pass=Share(sum(map(_passed_at_once, decided)), len(decided)),
        rework_rounds=sum(batch.round - 1 for batch in decided),
        batches=len(decided),
        reviews=len(ratings),
        rating=round(sum(ratings) / len(ratings), 2) if ratings else None,
    )


async def facts_of(order: Order) -> dict[str, Any]:
    """The same facts of one order, as they stand beside the buyer's review of it."""
    batches = await DeliveryBatch.filter(order_id=order.id, status=BatchStatus.ACCEPTED)
    is_dated = order.due_at is not None
    return {
        "on_time": _is_on_time(order, _last_submitted(batches)) if is_dated else None,
        "batches": len(batches),
        "first_pass": sum(map(_passed_at_once, batches)),
        "rework_rounds": sum(batch.round - 1 for batch in batches),
    }


def _passed_at_once(batch: DeliveryBatch) -> bool:
    return bool(batch.status == BatchStatus.ACCEPTED and batch.round == 1)


def _last_submitted(batches: list[DeliveryBatch]) -> dict[UUID, dt.datetime]:
    """When the last batch of each order was first submitted."""
    last: dict[UUID, dt.datetime] = {}
    for batch in batches:
        if batch.first_submitted_at is not None:
            known = last.get(batch.order_id, batch.first_submitted_at)
            last[batch.order_id] = max(known, batch.first_submitted_at)
    return last


def _is_on_time(order: Order, last: dict[UUID, dt.datetime]) -> bool:
    return order.due_at is not None and order.id in last and last[order.id] <= order.due_at
