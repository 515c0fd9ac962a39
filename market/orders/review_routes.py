"""Pages of reviews: write, read, reply, report, and the operator's decision on a report."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import paging, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.orders import access, exports, review_access, review_words, reviews
from market.orders.forms import JudgementInput, ReplyInput, ReportInput, ReviewInput
from market.orders.records import facts_of


async def write(request: Request) -> Response:
    """Review the other side, with the facts of the order before one's eyes."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, ReviewInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await reviews.write_review(order, form.input, by=actor)
            return web.see_other(
                request, "orders:show", number=order.number, flash=_("Review written")
            )
    is_of_buyer = actor.organisation_id == order.supplier_id
    facts = review_words.facts(await facts_of(order, is_of_buyer=is_of_buyer))
    return await web.render(
        request, "market/orders/reviews_write.html", order=order, form=form, facts=facts,
        aspects=review_words.aspects(is_of_buyer=is_of_buyer),
    )  # fmt: skip


async def listing(request: Request) -> Response:
    """The public reviews of an organisation, newest first."""
    organisation = await review_access.reviewed(request.path_params["number"])
    query = review_access.public_reviews(organisation)
    if file := await exports.REVIEWS.file(request, query, subject=organisation.name):
        return file
    page = await paging.paginate(request, query)
    return await web.render(
        request,
        "market/orders/reviews_list.html",
        organisation=organisation,
        page=page,
        words=review_words,
    )


async def reply(request: Request) -> Response:
    """Reply to a review of one's own organisation."""
    actor = web.signed_in(request)
    review = await review_access.received(actor, request.path_params["key"])
    form = await Form.read(request, ReplyInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await reviews.reply_to_review(review, form.input, by=actor)
            return web.see_other(
                request, "orders:show", number=review.order.number, flash=_("Reply published")
            )
    return await web.render(
        request, "market/orders/reviews_reply.html", review=review, form=form, words=review_words
    )


async def report(request: Request) -> Response:
    """Report an abusive text to the operator."""
    actor = web.signed_in(request)
    review = await review_access.of_party(actor, request.path_params["key"])
    form = await Form.read(request, ReportInput)
    if form.is_valid:
        with form.guard():
            await reviews.report_review(review, form.input, by=actor)
            return web.see_other(
                request, "orders:show", number=review.order.number,
                flash=_("Reported; the operator decides"),
            )  # fmt: skip
    return await web.render(
        request, "market/orders/reviews_report.html", review=review, form=form, words=review_words
    )


async def reported(request: Request) -> Response:
    """The reviews whose report waits for the operator."""
    web.signed_in(request, OrganisationKind.OPERATOR)
    page = await paging.paginate(request, review_access.waiting_reports())
    return await web.render(
        request, "market/orders/reviews_reported.html", page=page, words=review_words,
        form=Form(JudgementInput),
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """Hide a reported text, or let it stand."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    review = await review_access.reported(actor, request.path_params["key"])
    form = await Form.read(request, JudgementInput)
    if form.is_valid:
        with form.guard():
            hides, reason = form.input.decision == "hide", form.input.reason
            await reviews.decide_report(review, hides=hides, reason=reason, by=actor)
            return web.see_other(request, "reviews:reported", flash=_("Decided"))
    page = await paging.paginate(request, review_access.waiting_reports())
    return await web.render(
        request, "market/orders/reviews_reported.html", page=page, words=review_words, form=form
    )


BOTH = ["GET", "POST"]
routes = [
    Route("/orders/{number}/review", write, name="reviews:write", methods=BOTH),
    Route("/organisations/{number}/reviews", listing, name="reviews:list"),
    Route("/reviews/{key}/reply", reply, name="reviews:reply", methods=BOTH),
    Route("/reviews/{key}/report", report, name="reviews:report", methods=BOTH),
    Route("/operator/reviews", reported, name="reviews:reported"),
    Route("/operator/reviews/{key}", decide, name="reviews:decide", methods=["POST"]),
]
