"""Accepted and paid orders in number for `market bench settle`, written as rows: their making is not measured."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tortoise.models import Model

from billing.chart import CUSTODY_BANK, buyer_payable, credit, debit, order_held, order_pledged
from billing.ledger import Book, lock_accounts
from billing.models import Payment
from billing.payments import receipt_key
from billing.states import PaymentMethod, PaymentStatus
from market.accounts.models import Organisation
from market.bench.simulation import world
from market.bench.simulation.tables import columns
from market.kit import clock, db, rows
from market.orders.models import Contract, Milestone, Order, OrderLine
from market.orders.states import MilestoneKind, OrderStatus

CHUNK = 500


async def write(count: int, *, first: int) -> list[Order]:
    """`count` orders of the world's one supplier, numbered from `first`: accepted, two stages paid."""
    made: list[Order] = []
    supplier = await Organisation.get(number=world.SUPPLIER)
    for start in range(first, first + count, CHUNK):
        numbers = range(start, min(start + CHUNK, first + count))
        made += await _write(numbers, supplier)
    return made


@db.atomic()
async def _write(numbers: Sequence[int], supplier: Organisation) -> list[Order]:
    found: dict[type[Model], list[Any]] = defaultdict(list)
    buyer = await Organisation.get(number=world.BUYER)
    made = world.orders_of(buyer, supplier, numbers, lambda row: found[type(row)].append(row))
    for order in made:
        order.status, order.accepted_quantity = OrderStatus.COMPLETED, order.quantity
    paid = [row for row in found[Milestone] if row.kind != MilestoneKind.RETENTION]
    for milestone in paid:
        milestone.reached_at = clock.now()
    payments = [
        Payment(
            number=f"P-{milestone.id.hex[-18:]}", order_id=milestone.order_id,
            milestone_id=milestone.id, payer_id=buyer.id, method=PaymentMethod.BANK_TRANSFER,
            amount_fen=milestone.amount_fen, status=PaymentStatus.SUCCEEDED, paid_at=clock.now(),
        )
        for milestone in paid
    ]  # fmt: skip
    for model in (Contract, Order, OrderLine, Milestone):
        await _insert(model, found[model])
    await _insert(Payment, payments)
    await _receive(made, payments)
    return made


async def _insert(model: type[Model], made: Sequence[Model]) -> None:
    names = columns(model)
    await rows.insert(model, [{name: getattr(row, name) for name in names} for row in made])


async def _receive(made: Sequence[Order], payments: Sequence[Payment]) -> None:
    """What was promised and what came in, on the ledger."""
    accounts = {
        account
        for order in made
        for account in (
            buyer_payable(order.number), order_pledged(order.number), order_held(order.number),
        )
    }  # fmt: skip
    book = Book(await lock_accounts(accounts | {CUSTODY_BANK}))
    by_id = {order.id: order for order in made}
    for order in made:
        owed, promised = buyer_payable(order.number), order_pledged(order.number)
        legs = [debit(owed, order.total_fen), credit(promised, order.total_fen)]
        book.post(legs, kind="pledge", key=f"pledge:{order.id}", order=order)
    for payment in payments:
        order, fen = by_id[payment.order_id], payment.amount_fen
        legs = [
            debit(CUSTODY_BANK, fen), credit(buyer_payable(order.number), fen),
            debit(order_pledged(order.number), fen), credit(order_held(order.number), fen),
        ]  # fmt: skip
        book.post(legs, kind="payment", key=receipt_key(payment), order=order)
    await book.write()
