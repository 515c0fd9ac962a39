"""What the owner's comparison and the judges' overview show: one lot at a time, in bulk queries."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from tortoise.queryset import QuerySet

from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.money import line_total
from market.kit.paging import Page, page_of, paginate
from market.kit.web import path_for
from market.tendering import (
    attachments,
    awards,
    clarifications,
    evaluation,
    explanations,
    judging,
    panel,
    panel_access,
    presentation,
    requirements,
    terms,
)
from market.tendering.models import Award, Bid, Clarification, Job, Judge, Lot, ScoreSheet
from market.tendering.procedures import config_of
from market.tendering.states import ClarificationKind, JudgeStatus

ROWS = 25


async def chosen_lot(request: Request, job: Job) -> tuple[list[Lot], Lot | None]:
    """The lots of a job and the one `?lot=` names, the first by default; NotFound for another."""
    lots = await Lot.filter(job=job).order_by("position")
    text = request.query_params.get("lot", "")
    if not lots:
        return [], None
    if not text:
        return lots, lots[0]
    for lot in lots:
        if str(lot.position) == text:
            return lots, lot
    raise NotFound(_("This lot does not exist"))


def bids_of(job: Job, lot: Lot | None) -> QuerySet[Bid]:
    """The opened bids of a lot, or of a job without lots, best first and the refused last."""
    opened = Bid.filter(job=job, bidder_id__isnull=False)
    of_lot = opened.filter(lot=lot) if lot is not None else opened
    return of_lot.order_by("-total_points", "rank", "total_fen", "id").select_related("bidder")


def lot_tabs(
    route: str, job: Job, lots: Sequence[Lot], chosen: Lot | None
) -> list[tuple[Any, ...]]:
    """Tabs of the lots for a page of the job."""
    return [
        (_("Lot %(n)s", n=lot.position), path_for(route, number=job.number, lot=lot.position),
         lot == chosen)
        for lot in lots
    ]  # fmt: skip


async def owner_context(request: Request, job: Job) -> dict[str, Any]:
    """The owner's comparison of one lot: a page of its bids, the panel's progress, what comes next."""
    lots, lot = await chosen_lot(request, job)
    page = await paginate(request, bids_of(job, lot), size=ROWS)
    low = await clarifications.low_prices_of(job, lot.id if lot else None)
    asked = await _price_requests(page.items)
    files = await attachments.opened_files(page.items)
    running = Award.filter(job=job, lot=lot) if lot else Award.filter(job=job)
    return {
        "job": job, "lots": lots, "lot": lot, "page": page,
        "tabs": lot_tabs("jobs:evaluation", job, lots, lot),
        "rows": [
            {**_row(job, lot, bid, low, asked), "files": files[bid.id]} for bid in page.items
        ],
        "is_open": (lot or job).status == "evaluation",
        "proposed": await proposed(job, lot),
        "awards": await running.order_by("id").select_related("bid", "bid__bidder"),
        **await panel_context(job),
    }  # fmt: skip


async def _price_requests(bids: Sequence[Bid]) -> dict[Any, Clarification]:
    rows = Clarification.filter(
        bid_id__in=[bid.id for bid in bids], kind=ClarificationKind.LOW_PRICE
    )
    return {row.bid_id: row for row in await rows}


def _row(job: Job, lot: Lot | None, bid: Bid, low: Any, asked: Any) -> dict[str, Any]:
    return {
        "bid": bid, "lines": total_lines(job, bid, lot),
        "failed": requirements.failures(bid.checks), "low": low.get(bid.id),
        "request": asked.get(bid.id), "scores": explanations.explain(bid),
    }  # fmt: skip


def total_lines(job: Job, bid: Bid, lot: Lot | None) -> list[dict[str, Any]]:
    """How the total of an opened bid was made, of the volume of its lot or job."""
    if bid.unit_price is None:
        return []
    volume: Decimal = lot.volume if lot is not None else job.volume
    price = f"{bid.unit_price.normalize():f}"
    note = f"{price} × {volume:,.0f} {terms.label('unit', job.unit)}"
    labelling = {"label": _("Labelling"), "note": note,
                 "amount_fen": line_total(bid.unit_price, volume)}  # fmt: skip
    return [labelling, *[
        {"label": terms.label("spend_category", line["spend_category"]),
         "note": line["description"], "amount_fen": line["amount_fen"]}
        for line in (bid.content or {}).get("extra_lines", ())
    ]]  # fmt: skip


async def panel_context(job: Job) -> dict[str, Any]:
    """How far the panel is, without a mark: who sits, who has handed in, which bids lack judges."""
    config = config_of(job)
    seats = await panel_access.seats_of(job)
    seated = [judge for judge in seats if judge.status in panel.SEATED]
    finished = sum(judge.status == JudgeStatus.FINISHED for judge in seated)
    short = await evaluation.uncovered(job, seated, config) if seated else []
    return {
        "judges": seats, "seated": len(seated), "finished": finished,
        "needed": config.judges_needed, "is_judged": bool(config.judged),
        "deadline": presentation.deadline_of(job),
        "late": [judge.name for judge in seated if judge.status != JudgeStatus.FINISHED],
        "is_full": len(seated) >= panel.seats_of(job, seated),
        "uncovered": [bid.number for bid in short] if job.opened_at else [],
    }  # fmt: skip


async def proposed(job: Job, lot: Lot | None) -> Bid | None:
    """The bid the ranking proposes: the best of those that could still win."""
    best = bids_of(job, lot).filter(rank__isnull=False).order_by("rank")
    first = await best.first()
    if first is None:
        return None
    left = await awards.candidates(job, first)
    return await Bid.get(id=left[0].id).select_related("bidder") if left else None


async def judge_context(request: Request, judge: Judge) -> dict[str, Any]:
    """A judge's own overview: a page of the bids of a lot with the state of the own sheets."""
    job = judge.job
    lots, lot = await chosen_lot(request, job)
    bids = await judging.due_bids(judge) if judge.status in panel.SITTING else []
    progress = await panel_access.own_progress(judge)
    page = page_of(request, [b.id for b in bids if lot is None or b.lot_id == lot.id], size=ROWS)
    rows = Bid.filter(id__in=page.items).order_by("submitted_at", "id").select_related("bidder")
    shown = await rows if page.items else []
    unmarked = [bid for bid in bids if not progress.get(bid.id)]
    return {
        "judge": judge, "job": job, "lots": lots, "lot": lot,
        "tabs": lot_tabs("judging:show", job, lots, lot), "total": len(bids),
        "done": len(bids) - len(unmarked), "page": page,
        "first": unmarked[0] if unmarked else None,
        "rows": [{"bid": bid, "is_complete": progress.get(bid.id)} for bid in shown],
        "deadline": presentation.deadline_of(job), "failing": await _failing(job, judge),
    }  # fmt: skip


