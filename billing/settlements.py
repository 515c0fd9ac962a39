"""Release after acceptance: the paid stages go to the supplier, less the fee, each stage once (P3)."""

from typing import Any

from billing import fees, ledger, payouts, redemptions, reductions, tax
from billing.chart import (
    PLATFORM_FEE,
    TAX,
    AccountKey,
    credit,
    debit,
    order_held,
    supplier_receivable,
)
from billing.ledger_models import LedgerTransaction
from billing.models import Settlement, SettlementLine
from billing.order_claims import taxpayer_kind
from billing.refunds import source_of
from billing.stages import Stage, stages_of
from market.accounts.models import Organisation
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.ids import uuid7
from market.kit.money import allocate
from market.kit.numbers import next_number
from market.orders import orders
from market.orders.models import Milestone, Order, OrderLine
from market.orders.states import MilestoneKind, OrderStatus


def is_releasable(stage: Stage) -> bool:
    """Paid, not released, accepted; a retention only when its time is over."""
    if not stage.is_paid or stage.is_released or stage.order.status != OrderStatus.COMPLETED:
        return False
    milestone = stage.milestone
    if milestone.kind == MilestoneKind.RETENTION:
        return bool(milestone.due_at and milestone.due_at <= clock.now())
    return True


@atomic()
async def settle_order(order: Order, *, by: Actor) -> Settlement | None:
    """Redeem the vouchers of an accepted order and release every stage that may be released.

    None when none may: before acceptance, before payment, a second time, while a batch is in
    dispute or a reduction waits. The gross is the stages' price; cash less fee becomes the
    supplier's and is instructed to be paid out.
    """
    order = await lock(order)
    if await reductions.is_in_dispute(order) or not await reductions.bring_up_to_date(order, by=by):
        return None
    await redemptions.redeem_due(order, by=by)
    stages = [stage for stage in await stages_of(order) if is_releasable(stage)]
    if not stages:
        return None
    supplier = await Organisation.get(id=order.supplier_id)
    settlement_id = uuid7()
    figures = await _figures(order, supplier, stages)
    transaction = await _release(order, supplier, figures, key=f"settlement:{settlement_id}")
    settlement = await Settlement.create(
        id=settlement_id,
        number=await next_number("S"),
        order=order,
        supplier=supplier,
        transaction=transaction,
        settled_at=clock.now(),
        **figures,
    )
    for stage in stages:
        await SettlementLine.create(
            settlement=settlement,
            milestone=stage.milestone,
            amount_fen=stage.price_fen,
            voucher_fen=stage.voucher_fen,
        )
    await orders.mark_released(order, [stage.milestone.position for stage in stages])
    await payouts.instruct_payouts(settlement, order=order, supplier=supplier)
    await outbox.record("order.settled", settlement=settlement.id, order=order.id)
    return settlement


async def _figures(order: Order, supplier: Organisation, stages: list[Stage]) -> dict[str, Any]:
    """Every figure of the settlement, and in `calculation` how it was made."""
    gross = sum(stage.price_fen for stage in stages)
    cash = sum(stage.due_fen for stage in stages)
    rule = await fees.rule_for(supplier, order.id)
    fee = fees.fee_of(gross, cash, rule=rule)
    vat = await _vat_lines(order, supplier, gross)
    return {
        "gross_fen": gross,
        "cash_fen": cash,
        "voucher_fen": gross - cash,
        "fee_fen": fee.gross_fen,
        "net_fen": cash - fee.gross_fen,
        "vat_fen": sum(line["vat_fen"] for line in vat),
        "calculation": {
            "fee_rule": rule.model_dump(mode="json", by_alias=True),
            "fee_net_fen": fee.net_fen,
            "fee_vat_fen": fee.vat_fen,
            "sources": _net_by_source(stages, fee.gross_fen),
            "vat_lines": vat,
        },
    }


def _net_by_source(stages: list[Stage], fee_fen: int) -> dict[str, int]:
    """What is to be paid out from each place where the money lies; the fee is shared by amount."""
    cash: dict[AccountKey, int] = {}
    for stage in stages:
        if stage.payment is not None and stage.due_fen:
            source = source_of(stage.payment)
            cash[source] = cash.get(source, 0) + stage.due_fen
    if not cash:
        return {}
    parts = allocate(fee_fen, list(cash.values()))
    return {
        source.code: fen - part for (source, fen), part in zip(cash.items(), parts, strict=True)
    }


async def _vat_lines(order: Order, supplier: Organisation, gross_fen: int) -> list[dict[str, Any]]:
    """The VAT in the supplier's price, line by line: their sum is the settlement's."""
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    shares = tax.share_of_lines(gross_fen, await reductions.reduced_lines(order, lines))
    split = tax.split_lines(shares, tax.rate_of(await taxpayer_kind(supplier)))
    return [
        {
            "description": line.description,
            "net_fen": vat.net_fen,
            "vat_bp": vat.vat_bp,
            "vat_fen": vat.vat_fen,
        }
        for line, vat in zip(lines, split, strict=True)
    ]


async def _release(
    order: Order, supplier: Organisation, figures: dict[str, Any], *, key: str
) -> LedgerTransaction | None:
    if not figures["cash_fen"]:
        return None
    calculation = figures["calculation"]
    return await ledger.post(
        [
            debit(order_held(order.number), figures["cash_fen"]),
            credit(supplier_receivable(supplier.number), figures["net_fen"]),
            credit(PLATFORM_FEE, calculation["fee_net_fen"]),
            credit(TAX, calculation["fee_vat_fen"]),
        ],
        kind="settlement",
        key=key,
        order=order,
    )


async def settle_due_retentions() -> int:
    """Release the paid retentions whose time is over; returns how many settlements were made."""
    orders = await Order.filter(
        id__in=await Milestone.filter(
            kind=MilestoneKind.RETENTION, due_at__lte=clock.now(), settlement_line=None
        ).values_list("order_id", flat=True),
        status=OrderStatus.COMPLETED,
    )
    made = [await settle_order(order, by=Actor.system()) for order in orders]
    return sum(settlement is not None for settlement in made)
