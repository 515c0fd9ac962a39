"""What the pages show of an order or batch, and who may do what there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.orders import reviews, words
from market.orders.batches import quantity_left
from market.orders.change_models import ContractChange
from market.orders.floors import averages_of
from market.orders.guideline_versions import versions_of
from market.orders.inspections import BUYER_ROLES
from market.orders.models import (
    AcceptanceSample,
    DeliveryBatch,
    Milestone,
    Order,
    OrderLine,
    Review,
)
from market.orders.provenance import members_of
from market.orders.sampling import Severity
from market.orders.severities import switching_of
from market.orders.states import BatchStatus, ChangeStatus, OrderStatus
from market.orders.steps import Event, Step, batch_steps, events, order_steps
from market.orders.work_models import AnnotatorGroup, Assignment

DELIVERABLE = (BatchStatus.PLANNED, BatchStatus.REWORK)


@dataclass(frozen=True, slots=True)
class Side:
    """Where the reader stands towards a row, and whether it may act there."""

    is_buyer: bool
    is_supplier: bool
    is_owner: bool
    roles: frozenset[str]

    def may(self, *roles: Role) -> bool:
        """Whether the reader's role is an owner's or one of these."""
        return self.is_owner or bool(self.roles & {role.value for role in roles})


@dataclass(frozen=True, slots=True)
class OrderView:
    """All rooms of an order, and what the reader may do in them now."""

    order: Order
    side: Side
    steps: Sequence[Step]
    lines: Sequence[OrderLine]
    milestones: Sequence[Milestone]
    batches: Sequence[DeliveryBatch]
    reviews: Sequence[Review]
    has_reviewed: bool
    history: Sequence[Event]
    quantity_left: Decimal
    severity: str
    guideline: str
    annotators: int
    averages: Sequence[dict[str, Any]]
    pending_change: ContractChange | None

    @property
    def may_set_reduction(self) -> bool:
        """Whether the buyer may agree to reduced inspection, or take that back."""
        is_live = self.order.status in (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)
        return is_live and self.side.is_buyer and self.side.may(Role.QUALITY)

    @property
    def is_payable(self) -> bool:
        """Whether the buyer's first payment is awaited."""
        return self.side.is_buyer and bool(self.order.status == OrderStatus.PLACED)

    @property
    def may_cancel(self) -> bool:
        """Whether the reader may end an order nobody paid for."""
        first = self.milestones[0].due_at if self.milestones else None
        is_overdue = first is not None and first < clock.now()
        is_open = self.side.is_owner and self.order.status == OrderStatus.PLACED
        return is_open and (self.side.is_buyer or is_overdue)

    @property
    def may_plan(self) -> bool:
        """Whether the supplier may open another batch."""
        is_funded = self.order.status in (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)
        is_planned = any(batch.status == BatchStatus.PLANNED for batch in self.batches)
        return may_deliver(self.side) and is_funded and not is_planned and self.quantity_left > 0

    @property
    def may_resume(self) -> bool:
        """Whether the buyer may let a discontinued inspection go on."""
        is_stopped = self.severity == Severity.STOPPED
        return self.side.is_buyer and self.side.may(Role.QUALITY) and is_stopped

    @property
    def may_review(self) -> bool:
        """Whether the reader's side may still review, blind."""
        is_open = self.order.status == OrderStatus.COMPLETED and not self.reviews
        return is_open and not self.has_reviewed and self.side.may(*reviews.WRITERS)


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with its rounds, and what the reader may do with it now."""

    batch: DeliveryBatch
    side: Side
    steps: Sequence[Step]
    samples: Sequence[AcceptanceSample]
    history: Sequence[Event]
    days_left: int | None
    current: AcceptanceSample | None
    group: AnnotatorGroup | None
    members: Sequence[Assignment]
    disputes: Sequence[Any]

    @property
    def classes(self) -> dict[UUID, list[tuple[str, str]]]:
        """Of each sample with an AQL of its own for minor items, what its classes count and allow."""
        return {row.id: words.class_rows(row) for row in self.samples if row.minor_aql is not None}

    @property
    def may_dispute(self) -> bool:
        """Whether the reader's side may dispute the verdict of this round."""
        is_open = all(
            row.round != self.batch.round or row.status == "withdrawn" for row in self.disputes
        )
        sides = {
            BatchStatus.REJECTED: self.side.is_buyer or self.side.is_supplier,
            BatchStatus.ACCEPTED: self.side.is_buyer,
        }
        return sides.get(self.batch.status, False) and is_open and self.side.may(*reviews.WRITERS)

    @property
    def may_deliver(self) -> bool:
        """Whether the supplier may submit it."""
        return may_deliver(self.side) and self.batch.status in DELIVERABLE

    @property
    def may_commit(self) -> bool:
        """Whether the reader may still put its own secret into the draw."""
        return self.batch.status in DELIVERABLE and self.side.may(Role.PROJECT, Role.QUALITY)

    @property
    def may_draw(self) -> bool:
        """Whether the buyer may draw the sample."""
        return may_inspect(self.side) and self.batch.status == BatchStatus.SUBMITTED

    @property
    def may_record(self) -> bool:
        """Whether the buyer may record the inspection."""
        return may_inspect(self.side) and self.batch.status == BatchStatus.SAMPLING

    @property
    def may_rework(self) -> bool:
        """Whether the supplier may take it back for another round."""
        has_round = self.batch.round <= self.batch.order.rework_limit
        is_rejected = self.batch.status == BatchStatus.REJECTED
        return may_deliver(self.side) and is_rejected and has_round


