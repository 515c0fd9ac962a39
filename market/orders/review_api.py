"""JSON operations of reviews."""

from market.kit import paging
from market.kit.api import Call, Nothing, operation
from market.kit.paging import CursorPage, CursorQuery
from market.orders import review_access, reviews
from market.orders.forms import JudgementInput, ReplyInput, ReportInput
from market.orders.schemas import ReviewOut

WRITE = "orders:write"


@operation("GET", "/organisations/{number}/reviews", summary="Reviews of an organisation",
           tag="reputation", query=CursorQuery, returns=CursorPage[ReviewOut], public=True)  # fmt: skip
async def list_reviews(call: Call[Nothing, CursorQuery]) -> CursorPage[ReviewOut]:
    """Published ones: the facts of the order first, then marks, text and reply."""
    organisation = await review_access.reviewed(call.path("number"))
    query = review_access.public_reviews(organisation)
    rows, after = await paging.cursor_page(query, call.query)
    return CursorPage(items=[ReviewOut.of(row, row.order) for row in rows], next=after)


@operation("POST", "/reviews/{key}/reply", summary="Reply to a review", tag="reputation",
           body=ReplyInput, returns=ReviewOut, scope=WRITE)  # fmt: skip
async def reply_to_review(call: Call[ReplyInput, Nothing]) -> ReviewOut:
    """Once, by who was reviewed."""
    review = await review_access.received(call.actor, call.path("key"))
    return ReviewOut.of(
        await reviews.reply_to_review(review, call.body, by=call.actor), review.order
    )


@operation("POST", "/reviews/{key}/report", summary="Report an abusive review", tag="reputation",
           body=ReportInput, returns=ReviewOut, scope=WRITE)  # fmt: skip
async def report_review(call: Call[ReportInput, Nothing]) -> ReviewOut:
    """To the operator, once."""
    review = await review_access.of_party(call.actor, call.path("key"))
    return ReviewOut.of(await reviews.report_review(review, call.body, by=call.actor), review.order)


@operation("POST", "/reviews/{key}/decision", summary="Decide on a reported review",
           tag="reputation", body=JudgementInput, returns=ReviewOut, scope=WRITE)  # fmt: skip
async def decide_report(call: Call[JudgementInput, Nothing]) -> ReviewOut:
    """The operator hides the text and reply, or lets them stand; marks and facts stay."""
    review = await review_access.reported(call.actor, call.path("key"))
    hides = call.body.decision == "hide"
    decided = await reviews.decide_report(
        review, hides=hides, reason=call.body.reason, by=call.actor
    )
    return ReviewOut.of(decided, review.order)


operations = [list_reviews, reply_to_review, report_review, decide_report]
