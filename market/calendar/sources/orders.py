"""Deadlines of contracts, orders, deliveries, payments and reviews."""

import datetime as dt
from typing import Any
from uuid import UUID

from market.calendar.deadlines import Deadline, Span
from market.kit.web import path_for
from market.orders.models import Contract, DeliveryBatch, Milestone, Order, Review, Signature
from market.orders.reviews import BLIND_FOR
from market.orders.states import BatchStatus, ContractStatus, MilestoneKind, OrderStatus

SIGNING_DAYS = 30  # 招标投标法第四十六条
WORKING = (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)
ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
INSPECTED = (BatchStatus.SUBMITTED, BatchStatus.SAMPLING)
PAID = ("processing", "succeeded")  # statuses of payments, which this package does not know


def _asks(span: Span) -> bool:
    return span.is_of_all or span.organisation_id is not None


def _of_order(
    kind: str, row: Order | DeliveryBatch | Milestone | Review, order: Order,
    at: dt.datetime | None, organisation_id: UUID, number: str = "",
) -> Deadline:  # fmt: skip
    return Deadline.of(
        kind, row, at, title=order.job.title, number=number or order.number,
        url=path_for("orders:show", number=order.number), organisation_id=organisation_id,
        is_cancelled=order.status in ENDED,
    )  # fmt: skip


def _both(
    span: Span, order: Order, acting: UUID, kind: str, waiting: str
) -> list[tuple[str, UUID]]:
    """The side that acts and the side that waits, of those asked for."""
    other = order.supplier_id if acting == order.buyer_id else order.buyer_id
    return [
        (name, one) for name, one in ((kind, acting), (waiting, other)) if span.is_for(one)
    ]  # fmt: skip


async def signings(span: Span) -> list[Deadline]:
    """Thirty days after the award both sides have signed, for who has not."""
    if not _asks(span):
        return []
    drafted = span.earlier(SIGNING_DAYS)
    rows = Contract.filter(status=ContractStatus.PENDING, **drafted.within("created_at"))
    contracts = await rows.select_related("job")
    signed = {
        (row.contract_id, row.organisation_id)
        for row in await Signature.filter(contract_id__in=[one.id for one in contracts])
    }
    found = []
    for row in contracts:
        at = row.created_at + dt.timedelta(days=SIGNING_DAYS)
        for side in (row.buyer_id, row.supplier_id):
            if span.has(at) and span.is_for(side) and (row.id, side) not in signed:
                found.append(
                    Deadline.of(
                        "signing", row, at, title=row.job.title, number=row.number,
                        url=path_for("contracts:show", number=row.number), organisation_id=side,
                    )
                )  # fmt: skip
    return found


async def deliveries(span: Span) -> list[Deadline]:
    """When everything is to be delivered; cancelled with its order."""
    if not _asks(span):
        return []
    statuses = WORKING if span.is_of_all else (*WORKING, *ENDED)
    rows = Order.filter(status__in=statuses, **span.within("due_at")).select_related("job")
    return [
        _of_order(kind, row, row, row.due_at, one)
        for row in await rows
        for kind, one in _both(span, row, row.supplier_id, "delivery", "delivery_expected")
    ]


async def acceptances(span: Span) -> list[Deadline]:
    """The window after which silence accepts a delivery."""
    if not _asks(span):
        return []
    rows = DeliveryBatch.filter(status__in=INSPECTED, **span.within("accept_by"))
    return [
        _of_order(kind, row, row.order, row.accept_by, one, row.number)
        for row in await rows.select_related("order__job")
        for kind, one in _both(
            span, row.order, row.order.buyer_id, "acceptance", "acceptance_expected"
        )
    ]


async def payments(span: Span) -> list[Deadline]:
    """Payment stages that are reached and not paid; the retention apart."""
    if not _asks(span):
        return []
    rows = (
        Milestone.filter(reached_at__isnull=False, released_at=None, **span.within("due_at"))
        .select_related("order__job")
        .prefetch_related("payments")
    )
    found = []
    milestones: list[Any] = await rows
    for row in milestones:
        if row.order.status in ENDED or any(one.status in PAID for one in row.payments):
            continue
        kind = "retention" if row.kind == MilestoneKind.RETENTION else "payment"
        sides = _both(span, row.order, row.order.buyer_id, kind, f"{kind}_expected")
        found += [_of_order(name, row, row.order, row.due_at, one) for name, one in sides]
    return found


async def reviews(span: Span) -> list[Deadline]:
    """Seven days after the first review, for the side that has not written."""
    if not _asks(span):
        return []
    days = BLIND_FOR.days
    rows = Review.filter(published_at=None, **span.earlier(days).within("created_at"))
    found = []
    for row in await rows.select_related("order__job"):
        at = row.created_at + BLIND_FOR
        if span.has(at) and span.is_for(row.subject_id):
            found.append(_of_order("review", row, row.order, at, row.subject_id))
    return found
