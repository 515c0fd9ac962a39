"""Delivery: planned, committed, submitted, drawn, inspected, reworked, accepted - and refused."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from market.kit import clock
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.orders import batches, inspections, manifests, sampling, seeds
from market.orders.batches import BatchPlanned, DrawFixed, OrderNotFunded, ReworkExhausted
from market.orders.forms import Finding
from market.orders.inspections import (
    InspectionRunning,
    NotBeingInspected,
    OrderNotUnderWay,
)
from market.orders.models import (
    AcceptanceSample,
    DeliveredItem,
    DeliveryBatch,
    Milestone,
    Order,
)
from market.orders.orders import mark_refunded
from market.orders.severities import InspectionStopped, switching_of
from market.orders.states import BatchStatus, OrderStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import Deal, deliver, inspect, make_items, make_order

pytestmark = pytest.mark.usefixtures("rollback")
DELIVERED_AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)  # a Friday
SECRET = "a secret of our own, long enough"


async def topics(start: str = "batch.") -> list[str]:
    messages = await OutboxMessage.filter(topic__startswith=start).order_by("id")
    return [message.topic for message in messages]


async def order_of(deal: Deal) -> Order:
    assert deal.order is not None
    return await Order.get(id=deal.order.id)


async def test_planning_commits_both_sides_before_anything_is_delivered() -> None:
    deal = await make_order()
    assert deal.order is not None
    batch = await batches.plan_batch(deal.order, by=deal.supplier)
    assert (batch.sequence, batch.status) == (1, BatchStatus.PLANNED)
    assert len(batch.buyer_commitment) == len(batch.supplier_commitment) == 64
    assert batch.buyer_commitment != batch.supplier_commitment
    stored = await DeliveryBatch.get(id=batch.id)
    assert stored.buyer_secret is not None
    secret = seeds.open_sealed(batch.id, bytes(stored.buyer_secret))
    assert seeds.commitment(secret) == stored.buyer_commitment
    assert secret.encode() not in bytes(stored.buyer_secret)
    entry = await LogEntry.get(subject_id=batch.id, action="planned")
    assert entry.after["buyer_commitment"] == batch.buyer_commitment
    assert secret not in str(entry.after)


async def test_one_batch_is_prepared_at_a_time() -> None:
    deal = await make_order()
    assert deal.order is not None
    await batches.plan_batch(deal.order, by=deal.supplier)
    with pytest.raises(BatchPlanned):
        await batches.plan_batch(deal.order, by=deal.supplier)
    assert await DeliveryBatch.all().count() == 1


async def test_nothing_is_delivered_before_the_money_is_in_custody() -> None:
    deal = await make_order(funded=False)
    assert deal.order is not None
    with pytest.raises(OrderNotFunded):
        await batches.plan_batch(deal.order, by=deal.supplier)
    assert await DeliveryBatch.all().count() == 0


async def test_delivery_and_inspection_are_each_sides_own() -> None:
    deal = await make_order()
    assert deal.order is not None
    with pytest.raises(NotPermitted):
        await batches.plan_batch(deal.order, by=deal.buyer)
    batch = await deliver(deal)
    with pytest.raises(NotPermitted):
        await inspections.draw_sample(batch, by=deal.supplier)
    stranger = await actor(await make_organisation())
    with pytest.raises(NotPermitted):
        await inspections.draw_sample(batch, by=stranger)
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.SUBMITTED
    assert await AcceptanceSample.all().count() == 0


async def test_submitting_fixes_the_manifest_and_starts_the_window() -> None:
    deal = await make_order()
    items = make_items(200)
    with clock.frozen_at(DELIVERED_AT):
        batch = await deliver(deal, items=items)
    assert batch.status == BatchStatus.SUBMITTED
    assert (batch.item_count, batch.quantity) == (200, Decimal(3000))
    assert batch.manifest_digest == manifests.digest_of(items)
    assert batch.accept_by == clock.end_of_day(dt.date(2026, 12, 4))
    assert await DeliveredItem.filter(batch_id=batch.id).count() == 200
    assert (await order_of(deal)).status == OrderStatus.IN_PROGRESS
    assert await topics() == ["batch.submitted"]


async def test_more_than_the_order_holds_is_refused() -> None:
    deal = await make_order()
    await deliver(deal, quantity="2000")
    with pytest.raises(InvalidInput) as refused:
        await deliver(deal, quantity="1000.01")
    assert refused.value.fields == {"quantity": "最多还可交付1000例"}
    assert await topics() == ["batch.submitted"]
    second = await DeliveryBatch.get(sequence=2)
    assert second.status == BatchStatus.PLANNED
    assert await DeliveredItem.filter(batch_id=second.id).count() == 0
    await deliver(deal, quantity="1000", batch=second)


async def test_a_file_is_delivered_once_in_an_order() -> None:
    deal = await make_order()
    first = await deliver(deal, quantity="1000", items=make_items(3))
    again = [*make_items(1, prefix="new"), *make_items(2)]
    with pytest.raises(InvalidInput) as refused:
        await deliver(deal, quantity="1000", items=again)
    assert refused.value.fields["manifest"] == (
        f"第1行：已在批次{first.number}中交付; 第2行：已在批次{first.number}中交付"
    )
    assert await DeliveredItem.all().count() == 3


async def test_the_draw_follows_the_plan_and_can_be_repeated_by_anybody() -> None:
    deal = await make_order()
    items = make_items(3000)
    batch = await deliver(deal, items=items)
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    assert (sample.letter, sample.sample_size) == ("K", 125)
    assert (sample.acceptance_number, sample.rejection_number) == (7, 8)
    assert (sample.level, sample.severity) == ("II", "normal")
    assert seeds.commitment(sample.buyer_secret) == batch.buyer_commitment
    assert seeds.commitment(sample.supplier_secret) == batch.supplier_commitment
    seed = sampling.joint_seed(
        sample.buyer_secret.encode(),
        sample.supplier_secret.encode(),
        bytes.fromhex(manifests.digest_of(items)),
    )
    assert sample.seed == seed.hex()
    assert sample.indices == sampling.draw_sample(3000, 125, seed)
    assert sample.items == [items[index].name for index in sample.indices]


async def test_a_sides_own_secret_enters_the_draw_until_the_delivery_fixes_it() -> None:
    deal = await make_order()
    assert deal.order is not None
    batch = await batches.plan_batch(deal.order, by=deal.supplier)
    supplier_commitment = batch.supplier_commitment
    batch = await batches.commit_seed(batch, secret=SECRET, by=deal.buyer)
    assert batch.buyer_commitment == seeds.commitment(SECRET)
    assert batch.supplier_commitment == supplier_commitment
    batch = await deliver(deal, batch=batch)
    with pytest.raises(DrawFixed):
        await batches.commit_seed(batch, secret=SECRET[::-1], by=deal.supplier)
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    assert sample.buyer_secret == SECRET
    assert sample.supplier_commitment == supplier_commitment
    assert SECRET not in str(
        [entry.after for entry in await LogEntry.filter(action="seed_committed")]
    )


async def test_as_many_as_the_acceptance_number_accepts_and_completes() -> None:
    deal = await make_order()
    with clock.frozen_at(DELIVERED_AT):
        batch = await deliver(deal, items=make_items(3000))
        batch = await inspect(deal, batch, nonconforming=7)
    assert batch.status == BatchStatus.ACCEPTED
    order = await order_of(deal)
    assert (order.status, order.completed_at) == (OrderStatus.COMPLETED, DELIVERED_AT)
    assert order.accepted_quantity == Decimal(3000)
    _advance, acceptance, retention = await Milestone.filter(order_id=order.id).order_by("position")
    assert acceptance.reached_at == retention.reached_at == DELIVERED_AT
    assert acceptance.due_at == clock.end_of_day(dt.date(2026, 12, 4))
    assert retention.due_at == clock.end_of_day(dt.date(2027, 2, 18))
    assert await topics() == ["batch.submitted", "batch.accepted"]
    assert (await topics("order."))[-1] == "order.completed"


async def test_a_part_accepted_completes_nothing() -> None:
    deal = await make_order()
    await inspect(deal, await deliver(deal, quantity="1200.50"))
    order = await order_of(deal)
    assert (order.status, order.accepted_quantity) == (OrderStatus.IN_PROGRESS, Decimal("1200.50"))
    assert await Milestone.filter(order_id=order.id, reached_at=None).count() == 2


async def test_one_more_rejects_and_rework_goes_another_round_with_fresh_seeds() -> None:
    deal = await make_order()
    items = make_items(3000)
    batch = await inspect(deal, await deliver(deal, items=items), nonconforming=8)
    assert batch.status == BatchStatus.REJECTED
    first = await AcceptanceSample.get(batch_id=batch.id, round=1)
    assert first.nonconforming[0] == {
        "item": first.items[0],
        "defect": "missed",
        "gravity": "major",
        "note": "",
    }
    assert (await order_of(deal)).accepted_quantity == 0
    with pytest.raises(InvalidTransition):
        await deliver(deal, batch=batch, items=items)
    batch = await batches.start_rework(batch, by=deal.supplier)
    assert (batch.status, batch.round) == (BatchStatus.REWORK, 2)
    assert batch.buyer_commitment != first.buyer_commitment
    batch = await deliver(deal, batch=batch, items=items)
    assert await DeliveredItem.all().count() == 3000
    batch = await inspect(deal, batch)
    assert batch.status == BatchStatus.ACCEPTED
    second = await AcceptanceSample.get(batch_id=batch.id, round=2)
    assert second.seed != first.seed
    assert (await order_of(deal)).status == OrderStatus.COMPLETED
    assert await topics() == [
        "batch.submitted",
        "batch.rejected",
        "batch.submitted",
        "batch.accepted",
    ]


async def test_rework_is_bounded_by_the_contract() -> None:
    deal = await make_order()
    batch = await deliver(deal)
    for expected in (2, 3):
        batch = await batches.start_rework(
            await inspect(deal, batch, nonconforming=20), by=deal.supplier
        )
        assert batch.round == expected
        batch = await deliver(deal, batch=batch)
    batch = await inspect(deal, batch, nonconforming=20)
    with pytest.raises(ReworkExhausted):
        await batches.start_rework(batch, by=deal.supplier)
    assert (await DeliveryBatch.get(id=batch.id)).round == 3


@pytest.mark.parametrize("listed", ["foreign", "twice"])
async def test_only_drawn_items_are_found_nonconforming_and_only_once(listed: str) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    names = ["none.nii"] if listed == "foreign" else [sample.items[0]] * 2
    with pytest.raises(InvalidInput):
        await inspections.record_inspection(
            batch, [Finding(item=name, defect="missed") for name in names], by=deal.buyer
        )
    stored = await AcceptanceSample.get(id=sample.id)
    assert (stored.verdict, stored.inspected_at, stored.nonconforming) == ("", None, [])
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.SAMPLING


async def test_an_inspection_needs_its_sample() -> None:
    deal = await make_order()
    batch = await deliver(deal)
    with pytest.raises(NotBeingInspected):
        await inspections.record_inspection(batch, [], by=deal.buyer)
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.SUBMITTED


async def test_a_refunded_order_takes_no_further_inspection() -> None:
    deal = await make_order()
    batch = await deliver(deal)
    await mark_refunded(await order_of(deal), by=deal.buyer)
    with pytest.raises(OrderNotUnderWay):
        await inspections.draw_sample(batch, by=deal.buyer)
    with clock.frozen_at(batch.accept_by + dt.timedelta(days=30)):
        assert await inspections.accept_silent_batches() == 0
    assert await AcceptanceSample.all().count() == 0


@pytest.mark.parametrize("is_drawn", [False, True])
async def test_silence_past_the_window_accepts_and_says_so(is_drawn: bool) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    if is_drawn:
        await inspections.draw_sample(batch, by=deal.buyer)
    assert batch.accept_by is not None
    with clock.frozen_at(batch.accept_by):
        assert await inspections.accept_silent_batches() == 0
    with clock.frozen_at(batch.accept_by + dt.timedelta(seconds=1)):
        assert await inspections.accept_silent_batches() == 1
        assert await inspections.accept_silent_batches() == 0
    stored = await DeliveryBatch.get(id=batch.id)
    assert (stored.status, stored.is_accepted_by_silence) == (BatchStatus.ACCEPTED, True)
    sample = await AcceptanceSample.get(batch_id=batch.id)
    assert (sample.verdict, sample.inspected_at) == ("accepted", None)
    assert (await order_of(deal)).status == OrderStatus.COMPLETED
    assert await topics() == ["batch.submitted", "batch.accepted"]


async def lots(deal: Deal, *results: int) -> None:
    for found in results:
        await inspect(deal, await deliver(deal, quantity="100"), nonconforming=found)


async def severity(deal: Deal) -> str:
    return (await switching_of(await order_of(deal))).severity.value


async def test_two_lots_of_five_not_accepted_tighten_and_five_accepted_relax() -> None:
    deal = await make_order()
    await lots(deal, 20, 0, 0)
    assert await severity(deal) == "normal"
    await lots(deal, 20)
    assert await severity(deal) == "tightened"
    await lots(deal, 0)
    newest = await AcceptanceSample.all().order_by("-id").first()
    assert newest is not None
    assert (newest.severity, newest.sample_size, newest.acceptance_number) == ("tightened", 32, 1)
    await lots(deal, 0, 0, 0, 0)
    assert await severity(deal) == "normal"


async def test_five_lots_not_accepted_under_tightened_stop_deliveries_until_the_buyer_agrees() -> (
    None
):
    deal = await make_order()
    await lots(deal, 20, 20, 20, 20, 20, 20)
    with pytest.raises(InspectionRunning):
        await inspections.resume_inspection(await order_of(deal), by=deal.buyer)
    await lots(deal, 20)
    assert await severity(deal) == "stopped"
    with pytest.raises(InspectionStopped):
        await deliver(deal, quantity="100")
    planned = await DeliveryBatch.get(status=BatchStatus.PLANNED)
    with pytest.raises(NotPermitted):
        await inspections.resume_inspection(await order_of(deal), by=deal.supplier)
    assert await severity(deal) == "stopped"
    await inspections.resume_inspection(await order_of(deal), by=deal.buyer)
    assert await severity(deal) == "tightened"
    await deliver(deal, quantity="100", batch=planned)


async def test_a_lot_submitted_again_does_not_count_for_switching() -> None:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal, quantity="100"), nonconforming=20)
    batch = await batches.start_rework(batch, by=deal.supplier)
    await inspect(deal, await deliver(deal, quantity="100", batch=batch), nonconforming=20)
    assert await severity(replace(deal)) == "normal"


@pytest.mark.parametrize(("found", "verdict"), [(2, "accepted"), (3, "rejected")])
async def test_full_inspection_draws_every_item_and_counts_the_share(
    found: int, verdict: str
) -> None:
    deal = await make_order(sampling_level="全检", aql=Decimal("1"))
    batch = await inspect(deal, await deliver(deal), nonconforming=found)
    sample = await AcceptanceSample.get(batch_id=batch.id)
    assert (sample.sample_size, sample.acceptance_number) == (200, 2)
    assert sample.indices == list(range(200))
    assert batch.status.value == sample.verdict == verdict
    assert await severity(deal) == "normal"
