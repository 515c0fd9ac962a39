"""What orders tell reputation: delivered on time, accepted at once, inspected in the window."""

from uuid import UUID

from market.kit.outbox import Message
from market.orders.models import DeliveryBatch, Order
from market.orders.records import DECIDED, is_on_time, passed_at_once
from market.reputation.figures import Case, observe
from market.reputation.states import Measure


async def observe_order(message: Message) -> None:
    """order.completed: whether its supplier delivered in time, where a time was agreed."""
    order = await Order.get(id=UUID(message.payload["order"])).select_related("job")
    if order.due_at is None or order.completed_at is None:
        return
    batches = await DeliveryBatch.filter(order_id=order.id, status__in=DECIDED)
    case = Case(
        source_id=order.id,
        is_hit=is_on_time(order, batches),
        order_number=order.number,
        subject=order.number,
        modality=order.job.modality,
        occurred_at=order.completed_at,
    )
    await observe(order.supplier_id, Measure.ON_TIME, case)


async def observe_batch(message: Message) -> None:
    """batch.accepted, rejected, partially_accepted: its supplier's first verdict, its buyer's care.

    A later verdict corrects the case: a rework never makes a first round good, a dispute may.
    """
    batch = await DeliveryBatch.get(id=UUID(message.payload["batch"])).select_related("order__job")
    if batch.status not in DECIDED or batch.decided_at is None:
        return  # decided anew since: the next message tells
    await _observe(batch, Measure.FIRST_INSPECTION, batch.order.supplier_id, passed_at_once(batch))
    await _observe(batch, Measure.INSPECTS, batch.order.buyer_id, not batch.is_accepted_by_silence)


async def _observe(
    batch: DeliveryBatch, measure: Measure, organisation_id: UUID, is_hit: bool
) -> None:
    assert batch.decided_at is not None, "a verdict has its time"
    case = Case(
        source_id=batch.id,
        is_hit=is_hit,
        order_number=batch.order.number,
        subject=batch.number,
        modality=batch.order.job.modality,
        occurred_at=batch.decided_at,
    )
    await observe(organisation_id, measure, case)
