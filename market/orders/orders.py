"""Verbs of the order: place, fund, refund, cancel, and what an acceptance does to it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from market.kit import clock, outbox, rows
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.guideline_versions import publish_first
from market.orders.models import Contract, DeliveryBatch, Milestone, Order, OrderLine
from market.orders.parties import require_party
from market.orders.states import BatchStatus, ContractStatus, MilestoneKind, OrderStatus

TAKEN = (BatchStatus.ACCEPTED, BatchStatus.PARTIALLY_ACCEPTED)
COUNTED = (*TAKEN, BatchStatus.REJECTED)


class AdvanceNotOverdue(Conflict):
    """A supplier may leave an unfunded order only once the first payment is overdue."""

    title = "The first payment is not overdue"


async def place_order(contract: Contract, *, by: Actor) -> Order:
    """The order, its lines and payment stages of a contract just brought in force.

    Part of the signing verb. The advance falls due its working days after today.
    """
    terms = contract.terms
    labelling = terms["lines"][0]
    order = await Order.create(
        number=await next_number("PO"),
        contract=contract,
        job_id=contract.job_id,
        buyer_id=contract.buyer_id,
        supplier_id=contract.supplier_id,
        total_fen=contract.total_fen,
        quantity=Decimal(labelling["quantity"]),
        unit=labelling["unit"],
        unit_price=Decimal(labelling["unit_price"]),
        rework_limit=terms["acceptance"]["rework_limit"],
        acceptance_days=terms["acceptance"]["working_days"],
        inspection_level=terms["sampling"]["level"],
        aql=Decimal(terms["sampling"]["aql"]),
        minor_aql=_minor_aql(terms["sampling"]),
        due_at=_due_at(terms["delivery"]),
    )
    await OrderLine.bulk_create(OrderLine(order=order, **line) for line in terms["lines"])
    await Milestone.bulk_create(
        Milestone(order=order, **stage, **_opening(stage)) for stage in terms["payment"]
    )
    await publish_first(order)
    await outbox.record("order.placed", order=order.id)
    return order


def _minor_aql(rule: Mapping[str, str]) -> Decimal | None:
    return Decimal(rule["minor_aql"]) if "minor_aql" in rule else None


def _due_at(delivery: dict[str, Any]) -> dt.datetime | None:
    """The earlier of the promised days from today and the job's deadline, at the end of the day."""
    days = []
    if delivery["days"]:
        days.append(clock.today() + dt.timedelta(days=delivery["days"]))
    if delivery["deadline"]:
        days.append(dt.date.fromisoformat(delivery["deadline"]))
    return clock.end_of_day(min(days)) if days else None


def _opening(stage: dict[str, Any]) -> dict[str, dt.datetime]:
    if stage["kind"] != MilestoneKind.ADVANCE:
        return {}
    return {"reached_at": clock.now(), "due_at": _working_days_on(stage["due_working_days"])}


def _working_days_on(days: int) -> dt.datetime:
    return clock.end_of_day(clock.add_working_days(clock.today(), days))


@atomic()
async def mark_funded(order: Order, *, by: Actor) -> Order:
    """The first stage is in custody: delivery may begin. Called by billing; InvalidTransition."""
    order = await lock(order)
    await order.move_to(OrderStatus.FUNDED, by=by)
    await outbox.record("order.funded", order=order.id)
    return order


@atomic()
async def mark_refunded(order: Order, *, by: Actor) -> Order:
    """The money went back and the contract ends. Called by billing, which records the refund."""
    order = await lock(order)
    await order.move_to(OrderStatus.REFUNDED, by=by)
    await _end_contract(order, by=by, reason="refunded")
    return order


@atomic()
async def cancel_order(order: Order, *, reason: str, by: Actor) -> Order:
    """End an order that has not been funded, an owner's act: the buyer at any time, the supplier
    once the advance is overdue (民法典 第五百二十八条).

    Raises InvalidTransition, AdvanceNotOverdue, NotPermitted.
    """
    order = await lock(order)
    require_party(by, order.buyer_id, order.supplier_id)
    if by.organisation_id == order.supplier_id:
        await _require_overdue_advance(order)
    await order.move_to(OrderStatus.CANCELLED, by=by, reason=reason)
    await _end_contract(order, by=by, reason=reason)
    await outbox.record("order.cancelled", order=order.id)
    return order


