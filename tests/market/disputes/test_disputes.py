"""Raising, answering and taking back a dispute: what holds the batch, and when amounts settle."""

import datetime as dt

import pytest

from market.disputes import deadlines, disputes
from market.disputes.disputes import AlreadyDisputed, NotDisputable, SampleDrawn
from market.disputes.models import Dispute
from market.disputes.parties import AmountOutOfRange
from market.disputes.states import DisputeStatus, Way
from market.kit import clock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.orders import batches, seeds
from market.orders.inspections import accept_silent_batches
from market.orders.models import DeliveryBatch, Milestone, Order
from market.orders.states import BatchStatus, OrderStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.disputes import (
    answer,
    being_measured,
    claim,
    decided_batch,
    make_dispute,
    mediated,
)

pytestmark = pytest.mark.usefixtures("rollback")
VALUE = 24_000_000  # 3000 at 80.00 yuan


async def batch_of(dispute: Dispute) -> DeliveryBatch:
    return await DeliveryBatch.get(id=dispute.batch_id)


async def topics() -> list[str]:
    rows = OutboxMessage.filter(topic__startswith="dispute.").order_by("id")
    return [row.topic for row in await rows]


async def test_a_supplier_disputes_a_rejection_naming_its_amount() -> None:
    case = await make_dispute(amount_fen=20_000_000)
    dispute = case.dispute
    assert (dispute.buyer_fen, dispute.supplier_fen, dispute.value_fen) == (None, 20_000_000, VALUE)
    assert dispute.respondent_id == case.deal.buyer.organisation_id
    assert dispute.due_at == clock.end_of_day(clock.add_working_days(clock.today(), 5))
    assert (await batch_of(dispute)).status == BatchStatus.DISPUTED
    assert await topics() == ["dispute.opened"]


async def test_an_accepted_batch_in_dispute_counts_as_accepted_no_more() -> None:
    case = await make_dispute(by="buyer")
    assert case.order.status == OrderStatus.COMPLETED
    assert case.order.accepted_quantity == 0
    await disputes.withdraw_dispute(case.dispute, by=case.deal.buyer)
    order = await Order.get(id=case.order.id)
    assert (order.accepted_quantity, order.status) == (order.quantity, OrderStatus.COMPLETED)
    assert await OutboxMessage.filter(topic="order.completed").count() == 1


async def test_only_verdicts_are_disputed_and_each_round_once() -> None:
    case = await make_dispute()
    with pytest.raises(NotDisputable):
        await disputes.open_dispute(case.batch, claim(1), by=case.deal.buyer)
    await answer(case, VALUE)  # crosses: accepted
    with pytest.raises(AlreadyDisputed):
        await disputes.open_dispute(case.batch, claim(1), by=case.deal.buyer)
    assert await Dispute.all().count() == 1


async def test_a_supplier_has_nothing_to_dispute_in_an_acceptance() -> None:
    deal, batch = await decided_batch(nonconforming=0)
    with pytest.raises(NotDisputable):
        await disputes.open_dispute(batch, claim(1), by=deal.supplier)
    with pytest.raises(InvalidInput) as refused:
        await disputes.open_dispute(batch, claim(VALUE), by=deal.buyer)
    assert set(refused.value.fields) == {"amount_fen"}
    assert await Dispute.all().count() == 0
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.ACCEPTED


async def test_strangers_and_viewers_raise_nothing() -> None:
    deal, batch = await decided_batch()
    assert deal.order is not None
    for by in (
        await actor(await make_organisation()),
        await actor(await deal.order.supplier, "viewer"),
    ):
        with pytest.raises(NotPermitted):
            await disputes.open_dispute(batch, claim(1), by=by)
    assert (await Dispute.all().count(), await topics()) == (0, [])


async def test_an_acceptance_is_disputed_while_money_is_held_or_soon_after_its_release() -> None:
    deal, batch = await decided_batch(nonconforming=0)
    assert batch.decided_at is not None
    late = batch.decided_at + dt.timedelta(days=15, seconds=1)
    await Milestone.filter(order_id=batch.order_id).update(released_at=clock.now())
    with clock.frozen_at(late), pytest.raises(NotDisputable):
        await disputes.open_dispute(batch, claim(0), by=deal.buyer)
    with clock.frozen_at(late - dt.timedelta(seconds=1)):
        first = await disputes.open_dispute(batch, claim(0), by=deal.buyer)
        await disputes.withdraw_dispute(first, by=deal.buyer)
    await Milestone.filter(order_id=batch.order_id, position=3).update(released_at=None)
    with clock.frozen_at(late):
        await disputes.open_dispute(batch, claim(0), by=deal.buyer)


async def test_amounts_that_do_not_meet_wait_for_mediation() -> None:
    case = await make_dispute(amount_fen=20_000_000)
    dispute = await answer(case, 10_000_000)
    assert dispute.status == DisputeStatus.ANSWERED
    assert (dispute.buyer_fen, dispute.supplier_fen) == (10_000_000, 20_000_000)
    assert dispute.due_at == clock.end_of_day(clock.add_working_days(clock.today(), 3))
    assert await topics() == ["dispute.opened", "dispute.answered"]


