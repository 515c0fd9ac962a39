"""Evaluation: requirements first, then points by criterion, ranks lot by lot, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.tendering import panel
from market.tendering.judging_forms import FULL_MARKS, OverrideInput
from market.tendering.models import Bid, Job, Judge, Lot, ScoreSheet
from market.tendering.procedures import PILOT, PRICE, ProcedureConfig, config_of
from market.tendering.states import (
    BidStatus,
    JobStatus,
    JudgeRole,
    JudgeStatus,
    RefusalReason,
)

COMPARED = (BidStatus.OPENED, BidStatus.EVALUATED)
FAR_APART = Decimal(2)
_PLACES = Decimal("0.0001")
_ZERO = Decimal(0)
Marks = Mapping[str, str | None]
Scores = dict[str, dict[str, Any]]


class NotUnderEvaluation(Conflict):
    """Bids are scored and refused only between the opening and the award."""

    title = "This job is not under evaluation"


def rounded(value: Decimal) -> Decimal:
    """Points carry four decimals, halves rounded up."""
    return value.quantize(_PLACES, ROUND_HALF_UP)


def price_points(total_fen: int, lowest_fen: int, weight: int) -> Decimal:
    """lowest / bid x weight: the cheapest bid gets the whole weight."""
    return rounded(Decimal(lowest_fen) * weight / total_fen)


def weights_of_sheet(marks: Marks, config: ProcedureConfig) -> dict[str, Decimal]:
    """What each marked criterion weighs on one sheet.

    The weight of what the judge found not applicable goes to the other marks of the same sheet, in
    proportion to their weights, so that every sheet weighs as much.
    """
    marked = [name for name in config.judged if marks.get(name) is not None]
    judged = sum(config.weights[name] for name in config.judged)
    held = sum(config.weights[name] for name in marked)
    return {name: Decimal(config.weights[name]) * judged / held for name in marked}


def judged_scores(sheets: Sequence[Marks], config: ProcedureConfig) -> Scores:
    """Points of the judged criteria: mark / 5 x weight on each sheet, the mean over all sheets."""
    scores: Scores = {}
    weighed = [(sheet, weights_of_sheet(sheet, config)) for sheet in sheets]
    for name in config.judged:
        marks = [(Decimal(str(sheet[name])), held[name]) for sheet, held in weighed if name in held]
        if not marks:
            continue
        points = sum((mark * weight for mark, weight in marks), _ZERO) / FULL_MARKS / len(sheets)
        scores[name] = {
            "weight": config.weights[name], "judges": len(marks), "of": len(sheets),
            "mean": str(rounded(sum((mark for mark, _w in marks), _ZERO) / len(marks))),
            "effective": str(rounded(sum((held for _m, held in marks), _ZERO) / len(sheets))),
            "points": str(rounded(points)),
        }  # fmt: skip
    return scores


def scores_of(
    bid: Bid, lowest_fen: int, sheets: Iterable[Marks], config: ProcedureConfig
) -> Scores:
    """Points by criterion with what made them."""
    weight = config.weights[PRICE]
    assert bid.total_fen, "an opened bid has a total"
    scores: Scores = {
        PRICE: {
            "weight": weight, "lowest_fen": lowest_fen, "total_fen": bid.total_fen,
            "points": str(price_points(bid.total_fen, lowest_fen, weight)),
        }
    }  # fmt: skip
    if share := config.weights.get(PILOT):
        measured = bid.pilot_points
        scores[PILOT] = {
            "weight": share, "measured": str(measured) if measured is not None else None,
            "points": str(rounded((measured or _ZERO) * share / 100)),
        }  # fmt: skip
    return scores | judged_scores(list(sheets), config)


def total_points(scores: Scores) -> Decimal:
    """The sum of the criteria's points, of 100."""
    return rounded(sum((Decimal(score["points"]) for score in scores.values()), _ZERO))


def order_key(bid: Bid, config: ProcedureConfig) -> tuple[Any, ...]:
    """Most points first; then the lower total; then the procedure's rule; then the earlier bid.

    `draw` orders by the digest of the sealed bid, which nobody could choose once it was published.
    """
    rule: Any = {"earlier": 0, "faster": bid.delivery_days or 0, "draw": bid.digest}[
        config.tie_rule
    ]
    return (-(bid.total_points or _ZERO), bid.total_fen, rule, bid.submitted_at, bid.number)


