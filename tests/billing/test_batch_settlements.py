"""Settling many orders at once: the very rows single settlements make, and nobody stops the others."""

import datetime as dt
from typing import Any

import pytest
from tortoise.models import Model

from billing import batch_settlements, fees, ledger
from billing.batch_settlements import due_orders, settle_due, settle_periodically, settle_together
from billing.chart import CUSTODY_BANK, debit, order_held, supplier_receivable
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction, LedgerTransfer
from billing.models import Payout, Settlement, SettlementLine, VoucherRedemption
from billing.payments import intend_payment, record_received
from billing.redemptions import redeem_voucher
from billing.settlements import settle_order
from billing.states import PaymentMethod, RedemptionStatus
from billing.verification import verify_ledger
from market.kit import clock, db
from market.kit.db import lock
from market.kit.outbox import OutboxMessage
from market.orders import orders as order_verbs
from market.orders.models import DeliveryBatch, Milestone, Order
from market.orders.states import BatchStatus, OrderStatus
from tests.factories.billing import COMPUTE_LINE, SYSTEM, make_programme, unpaid_order
from tests.factories.orders import Deal

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)


async def accepted(*, paid: tuple[int, ...] = (1, 2), **values: Any) -> Deal:
    """An accepted order, stages of which were paid by transfer; nothing released."""
    deal = await unpaid_order(**values)
    assert deal.order is not None
    for position in paid:
        payment = await intend_payment(
            deal.order, position=position, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
        )
        await record_received(payment, into=debit(CUSTODY_BANK, payment.amount_fen), by=SYSTEM)
    await accept(deal.order)
    return deal


async def accept(order: Order) -> None:
    """The whole quantity, without the steps of a delivery."""
    async with db.transaction():
        order = await lock(order)
        await order.move_to(OrderStatus.IN_PROGRESS, by=SYSTEM)
        await DeliveryBatch.create(
            number=f"B{order.number[1:]}", order=order, sequence=1,
            status=BatchStatus.ACCEPTED, quantity=order.quantity,
        )  # fmt: skip
        await order_verbs.count_acceptance(order, by=SYSTEM)


async def of_one_supplier(count: int) -> list[Order]:
    """Accepted orders of one supplier, of different prices."""
    deals = [await accepted(unit_price=f"0.{1234 + 111 * n}") for n in range(count)]
    for deal in deals[1:]:
        assert deal.order is not None
        await Order.filter(id=deal.order.id).update(supplier_id=deals[0].supplier.organisation_id)
    return [await Order.get(id=deal.order.id) for deal in deals if deal.order]


WRITTEN: tuple[type[Model], ...] = (
    Settlement, SettlementLine, Payout, LedgerTransaction, LedgerEntry, LedgerTransfer,
    LedgerAccount, Milestone, OutboxMessage,
)  # fmt: skip


async def rows_of_all() -> dict[str, list[tuple[Any, ...]]]:
    """Every row a settlement writes, its fresh identifiers replaced by the turn in which they were
    made; what is sealed over them left out."""
    turns: dict[str, str] = {}

    def plain(value: Any) -> str:
        text = str(value)
        for fresh, turn in turns.items():
            text = text.replace(fresh, turn)
        return text

    found = {}
    for model in WRITTEN:
        rows: list[Any] = await model.all().order_by("id")
        for number, row in enumerate(rows):
            turns[str(row.id)] = f"{model.__name__} {number}"
    for model in WRITTEN:
        names = sorted(set(model._meta.fields_db_projection) - {"digest"})
        found[model.__name__] = [
            tuple((name, plain(getattr(row, name))) for name in names)
            for row in await model.all().order_by("id")
        ]
    return found


class _Again(Exception):
    """Leaves a savepoint without a trace."""


async def settled_by(way: Any, orders: list[Order]) -> dict[str, list[tuple[Any, ...]]]:
    """What a way of settling leaves, undone afterwards."""
    try:
        with clock.frozen_at(NOON):
            async with db.transaction():
                await way(orders)
                found = await rows_of_all()
                raise _Again
    except _Again:
        return found


async def one_by_one(orders: list[Order]) -> None:
    for order in orders:
        assert await settle_order(order, by=SYSTEM)


async def at_once(orders: list[Order]) -> None:
    batch = await settle_together([order.id for order in orders], by=SYSTEM)
    assert (batch.settled, batch.left_out, batch.others) == (len(orders), {}, [])