async def test_crossing_amounts_settle_in_the_middle_at_once() -> None:
    case = await make_dispute(amount_fen=18_000_001)
    dispute = await answer(case, 20_000_000)
    assert (dispute.status, dispute.way) == (DisputeStatus.RESOLVED, Way.AMOUNTS)
    assert (dispute.amount_fen, dispute.reduction_fen) == (19_000_000, 5_000_000)
    batch = await batch_of(dispute)
    assert (batch.status, batch.settled_fen) == (BatchStatus.PARTIALLY_ACCEPTED, 19_000_000)
    order = await Order.get(id=case.order.id)
    assert (order.status, order.accepted_quantity) == (OrderStatus.COMPLETED, order.quantity)
    assert await topics() == ["dispute.opened", "dispute.answered", "dispute.resolved"]


async def test_the_full_price_accepts_the_batch() -> None:
    case = await make_dispute(amount_fen=VALUE)
    dispute = await answer(case, VALUE)
    batch = await batch_of(dispute)
    assert (batch.status, batch.settled_fen) == (BatchStatus.ACCEPTED, None)
    assert dispute.reduction_fen == 0


async def test_nothing_leaves_the_rejection_and_the_right_to_rework() -> None:
    case = await make_dispute(by="buyer", nonconforming=8, amount_fen=0)
    dispute = await answer(case, 0)
    batch = await batch_of(dispute)
    assert (batch.status, batch.settled_fen, dispute.reduction_fen) == (
        BatchStatus.REJECTED, None, 0,
    )  # fmt: skip
    await batches.start_rework(batch, by=case.deal.supplier)
    assert (await Order.get(id=case.order.id)).status == OrderStatus.IN_PROGRESS


async def test_without_a_round_left_nothing_is_final_and_ends_the_order() -> None:
    case = await make_dispute(by="buyer", nonconforming=8, amount_fen=0)
    await Order.filter(id=case.order.id).update(rework_limit=0)
    dispute = await answer(case, 0)
    batch = await batch_of(dispute)
    assert (batch.status, batch.settled_fen) == (BatchStatus.REJECTED, 0)
    assert dispute.reduction_fen == VALUE
    order = await Order.get(id=case.order.id)
    assert (order.status, order.accepted_quantity) == (OrderStatus.COMPLETED, 0)


async def test_an_answer_is_the_other_sides_and_within_the_price() -> None:
    case = await make_dispute()
    with pytest.raises(NotPermitted):
        await disputes.answer_dispute(case.dispute, answer_input(1), by=case.deal.supplier)
    with pytest.raises(AmountOutOfRange):
        await answer(case, VALUE + 1)
    await answer(case, 1)
    with pytest.raises(InvalidTransition):
        await answer(case, 1)
    assert (await Dispute.get(id=case.dispute.id)).buyer_fen == 1


def answer_input(amount_fen: int) -> disputes.AnswerInput:
    return disputes.AnswerInput(text="我方不同意该主张，理由见附件。", amount_fen=amount_fen)


async def test_silence_becomes_mediation() -> None:
    case = await make_dispute()
    assert case.dispute.due_at is not None
    with clock.frozen_at(case.dispute.due_at):
        assert await deadlines.move_overdue_disputes() == 0
    with clock.frozen_at(case.dispute.due_at + dt.timedelta(seconds=1)):
        assert await deadlines.move_overdue_disputes() == 1
        assert await deadlines.move_overdue_disputes() == 0
    dispute = await Dispute.get(id=case.dispute.id)
    assert (dispute.status, dispute.buyer_fen) == (DisputeStatus.MEDIATION, None)


async def test_mediation_cannot_be_taken_back_and_only_by_the_claimant_before() -> None:
    case = await make_dispute()
    with pytest.raises(NotPermitted):
        await disputes.withdraw_dispute(case.dispute, by=case.deal.buyer)
    dispute = await mediated(case)
    with pytest.raises(InvalidTransition):
        await disputes.withdraw_dispute(dispute, by=case.deal.supplier)
    assert (await batch_of(dispute)).status == BatchStatus.DISPUTED


async def test_a_batch_in_dispute_is_not_accepted_by_silence() -> None:
    case = await make_dispute()
    await DeliveryBatch.filter(id=case.batch.id).update(
        accept_by=clock.now() - dt.timedelta(days=1)
    )
    assert await accept_silent_batches() == 0
    assert (await batch_of(case.dispute)).status == BatchStatus.DISPUTED


async def test_each_side_may_put_its_own_secret_into_the_draw_until_it_is_made() -> None:
    case = await make_dispute()
    own = "供应方自己的随机字符串-2026"
    dispute = await disputes.commit_own_seed(case.dispute, secret=own, by=case.deal.supplier)
    assert dispute.supplier_commitment == seeds.commitment(own)
    assert dispute.buyer_commitment == case.dispute.buyer_commitment
    dispute, measurement = await being_measured(case)
    assert measurement.supplier_secret == own
    with pytest.raises(SampleDrawn):
        await disputes.commit_own_seed(dispute, secret=own + "!", by=case.deal.supplier)
