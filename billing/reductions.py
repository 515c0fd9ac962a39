"""What a resolved dispute does to an order's money: owed less, or back to the buyer, to the fen."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from billing import clawbacks, ledger, price_changes, refunds
from billing.chart import buyer_payable, credit, debit, order_pledged
from billing.models import Payment, VoucherAllocation, VoucherRedemption
from billing.obligations import pledge_order
from billing.redemptions import DEDUCTING
from billing.reduction_models import PriceReduction, ReductionShare
from billing.shares import Slot, cash_shares, clawback_shares, take_off
from billing.stages import OVER, Stage, stages_of
from billing.states import LIVE_REDEMPTIONS, PaymentStatus
from market.disputes.models import Dispute
from market.disputes.states import DisputeStatus
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.ids import uuid7
from market.orders import orders
from market.orders.models import DeliveryBatch, Order, OrderLine
from market.orders.states import IN_DISPUTE

ON_ITS_WAY = (PaymentStatus.PENDING, PaymentStatus.PROCESSING)
Lost = dict[UUID, int]


async def is_in_dispute(order: Order) -> bool:
    """Whether a batch of the order is in dispute: then no money of the order moves."""
    return await DeliveryBatch.exists(order_id=order.id, status__in=IN_DISPUTE)


async def bring_up_to_date(order: Order, *, by: Actor) -> bool:
    """Take off a locked order's price what its signed changes and its resolved disputes took off;
    part of a billing verb.

    False while a payment is on its way: then nothing may be released, and the reduction waits for
    it. Stages not released are reduced by what is due on them, vouchers are decided again, what
    was paid too much goes back (L6, P1, V5).
    """
    changes = await price_changes.waiting_changes(order)
    waiting = await Dispute.filter(
        order_id=order.id, status=DisputeStatus.RESOLVED, reduction_fen__gt=0, price_reduction=None
    ).order_by("resolved_at")
    if (waiting or changes) and order.status not in OVER:
        if not await _clear_the_way(order, by=by):
            return False
        await price_changes.lower_price(order, changes)
        await _return_excess(order, reason="合同变更或终止后减少价款")
        for dispute in waiting:
            await _reduce(order, dispute)
    await _return_excess(order, reason="争议处理后减少价款")
    return True


async def _clear_the_way(order: Order, *, by: Actor) -> bool:
    """Close the transfers that are open at the old amount; whether no other payment is under way."""
    for payment in await Payment.filter(order_id=order.id, status__in=ON_ITS_WAY):
        if payment.status != PaymentStatus.PENDING or payment.session_id:
            return False
        await payment.move_to(PaymentStatus.CANCELLED, by=by, live_stage=None)
    return True


async def _reduce(order: Order, dispute: Dispute) -> None:
    stages = [stage for stage in await stages_of(order) if not stage.is_released]
    cash = cash_shares(dispute.reduction_fen, [stage.due_fen for stage in stages])
    reduction_id = uuid7()
    in_price, in_place = await _claw_back(order, dispute, stages, cash, key=str(reduction_id))
    off = [
        part + in_price.get(stage.milestone.id, 0) for stage, part in zip(stages, cash, strict=True)
    ]
    reduction = await PriceReduction.create(
        id=reduction_id,
        order=order,
        dispute=dispute,
        amount_fen=dispute.reduction_fen,
        covered_fen=sum(off),
    )
    taken = {stage.milestone.id: part for stage, part in zip(stages, off, strict=True) if part}
    for milestone_id, part in taken.items():
        await ReductionShare.create(reduction=reduction, milestone_id=milestone_id, amount_fen=part)
    await orders.mark_reduced(order, taken)
    paid_back = sum(
        part - in_price.get(stage.milestone.id, 0) - in_place.get(stage.milestone.id, 0)
        for stage, part in zip(stages, off, strict=True)
        if stage.payment is not None
    )
    await _waive(order, sum(off) - paid_back, key=f"reduction:{reduction_id}")


async def _claw_back(
    order: Order, dispute: Dispute, stages: Sequence[Stage], cash: Sequence[int], *, key: str
) -> tuple[Lost, Lost]:
    """Decide every voucher of the order again; per stage, what they lose of the price, and what the
    buyer pays in their place."""
    spare = dispute.reduction_fen - sum(cash)
    freed = list(cash)
    in_price: Lost = defaultdict(int)
    in_place: Lost = defaultdict(int)
    for redemption in await VoucherRedemption.filter(
        order_id=order.id, status__in=LIVE_REDEMPTIONS
    ).order_by("id"):
        again = await clawbacks.recompute(redemption, order, reduction_fen=dispute.reduction_fen)
        first, second = clawback_shares(
            again.clawback_fen, spare, await _slots(redemption, stages), freed
        )
        parts = {
            stage.milestone.id: one + two
            for stage, one, two in zip(stages, first, second, strict=True)
            if one + two
        }
        lost = await clawbacks.lower_grant(
            redemption, order, again, allocations=parts, key=f"clawback:{redemption.id}:{key}"
        )
        if redemption.mode not in DEDUCTING or not lost:
            continue
        spare -= sum(first)
        freed = [left - two for left, two in zip(freed, second, strict=True)]
        for stage, one, two in zip(stages, first, second, strict=True):
            in_price[stage.milestone.id] += one
            in_place[stage.milestone.id] += two
    return in_price, in_place


async def _slots(redemption: VoucherRedemption, stages: Sequence[Stage]) -> list[Slot]:
    allotted: Lost = defaultdict(int)
    for part in await VoucherAllocation.filter(redemption=redemption):
        allotted[part.milestone_id] += part.amount_fen
    return [
        Slot(stage.due_fen, allotted[stage.milestone.id], stage.payment is not None)
        for stage in stages
    ]


async def _waive(order: Order, fen: int, *, key: str) -> None:
    """What the buyer does not owe any more, and what is not promised to the order any more."""
    if not fen:
        return
    await pledge_order(order)
    await ledger.post(
        [debit(order_pledged(order.number), fen), credit(buyer_payable(order.number), fen)],
        kind="price_reduction",
        key=key,
        order=order,
    )


async def _return_excess(order: Order, *, reason: str) -> None:
    """Send back what was paid on a stage beyond what is due on it now (P4)."""
    for stage in await stages_of(order):
        excess = await refunds.excess_of(stage)
        if excess and stage.payment is not None:
            await refunds.return_part(order, stage.payment, excess, reason=reason)


async def reduced_lines(order: Order, lines: Sequence[OrderLine]) -> list[int]:
    """The amounts of an order's lines after its reductions, which come off the work lines."""
    taken = sum(row.covered_fen for row in await PriceReduction.filter(order=order))
    work = [clawbacks.is_work(line) for line in lines]
    left = iter(
        take_off(
            [line.amount_fen for line, is_work in zip(lines, work, strict=True) if is_work],
            taken,
        )
    )
    amounts = [
        next(left) if is_work else line.amount_fen
        for line, is_work in zip(lines, work, strict=True)
    ]
    return amounts if any(amounts) else [line.amount_fen for line in lines]


@atomic()
async def reduce_order(order_id: UUID, *, by: Actor) -> bool:
    """Apply what changes and disputes took off an order's price; whether nothing waits any more."""
    order = await lock_id(Order, order_id)
    return await bring_up_to_date(order, by=by)


async def waiting_orders() -> list[UUID]:
    """The orders whose lower price waits for a payment to end."""
    rows = Dispute.filter(
        status=DisputeStatus.RESOLVED, reduction_fen__gt=0, price_reduction=None
    ).exclude(order__status__in=OVER)
    disputed = [row[0] for row in await rows.distinct().values_list("order_id")]
    return list(dict.fromkeys([*await price_changes.waiting_orders(), *disputed]))
