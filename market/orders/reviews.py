"""Verbs of the reviews: both sides judge each other blind; they appear together or after a week."""

import datetime as dt

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.forms import ReplyInput, ReportInput, ReviewInput
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


class NotPublished(Conflict):
    """A review that nobody reads yet is neither answered nor reported."""

    title = "This review is not public"


class AlreadyReplied(Conflict):
    """Who was reviewed replies once."""

    title = "This review has its reply"


class NotReported(Conflict):
    """The operator decides reports that wait."""

    title = "No report of this review waits"


@atomic()
async def write_review(order: Order, review: ReviewInput, *, by: Actor) -> Review:
    """Review the other side of a completed order, 1 to 5; the second review publishes both.

    The facts of the reviewed side are taken from the order and stand before marks and text. Raises
    OrderNotCompleted, AlreadyReviewed, ReviewsClosed, NotPermitted.
    """
    order = await lock(order)
    is_buyer = by.organisation_id == order.buyer_id
    require_side(by, order.buyer_id if is_buyer else order.supplier_id, *WRITERS)
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
        marks=review.marks(is_of_buyer=not is_buyer),
        text=review.text,
        facts=await facts_of(order, is_of_buyer=not is_buyer),
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


@atomic()
async def reply_to_review(review: Review, reply: ReplyInput, *, by: Actor) -> Review:
    """The one reply of who was reviewed, shown beneath. Raises NotPublished, AlreadyReplied,
    NotPermitted."""
    review = await _public(review)
    require_side(by, review.subject_id, *WRITERS)
    if review.replied_at is not None:
        raise AlreadyReplied(_("A review is replied to once"))
    review.reply, review.replied_at = reply.text, clock.now()
    await review.save(update_fields=["reply", "replied_at"])
    await audit.record(review, "replied", by=by)
    return review


@atomic()
async def report_review(review: Review, report: ReportInput, *, by: Actor) -> Review:
    """Report an abusive text, or reply, to the operator; a party of the order, once.

    Raises NotPublished, NotReported (it was decided), NotPermitted.
    """
    review = await _public(review)
    is_author = by.organisation_id == review.author_id
    require_side(by, review.author_id if is_author else review.subject_id, *WRITERS)
    if review.reported_at is not None:
        raise NotReported(_("This review was reported already"))
    review.report_reason, review.reported_at = report.reason, clock.now()
    await review.save(update_fields=["report_reason", "reported_at"])
    await audit.record(review, "reported", by=by, reason=report.reason)
    await outbox.record("review.reported", review=review.id)
    return review


@atomic()
async def decide_report(review: Review, *, hides: bool, reason: str, by: Actor) -> Review:
    """The operator hides an abusive text and its reply, or lets them stand; the marks and facts
    stay in any case. Raises NotReported, NotPermitted."""
    require(by, Role.QUALITY, kind=OrganisationKind.OPERATOR)
    review = await lock_id(Review, review.id)
    if review.reported_at is None or review.report_decided_at is not None:
        raise NotReported(_("No report of this review waits for a decision"))
    review.report_decided_at = clock.now()
    review.hidden_at = clock.now() if hides else None
    await review.save(update_fields=["report_decided_at", "hidden_at"])
    await audit.record(review, "hidden" if hides else "kept", by=by, reason=reason)
    return review


async def _public(review: Review) -> Review:
    review = await lock_id(Review, review.id)
    if review.published_at is None:
        raise NotPublished(_("This review is not public yet"))
    return review
