"""Pages of requests to bidders: asking about a very low price, the answer, the verdict."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering import access, clarifications, panel_access
from market.tendering.judging_forms import ExplanationInput, LowPriceInput, VerdictInput


async def ask(request: Request) -> Response:
    """Ask a bidder to explain its price."""
    actor = web.signed_in(request)
    bid = await access.opened_bid(actor, request.path_params["number"])
    form = await Form.read(request, LowPriceInput)
    if form.is_valid:
        with form.guard():
            await clarifications.ask_about_price(bid, form.input, by=actor)
            flash = _("The bidder is asked to explain its price")
            return web.see_other(request, "jobs:evaluation", number=bid.job.number, flash=flash)
    return await web.render(
        request, "market/tendering/clarifications_ask.html", form=form, bid=bid, job=bid.job,
        facts=(await clarifications.low_prices_of(bid.job, bid.lot_id)).get(bid.id),
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """The bidder explains."""
    actor = web.signed_in(request)
    asked = await panel_access.request_to(actor, request.path_params["id"])
    form = await Form.read(request, ExplanationInput, {"answer": asked.answer}, draft="kept")
    if form.is_valid:
        with form.guard():
            await clarifications.answer_request(asked, form.input.answer, by=actor)
            return web.see_other(
                request, "bids:show", number=asked.bid.number, flash=_("Your explanation is sent")
            )
    return await web.render(
        request, "market/tendering/clarifications_answer.html", form=form, asked=asked,
        bid=asked.bid, job=asked.bid.job,
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """The owner accepts the explanation, or refuses it and the bid."""
    actor = web.signed_in(request)
    asked = await panel_access.request_of(actor, request.path_params["id"])
    form = await Form.read(request, VerdictInput)
    if form.is_valid:
        with form.guard():
            await clarifications.judge_answer(asked, form.input, by=actor)
            return web.see_other(
                request, "jobs:evaluation", number=asked.bid.job.number,
                flash=_("The verdict is recorded"),
            )  # fmt: skip
    return await web.render(
        request, "market/tendering/clarifications_decide.html", form=form, asked=asked,
        bid=asked.bid, job=asked.bid.job,
    )  # fmt: skip


routes = [
    Route("/bids/{number}/price-request", ask, name="clarifications:ask", methods=["GET", "POST"]),
    Route("/clarifications/{id}", answer, name="clarifications:answer", methods=["GET", "POST"]),
    Route("/clarifications/{id}/verdict", decide, name="clarifications:decide",
          methods=["GET", "POST"]),
]  # fmt: skip