def meets_requirements(bid: Bid) -> bool:
    """Whether every pass-or-fail check is met, by itself or by the chair's finding."""
    return all(check["met"] for check in bid.checks or ())


def by_lot(bids: Iterable[Bid]) -> dict[UUID | None, list[Bid]]:
    """Bids that compete with each other."""
    groups: dict[UUID | None, list[Bid]] = defaultdict(list)
    for bid in bids:
        groups[bid.lot_id].append(bid)
    return groups


def score_bids(
    rivals: Sequence[Bid], sheets: Mapping[UUID, Sequence[Marks]], config: ProcedureConfig
) -> list[Bid]:
    """Set points and ranks of bids that compete with each other; best first. Touches no database."""
    lowest = min(bid.total_fen for bid in rivals if bid.total_fen)
    for bid in rivals:
        bid.scores = scores_of(bid, lowest, sheets.get(bid.id, ()), config)
        bid.total_points = total_points(bid.scores)
    ranked = sorted(rivals, key=lambda bid: order_key(bid, config))
    for rank, bid in enumerate(ranked, 1):
        bid.rank = rank
    return ranked


async def sheets_of(job: Job, lot: Lot | None = None) -> dict[UUID, list[ScoreSheet]]:
    """The sheets of judges who have finished, by bid; of one lot or of all."""
    people = await Judge.filter(job=job, status=JudgeStatus.FINISHED).values_list(
        "person_id", flat=True
    )
    found: dict[UUID, list[ScoreSheet]] = defaultdict(list)
    rows = ScoreSheet.filter(bid__job_id=job.id, judge_id__in=[str(p) for p in people])
    of_lot = rows.filter(bid__lot_id=lot.id) if lot is not None else rows
    for sheet in await of_lot.order_by("id"):
        found[sheet.bid_id].append(sheet)
    return found


async def rank_bids(job: Job, *, by: Actor) -> bool:
    """Rank every lot once all judges have finished, in the caller's transaction; whether it was done.

    Bids that fail a requirement get no rank. Where the price alone decides there is no panel, and
    the ranks exist from the opening. Later calls rank again what a refusal has left.
    """
    config = config_of(job)
    if config.judged and not await _is_judged(job, config):
        return False
    bids = await Bid.filter(job=job, status__in=COMPARED).select_for_update()
    sheets = await sheets_of(job) if config.judged else {}
    marks = {bid_id: [sheet.scores for sheet in found] for bid_id, found in sheets.items()}
    compared = [bid for bid in bids if meets_requirements(bid)]
    for rivals in by_lot(compared).values():
        score_bids(rivals, marks, config)
    if compared:
        changed = ["scores", "total_points", "rank", "updated_at"]
        await Bid.bulk_update(compared, changed, batch_size=100)
    opened = [bid for bid in compared if bid.status == BidStatus.OPENED]
    await Bid.move_all(opened, BidStatus.EVALUATED, by=by)
    if config.judged and job.ranked_at is None:
        job.ranked_at = clock.now()
        await job.save(update_fields=["ranked_at"])
        await audit.record(job, "ranked", by=by, after={"bids": len(compared)})
        await outbox.record("job.ranked", job=job.id)
    return True


async def _is_judged(job: Job, config: ProcedureConfig) -> bool:
    judges = await Judge.filter(job=job, status__in=panel.SEATED)
    if len(judges) < config.judges_needed:
        return False
    if any(judge.status != JudgeStatus.FINISHED for judge in judges):
        return False
    return not await uncovered(job, judges, config)


