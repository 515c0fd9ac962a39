"""Pages of the decision: the comparison, refusals, the award and its end, its notice, letters, report."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.documents import issue
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import format_of, table_response
from market.tendering import (
    access,
    awards,
    clarification_routes,
    comparison,
    evaluation,
    explanations,
    exports,
    judging_routes,
    listing,
    outcomes,
    panel_access,
    panel_routes,
    presentation,
    reports,
    requirements,
    terms,
    transcripts,
)
from market.tendering.forms import AwardInput, DisqualifyInput, ReasonInput
from market.tendering.models import Award, Bid
from market.tendering.procedures import config_of
from market.tendering.states import DISQUALIFYING, PassingReason


async def show_evaluation(request: Request) -> Response:
    """The owner's comparison of the opened bids, lot by lot, or all of them as a file."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    if job.opened_at is None:
        raise NotFound(_("The bids of job %(number)s have not been opened", number=job.number))
    if (fmt := format_of(request)) is not None:
        return exports.bids_file(request, job, await access.opened_bids(job), fmt)
    return await web.render(
        request, "market/tendering/jobs_evaluation.html", terms=terms,
        files=listing.file_links(request), **await comparison.owner_context(request, job),
        own_seat=await panel_access.seat_on(actor, job),
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
    """Award a bid, or several, with the rationale that is published."""
    actor = web.signed_in(request)
    bid = await access.opened_bid(actor, request.path_params["number"])
    form = await Form.read(request, AwardInput, draft="kept")
    if form.is_valid:
        with form.guard():
            others = await access.rivals_of(bid, form.input.others)
            award = await awards.award_bid(
                bid, form.input.rationale, code=form.input.passing_reason, others=others, by=actor
            )
            flash = _("The award is decided; the standstill has begun")
            return web.see_other(request, "awards:show", number=award.number, flash=flash)
    return await _decide_page(request, form, bid)


async def _decide_page(request: Request, form: Form[AwardInput], bid: Bid) -> Response:
    form.values.setdefault("others", [])
    config = config_of(bid.job)
    best = await awards.candidates(bid.job, bid)
    places = 1 if bid.lot_id else config.maximum_awards
    return await web.render(
        request, "market/tendering/awards_decide.html", form=form, bid=bid, job=bid.job,
        scores=explanations.explain(bid), days=config.stand_still_days, places=places,
        lines=comparison.total_lines(bid.job, bid, bid.lot),
        better=[other for other in best if (other.rank or 0) < (bid.rank or 0)],
        rivals=[other for other in best if other.id != bid.id][:10] if places > 1 else [],
        reasons=[(code.value, terms.reason_label(code)) for code in PassingReason],
        shares=" / ".join(f"{part}%" for part in outcomes.SHARES.get(places, (100,))),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """The public page of an award."""
    award = await access.public_award(request.path_params["number"])
    actor = web.actor_of(request)
    return await web.render(
        request, "market/tendering/awards_show.html", award=award, job=award.job, bid=award.bid,
        is_owner=access.owns(actor, award.job), terms=terms,
        is_winner=actor.organisation_id is not None
        and actor.organisation_id == award.bid.bidder_id,
        requests=await panel_access.requests_about(award.bid),
        deadline=presentation.deadline_of(award.job, award),
    )  # fmt: skip


async def notice(request: Request) -> Response:
    """The award notice (中标结果公示) on paper, with its digest."""
    award = await access.public_award(request.path_params["number"])
    opened = (await transcripts.newest(award.job) or {}).get("bids", [])
    return await web.render(
        request, "market/tendering/awards_notice.html", award=award, job=award.job, bid=award.bid,
        document=await issue(N_("Award notice"), award.number, reports.notice_digest(award)),
        opened=[row for row in opened if row.get("lot") in (None, award.lot and award.lot.position)],
        terms=terms, scores=explanations.explain(award.bid),
    )  # fmt: skip


async def show_letter(request: Request) -> Response:
    """The result letter of a bid (中标通知书 or 未中标告知书), for its bidder and the owner."""
    actor = web.signed_in(request)
    bid = await panel_access.told_bid(actor, request.path_params["number"])
    context = await reports.letter(bid)
    noun = N_("Letter of award") if context["award"] else N_("Letter of result")
    document = await issue(noun, bid.number, context["digest"])
    return await web.render(
        request, "market/tendering/bids_letter.html", document=document, **context
    )


async def show_report(request: Request) -> Response:
    """The evaluation report (评标报告) on paper or as a table, for the panel and the owner."""
    job = await panel_access.judged_job(web.signed_in(request), request.path_params["number"])
    context = await reports.report(job)
    if (fmt := format_of(request)) is not None:
        columns, rows = reports.report_table(job, context["bids"])
        return table_response(request, f"{job.number} {_('Evaluation report')}", columns, rows, fmt)
    document = await issue(N_("Evaluation report"), job.number, context["digest"])
    return await web.render(
        request, "market/tendering/jobs_report.html", document=document, explain=explanations.explain,
        failures=requirements.failures, files=listing.file_links(request), **context,
    )  # fmt: skip


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
    return await _end_page(request, form, award)


async def _end_page(
    request: Request, form: Form[ReasonInput], award: Award, *, is_winner: bool = False
) -> Response:
    return await web.render(
        request, "market/tendering/awards_cancel.html", form=form, job=award.job, award=award,
        is_winner=is_winner,
    )  # fmt: skip


async def refuse(request: Request) -> Response:
    """The winner gives the award up."""
    actor = web.signed_in(request)
    award = await panel_access.won_award(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await awards.refuse_award(award, form.input.reason, by=actor)
            flash = _("You have given the award up")
            return web.see_other(request, "awards:show", number=award.number, flash=flash)
    return await _end_page(request, form, award, is_winner=True)


async def declare_unsuccessful(request: Request) -> Response:
    """End the evaluation of a job or of one lot (`?lot=`) without an award."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    _lots, lot = await comparison.chosen_lot(request, job)
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await outcomes.declare_unsuccessful(job, form.input.reason, lot=lot, by=actor)
            flash = (
                _("The lot ends without an award") if lot else _("The job ends without an award")
            )
            return web.see_other(request, "jobs:show", number=job.number, flash=flash)
    return await web.render(
        request, "market/tendering/awards_cancel.html", form=form, job=job, award=None, lot=lot,
        is_winner=False,
    )  # fmt: skip


routes = [
    Route("/jobs/{number}/evaluation", show_evaluation, name="jobs:evaluation"),
    Route("/jobs/{number}/report", show_report, name="jobs:report"),
    Route("/bids/{number}/refusal", disqualify, name="bids:disqualify", methods=["GET", "POST"]),
    Route("/bids/{number}/award", decide, name="awards:decide", methods=["GET", "POST"]),
    Route("/bids/{number}/letter", show_letter, name="bids:letter"),
    Route("/awards/{number}", show, name="awards:show"),
    Route("/awards/{number}/notice", notice, name="awards:notice"),
    Route("/awards/{number}/cancel", cancel, name="awards:cancel", methods=["GET", "POST"]),
    Route("/awards/{number}/refusal", refuse, name="awards:refuse", methods=["GET", "POST"]),
    Route("/jobs/{number}/unsuccessful", declare_unsuccessful, name="jobs:unsuccessful",
          methods=["GET", "POST"]),
    *panel_routes.routes,
    *judging_routes.routes,
    *clarification_routes.routes,
]  # fmt: skip