async def _require_overdue_advance(order: Order) -> None:
    first = await Milestone.filter(order_id=order.id).order_by("position").first()
    if first is None or first.due_at is None or first.due_at > clock.now():
        raise AdvanceNotOverdue(_("You may cancel only once the first payment is overdue"))


async def _end_contract(order: Order, *, by: Actor, reason: str) -> None:
    contract = await Contract.select_for_update().get(id=order.contract_id)
    if contract.status != ContractStatus.TERMINATED:
        await contract.move_to(ContractStatus.TERMINATED, by=by, reason=reason)


async def count_acceptance(order: Order, *, by: Actor) -> None:
    """Bring a locked order's accepted quantity up to its batches; the last one completes it.

    A batch accepted in part counts in full, its price was reduced; one that a dispute fixed at
    nothing counts as done, for it will not be delivered again.
    """
    batches = await DeliveryBatch.filter(order_id=order.id, status__in=COUNTED)
    order.accepted_quantity = _sum(batch for batch in batches if batch.status in TAKEN)
    await order.save(update_fields=["accepted_quantity"])
    await _reach_progress(order)
    if _done(batches) < order.quantity or order.status == OrderStatus.COMPLETED:
        return
    await order.move_to(OrderStatus.COMPLETED, by=by, completed_at=clock.now())
    await _reach_final_milestones(order)
    await outbox.record("order.completed", order=order.id)


async def _reach_progress(order: Order) -> None:
    """Progress stages fall due once their share of the volume is accepted; never unreached again."""
    share = int(order.accepted_quantity * 10_000 / order.quantity)
    stages = Milestone.filter(
        order_id=order.id, kind=MilestoneKind.PROGRESS, reached_at=None, accepted_bp__lte=share
    )
    for milestone in await stages.order_by("position"):
        milestone.reached_at = clock.now()
        milestone.due_at = _working_days_on(milestone.due_working_days)
        await milestone.save(update_fields=["reached_at", "due_at"])
        await outbox.record("milestone.reached", order=order.id, milestone=milestone.id)


async def done_quantity(order: Order) -> Decimal:
    """What is accepted, or fixed at nothing by a dispute whose reduction takes its price off again."""
    return _done(await DeliveryBatch.filter(order_id=order.id, status__in=COUNTED))


def _done(batches: Iterable[DeliveryBatch]) -> Decimal:
    return _sum(batch for batch in batches if batch.status in TAKEN or batch.settled_fen == 0)


def _sum(batches: Iterable[DeliveryBatch]) -> Decimal:
    return sum((batch.quantity for batch in batches), Decimal(0))


async def mark_released(milestone_ids: Sequence[UUID]) -> None:
    """Note on stages of locked orders that their money has left custody. Called by billing."""
    await rows.put(Milestone, milestone_ids, released_at=clock.now())


async def mark_reduced(order: Order, taken: Mapping[UUID, int]) -> None:
    """Note on a locked order's stages (by key) what a dispute took off each, in fen. Called by billing."""
    for milestone_id, fen in taken.items():
        await Milestone.filter(order_id=order.id, id=milestone_id).update(
            reduced_fen=F("reduced_fen") + fen
        )


async def _reach_final_milestones(order: Order) -> None:
    """Every stage not reached falls due now; the retention after its days."""
    contract = await Contract.get(id=order.contract_id)
    retention = dt.timedelta(days=contract.terms["acceptance"]["retention_days"])
    for milestone in await Milestone.filter(order_id=order.id, reached_at=None):
        milestone.reached_at = clock.now()
        milestone.due_at = (
            clock.end_of_day(clock.today() + retention)
            if milestone.kind == MilestoneKind.RETENTION
            else _working_days_on(milestone.due_working_days)
        )
        await milestone.save(update_fields=["reached_at", "due_at"])