async def _failing(job: Job, judge: Judge) -> list[dict[str, Any]]:
    """Bids that fail a requirement, for the chair, who may decide otherwise."""
    if judge.role != "chair" or judge.status not in panel.SITTING:
        return []
    bids = Bid.filter(job=job, status__in=evaluation.COMPARED).select_related("bidder")
    return [
        {"bid": bid, "failed": requirements.failures(bid.checks)}
        for bid in await bids.order_by("id")
        if not evaluation.meets_requirements(bid) and str(bid.bidder_id) not in judge.conflicts
    ]


async def next_unmarked(judge: Judge, after: Bid) -> Bid | None:
    """The next bid without a complete sheet, behind `after` first, then from the start."""
    bids = await judging.due_bids(judge)
    progress = await panel_access.own_progress(judge)
    places = {bid.id: place for place, bid in enumerate(bids)}
    here = places.get(after.id, -1)
    left = [bid for bid in bids if not progress.get(bid.id)]
    return min(left, key=lambda b: (places[b.id] <= here, places[b.id]), default=None)


async def sheets_context(request: Request, job: Job, actor: Actor) -> dict[str, Any]:
    """Every sheet of a page of bids of one lot, once they are open: for the panel and the owner."""
    lots, lot = await chosen_lot(request, job)
    page: Page[Bid] = await paginate(
        request, bids_of(job, lot).filter(rank__isnull=False), size=ROWS
    )
    judges = await Judge.filter(job=job, status=JudgeStatus.FINISHED).order_by("role", "id")
    sheets: dict[Any, list[ScoreSheet]] = {bid.id: [] for bid in page.items}
    for sheet in await ScoreSheet.filter(bid_id__in=list(sheets)).order_by("id"):
        sheets[sheet.bid_id].append(sheet)
    away = await panel_access.unread_bidders(actor, job)
    return {
        "job": job, "lots": lots, "lot": lot, "page": page, "judges": judges,
        "tabs": lot_tabs("jobs:sheets", job, lots, lot), "terms": terms,
        "names": config_of(job).judged,
        "rows": [
            {"bid": bid, "sheets": {s.judge_id: s for s in sheets[bid.id]},
             "spread": evaluation.spread(sheets[bid.id])}
            for bid in page.items if away is not None and bid.bidder_id not in away
        ],
        "is_chair": any(j.person_id == actor.person_id and j.role == "chair" for j in judges),
    }  # fmt: skip
