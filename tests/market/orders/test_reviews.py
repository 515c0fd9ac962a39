"""Reviews stay blind until both are written or a week has passed; the record counts what happened."""

import datetime as dt

import pytest

from market.kit import clock
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders import batches, reviews
from market.orders.forms import ReplyInput, ReportInput, ReviewInput
from market.orders.models import Order, Review
from market.orders.reviews import (
    AlreadyReplied,
    AlreadyReviewed,
    NotPublished,
    NotReported,
    OrderNotCompleted,
    ReviewsClosed,
)
from market.orders.schemas import ReviewOut
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
    assert first.facts == {
        "on_time": True, "batches": 1, "first_pass": 1, "rework_rounds": 0,
        "lowered_by_dispute": 0,
    }  # fmt: skip
    assert await published() == 0
    second = await write(deal, by="supplier", review=FAIR)
    assert second.facts == {"batches": 1, "inspected": 1, "silent": 0}
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
async def test_facts_stand_before_marks_which_fit_the_reviewed_side() -> None:
    deal = await make_order()
    assert deal.order is not None
    assert deal.order.due_at is not None
    with clock.frozen_at(deal.order.due_at + dt.timedelta(seconds=1)):
        items = make_items(50)
        batch = await inspect(deal, await deliver(deal, items=items), nonconforming=8)
        batch = await batches.start_rework(batch, by=deal.supplier)
        await inspect(deal, await deliver(deal, items=items, batch=batch))
    marked = ReviewInput(rating=2, quality=3, fairness=5, confidentiality=4)
    order = await Order.get(id=deal.order.id)
    review = await reviews.write_review(order, marked, by=deal.buyer)
    assert review.facts == {
        "on_time": False, "batches": 1, "first_pass": 0, "rework_rounds": 1,
        "lowered_by_dispute": 0,
    }  # fmt: skip
    assert review.marks == {"quality": 3, "confidentiality": 4}
    other = await reviews.write_review(order, marked, by=deal.supplier)
    assert other.marks == {"fairness": 5}


async def both(deal: Deal) -> Review:
    """The buyer's review, public."""
    first = await write(deal, by="buyer")
    await write(deal, by="supplier", review=FAIR)
    return await Review.get(id=first.id)


@database
async def test_who_was_reviewed_replies_once() -> None:
    deal = await make_completed_order()
    blind = await write(deal, by="buyer")
    with pytest.raises(NotPublished):
        await reviews.reply_to_review(blind, ReplyInput(text="谢谢"), by=deal.supplier)
    await write(deal, by="supplier", review=FAIR)
    with pytest.raises(NotPermitted):
        await reviews.reply_to_review(blind, ReplyInput(text="谢谢"), by=deal.buyer)
    replied = await reviews.reply_to_review(blind, ReplyInput(text="谢谢"), by=deal.supplier)
    assert (replied.reply, replied.replied_at is not None) == ("谢谢", True)
    with pytest.raises(AlreadyReplied):
        await reviews.reply_to_review(blind, ReplyInput(text="又及"), by=deal.supplier)
    assert (await Review.get(id=blind.id)).reply == "谢谢"


@database
async def test_an_abusive_text_is_hidden_by_the_operator_alone_and_the_marks_stay() -> None:
    deal = await make_completed_order()
    review = await both(deal)
    operator = await actor(await make_organisation(kind="operator"), "quality")
    with pytest.raises(NotReported):
        await reviews.decide_report(review, hides=True, reason="人身攻击", by=operator)
    await reviews.report_review(review, ReportInput(reason="含人身攻击"), by=deal.supplier)
    with pytest.raises(NotReported):
        await reviews.report_review(review, ReportInput(reason="再次举报"), by=deal.supplier)
    with pytest.raises(NotPermitted):
        await reviews.decide_report(review, hides=True, reason="人身攻击", by=deal.supplier)
    assert (await Review.get(id=review.id)).hidden_at is None
    decided = await reviews.decide_report(review, hides=True, reason="人身攻击", by=operator)
    shown = ReviewOut.of(decided, await Order.get(id=decided.order_id))
    assert (shown.is_hidden, shown.text, shown.rating) == (True, "", 5)
    assert shown.facts["batches"] == 1
    assert await OutboxMessage.filter(topic="review.reported").count() == 1


@database
async def test_a_stranger_reports_nothing() -> None:
    review = await both(await make_completed_order())
    with pytest.raises(NotPermitted):
        await reviews.report_review(
            review, ReportInput(reason="随意举报"), by=await actor(await make_organisation())
        )
    assert (await Review.get(id=review.id)).reported_at is None
