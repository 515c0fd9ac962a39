"""What stands on a buyer's desk to be paid, from when it is due until it is paid."""

import datetime as dt

from billing import payments
from billing.states import PaymentMethod
from billing.twin import Twin
from market.job_tasks import Task
from market.kit import clock
from market.kit.actor import Actor
from market.workspace import desk_of
from tests.factories.billing import pay_stage, unpaid_order
from tests.factories.orders import deliver, inspect


async def to_pay(by: Actor) -> list[Task]:
    """The lines of the desk about payments."""
    todo, _waiting = await desk_of(by)
    return [task for task in todo if task.noun == "payment"]


async def test_a_due_stage_stands_there_until_it_is_paid(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    order = deal.order
    assert order is not None
    [task] = await to_pay(deal.buyer)
    assert (task.action, task.url) == ("支付预付款", f"/orders/{order.number}/stages/1/pay")
    assert task.due_at is not None
    begun = await payments.intend_payment(
        order, position=1, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    [task] = await to_pay(deal.buyer)
    assert task.url == f"/payments/{begun.number}"
    await pay_stage(deal, processor)
    assert await to_pay(deal.buyer) == []
    await inspect(deal, await deliver(deal, quantity=str(order.quantity)))
    assert [task.action for task in await to_pay(deal.buyer)] == ["支付验收款"]
    assert await to_pay(deal.supplier) == []
    with clock.frozen_at(clock.now() + dt.timedelta(days=70)):  # the retention is due after 90
        assert [task.action for task in await to_pay(deal.buyer)] == ["支付验收款", "支付质保款"]
    with clock.frozen_at(clock.now() + dt.timedelta(days=100)):  # both are late: one line
        assert [task.action for task in await to_pay(deal.buyer)] == ["支付逾期款"]
