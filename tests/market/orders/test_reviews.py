"""Reviews stay blind until both are written or a week has passed; the record counts what happened."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kit import clock
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders import batches, reviews
from market.orders.forms import ReviewInput
from market.orders.models import Order, Review
from market.orders.records import Share, supplier_record
from market.orders.reviews import AlreadyReviewed, OrderNotCompleted, ReviewsClosed
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import (
    Deal,
    deliver,
    inspect,
    make_completed_order,
    make_items,
    make_order,
)

GOOD = ReviewInput(rating=5, text="按时交付，质量稳定")
FAIR = ReviewInput(rating=4, text="付款及时")
database = pytest.mark.usefixtures("rollback")


async def write(deal: Deal, *, by: str, review: ReviewInput = GOOD) -> Review:
    assert deal.order is not None
    return await reviews.write_review(deal.order, review, by=getattr(deal, by))


async def published() -> int:
    assert await OutboxMessage.filter(topic="review.published").count() == (
        await Review.exclude(published_at=None).count()
    )
    return await Review.exclude(published_at=None).count()


@database
async def test_the_second_review_publishes_both() -> None:
    deal = await make_completed_order()
    first = await write(deal, by="buyer")
    assert first.facts == {"on_time": True, "batches": 1, "first_pass": 1, "rework_rounds": 0}
    assert await published() == 0
    second = await write(deal, by="supplier", review=FAIR)
    assert second.facts == {}
    assert second.subject_id == deal.buyer.organisation_id
    assert await published() == 2


@database
async def test_a_lone_review_is_published_after_seven_days_and_closes_the_other() -> None:
    deal = await make_completed_order()
    first = await write(deal, by="supplier")
    week = first.created_at + dt.timedelta(days=7)
    with clock.frozen_at(week - dt.timedelta(seconds=1)):
        assert await reviews.publish_due_reviews() == 0
    with clock.frozen_at(week):
        assert await reviews.publish_due_reviews() == 1
        assert await reviews.publish_due_reviews() == 0
        with pytest.raises(ReviewsClosed):
            await write(deal, by="buyer")
    assert await published() == 1


@database
async def test_an_order_under_way_is_not_reviewed() -> None:
    deal = await make_order()
    with pytest.raises(OrderNotCompleted):
        await write(deal, by="buyer")
    assert await Review.all().count() == 0


@database
async def test_each_side_reviews_once_and_strangers_never() -> None:
    deal = await make_completed_order()
    assert deal.order is not None
    await write(deal, by="buyer")
    with pytest.raises(AlreadyReviewed):
        await write(deal, by="buyer", review=FAIR)
    with pytest.raises(NotPermitted):
        await reviews.write_review(deal.order, GOOD, by=await actor(await make_organisation()))
    viewer = await actor(await deal.order.supplier, "viewer")
    with pytest.raises(NotPermitted):
        await reviews.write_review(deal.order, GOOD, by=viewer)
    assert await Review.all().count() == 1


@database
async def test_the_record_counts_time_first_passes_rework_and_published_ratings() -> None:
    deal = await make_completed_order()
    await write(deal, by="buyer", review=FAIR)
    assert deal.supplier.organisation_id is not None
    record = await supplier_record(deal.supplier.organisation_id)
    assert (record.completed_orders, record.on_time, record.first_pass) == (
        1,
        Share(1, 1),
        Share(1, 1),
    )
    assert (record.rating, record.reviews) == (None, 0)
    await write(deal, by="supplier")
    record = await supplier_record(deal.supplier.organisation_id)
    assert (record.rating, record.reviews) == (4.0, 1)


@database
async def test_late_and_reworked_deliveries_show_in_the_record() -> None:
    deal = await make_order()
    assert deal.order is not None
    assert deal.order.due_at is not None
    with clock.frozen_at(deal.order.due_at + dt.timedelta(seconds=1)):
        items = make_items(50)
        batch = await inspect(deal, await deliver(deal, items=items), nonconforming=8)
        batch = await batches.start_rework(batch, by=deal.supplier)
        await inspect(deal, await deliver(deal, items=items, batch=batch))
    assert deal.supplier.organisation_id is not None
    record = await supplier_record(deal.supplier.organisation_id)
    assert (record.on_time, record.first_pass) == (Share(0, 1), Share(0, 1))
    assert (record.rework_rounds, record.batches) == (1, 1)
    order = await Order.get(id=deal.order.id)
    review = await reviews.write_review(order, GOOD, by=deal.buyer)
    assert review.facts == {"on_time": False, "batches": 1, "first_pass": 0, "rework_rounds": 1}


def test_the_interval_is_wide_for_few_cases() -> None:
    assert Share(0, 0).interval_bp is None
    assert Share(1, 1).interval_bp == (2065, 10000)
    assert Share(9, 10).interval_bp == (5958, 9821)
    assert Share(90, 100).interval_bp == (8256, 9448)
    assert Share(1, 3).bp == 3333


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(case: tuple[int, int]) -> None:
    share = Share(*case)
    assert share.interval_bp is not None
    assert share.bp is not None
    low, high = share.interval_bp
    assert 0 <= low <= share.bp <= high <= 10_000
