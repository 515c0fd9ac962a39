"""Why a bid has its points: sentences for people, from what the evaluation stored."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from market.kit.i18n import gettext as _
from market.kit.money import format_yuan
from market.tendering import evaluation, judging, terms
from market.tendering.models import Bid, Job, Judge, ScoreSheet
from market.tendering.procedures import CRITERIA, PILOT, PRICE, config_of
from market.tendering.states import BidStatus

_CENT = Decimal("0.01")
DECIDED = (BidStatus.AWARDED, BidStatus.UNSUCCESSFUL, BidStatus.DISQUALIFIED)


def shown(points: str | Decimal) -> Decimal:
    """Points as pages show them, with two decimals."""
    return Decimal(points).quantize(_CENT, ROUND_HALF_UP)


def _number(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def explain(bid: Bid) -> list[dict[str, Any]]:
    """Every score of a bid as criterion, points, weight and the sentence that says how it was made."""
    return [
        {
            "code": name, "criterion": _(terms.CRITERIA_LABELS[name]),
            "points": shown(score["points"]), "weight": score["weight"],
            "why": _why(name, score, bid),
        }
        for name, score in terms.in_order(bid.scores or {}, CRITERIA)
    ]  # fmt: skip


def told(bid: Bid) -> list[dict[str, Any]]:
    """What its bidder reads of a bid's scores: nothing before the decision."""
    return explain(bid) if bid.status in DECIDED else []


def _why(name: str, score: dict[str, Any], bid: Bid) -> str:
    if name == PRICE:
        return _(
            "lowest offer ¥%(lowest)s ÷ this offer ¥%(total)s × %(weight)s",
            lowest=format_yuan(score["lowest_fen"]), total=format_yuan(score["total_fen"]),
            weight=score["weight"],
        )  # fmt: skip
    if name == PILOT:
        return _pilot(score, bid)
    why = _(
        "mean %(mean)s of 5 from %(judges)s judges × %(weight)s",
        mean=_number(score["mean"]), judges=score["judges"], weight=_number(score["effective"]),
    )  # fmt: skip
    if Decimal(score["effective"]) == score["weight"]:
        return why
    return why + _(
        "; of %(of)s judges some marked this or another criterion not applicable, which moves weight",
        of=score["of"],
    )


def _pilot(score: dict[str, Any], bid: Bid) -> str:
    if score["measured"] is None:
        return _("no pilot was measured: 0 points")
    metric = str((bid.pilot_result or {}).get("metric", ""))
    why = _("measured %(points)s of 100 in the blind pilot × %(weight)s",
            points=_number(score["measured"]), weight=score["weight"])  # fmt: skip
    return f"{why} ({terms.metric_label(metric)})" if metric else why


def reasons(
    bid: Bid, sheets: Iterable[ScoreSheet], judges: Iterable[Judge], job: Job
) -> list[dict[str, Any]]:
    """Each judge's marks and comments under the judge's number, in the order of the numbers."""
    numbers = judging.aliases(judges)
    names = config_of(job).judged
    rows = [
        {
            "judge": numbers[sheet.judge_id],
            "comment": sheet.comment,
            "marks": [
                {"criterion": _(terms.CRITERIA_LABELS[name]), "mark": sheet.scores[name],
                 "why": sheet.comments.get(name, "")}
                for name in names if name in sheet.scores
            ],
        }
        for sheet in sheets if sheet.judge_id in numbers
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["judge"])


async def reasons_for_bidder(bid: Bid) -> list[dict[str, Any]]:
    """What a bidder reads of its own sheets: everything but the names, once its bid is decided."""
    job = await Job.get(id=bid.job_id)
    if job.ranked_at is None or bid.status not in DECIDED:
        return []
    sheets = (await evaluation.sheets_of(job)).get(bid.id, [])
    return reasons(bid, sheets, await Judge.filter(job=job), job)


def advantages(winner: Bid, other: Bid) -> list[dict[str, Any]]:
    """Where the winner had more points than another bid, by criterion."""
    own = {row["code"]: row["points"] for row in explain(other)}
    return [
        {"criterion": row["criterion"], "winner": row["points"], "own": own[row["code"]]}
        for row in explain(winner)
        if row["code"] in own and row["points"] > own[row["code"]]
    ]
