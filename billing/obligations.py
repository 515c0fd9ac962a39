"""What a buyer owes for an order: raised when it is placed, withdrawn when it ends."""

from uuid import UUID

from billing import ledger
from billing.chart import buyer_payable, credit, debit, order_pledged
from billing.ledger_models import LedgerTransaction
from market.kit.db import atomic, lock, lock_id
from market.kit.outbox import Message
from market.orders.change_models import ContractVersion
from market.orders.models import Order
from market.orders.states import OrderStatus

OVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


def _key(order: Order) -> str:
    return f"pledge:{order.id}"


@atomic()
async def pledge_order(order: Order) -> LedgerTransaction:
    """The buyer owes the total it signed at first, the order is promised it; once per order."""
    signed = await ContractVersion.get_or_none(contract_id=order.contract_id, number=1)
    return await _pledge(order, signed.total_fen if signed else order.total_fen, key=_key(order))


@atomic()
async def adjust_pledge(order_id: UUID, *, change: str, delta_fen: int) -> None:
    """A signed change of the contract raises or lowers what is owed; once per change."""
    order = await lock_id(Order, order_id)
    if delta_fen and order.status not in OVER:
        await pledge_order(order)
        await _pledge(order, delta_fen, key=f"{_key(order)}:{change}")


async def _pledge(order: Order, fen: int, *, key: str) -> LedgerTransaction:
    owed, promised = buyer_payable(order.number), order_pledged(order.number)
    legs = (
        [debit(owed, fen), credit(promised, fen)]
        if fen > 0
        else [credit(owed, -fen), debit(promised, -fen)]
    )
    return await ledger.post(legs, kind="pledge", key=key, order=order)


@atomic()
async def withdraw_pledge(order: Order) -> None:
    """Nothing is owed any more; once, after every payment of the order went back."""
    order = await lock(order)
    # the latest first: no account may cross zero on the way
    for pledge in await LedgerTransaction.filter(key__startswith=_key(order)).order_by("-id"):
        if not await LedgerTransaction.exists(reverses_id=pledge.id):
            await ledger.reverse(pledge, kind="pledge_withdrawn")


async def on_order_placed(message: Message) -> None:
    """Raise the obligation of a new order (not of one cancelled before we came to it)."""
    await _pledge_if_open(UUID(message.payload["order"]))


@atomic()
async def _pledge_if_open(order_id: UUID) -> None:
    order = await lock_id(Order, order_id)
    if order.status not in OVER:
        await pledge_order(order)
