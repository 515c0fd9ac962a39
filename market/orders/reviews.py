"""Verbs of the reviews: both sides judge each other blind; they appear together or after a week."""

import datetime as dt

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.forms import ReviewInput
from market.orders.models import Order, Review
from market.orders.parties import require_side
from market.orders.records import facts_of
from market.orders.states import OrderStatus

WRITERS = (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY)
BLIND_FOR = dt.timedelta(days=7)


class OrderNotCompleted(Conflict):
    """Reviews follow completion."""

    title = "The order is not completed"


class AlreadyReviewed(Conflict):
    """Each side reviews an order once."""

    title = "Your side has reviewed this order"


class ReviewsClosed(Conflict):
    """Once the other side's review is public, a blind review is no longer possible."""

    title = "The reviews are closed"


@atomic()
async def write_review(order: Order, review: ReviewInput, *, by: Actor) -> Review:
    """Review the other side of a completed order, 1 to 5; the second review publishes both.

    Raises OrderNotCompleted, AlreadyReviewed, ReviewsClosed, NotPermitted.
    """
    order = await lock(order)
    is_buyer = by.organisation_id == order.buyer_id
    require_side(
        by,
        order.buyer_id if is_buyer else order.supplier_id,
        *WRITERS,
    )
    if order.status != OrderStatus.COMPLETED:
        raise OrderNotCompleted(_("You can review once the order is completed"))
    written = await Review.filter(order_id=order.id)
    if any(other.author_id == by.organisation_id for other in written):
        raise AlreadyReviewed(_("Your side has reviewed this order already"))
    if any(other.published_at for other in written):
        raise ReviewsClosed(_("The other side's review is public; the reviews are closed"))
    own = await Review.create(
        order=order,
        author_id=by.organisation_id,
        subject_id=order.supplier_id if is_buyer else order.buyer_id,
        rating=review.rating,
        text=review.text,
        facts=await facts_of(order) if is_buyer else {},
    )
    await audit.record(order, "reviewed", by=by)
    if written:
        await _publish([*written, own])
    return own


async def _publish(reviews: list[Review]) -> None:
    for review in reviews:
        review.published_at = clock.now()
        await review.save(update_fields=["published_at"])
        await outbox.record("review.published", review=review.id)


@atomic()
async def publish_due_reviews() -> int:
    """Publish every review that has waited seven days for the other side's; how many."""
    due = (
        await Review.filter(published_at=None, created_at__lte=clock.now() - BLIND_FOR)
        .order_by("id")
        .limit(200)
        .select_for_update()
    )
    await _publish(due)
    return len(due)