async def uncovered(job: Job, judges: Sequence[Judge], config: ProcedureConfig) -> list[Bid]:
    """Bids from which so many judges keep away that less than a majority of the panel is left."""
    away: dict[str, int] = defaultdict(int)
    for judge in judges:
        for bidder in judge.conflicts:
            away[bidder] += 1
    short = {b for b, n in away.items() if len(judges) - n < config.judges_needed // 2 + 1}
    if not short:
        return []
    bids = await Bid.filter(job=job, status__in=COMPARED, bidder_id__in=sorted(short))
    return [bid for bid in bids if meets_requirements(bid)]


@atomic()
async def override_check(bid: Bid, position: int, finding: OverrideInput, *, by: Actor) -> Bid:
    """The chair's finding on one requirement check, with its reason, before the sheets are open.

    What the platform found stays beside it. Raises NotPermitted, NotUnderEvaluation, InvalidInput.
    """
    job = await lock_id(Job, bid.job_id)
    chair = await Judge.get_or_none(
        job=job, person_id=by.person_id, role=JudgeRole.CHAIR, status__in=panel.SITTING
    )
    bid = await lock_id(Bid, bid.id)
    if chair is None or str(bid.bidder_id) in chair.conflicts:
        raise NotPermitted(_("Only the chair of the panel decides on a requirement"))
    if job.status != JobStatus.EVALUATION or job.ranked_at or bid.status not in COMPARED:
        raise NotUnderEvaluation(_("Requirements are decided before the bids are ranked"))
    checks = [dict(check) for check in bid.checks or ()]
    if not 0 <= position < len(checks) or checks[position]["met"] == finding.met:
        raise InvalidInput(_("The check already says so"))
    before = {"met": checks[position]["met"]}
    checks[position] |= {"met": finding.met, "override": {"reason": finding.reason, **before}}
    bid.checks = checks
    await bid.save(update_fields=["checks"])
    await audit.record(
        bid, f"check {position} decided", by=by, before=before, after={"met": finding.met},
        reason=finding.reason,
    )  # fmt: skip
    if not config_of(job).judged:
        await rank_bids(job, by=by)
    return bid


@atomic()
async def disqualify_bid(bid: Bid, code: RefusalReason, explanation: str, *, by: Actor) -> Bid:
    """Refuse an opened bid with a coded reason that its bidder reads; the others are ranked anew."""
    require(by, Role.BUYER)
    job = await lock_id(Job, bid.job_id)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This bid does not exist"))
    if job.status != JobStatus.EVALUATION:
        raise NotUnderEvaluation(_("Job %(number)s is not under evaluation", number=job.number))
    return await refuse_bid(job, await lock_id(Bid, bid.id), code, explanation, by=by)


async def refuse_bid(
    job: Job, bid: Bid, code: RefusalReason, explanation: str, *, by: Actor
) -> Bid:
    """Disqualify a locked bid and rank what is left, in the caller's transaction."""
    await bid.move_to(
        BidStatus.DISQUALIFIED, by=by, reason_code=code.value, reason=explanation, rank=None
    )
    await rank_bids(job, by=by)
    await outbox.record("bid.unsuccessful", bid=bid.id)
    return bid


async def recompute(job: Job, lot: Lot | None = None) -> list[dict[str, Any]]:
    """Points and ranks computed again from the sheets and offers, beside what is stored."""
    config = config_of(job)
    ranked = Bid.filter(job=job, rank__isnull=False).order_by("lot__position", "rank")
    bids = await (ranked.filter(lot_id=lot.id) if lot is not None else ranked)
    stored = {bid.id: (bid.total_points, bid.rank, bid.scores) for bid in bids}
    sheets = await sheets_of(job, lot) if config.judged else {}
    marks = {bid_id: [sheet.scores for sheet in found] for bid_id, found in sheets.items()}
    for rivals in by_lot(bids).values():
        score_bids(rivals, marks, config)
    return [
        {
            "bid": bid.number, "points": bid.total_points, "rank": bid.rank, "scores": bid.scores,
            "stored_points": points, "stored_rank": rank,
            "is_reproduced": (bid.total_points, bid.rank, bid.scores) == (points, rank, scores),
        }
        for bid in bids
        for points, rank, scores in (stored[bid.id],)
    ]  # fmt: skip


def spread(sheets: Iterable[ScoreSheet]) -> dict[str, Decimal]:
    """Criteria whose marks lie more than two apart, with how far; the panel notes why."""
    marks: dict[str, list[Decimal]] = defaultdict(list)
    for sheet in sheets:
        for name, mark in sheet.scores.items():
            if mark is not None:
                marks[name].append(Decimal(mark))
    far = {name: max(found) - min(found) for name, found in marks.items()}
    return {name: distance for name, distance in far.items() if distance > FAR_APART}
