"""What a buyer owes for an order: raised when it is placed, withdrawn when it ends."""

from uuid import UUID

from billing import ledger
from billing.chart import buyer_payable, credit, debit, order_pledged
from billing.ledger_models import LedgerTransaction
from market.kit.db import atomic, lock, lock_id
from market.kit.outbox import Message
from market.orders.models import Order
from market.orders.states import OrderStatus


def _key(order: Order) -> str:
    return f"pledge:{order.id}"


@atomic()
async def pledge_order(order: Order) -> LedgerTransaction:
    """The buyer owes the contract's total, the order is promised it; once per order."""
    return await ledger.post(
        [
            debit(buyer_payable(order.number), order.total_fen),
            credit(order_pledged(order.number), order.total_fen),
        ],
        kind="pledge",
        key=_key(order),
        order=order,
    )


@atomic()
async def withdraw_pledge(order: Order) -> None:
    """Nothing is owed any more; once, after every payment of the order went back."""
    order = await lock(order)
    pledge = await LedgerTransaction.get_or_none(key=_key(order))
    if pledge and not await LedgerTransaction.exists(reverses_id=pledge.id):
        await ledger.reverse(pledge, kind="pledge_withdrawn")


async def on_order_placed(message: Message) -> None:
    """Raise the obligation of a new order (not of one cancelled before we came to it)."""
    await _pledge_if_open(UUID(message.payload["order"]))


@atomic()
async def _pledge_if_open(order_id: UUID) -> None:
    order = await lock_id(Order, order_id)
    if order.status not in (OrderStatus.CANCELLED, OrderStatus.REFUNDED):
        await pledge_order(order)
