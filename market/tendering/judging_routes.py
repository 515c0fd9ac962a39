"""Pages of judging: the declaration, one's own sheets, and all sheets once they are open."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering import (
    access,
    attachments,
    comparison,
    evaluation,
    judging,
    panel,
    panel_access,
    reports,
    requirements,
    terms,
)
from market.tendering.judging_forms import (
    MARKS,
    NOT_APPLICABLE,
    DeclarationInput,
    NoteInput,
    OverrideInput,
    SheetInput,
    typed,
)
from market.tendering.models import Bid, Judge
from market.tendering.procedures import config_of


async def show(request: Request) -> Response:
    """A judge's own overview of a job."""
    judge = await panel_access.own_seat(web.signed_in(request), request.path_params["number"])
    context = await comparison.judge_context(request, judge)
    return await web.render(request, "market/tendering/judging_show.html", **context)


async def sit(request: Request) -> Response:
    """Judge a small procedure alone."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    await judging.judge_alone(job, by=actor)
    return web.see_other(request, "judging:declare", number=job.number)


async def declare(request: Request) -> Response:
    """Declare interests, seeing the bidders' names and nothing of their bids."""
    actor = web.signed_in(request)
    judge = await panel_access.own_seat(actor, request.path_params["number"])
    form = await Form.read(request, DeclarationInput)
    if form.is_valid:
        with form.guard():
            await panel.declare_interests(judge, form.input, by=actor)
            flash = _("Your declaration is recorded")
            return web.see_other(request, "judging:show", number=judge.job.number, flash=flash)
    form.values.setdefault("bids", [])
    return await web.render(
        request, "market/tendering/judging_declare.html", form=form, judge=judge, job=judge.job,
        bids=await panel_access.bidders_of(judge.job),
    )  # fmt: skip


async def score(request: Request) -> Response:
    """One's own sheet of one bid beside the offer; saving leads to the next one without a sheet."""
    actor = web.signed_in(request)
    judge, bid = await panel_access.bid_to_judge(actor, request.path_params["number"])
    kept = await panel_access.own_sheet(actor, bid)
    form = await Form.read(
        request, SheetInput, typed(kept.scores, kept.comments, kept.comment) if kept else {},
        draft="kept",
    )  # fmt: skip
    if form.is_valid:
        with form.guard():
            await judging.save_sheet(bid, form.input, by=actor)
            return await _go_on(request, judge, bid, form.input.is_draft)
    return await web.render(
        request, "market/tendering/bids_score.html", form=form, **await _sheet_page(judge, bid)
    )


async def _go_on(request: Request, judge: Judge, bid: Bid, is_draft: bool) -> Response:
    following = None if is_draft else await comparison.next_unmarked(judge, bid)
    if following is None:
        flash = _("The draft is saved") if is_draft else _("Every sheet is complete; hand them in")
        return web.see_other(request, "judging:show", number=bid.job.number, flash=flash)
    flash = _("Sheet of %(number)s saved; this is the next", number=bid.number)
    return web.see_other(request, "bids:score", number=following.number, flash=flash)


async def _sheet_page(judge: Judge, bid: Bid) -> dict[str, Any]:
    config = config_of(bid.job)
    progress = await panel_access.own_progress(judge)
    total = len(await judging.due_bids(judge))
    return {
        "judge": judge, "bid": bid, "job": bid.job, "criteria": config.judged,
        "weights": config.weights, "terms": terms,
        "marks": [(NOT_APPLICABLE, _("not applicable")), *[(mark, mark) for mark in MARKS]],
        "lines": comparison.total_lines(bid.job, bid, bid.lot), "total": total,
        "done": sum(progress.values()),
        "checks": [{"met": c["met"], "text": requirements.sentence(c)} for c in bid.checks or ()],
        "is_open": judge.status == "judging",
        "files": (await attachments.opened_files([bid]))[bid.id],
    }  # fmt: skip


async def finish(request: Request) -> Response:
    """Hand in one's sheets."""
    actor = web.signed_in(request)
    judge = await panel_access.own_seat(actor, request.path_params["number"])
    await judging.finish_judging(judge.job, by=actor)
    await judge.job.refresh_from_db(fields=["ranked_at"])
    flash = _("Your sheets are handed in; they open when every judge has done so")
    if judge.job.ranked_at is not None:
        flash = _("All sheets are handed in, and the bids are ranked")
    return web.see_other(request, "judging:show", number=judge.job.number, flash=flash)


async def show_sheets(request: Request) -> Response:
    """Every sheet, for the panel and the owner, once all are handed in."""
    actor = web.signed_in(request)
    job = await panel_access.judged_job(actor, request.path_params["number"])
    context = await comparison.sheets_context(request, job, actor)
    return await web.render(request, "market/tendering/jobs_sheets.html", **context)


async def note(request: Request) -> Response:
    """The panel's note on marks that lie far apart."""
    actor = web.signed_in(request)
    bid = await panel_access.bid_of_judged_job(actor, request.path_params["number"])
    sheets = (await evaluation.sheets_of(bid.job)).get(bid.id, [])
    form = await Form.read(request, NoteInput, {"note": bid.panel_note})
    if form.is_valid:
        with form.guard():
            await judging.note_spread(bid, form.input.note, by=actor)
            return web.see_other(
                request, "jobs:sheets", number=bid.job.number, flash=_("The note is kept")
            )
    return await web.render(
        request, "market/tendering/bids_note.html", form=form, bid=bid, job=bid.job, terms=terms,
        spread=evaluation.spread(sheets),
    )  # fmt: skip


async def override(request: Request) -> Response:
    """The chair's finding on a requirement."""
    actor = web.signed_in(request)
    bid = await panel_access.bid_with_checks(actor, request.path_params["number"])
    position = int(request.path_params["position"])
    form = await Form.read(request, OverrideInput)
    if form.is_valid:
        with form.guard():
            await evaluation.override_check(bid, position, form.input, by=actor)
            return web.see_other(
                request, "judging:show", number=bid.job.number, flash=_("The finding is recorded")
            )
    return await web.render(
        request, "market/tendering/bids_override.html", form=form, bid=bid, job=bid.job,
        checks=reports.checks_of(bid), position=position,
    )  # fmt: skip


async def show_computation(request: Request) -> Response:
    """How the ranking was computed, computed again."""
    actor = web.signed_in(request)
    job = await panel_access.judged_job(actor, request.path_params["number"])
    lots, lot = await comparison.chosen_lot(request, job)
    return await web.render(
        request, "market/tendering/jobs_computation.html", job=job, config=config_of(job),
        lots=lots, lot=lot, terms=terms, tabs=comparison.lot_tabs("jobs:computation", job, lots, lot),
        **await reports.computation(job, lot),
    )  # fmt: skip


routes = [
    Route("/jobs/{number}/judging", show, name="judging:show"),
    Route("/jobs/{number}/judging/alone", sit, name="judging:sit", methods=["POST"]),
    Route("/jobs/{number}/judging/declaration", declare, name="judging:declare",
          methods=["GET", "POST"]),
    Route("/jobs/{number}/judging/finish", finish, name="judging:finish", methods=["POST"]),
    Route("/jobs/{number}/sheets", show_sheets, name="jobs:sheets"),
    Route("/jobs/{number}/computation", show_computation, name="jobs:computation"),
    Route("/bids/{number}/score", score, name="bids:score", methods=["GET", "POST"]),
    Route("/bids/{number}/note", note, name="bids:note", methods=["GET", "POST"]),
    Route("/bids/{number}/checks/{position:int}", override, name="bids:override",
          methods=["GET", "POST"]),
]  # fmt: skip
