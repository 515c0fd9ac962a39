"""What a signed change that lowers an order's price, or ends it, does to its money (P1, P4, V5)."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from billing import clawbacks, obligations, refunds
from billing.models import VoucherAllocation, VoucherRedemption
from billing.redemptions import DEDUCTING
from billing.reduction_models import PriceChange
from billing.shares import Part, voucher_parts
from billing.stages import OVER, Stage, stages_of
from billing.states import LIVE_REDEMPTIONS, PaymentStatus
from market.orders.change_models import ContractChange
from market.orders.models import Order
from market.orders.states import ChangeStatus, OrderStatus

MOVING = tuple(status for status in OrderStatus if status not in OVER)
Taken = dict[UUID, int]


def _waiting() -> QuerySet[ContractChange]:
    return ContractChange.filter(
        status=ChangeStatus.ACTIVE, price_change=None, total_fen__lt=F("before_total_fen")
    )


async def waiting_changes(order: Order) -> list[ContractChange]:
    """The changes in force that lowered an order's price and are not yet in its money."""
    return await _waiting().filter(contract_id=order.contract_id).order_by("version")


async def waiting_orders() -> list[UUID]:
    """The orders whose money has yet to follow a lower price."""
    rows = _waiting().filter(contract__order__status__in=MOVING)
    return [row[0] for row in await rows.distinct().values_list("contract__order__id")]


async def lower_price(order: Order, changes: Sequence[ContractChange]) -> None:
    """Follow the changes of a locked order: vouchers are decided again, what is paid beyond the new
    price will go back, the rest of the difference is owed no more. Inside a billing verb."""
    if not changes:
        return
    await _raise_first(order)
    for redemption in await VoucherRedemption.filter(
        order_id=order.id, status__in=LIVE_REDEMPTIONS
    ).order_by("id"):
        await _decide_again(redemption, order, key=str(changes[-1].id))
    back = sum([await refunds.excess_of(stage) for stage in await stages_of(order)])
    for change in reversed(changes):  # the last change is the one that returns
        lowered = change.before_total_fen - change.total_fen
        returned = min(back, lowered)
        back -= returned
        await obligations.adjust_pledge(
            order.id, change=str(change.id), delta_fen=returned - lowered
        )
        await PriceChange.create(
            order=order, change=change, lowered_fen=lowered, returned_fen=returned
        )


async def _raise_first(order: Order) -> None:
    """What earlier changes added is owed before anything is taken off it."""
    raised = ContractChange.filter(
        contract_id=order.contract_id,
        status=ChangeStatus.ACTIVE,
        total_fen__gt=F("before_total_fen"),
    )
    for change in await raised.order_by("version"):
        await obligations.adjust_pledge(
            order.id, change=str(change.id), delta_fen=change.total_fen - change.before_total_fen
        )


async def _decide_again(redemption: VoucherRedemption, order: Order, *, key: str) -> None:
    off = await clawbacks.surplus(redemption, order)
    again = await clawbacks.recompute(redemption, order, reduction_fen=off)
    stages = await stages_of(order)
    had = await _allotted(redemption)
    parts = [await _part(stage, had[stage.milestone.id]) for stage in stages]
    grant = redemption.grant_fen - again.clawback_fen
    lost = {
        stage.milestone.id: part.voucher_fen - kept
        for stage, part, kept in zip(stages, parts, voucher_parts(grant, parts), strict=True)
        if part.voucher_fen > kept
    }
    if again.clawback_fen or lost:
        await clawbacks.lower_grant(
            redemption,
            order,
            again,
            allocations=lost if redemption.mode in DEDUCTING else {},
            key=f"clawback:{redemption.id}:{key}",
        )


async def _allotted(redemption: VoucherRedemption) -> Taken:
    allotted: Taken = defaultdict(int)
    for part in await VoucherAllocation.filter(redemption=redemption):
        allotted[part.milestone_id] += part.amount_fen
    return allotted


async def _part(stage: Stage, voucher_fen: int) -> Part:
    others = stage.voucher_fen - voucher_fen
    payment = stage.payment
    is_here = payment is not None and payment.status == PaymentStatus.SUCCEEDED
    cash = await refunds.held_of(payment) if payment is not None and is_here else None
    return Part(stage.price_fen - others, voucher_fen, cash)
