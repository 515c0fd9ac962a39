"""Disputes under concurrency: one result, one reduction, one refund; and without the lock, two."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from billing import reductions, refunds
from billing.models import PriceReduction, Refund, Settlement
from billing.reductions import reduce_order
from billing.settlements import settle_order
from billing.stages import Stage
from billing.twin import Twin, twin
from billing.verification import verify_ledger
from market.disputes import disputes, mediation, resolutions
from market.disputes.forms import DecisionInput, ReferralInput
from market.disputes.models import Dispute
from market.disputes.states import DecisionCode, DisputeStatus
from market.kit.errors import Conflict
from market.kit.outbox import OutboxMessage
from market.orders.models import DeliveryBatch, Milestone, Order
from market.orders.states import BatchStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import SYSTEM, pay_stage, unpaid_order
from tests.factories.disputes import (
    TEXT,
    Case,
    answer,
    claim,
    decided_batch,
    make_dispute,
    proposed,
)

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]


@pytest.fixture
def processor() -> Twin:
    """The payment twin with nothing waiting."""
    found = twin()
    found.take_deliveries()
    return found


async def together(*works: Awaitable[Any]) -> list[Any]:
    """Everything at once; refusals are outcomes, anything else is a defect."""
    async with asyncio.timeout(90):  # a race that waits for ever is a failure, too
        outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(
            outcome, Conflict | IntegrityError
        ):
            raise outcome
    return outcomes


async def resolved_for_less(processor: Twin) -> Case:
    """A paid, accepted and disputed batch, settled at 19 of 24 m; billing has not come to it yet."""
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    case = await make_dispute(by="buyer", deal=deal, amount_fen=19_000_000)
    await answer(case, 19_000_000)
    return case


async def test_a_dispute_has_one_result() -> None:
    case = await make_dispute()
    dispute = await proposed(case, 20_000_000)
    await mediation.refer_dispute(dispute, ReferralInput(text=TEXT), by=case.deal.buyer)
    await mediation.agree_to_proposal(dispute, amount_fen=20_000_000, by=case.deal.buyer)
    bureau = await actor(await make_organisation(kind="bureau", region_code="370100"))
    decision = DecisionInput(amount_fen=15_000_000, code=DecisionCode.EXCEPTIONAL, text=TEXT)
    outcomes = await together(
        mediation.agree_to_proposal(dispute, amount_fen=20_000_000, by=case.deal.supplier),
        resolutions.decide_dispute(dispute, decision, by=bureau),
        mediation.order_measurement(dispute, by=case.mediator),
    )
    found = await Dispute.get(id=dispute.id)
    told = [
        row
        for row in await OutboxMessage.filter(topic="dispute.resolved")
        if row.payload["dispute"] == str(dispute.id)
    ]
    if found.status == DisputeStatus.RESOLVED:
        assert found.amount_fen in (20_000_000, 15_000_000)
        assert len(told) == 1
        batch = await DeliveryBatch.get(id=case.batch.id)
        assert (batch.status, batch.settled_fen) == (
            BatchStatus.PARTIALLY_ACCEPTED, found.amount_fen,
        )  # fmt: skip
    assert any(isinstance(one, Conflict) for one in outcomes)


async def test_p1_resolution_and_settlement_at_once(processor: Twin) -> None:
    case = await resolved_for_less(processor)
    await together(
        *(settle_order(case.order, by=SYSTEM) for _ in range(5)),
        *(reduce_order(case.order.id, by=SYSTEM) for _ in range(5)),
    )
    reduction = await PriceReduction.get(order=case.order)
    assert (reduction.amount_fen, reduction.covered_fen) == (5_000_000, 5_000_000)
    assert [row.amount_fen for row in await Refund.filter(order=case.order)] == [1_500_000]
    settlements = await Settlement.filter(order=case.order)
    assert [row.gross_fen for row in settlements] == [5_700_000]
    assert await verify_ledger() == []


async def test_without_the_lock_the_excess_goes_back_twice(
    processor: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await resolved_for_less(processor)
    barrier, met = asyncio.Barrier(2), []
    read_excess = refunds.excess_of
    real_excess = reductions._return_excess

    async def nothing(_order: Order, *, reason: str) -> None:
        return None

    monkeypatch.setattr(reductions, "_return_excess", nothing)
    await reduce_order(case.order.id, by=SYSTEM)

    async def read(stage: Stage) -> int:
        excess = await read_excess(stage)
        if excess and len(met) < 2:  # both know the excess before either sends it
            met.append(excess)
            await barrier.wait()
        return excess

    monkeypatch.setattr(refunds, "excess_of", read)
    await together(*(real_excess(case.order, reason="争议结果") for _ in range(2)))
    sent = [row.amount_fen for row in await Refund.filter(order=case.order)]
    assert sent == [1_500_000] * 2 or sum(sent) == 1_500_000 * len(sent) > 1_500_000


async def test_p3_a_dispute_and_a_release_at_once(processor: Twin) -> None:
    for _attempt in range(3):
        deal = await unpaid_order()
        await pay_stage(deal, processor)
        deal, batch = await decided_batch(deal, nonconforming=0)
        assert deal.order is not None
        await together(
            disputes.open_dispute(batch, claim(1), by=deal.buyer),
            settle_order(await Order.get(id=deal.order.id), by=SYSTEM),
        )
        opened = await Dispute.get(order_id=deal.order.id)
        stage = await Milestone.get(order_id=deal.order.id, position=1)
        made = await Settlement.filter(order_id=deal.order.id)
        if made:  # released first: the dispute came to an order whose advance was gone
            assert stage.released_at is not None
            assert made[0].settled_at <= opened.created_at
        else:
            assert stage.released_at is None
        assert await settle_order(await Order.get(id=deal.order.id), by=SYSTEM) is None
    assert await verify_ledger() == []


async def test_both_sides_dispute_one_rejection_at_once() -> None:
    deal, batch = await decided_batch()
    outcomes = await together(
        disputes.open_dispute(batch, claim(20_000_000), by=deal.supplier),
        disputes.open_dispute(batch, claim(1_000_000), by=deal.buyer),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Dispute", "NotDisputable"]
    assert await Dispute.filter(batch_id=batch.id).count() == 1
