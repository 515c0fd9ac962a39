"""Vouchers after a price fell: decided again under their version, and what they lose given back."""

from collections.abc import Mapping
from typing import Any

from tortoise.expressions import F

from billing import ledger
from billing.chart import (
    Leg,
    buyer_payable,
    credit,
    debit,
    order_pledged,
    subsidy_payable,
    treasury_receivable,
)
from billing.models import (
    VoucherAllocation,
    VoucherDraw,
    VoucherPool,
    VoucherProgramme,
    VoucherRedemption,
)
from billing.programmes import rule_of
from billing.redemptions import DEDUCTING, beneficiary_id
from billing.reduction_models import PriceReduction
from billing.shares import take_off
from billing.states import RedemptionStatus
from billing.vouchers.claims import read_claim
from billing.vouchers.refunds import Clawback, recompute_after_refund
from billing.vouchers.traces import Quote
from market.accounts.models import Organisation
from market.kit import audit, outbox
from market.kit.actor import Actor
from market.kit.money import allocate
from market.orders.models import Order, OrderLine

SYSTEM = Actor.system("price reduction")


async def recompute(redemption: VoucherRedemption, order: Order, *, reduction_fen: int) -> Clawback:
    """What the pinned rule grants once the reduction is off the order's work lines (V5, V6)."""
    programme = await VoucherProgramme.get(id=redemption.programme_id)
    claim = read_claim(redemption.claim)
    work = [
        index
        for index, line in enumerate(await OrderLine.filter(order=order).order_by("position"))
        if is_work(line) and index < len(claim.lines)  # a change may have added lines since
    ]
    left = [(claim.lines[i].amount_fen or 0) - claim.lines[i].refunded_fen for i in work]
    after = take_off(left, reduction_fen)
    refunds = {
        index: was - now for index, was, now in zip(work, left, after, strict=True) if was > now
    }
    decided = Quote(
        eligible=True,
        grant_fen=redemption.grant_fen,
        binding=redemption.binding,
        ineligible=None,
        split=redemption.split,
        reasons=(),
        trace=redemption.trace,
    )
    return recompute_after_refund(rule_of(programme), claim, decided, refunds=refunds)


async def surplus(redemption: VoucherRedemption, order: Order) -> int:
    """By how much a voucher's claim exceeds the order's work lines as they are after a change, in fen."""
    claim = read_claim(redemption.claim)
    lines = await OrderLine.filter(order=order).order_by("position")
    work = [is_work(line) for line in lines]
    claimed = sum(
        (line.amount_fen or 0) - line.refunded_fen
        for line, counts in zip(claim.lines, work, strict=False)
        if counts
    )
    reduced = sum(row.amount_fen for row in await PriceReduction.filter(order=order))
    price = sum(line.amount_fen for line in lines if is_work(line)) - reduced
    return int(max(0, claimed - max(0, price)))


def is_work(line: OrderLine) -> bool:
    """Whether reductions come off this line: what is delivered in batches."""
    return bool(line.is_work or line.position == 1)


async def lower_grant(
    redemption: VoucherRedemption,
    order: Order,
    again: Clawback,
    *,
    allocations: Mapping[Any, int],
    key: str,
) -> int:
    """Lower a voucher to what was decided again; returns by how many fen it was lowered.

    `allocations` (milestone id -> fen) are the stages of a deducting voucher; what does not fit
    there stays granted. A voucher the treasury has paid is not touched, the debt is only noted.
    """
    lost = sum(allocations.values()) if redemption.mode in DEDUCTING else again.clawback_fen
    if redemption.status == RedemptionStatus.PAID:
        await audit.record(redemption, "clawback_due", by=SYSTEM, after={"fen": again.clawback_fen})
        return 0
    before = {"grant_fen": redemption.grant_fen, "split": redemption.split}
    await _give_back(redemption, lost)
    for milestone_id, fen in allocations.items():
        await VoucherAllocation.create(
            redemption=redemption, milestone_id=milestone_id, amount_fen=-fen
        )
    split = await _write(redemption, again, lost)
    if redemption.status == RedemptionStatus.REDEEMED and lost:
        await ledger.post(
            await _legs(redemption, order, lost, before=before["split"], after=split),
            kind="voucher_clawback",
            key=key,
            order=order,
        )
    after = {"grant_fen": redemption.grant_fen, "split": split}
    await audit.record(redemption, "recomputed", by=SYSTEM, before=before, after=after)
    await outbox.record("voucher.decided", redemption=redemption.id)
    return lost


async def _give_back(redemption: VoucherRedemption, lost: int) -> None:
    """What was drawn from each pool and is not needed any more is free again (V8)."""
    if not lost:
        return
    counter = "reserved_fen" if redemption.status == RedemptionStatus.RESERVED else "redeemed_fen"
    pools = await VoucherDraw.filter(redemption=redemption).distinct().values_list("pool_id")
    for (pool_id,) in sorted(pools):
        await VoucherPool.filter(id=pool_id).update(**{counter: F(counter) - lost})
        await VoucherDraw.create(redemption=redemption, pool_id=pool_id, amount_fen=-lost)


async def _write(redemption: VoucherRedemption, again: Clawback, lost: int) -> dict[str, int]:
    programme = await VoucherProgramme.get(id=redemption.programme_id)
    funders = rule_of(programme).funding.funders
    grant = redemption.grant_fen - lost
    parts = allocate(grant, [funder.weight for funder in funders])
    redemption.grant_fen, redemption.binding = grant, again.decided.binding
    split = {one.funder: part for one, part in zip(funders, parts, strict=True)}
    redemption.split = split
    redemption.claim = again.claim.model_dump(mode="json")
    redemption.trace = dict(again.decided.trace)
    await redemption.save(update_fields=["grant_fen", "binding", "split", "claim", "trace"])
    return split


async def _legs(
    redemption: VoucherRedemption,
    order: Order,
    lost: int,
    *,
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> list[Leg]:
    beneficiary = await Organisation.get(id=beneficiary_id(redemption, order))
    takes_over = lost if redemption.mode in DEDUCTING else 0
    changes = {name: before.get(name, 0) - fen for name, fen in after.items()}
    return [
        debit(subsidy_payable(beneficiary.number), lost),
        *(credit(treasury_receivable(name), fen) for name, fen in changes.items() if fen > 0),
        *(debit(treasury_receivable(name), -fen) for name, fen in changes.items() if fen < 0),
        debit(buyer_payable(order.number), takes_over),
        credit(order_pledged(order.number), takes_over),
    ]
