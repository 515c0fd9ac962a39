"""What payments tell reputation: a stage paid by its due date."""

from uuid import UUID

from billing.models import Payment
from billing.stages import stages_of
from billing.states import PaymentStatus
from market.kit.outbox import Message
from market.orders.models import Order
from market.reputation.figures import Case, observe
from market.reputation.states import Measure


async def observe_payment(message: Message) -> None:
    """payment.received: whether the stage's clock had run out when the money came."""
    payment = await Payment.get(id=UUID(message.payload["payment"]))
    if payment.status != PaymentStatus.SUCCEEDED or payment.paid_at is None:
        return
    order = await Order.get(id=payment.order_id).select_related("job")
    stage = next(one for one in await stages_of(order) if one.milestone.id == payment.milestone_id)
    case = Case(
        source_id=payment.milestone_id,
        is_hit=stage.clock is None or not stage.clock.is_overdue,
        order_number=order.number,
        subject=payment.number,
        modality=order.job.modality,
        occurred_at=payment.paid_at,
    )
    await observe(order.buyer_id, Measure.PAYS_ON_TIME, case)
