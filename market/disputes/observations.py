"""What disputes tell reputation: answered or not, and whether a result went against a side."""

import datetime as dt
from uuid import UUID

from market.disputes.models import Dispute
from market.disputes.resolutions import named
from market.disputes.states import DisputeStatus, Way
from market.kit import clock
from market.kit.outbox import Message
from market.orders.models import Order
from market.orders.states import OrderStatus
from market.reputation.figures import Case, observe
from market.reputation.states import Measure

FOUGHT = (Way.MEASUREMENT, Way.DECISION)


def loser_of(dispute: Dispute, order: Order) -> UUID | None:
    """The side whose named amount was further from a measured or decided one; None of neither.

    Amounts that met and an accepted proposal have no loser.
    """
    if dispute.status != DisputeStatus.RESOLVED or dispute.way not in FOUGHT:
        return None
    assert dispute.amount_fen is not None, "a resolved dispute has its amount"
    buyer, supplier = named(dispute)
    off = abs(dispute.amount_fen - buyer), abs(supplier - dispute.amount_fen)
    if off[0] == off[1]:
        return None
    return order.buyer_id if off[0] > off[1] else order.supplier_id


async def observe_disputes(message: Message) -> None:
    """order.completed, dispute.resolved: whether a dispute of the order went against a side."""
    order_id = await _order_of(message)
    order = await Order.get(id=order_id).select_related("job")
    found = await Dispute.filter(order_id=order.id, status=DisputeStatus.RESOLVED)
    losers = {loser_of(dispute, order) for dispute in found}
    if order.status != OrderStatus.COMPLETED and losers <= {None}:
        return
    at = max((row.resolved_at for row in found if row.resolved_at), default=None)
    for measure, side in (
        (Measure.SUPPLIER_DISPUTES, order.supplier_id),
        (Measure.BUYER_DISPUTES, order.buyer_id),
    ):
        case = _case(order, order.id, order.number, side not in losers, at or order.completed_at)
        await observe(side, measure, case)


async def observe_answer(message: Message) -> None:
    """dispute.answered, dispute.mediation: whether the other side answered before mediation."""
    dispute = await Dispute.get(id=UUID(message.payload["dispute"])).select_related("order__job")
    order = dispute.order
    is_buyer = dispute.respondent_id == order.buyer_id
    measure = Measure.BUYER_ANSWERS if is_buyer else Measure.SUPPLIER_ANSWERS
    answered = dispute.answered_at is not None
    case = _case(order, dispute.id, dispute.number, answered, dispute.answered_at)
    await observe(dispute.respondent_id, measure, case)


async def _order_of(message: Message) -> UUID:
    if "order" in message.payload:
        return UUID(message.payload["order"])
    return (await Dispute.get(id=UUID(message.payload["dispute"]))).order_id


def _case(
    order: Order, source_id: UUID, subject: str, is_hit: bool, at: dt.datetime | None
) -> Case:
    return Case(
        source_id=source_id,
        is_hit=is_hit,
        order_number=order.number,
        subject=subject,
        modality=order.job.modality,
        occurred_at=at or clock.now(),
    )
