"""What orders, payments and disputes tell reputation, through the worker's own handlers."""

import datetime as dt
from typing import Any

import pytest

from billing.twin import twin
from market.disputes.deadlines import move_overdue_disputes
from market.disputes.models import Dispute
from market.disputes.observations import loser_of
from market.kit import clock, outbox
from market.orders.models import Order
from market.reputation.models import Figure, Observation
from market.reputation.states import Measure
from market.worker import HANDLERS
from tests.factories.billing import pay_stage, unpaid_order
from tests.factories.disputes import answer, make_dispute, measured, mediated
from tests.factories.orders import deliver, inspect, make_order

pytestmark = pytest.mark.usefixtures("rollback")


async def told() -> None:
    """What the outbox holds for reputation, worked off."""
    chosen: dict[str, tuple[outbox.Handler, ...]] = {
        topic: tuple(one for one in handlers if "observ" in one.__module__)
        for topic, handlers in HANDLERS.items()
    }
    await outbox.drain(chosen)


async def seen(organisation_id: Any) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for row in await Observation.filter(organisation_id=organisation_id).order_by("id"):
        found.setdefault(row.measure.value, []).append(row.is_hit)
    return found


async def test_a_good_deal_speaks_for_both_sides() -> None:
    deal = await unpaid_order()
    await pay_stage(deal, twin())
    await inspect(deal, await deliver(deal))
    await told()
    assert deal.order is not None
    assert await seen(deal.order.supplier_id) == {
        "on_time": [True], "first_inspection": [True], "supplier_disputes": [True],
    }  # fmt: skip
    assert await seen(deal.order.buyer_id) == {
        "pays_on_time": [True], "inspects": [True], "buyer_disputes": [True],
    }  # fmt: skip


async def test_late_payment_and_late_delivery_speak_against() -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    assert deal.order.due_at is not None
    with clock.frozen_at(deal.order.due_at + dt.timedelta(days=1)):
        await pay_stage(deal, twin())
        await inspect(deal, await deliver(deal))
        await told()
    assert (await seen(deal.order.supplier_id))["on_time"] == [False]
    assert (await seen(deal.order.buyer_id))["pays_on_time"] == [False]


async def test_a_rejection_that_the_measurement_finds_wrong_speaks_for_the_supplier() -> None:
    case = await make_dispute(amount_fen=24_000_000)
    await told()
    assert "first_inspection" not in await seen(case.order.supplier_id)  # in dispute: no verdict
    await measured(case, defects=0)
    await told()
    supplier, buyer = await seen(case.order.supplier_id), await seen(case.order.buyer_id)
    assert supplier["first_inspection"] == [True]
    assert supplier["supplier_disputes"] == [True]
    assert (buyer["buyer_disputes"], buyer["buyer_answers"]) == ([False], [True])


async def test_who_was_further_from_the_measured_amount_lost() -> None:
    case = await make_dispute(amount_fen=24_000_000)  # the buyer answers 0
    dispute = await measured(case, defects=20)  # 40 % of 50: 14.4 m
    order = await Order.get(id=case.order.id)
    assert dispute.amount_fen == 14_400_000
    assert loser_of(dispute, order) == order.buyer_id
    dispute.amount_fen = 9_000_000
    assert loser_of(dispute, order) == order.supplier_id
    dispute.amount_fen = 12_000_000
    assert loser_of(dispute, order) is None


async def test_settled_amounts_have_no_loser() -> None:
    case = await make_dispute(amount_fen=1)
    dispute = await answer(case, 24_000_000)
    assert loser_of(dispute, case.order) is None
    await told()
    assert (await seen(case.order.supplier_id))["supplier_disputes"] == [True]


async def test_silence_counts_as_no_answer() -> None:
    case = await make_dispute()
    assert case.dispute.due_at is not None
    with clock.frozen_at(case.dispute.due_at + dt.timedelta(seconds=1)):
        await move_overdue_disputes()
        await told()
    assert (await seen(case.order.buyer_id))["buyer_answers"] == [False]
    other = await make_dispute()
    await mediated(other)
    await told()
    assert (await seen(other.order.buyer_id))["buyer_answers"] == [True]
    assert await Dispute.all().count() == 2


async def test_an_order_under_way_tells_nothing_of_time() -> None:
    deal = await make_order()
    await told()
    assert deal.order is not None
    assert await seen(deal.order.supplier_id) == {}
    assert await Figure.filter(measure=Measure.ON_TIME).count() == 0
