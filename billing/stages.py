"""The payable stages of an order as they stand: amount, voucher, what is due, which payment pays it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing import late_payment
from billing.models import (
    Payment,
    ReductionShare,
    SettlementLine,
    VoucherAllocation,
    VoucherRedemption,
)
from billing.states import LIVE_REDEMPTIONS, PaymentStatus
from market.kit import rows
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.models import Milestone, Order
from market.orders.states import MilestoneKind, OrderStatus

OVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
_MONEY_IN = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)


@dataclass(frozen=True)
class Stage:
    """One milestone with the vouchers that reduce it and its live or completed payment."""

    order: Order
    milestone: Milestone
    voucher_fen: int
    payment: Payment | None
    is_released: bool
    reduction_fen: int = 0

    @property
    def price_fen(self) -> int:
        """The stage's amount less what disputes took off it."""
        return int(self.milestone.amount_fen) - self.reduction_fen

    @property
    def due_fen(self) -> int:
        """What the buyer pays for it: the stage's price less its vouchers."""
        return self.price_fen - self.voucher_fen

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left for the buyer to pay."""
        return self.due_fen == 0 or (
            self.payment is not None and self.payment.status == PaymentStatus.SUCCEEDED
        )

    @property
    def is_payable(self) -> bool:
        """Whether the buyer may pay it now."""
        return not self.is_paid and self.order.status not in OVER

    @property
    def clock(self) -> late_payment.Clock | None:
        """The payment clock, once the stage was reached and while the order lives."""
        if self.milestone.reached_at is None or self.order.status in OVER:
            return None
        paid_at = self.payment.paid_at if self.payment else None
        return late_payment.payment_clock(
            self.due_fen,
            reached_at=self.milestone.reached_at,
            agreed_due_at=self.milestone.due_at,
            until=paid_at,
            is_retention=self.milestone.kind == MilestoneKind.RETENTION,
        )

    @property
    def status(self) -> str:
        """The word a list shows: paid, overdue, refunded, pending, processing."""
        if self.payment is not None and self.payment.status == PaymentStatus.REFUNDED:
            return "refunded"
        if self.order.status in OVER:
            return "cancelled"
        if self.is_paid:
            return "settled" if self.is_released else "paid"
        if self.clock is not None and self.clock.is_overdue:
            return "overdue"
        return str(self.payment.status) if self.payment else "pending"


async def stages_of(order: Order) -> list[Stage]:
    """The stages of one order, in their order."""
    return (await stages_by_order([order]))[order.id]


async def stage_at(order: Order, position: int) -> Stage:
    """One stage by its position. Raises NotFound."""
    for stage in await stages_of(order):
        if stage.milestone.position == position:
            return stage
    raise NotFound(_("This order has no such stage"))


async def stages_by_order(orders: Iterable[Order]) -> dict[UUID, list[Stage]]:
    """The stages of several orders, six queries in all."""
    by_id = {order.id: order for order in orders}
    milestones: list[Any] = await rows.select(Milestone, "order_id", by_id, order_by="position")
    ids = [milestone.id for milestone in milestones]
    vouchers = await _vouchers_of(by_id)
    payments: dict[UUID, Payment] = {}
    for payment in await rows.select(Payment, "order_id", by_id, order_by="id"):
        if payment.live_stage is not None or payment.status in _MONEY_IN:
            payments[payment.milestone_id] = payment
    released = await rows.values(SettlementLine, "milestone_id", "milestone_id", ids)
    reductions: dict[UUID, int] = defaultdict(int)
    for share in await rows.select(ReductionShare, "milestone_id", ids):
        reductions[share.milestone_id] += share.amount_fen
    stages: dict[UUID, list[Stage]] = {order_id: [] for order_id in by_id}
    for milestone in milestones:  # a key's hash is computed anew each time, and most have neither
        key, order_id = milestone.id, milestone.order_id
        stages[order_id].append(
            Stage(
                by_id[order_id],
                milestone,
                vouchers.get(key, 0) if vouchers else 0,
                payments.get(key),
                bool(released) and key in released,
                reductions.get(key, 0) if reductions else 0,
            )
        )
    return stages


async def _vouchers_of(order_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What live vouchers take off each stage of orders."""
    vouchers: dict[UUID, int] = defaultdict(int)
    live = await rows.values(
        VoucherRedemption, "id", "order_id", order_ids, status=LIVE_REDEMPTIONS
    )
    if live:
        for part in await rows.select(VoucherAllocation, "redemption_id", live):
            vouchers[part.milestone_id] += part.amount_fen
    return vouchers


@dataclass(frozen=True, slots=True)
class Summary:
    """The totals of a buyer's open stages, in fen."""

    due_fen: int
    overdue_fen: int
    interest_fen: int
    held_fen: int


def summarise(groups: Iterable[Iterable[Stage]]) -> Summary:
    """What is due now, how much of it late and at what interest, and what is paid but not released."""
    stages = [stage for group in groups for stage in group]
    open_clocks = [
        (stage.due_fen, stage.clock) for stage in stages if stage.is_payable and stage.clock
    ]
    return Summary(
        due_fen=sum(due for due, _clock in open_clocks),
        overdue_fen=sum(due for due, clock in open_clocks if clock.is_overdue),
        interest_fen=sum(clock.interest_fen for _due, clock in open_clocks),
        held_fen=sum(stage.due_fen for stage in stages if stage.is_paid and not stage.is_released),
    )
