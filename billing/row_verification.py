"""The rows of payment, release, refund, payout and voucher checked against each other and the ledger."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from billing.ledger_models import LedgerTransfer
from billing.models import (
    Payment,
    Payout,
    Refund,
    SettlementLine,
    VoucherDraw,
    VoucherPool,
)
from billing.states import (
    PaymentStatus,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
    TransferStatus,
)
from market.orders.states import OrderStatus

RETURNED = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)


async def broken_rows() -> list[str]:
    """P2 to P4, W3 and V1 from the rows themselves; a sentence for each thing wrong."""
    return [
        *await _paid_twice(),
        *await _released_early(),
        *await _refunded_too_much(),
        *await _without_intent(),
        *await _overdrawn_pools(),
    ]


async def _paid_twice() -> list[str]:
    """P2: a stage is paid by one payment."""
    paid = await Payment.filter(status=PaymentStatus.SUCCEEDED).select_related("order", "milestone")
    stages = Counter((row.order.number, row.milestone.position) for row in paid)
    return [
        f"order {number}: stage {position} is paid {count} times"
        for (number, position), count in sorted(stages.items())
        if count > 1
    ]


async def _released_early() -> list[str]:
    """P3: what was released belongs to an accepted order."""
    lines = await SettlementLine.all().select_related("settlement__order")
    early = {
        (line.settlement.number, line.settlement.order.status)
        for line in lines
        if line.settlement.order.status != OrderStatus.COMPLETED
    }
    return [f"settlement {number}: its order is {status}" for number, status in sorted(early)]


async def _refunded_too_much() -> list[str]:
    """P4: the refunds of a payment are at most the payment."""
    back: dict[UUID, int] = defaultdict(int)
    for refund in await Refund.filter(status=RefundStatus.SUCCEEDED):
        back[refund.payment_id] += refund.amount_fen
    return [
        f"payment {row.number}: {back[row.id]} refunded of {row.amount_fen}"
        for row in await Payment.filter(id__in=list(back)).order_by("number")
        if back[row.id] > row.amount_fen or row.status not in RETURNED
    ]


async def _without_intent() -> list[str]:
    """W3: what was paid out was held for it first, and posted to the fen, once."""
    transfers: dict[UUID, LedgerTransfer] = {row.id: row for row in await LedgerTransfer.all()}
    problems = []
    for payout in await Payout.filter(status=PayoutStatus.PAID).order_by("number"):
        hold = transfers[payout.transfer_id]
        if (hold.status, hold.posted_fen) != (TransferStatus.POSTED, payout.amount_fen):
            problems.append(f"payout {payout.number}: paid without its hold being posted")
    used = Counter(row.transfer_id for row in await Payout.all())
    used.update(row.transfer_id for row in await Refund.all())
    return problems + [
        f"transfer {transfers[pk].key}: {count} instructions stand on it"
        for pk, count in used.items()
        if count > 1
    ]


async def _overdrawn_pools() -> list[str]:
    """V1: a pool holds what its draws say, and never more than its limit."""
    reserved: dict[Any, int] = defaultdict(int)
    redeemed: dict[Any, int] = defaultdict(int)
    for draw in await VoucherDraw.all().select_related("redemption"):
        if draw.redemption.status == RedemptionStatus.RESERVED:
            reserved[draw.pool_id] += draw.amount_fen
        elif draw.redemption.status != RedemptionStatus.RELEASED:
            redeemed[draw.pool_id] += draw.amount_fen
    problems = []
    for pool in await VoucherPool.all().select_related("programme"):
        name = f"pool {pool.programme.code} {pool.label}"
        kept, drawn = (pool.reserved_fen, pool.redeemed_fen), (reserved[pool.id], redeemed[pool.id])
        if kept != drawn:
            problems.append(f"{name}: {kept} kept, {drawn} drawn")
        if sum(kept) > pool.limit_fen:
            problems.append(f"{name}: {sum(kept)} of {pool.limit_fen} given away")
    return problems
