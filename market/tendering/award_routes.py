"""Pages of the decision: score sheets, refusals, the award, its public notice."""

from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.audit import canonical
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering import (
    access,
    awards,
    evaluation,
    presentation,
    requirements,
    sealing,
    terms,
)
from market.tendering.forms import AwardInput, DisqualifyInput, ReasonInput, ScoreInput
from market.tendering.models import Award
from market.tendering.procedures import config_of
from market.tendering.states import DISQUALIFYING

MARKS = [f"{Decimal(n) / 2:f}" for n in range(11)]


async def score(request: Request) -> Response:
    """One judge's own sheet for one bid, beside the offer."""
    actor = web.signed_in(request)
    bid = await access.opened_bid(actor, request.path_params["number"])
    sheet = await access.sheet_of(actor, bid)
    initial = {**sheet.scores, "comment": sheet.comment} if sheet else {}
    form = await Form.read(request, ScoreInput, initial, draft="kept")
    if form.is_valid:
        with form.guard():
            await evaluation.score_bid(bid, form.input, by=actor)
            flash = _("Scores of %(number)s saved", number=bid.number)
            return web.see_other(request, "jobs:evaluation", number=bid.job.number, flash=flash)
    return await web.render(
        request, "market/tendering/bids_score.html", form=form, bid=bid, job=bid.job,
        criteria=config_of(bid.job).judged, marks=[(mark, mark) for mark in MARKS], terms=terms,
        weights=config_of(bid.job).weights, lines=presentation.total_lines(bid.job, bid),
        checks=[{"met": c["met"], "text": requirements.sentence(c)} for c in bid.checks or ()],
    )  # fmt: skip


async def disqualify(request: Request) -> Response:
    """Refuse a bid, with a reason its bidder reads."""
    actor = web.signed_in(request)
    bid = await access.opened_bid(actor, request.path_params["number"])
    form = await Form.read(request, DisqualifyInput, draft="kept")
    if form.is_valid:
        with form.guard():
            data = form.input
            await evaluation.disqualify_bid(bid, data.code, data.explanation, by=actor)
            return web.see_other(
                request, "jobs:evaluation", number=bid.job.number, flash=_("The bid is refused")
            )
    reasons = [(code.value, terms.reason_label(code)) for code in DISQUALIFYING]
    return await web.render(
        request, "market/tendering/bids_disqualify.html", form=form, bid=bid, job=bid.job,
        reasons=reasons, failed=requirements.failures(bid.checks),
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """Award a bid, with the rationale that is published."""
    actor = web.signed_in(request)
    bid = await access.opened_bid(actor, request.path_params["number"])
    form = await Form.read(request, AwardInput, draft="kept")
    if form.is_valid:
        with form.guard():
            award = await awards.award_bid(bid, form.input.rationale, by=actor)
            flash = _("The award is decided; the standstill has begun")
            return web.see_other(request, "awards:show", number=award.number, flash=flash)
    return await web.render(
        request, "market/tendering/awards_decide.html", form=form, bid=bid, job=bid.job,
        scores=evaluation.explain(bid), days=config_of(bid.job).stand_still_days,
        lines=presentation.total_lines(bid.job, bid),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """The public page of an award."""
    award = await access.public_award(request.path_params["number"])
    return await web.render(
        request, "market/tendering/awards_show.html", award=award, job=award.job, bid=award.bid,
        is_owner=access.owns(web.actor_of(request), award.job),
        lines=presentation.total_lines(award.job, award.bid),
        deadline=presentation.deadline_of(award.job, award),
    )  # fmt: skip


async def notice(request: Request) -> Response:
    """The award notice on paper, with its digest."""
    award = await access.public_award(request.path_params["number"])
    document = {
        "noun": _("Award notice"), "number": award.number, "digest": notice_digest(award),
        "verification_code": "", "verification_url": "",
    }  # fmt: skip
    return await web.render(
        request, "market/tendering/awards_notice.html", document=document, award=award,
        job=award.job, bid=award.bid, opened=(award.job.opening_transcript or {}).get("bids", []),
    )  # fmt: skip


def notice_digest(award: Award) -> str:
    """SHA-256 of what the notice states: job, winner, total, rationale, end of the standstill."""
    stated = {
        "award": award.number, "job": award.job.number, "bid": award.bid.number,
        "winner": award.bid.bidder.name, "total_fen": award.bid.total_fen,
        "rationale": award.rationale, "stand_still_until": award.stand_still_until,
    }  # fmt: skip
    return sealing.digest(canonical(stated).encode())


async def cancel(request: Request) -> Response:
    """Take an award back before its contract is signed."""
    actor = web.signed_in(request)
    award = await access.own_award(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await awards.cancel_award(award, form.input.reason, by=actor)
            flash = _("The award is cancelled; evaluation resumes")
            return web.see_other(request, "jobs:evaluation", number=award.job.number, flash=flash)
    return await web.render(
        request, "market/tendering/awards_cancel.html", form=form, job=award.job, award=award
    )


async def declare_unsuccessful(request: Request) -> Response:
    """End the evaluation without an award."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await awards.declare_unsuccessful(job, form.input.reason, by=actor)
            flash = _("The job ends without an award")
            return web.see_other(request, "jobs:show", number=job.number, flash=flash)
    return await web.render(
        request, "market/tendering/awards_cancel.html", form=form, job=job, award=None
    )


routes = [
    Route("/bids/{number}/score", score, name="bids:score", methods=["GET", "POST"]),
    Route("/bids/{number}/refusal", disqualify, name="bids:disqualify", methods=["GET", "POST"]),
    Route("/bids/{number}/award", decide, name="awards:decide", methods=["GET", "POST"]),
    Route("/awards/{number}", show, name="awards:show"),
    Route("/awards/{number}/notice", notice, name="awards:notice"),
    Route("/awards/{number}/cancel", cancel, name="awards:cancel", methods=["GET", "POST"]),
    Route("/jobs/{number}/unsuccessful", declare_unsuccessful, name="jobs:unsuccessful",
          methods=["GET", "POST"]),
]  # fmt: skip
