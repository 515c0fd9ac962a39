"""The order: funding, refund, and who may cancel it when."""

import datetime as dt

import pytest

from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.orders import orders
from market.orders.models import Contract, Milestone, Order
from market.orders.orders import AdvanceNotOverdue
from market.orders.states import ContractStatus, OrderStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import Deal, make_order

pytestmark = pytest.mark.usefixtures("rollback")
BILLING = Actor.system("billing")


async def statuses(deal: Deal) -> tuple[str, str]:
    contract = await Contract.get(id=deal.contract.id)
    return (await Order.get(contract_id=contract.id)).status, contract.status


async def topics() -> set[str]:
    return {message.topic for message in await OutboxMessage.filter(topic__startswith="order.")}


async def test_funding_happens_once() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    await orders.mark_funded(deal.order, by=BILLING)
    with pytest.raises(InvalidTransition):
        await orders.mark_funded(deal.order, by=BILLING)
    assert await OutboxMessage.filter(topic="order.funded").count() == 1
    assert await statuses(deal) == (OrderStatus.FUNDED, ContractStatus.ACTIVE)


async def test_a_refund_ends_order_and_contract() -> None:
    deal = await make_order()
    assert deal.order is not None
    await orders.mark_refunded(deal.order, by=BILLING)
    assert await statuses(deal) == (OrderStatus.REFUNDED, ContractStatus.TERMINATED)


async def test_an_unfunded_order_has_nothing_to_refund() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    with pytest.raises(InvalidTransition):
        await orders.mark_refunded(deal.order, by=BILLING)
    assert await statuses(deal) == (OrderStatus.PLACED, ContractStatus.ACTIVE)


async def test_the_buyer_cancels_before_funding() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    await orders.cancel_order(deal.order, reason="预算撤销", by=deal.buyer)
    assert await statuses(deal) == (OrderStatus.CANCELLED, ContractStatus.TERMINATED)
    assert "order.cancelled" in await topics()


async def test_nobody_cancels_after_funding() -> None:
    deal = await make_order()
    assert deal.order is not None
    with pytest.raises(InvalidTransition):
        await orders.cancel_order(deal.order, reason="预算撤销", by=deal.buyer)
    assert await statuses(deal) == (OrderStatus.FUNDED, ContractStatus.ACTIVE)
    assert "order.cancelled" not in await topics()


async def test_the_supplier_cancels_once_the_advance_is_overdue() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    advance = await Milestone.get(order_id=deal.order.id, position=1)
    assert advance.due_at is not None
    with pytest.raises(AdvanceNotOverdue):
        await orders.cancel_order(deal.order, reason="未付预付款", by=deal.supplier)
    assert await statuses(deal) == (OrderStatus.PLACED, ContractStatus.ACTIVE)
    with clock.frozen_at(advance.due_at + dt.timedelta(seconds=1)):
        await orders.cancel_order(deal.order, reason="未付预付款", by=deal.supplier)
    assert await statuses(deal) == (OrderStatus.CANCELLED, ContractStatus.TERMINATED)


async def test_cancelling_is_an_owners_act_of_a_party() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    hospital = await deal.order.buyer
    for other in (await actor(hospital, "buyer"), await actor(await make_organisation())):
        with pytest.raises(NotPermitted):
            await orders.cancel_order(deal.order, reason="预算撤销", by=other)
    assert await statuses(deal) == (OrderStatus.PLACED, ContractStatus.ACTIVE)
