"""Evaluation: automatic price points, judges' sheets, ranking, disqualification, and why."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan
from market.tendering import terms
from market.tendering.forms import ScoreInput
from market.tendering.models import Bid, Job, ScoreSheet
from market.tendering.procedures import CRITERIA, PRICE, ProcedureConfig, config_of
from market.tendering.states import BidStatus, JobStatus, RefusalReason

FULL_MARKS = 5
COMPARED = (BidStatus.OPENED, BidStatus.EVALUATED)
_PLACES = Decimal("0.0001")
Scores = dict[str, dict[str, Any]]


class NotUnderEvaluation(Conflict):
    """Bids are scored and refused only between the opening and the award."""

    title = "This job is not under evaluation"


def _round(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)


def price_points(total_fen: int, lowest_fen: int, weight: int) -> Decimal:
    """lowest / bid x weight: the cheapest bid gets the whole weight."""
    return _round(Decimal(lowest_fen) * weight / total_fen)


def judged_points(marks: Sequence[Decimal], weight: int) -> Decimal:
    """The mean of the judges' marks, 0 to 5, as a share of the weight."""
    return _round(sum(marks, Decimal(0)) * weight / (len(marks) * FULL_MARKS))


def scores_of(
    bid: Bid, lowest_fen: int, sheets: Iterable[Mapping[str, Any]], config: ProcedureConfig
) -> Scores:
    """Points by criterion with what made them; a criterion that no judge could score is left out."""
    weight, found = config.weights[PRICE], list(sheets)
    assert bid.total_fen, "an opened bid has a total"
    scores: Scores = {
        PRICE: {
            "weight": weight, "lowest_fen": lowest_fen, "total_fen": bid.total_fen,
            "points": str(price_points(bid.total_fen, lowest_fen, weight)),
        }
    }  # fmt: skip
    for name in config.judged:
        marks = [Decimal(str(sheet[name])) for sheet in found if sheet.get(name) is not None]
        if marks:
            weight = config.weights[name]
            scores[name] = {
                "weight": weight, "judges": len(marks), "points": str(judged_points(marks, weight)),
                "mean": str(_round(sum(marks, Decimal(0)) / len(marks))),
            }  # fmt: skip
    return scores


def total_points(scores: Scores) -> Decimal:
    """Points of 100 over the criteria that were scored."""
    weights = sum(score["weight"] for score in scores.values())
    points = sum((Decimal(score["points"]) for score in scores.values()), Decimal(0))
    return _round(points * 100 / weights)


@atomic()
async def score_bid(bid: Bid, sheet: ScoreInput, *, by: Actor) -> Bid:
    """Keep one judge's marks and rank the bids anew. The owner's buyer, quality or project people.

    Raises NotUnderEvaluation, or InvalidInput when no criterion is marked.
    """
    job = await _evaluated_job(bid, by, Role.BUYER, Role.QUALITY, Role.PROJECT)
    bid = await lock_id(Bid, bid.id)
    if bid.status not in COMPARED:
        raise NotUnderEvaluation(_("This bid is no longer compared"))
    judged = config_of(job).judged
    marks = {name: mark for name in judged if (mark := getattr(sheet, name)) is not None}
    if not marks:
        raise InvalidInput(fields={name: _("Mark at least one criterion") for name in judged[:1]})
    await ScoreSheet.update_or_create(
        bid=bid, judge_id=by.person_id,
        defaults={"scores": {name: str(mark) for name, mark in marks.items()},
                  "comment": sheet.comment, "submitted_at": clock.now()},
    )  # fmt: skip
    await audit.record(bid, "scored", by=by, after={"marks": marks})
    await rank_bids(job, by=by)
    return await lock_id(Bid, bid.id)


@atomic()
async def disqualify_bid(bid: Bid, code: RefusalReason, explanation: str, *, by: Actor) -> Bid:
    """Refuse an opened bid with a coded reason that its bidder reads; the others are ranked anew."""
    job = await _evaluated_job(bid, by, Role.BUYER)
    bid = await lock_id(Bid, bid.id)
    await bid.move_to(
        BidStatus.DISQUALIFIED, by=by, reason_code=code.value, reason=explanation, rank=None
    )
    await rank_bids(job, by=by)
    await outbox.record("bid.unsuccessful", bid=bid.id)
    return bid


async def rank_bids(job: Job, *, by: Actor) -> None:
    """Points and ranks of the compared bids, in the caller's transaction; ties go to the lower total."""
    config = config_of(job)
    bids = await Bid.filter(job=job, status__in=COMPARED).select_for_update()
    if not bids:
        return
    lowest = min(bid.total_fen for bid in bids if bid.total_fen)
    for bid in bids:
        sheets = [sheet.scores for sheet in await ScoreSheet.filter(bid=bid)]
        if sheets or not config.judged:
            scores = scores_of(bid, lowest, sheets, config)
            bid.scores, bid.total_points = scores, total_points(scores)
    ranked = sorted(
        (bid for bid in bids if bid.total_points is not None),
        key=lambda bid: (-(bid.total_points or 0), bid.total_fen, bid.submitted_at),
    )
    for rank, bid in enumerate(ranked, 1):
        bid.rank = rank
        await bid.save(update_fields=["scores", "total_points", "rank"])
        if bid.status == BidStatus.OPENED:
            await bid.move_to(BidStatus.EVALUATED, by=by)


async def _evaluated_job(bid: Bid, by: Actor, *roles: Role) -> Job:
    require(by, *roles)
    job = await lock_id(Job, bid.job_id)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This bid does not exist"))
    if job.status != JobStatus.EVALUATION:
        raise NotUnderEvaluation(_("Job %(number)s is not under evaluation", number=job.number))
    return job


def explain(bid: Bid) -> list[dict[str, Any]]:
    """Every score of a bid as criterion, points, weight and the sentence that says how it was made."""
    rows = []
    for name, score in terms.in_order(bid.scores or {}, CRITERIA):
        if name == PRICE:
            why = _(
                "lowest offer ¥%(lowest)s ÷ this offer ¥%(total)s × %(weight)s",
                lowest=format_yuan(score["lowest_fen"]), total=format_yuan(score["total_fen"]),
                weight=score["weight"],
            )  # fmt: skip
        else:
            why = _(
                "mean %(mean)s of 5 from %(judges)s judges × %(weight)s",
                mean=f"{Decimal(score['mean']).normalize():f}", judges=score["judges"],
                weight=score["weight"],
            )  # fmt: skip
        points = Decimal(score["points"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rows.append({
            "criterion": _(terms.CRITERIA_LABELS[name]), "points": points,
            "weight": score["weight"], "why": why,
        })  # fmt: skip
    return rows


async def comments_on(bid: Bid) -> list[str]:
    """What the judges wrote, without their names; only once the job is decided."""
    if bid.status in (BidStatus.OPENED, BidStatus.EVALUATED):
        return []
    sheets = await ScoreSheet.filter(bid=bid).order_by("id")
    return [sheet.comment for sheet in sheets if sheet.comment]
