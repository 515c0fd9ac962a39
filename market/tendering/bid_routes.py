"""Pages of suppliers: questions, one's own sealed bids; and the owner's answers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.tendering import access, bids, evaluation, presentation, questions, requirements, terms
from market.tendering.forms import AnswerInput, BidForm, QuestionInput
from market.tendering.models import Bid, Job


async def ask(request: Request) -> Response:
    """Ask a question; refused ones come back with what was typed."""
    actor = web.signed_in(request)
    job = await access.visible_job(actor, request.path_params["number"])
    form = await Form.read(request, QuestionInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await questions.ask_question(job, form.input.text, by=actor)
            flash = _("Your question is published without your name")
            return web.see_other(request, "jobs:show", number=job.number, flash=flash)
    return await web.render(request, "market/tendering/questions_ask.html", form=form, job=job)


async def answer(request: Request) -> Response:
    """Answer a question, for everyone."""
    actor = web.signed_in(request)
    question = await access.question_to_answer(actor, request.path_params["id"])
    form = await Form.read(request, AnswerInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await questions.answer_question(question, form.input.answer, by=actor)
            return web.see_other(
                request, "jobs:show", number=question.job.number, flash=_("The answer is published")
            )
    return await web.render(
        request, "market/tendering/questions_answer.html", form=form, question=question
    )


async def place(request: Request) -> Response:
    """Submit a sealed bid."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    job = await access.job_open_for_bids(actor, request.path_params["number"])
    form = await Form.read(request, BidForm, draft="sealed")
    if form.is_valid:
        with form.guard():
            bid = await bids.place_bid(job, form.input.offer(), by=actor)
            flash = _("Bid submitted and sealed; keep its digest as your receipt")
            return web.see_other(request, "bids:show", number=bid.number, flash=flash)
    return await _bid_page(request, job, form)


async def _bid_page(request: Request, job: Job, form: Form[BidForm], **more: Any) -> Response:
    needs = requirements.summary(job)
    context = {"job": job, "form": form, "terms": terms, "needs": needs, "bid": None, **more}
    return await web.render(request, "market/tendering/bids_place.html", **context)


async def revise(request: Request) -> Response:
    """Replace a sealed bid."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    bid = await access.own_bid(actor, request.path_params["number"])
    offer = bids.own_offer(bid.job, bid, by=actor)
    form = await Form.read(request, BidForm, BidForm.typed(offer), draft="sealed")
    if form.is_valid:
        with form.guard():
            await bids.revise_bid(bid, form.input.offer(), by=actor)
            return web.see_other(
                request, "bids:show", number=bid.number, flash=_("The revised bid is sealed")
            )
    return await _bid_page(request, bid.job, form, bid=bid)


async def show(request: Request) -> Response:
    """One's own bid: the offer, its receipt, and after the evaluation every score with its reason."""
    actor = web.signed_in(request)
    bid = await access.own_bid(actor, request.path_params["number"])
    offer = bids.own_offer(bid.job, bid, by=actor)
    winner = await access.latest_award(bid.job)
    return await web.render(
        request, "market/tendering/bids_show.html", bid=bid, job=bid.job, offer=offer,
        total_fen=bids.total_of(offer, bid.job), scores=evaluation.explain(bid),
        checks=[{"met": c["met"], "text": requirements.sentence(c)} for c in bid.checks or ()],
        comments=await evaluation.comments_on(bid), winner=winner, terms=terms,
        deadline=presentation.deadline_of(bid.job, winner),
    )  # fmt: skip


async def _act(request: Request, verb: Any, flash: str) -> Response:
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    bid: Bid = await access.own_bid(actor, request.path_params["number"])
    await verb(bid, by=actor)
    return web.see_other(request, "bids:show", number=bid.number, flash=flash)


async def withdraw(request: Request) -> Response:
    """Take a bid back."""
    return await _act(request, bids.withdraw_bid, _("The bid is withdrawn"))


async def reconfirm(request: Request) -> Response:
    """Let the offer stand for the amended job."""
    return await _act(request, bids.reconfirm_bid, _("The bid is confirmed for the amended job"))


async def list_own(request: Request) -> Response:
    """The bids of the actor's organisation."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    assert actor.organisation_id is not None, "a supplier acts for an organisation"
    page = await paginate(request, (await access.own_bids(actor.organisation_id)).order_by("-id"))
    rows = [(bid, bids.own_offer(bid.job, bid, by=actor)) for bid in page.items]
    return await web.render(
        request, "market/tendering/bids_list.html", page=page, rows=rows, total_of=bids.total_of,
        deadline=presentation.deadline_of,
    )  # fmt: skip


routes = [
    Route("/jobs/{number}/questions", ask, name="questions:ask", methods=["GET", "POST"]),
    Route("/questions/{id}/answer", answer, name="questions:answer", methods=["GET", "POST"]),
    Route("/jobs/{number}/bids/new", place, name="bids:place", methods=["GET", "POST"]),
    Route("/bids", list_own, name="bids:list"),
    Route("/bids/{number}", show, name="bids:show"),
    Route("/bids/{number}/revise", revise, name="bids:revise", methods=["GET", "POST"]),
    Route("/bids/{number}/withdraw", withdraw, name="bids:withdraw", methods=["POST"]),
    Route("/bids/{number}/reconfirm", reconfirm, name="bids:reconfirm", methods=["POST"]),
]
