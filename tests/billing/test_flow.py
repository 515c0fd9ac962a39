"""From the unpaid order to the supplier's money, through the twin, with the ledger sound throughout."""

from billing import ledger
from billing.chart import (
    PLATFORM_FEE,
    PROCESSOR_CLEARING,
    TAX,
    buyer_payable,
    order_held,
    order_pledged,
    supplier_receivable,
)
from billing.models import Payout, Settlement
from billing.states import PaymentStatus, PayoutStatus
from billing.twin import Twin
from billing.verification import verify_ledger
from market.accounts.models import Organisation
from market.orders.states import OrderStatus
from tests.factories.billing import drained, pay_stage, reloaded, topics, unpaid_order
from tests.factories.orders import deliver, inspect


async def test_order_is_paid_held_released_and_paid_out(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    number, total = deal.order.number, deal.order.total_fen
    assert await ledger.balance_of(buyer_payable(number)) == total

    payment = await pay_stage(deal, processor)
    assert payment.status == PaymentStatus.SUCCEEDED
    assert payment.amount_fen == total * 3 // 10
    deal = await reloaded(deal)
    assert deal.order is not None
    assert deal.order.status == OrderStatus.FUNDED
    assert await ledger.balance_of(order_held(number)) == payment.amount_fen
    assert await ledger.balance_of(order_pledged(number)) == total - payment.amount_fen
    assert await Settlement.all().count() == 0

    await inspect(deal, await deliver(deal))
    await drained()
    settlement = await Settlement.get()
    assert (settlement.gross_fen, settlement.cash_fen) == (7_200_000, 7_200_000)
    assert (settlement.fee_fen, settlement.net_fen) == (72_000, 7_128_000)
    payout = await Payout.get()
    assert (payout.amount_fen, payout.status) == (7_128_000, PayoutStatus.PAID)

    await pay_stage(deal, processor, position=2)
    await drained()
    assert await Settlement.all().count() == 2
    supplier = await Organisation.get(id=deal.order.supplier_id)
    assert await ledger.balance_of(supplier_receivable(supplier.number)) == 0
    assert await ledger.balance_of(order_held(number)) == 0
    fee = await ledger.balance_of(PLATFORM_FEE) + await ledger.balance_of(TAX)
    assert fee == 72_000 + 144_000
    assert await ledger.balance_of(PROCESSOR_CLEARING) == fee
    assert await verify_ledger() == []
    assert (await topics()).count("order.settled") == 2