def side_of(actor: Actor, buyer_id: Any, supplier_id: Any) -> Side:
    """Where the actor stands; an unverified organisation may only read."""
    active = actor.verified
    return Side(
        is_buyer=actor.organisation_id == buyer_id,
        is_supplier=actor.organisation_id == supplier_id,
        is_owner=active and actor.role == Role.OWNER,
        roles=frozenset({actor.role} if active else ()),
    )


async def order_view(order: Order, actor: Actor) -> OrderView:
    """Everything the order's page shows."""
    milestones = await Milestone.filter(order_id=order.id).order_by("position")
    batches = await DeliveryBatch.filter(order_id=order.id).order_by("sequence")
    written = await Review.filter(order_id=order.id).select_related("author", "order")
    entries = await audit.history(order)
    return OrderView(
        order=order,
        side=side_of(actor, order.buyer_id, order.supplier_id),
        steps=order_steps(order, entries, milestones[0] if milestones else None),
        lines=await OrderLine.filter(order_id=order.id).order_by("position"),
        milestones=milestones,
        batches=batches,
        reviews=[review for review in written if review.published_at],
        has_reviewed=any(review.author_id == actor.organisation_id for review in written),
        history=events(entries, "order"),
        quantity_left=await quantity_left(order),
        severity=(await switching_of(order)).severity.value,
        guideline=(await versions_of(order))[0].label,
        annotators=await Assignment.filter(group__order_id=order.id, removed_at=None).count(),
        averages=await averages_of(order),
        pending_change=await ContractChange.filter(
            contract_id=order.contract_id, status=ChangeStatus.PENDING
        ).first(),
    )


async def batch_view(batch: DeliveryBatch, actor: Actor) -> BatchView:
    """Everything the batch's page shows."""
    samples = await AcceptanceSample.filter(batch_id=batch.id).order_by("-round")
    relations: Any = batch
    entries = await audit.history(batch)
    is_waiting = batch.status in (BatchStatus.SUBMITTED, BatchStatus.SAMPLING)
    until = clock.in_china(batch.accept_by).date() if is_waiting and batch.accept_by else None
    return BatchView(
        batch=batch,
        side=side_of(actor, batch.order.buyer_id, batch.order.supplier_id),
        steps=batch_steps(batch, entries),
        samples=samples,
        history=events(entries, "delivery"),
        days_left=clock.working_days_between(clock.today(), until) if until else None,
        current=next((sample for sample in samples if sample.round == batch.round), None),
        group=await AnnotatorGroup.get_or_none(id=batch.group_id),
        members=await members_of(batch) if batch.group_id else [],
        disputes=await relations.disputes.all().order_by("id"),
    )


def may_inspect(side: Side) -> bool:
    """Whether the reader inspects for the buyer."""
    return side.is_buyer and side.may(*BUYER_ROLES)


def may_deliver(side: Side) -> bool:
    """Whether the reader delivers for the supplier."""
    return side.is_supplier and side.may(Role.PROJECT)