async def test_l1_l4_p5_both_ways_write_the_same_rows(rollback: None) -> None:
    orders = sorted(await of_one_supplier(3), key=lambda order: order.id)
    singly = await settled_by(one_by_one, orders)
    together = await settled_by(at_once, orders)
    assert {name: len(rows) for name, rows in together.items()} == {
        name: len(rows) for name, rows in singly.items()
    }
    assert len(together["Settlement"]) == 3
    for name, rows in singly.items():
        assert sorted(together[name]) == sorted(rows), name


async def test_the_fee_of_each_order_counts_those_before_it_in_the_batch(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = sorted(await of_one_supplier(3), key=lambda order: order.id)
    rule = fees.FeeRule.model_validate(
        {
            "id": "test", "from": "2026-01-01", "rate_bp": 100, "vat_bp": 600, "note": "",
            "free_orders": 1, "steps": [{"from_fen": orders[0].total_fen, "rate_bp": 50}],
        }
    )  # fmt: skip
    monkeypatch.setattr(fees, "rules", lambda: (rule,))
    singly = await settled_by(one_by_one, orders)
    together = await settled_by(at_once, orders)
    assert together["Settlement"] == singly["Settlement"]
    await at_once(orders)
    reasons = [
        row.calculation["fee_rule"]["reason"] for row in await Settlement.all().order_by("number")
    ]
    assert reasons == ["free", "standard", "volume"]


async def test_an_order_the_ledger_refuses_is_named_and_the_others_settle(rollback: None) -> None:
    orders = await of_one_supplier(3)
    broken = orders[1]
    await LedgerAccount.filter(code=order_held(broken.number).code).update(balance_fen=5)
    batch = await settle_due()
    assert batch.settled == 2
    assert list(batch.left_out) == [broken.number]
    assert {row.order_id for row in await Settlement.all()} == {
        order.id for order in orders if order is not broken
    }
    assert await ledger.balance_of(order_held(broken.number)) == 5
    assert await Payout.all().count() == await LedgerTransfer.all().count() == 2
    assert await due_orders() == [broken.id]


async def test_after_a_defect_the_batch_is_settled_one_by_one(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = await of_one_supplier(2)

    async def broken(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(batch_settlements, "settle_together", broken)
    assert await settle_periodically() == len(orders)
    assert await settle_periodically() == 0


async def test_p3_only_what_is_paid_accepted_and_due_is_taken(rollback: None) -> None:
    unpaid = await accepted(paid=(1,))
    retained = await accepted(paid=(3,))
    waiting = await unpaid_order()
    assert unpaid.order is not None
    assert retained.order is not None
    assert waiting.order is not None
    assert await due_orders() == [unpaid.order.id]
    retention = await Milestone.get(order_id=retained.order.id, position=3)
    assert retention.due_at is not None
    with clock.frozen_at(retention.due_at):
        assert await due_orders() == sorted([unpaid.order.id, retained.order.id])
        batch = await settle_together(
            [unpaid.order.id, retained.order.id, waiting.order.id], by=SYSTEM
        )
    assert (batch.settled, batch.left_out) == (2, {})
    assert await SettlementLine.all().count() == 2
    assert await verify_ledger() == []


async def test_an_order_with_a_reserved_voucher_goes_its_own_way(rollback: None) -> None:
    programme = await make_programme(mode="reimburse_buyer")
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    voucher = await redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    for position in (1, 2):
        payment = await intend_payment(
            deal.order, position=position, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
        )
        await record_received(payment, into=debit(CUSTODY_BANK, payment.amount_fen), by=SYSTEM)
    await accept(deal.order)
    batch = await settle_together([deal.order.id], by=SYSTEM)
    assert (batch.settled, [order.id for order in batch.others]) == (0, [deal.order.id])
    assert await Settlement.all().count() == 0
    assert (await settle_due()).settled == 1
    assert (await VoucherRedemption.get(id=voucher.id)).status == RedemptionStatus.REDEEMED


async def test_l3_a_batch_takes_a_hot_account_once(rollback: None) -> None:
    orders = await of_one_supplier(3)
    await at_once(orders)
    supplier = await orders[0].supplier
    account = await LedgerAccount.get(code=supplier_receivable(supplier.number).code)
    made = await Settlement.all()
    assert account.balance_fen == account.pending_fen == sum(row.net_fen for row in made)
    assert [row.number[-6:] for row in sorted(made, key=lambda row: row.number)] == [
        "000001", "000002", "000003",
    ]  # fmt: skip
