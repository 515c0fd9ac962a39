"""The formal documents of an evaluation: computation, report (评标报告), notice and result letters."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from market.accounts.models import Organisation
from market.kit.documents import digest_of
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.tendering import (
    evaluation,
    explanations,
    outcomes,
    panel,
    requirements,
    terms,
)
from market.tendering.models import Award, Bid, Job, Judge, Lot
from market.tendering.procedures import CRITERIA, config_of
from market.tendering.states import JudgeStatus


def tie_rule(code: str) -> str:
    """The rule for equal points as a sentence."""
    return {
        "earlier": _("Equal points: the lower total, then the earlier bid"),
        "faster": _(
            "Equal points: the lower total, then the shorter delivery, then the earlier bid"
        ),
        "draw": _("Equal points: the lower total, then the smaller digest of the sealed bid"),
    }[code]


def rules() -> dict[str, str]:
    """The formulas by criterion, as sentences."""
    judged = _("mean over all judges of mark ÷ 5 × weight; on each sheet the weight of what is not "
               "applicable goes to its other marks in proportion to their weights")  # fmt: skip
    return {
        "requirements": _("a bid that fails a requirement gets no points and no rank"),
        "price": _("lowest total ÷ total of the bid × weight"),
        "pilot": _("points of 100 in the blind pilot ÷ 100 × weight"),
        "judged": judged,
        "total": _("the sum of the criteria, each rounded to four decimals, half up"),
    }


def checks_of(bid: Bid) -> list[dict[str, Any]]:
    """The requirement checks with what the chair found otherwise."""
    return [
        {"met": check["met"], "text": requirements.sentence(check),
         "override": check.get("override")}
        for check in bid.checks or ()
    ]  # fmt: skip


async def computation(job: Job, lot: Lot | None) -> dict[str, Any]:
    """Every figure of the ranking computed again beside what is stored, for one lot."""
    found = await evaluation.recompute(job, lot)
    return {
        "rows": [{**row, "criteria": terms.in_order(row["scores"], CRITERIA)} for row in found],
        "is_reproduced": all(row["is_reproduced"] for row in found),
        "tie_rule": tie_rule(config_of(job).tie_rule), "rules": rules(),
    }  # fmt: skip


async def letter(bid: Bid) -> dict[str, Any]:
    """The result letter of a bid: what was decided, its points with reasons, the winner's advantages."""
    job = bid.job
    decided = Award.filter(job=job, lot_id=bid.lot_id).order_by("-id")
    award = await decided.filter(bid=bid, status__in=outcomes.RUNNING).first()
    winner = await decided.filter(status__in=outcomes.RUNNING).select_related(
        "bid", "bid__bidder"
    ).first()  # fmt: skip
    stated = {
        "bid": bid.number, "job": job.number, "status": bid.status, "points": bid.total_points,
        "rank": bid.rank, "scores": bid.scores, "reason": [bid.reason_code, bid.reason],
        "award": award.number if award else None, "winner": winner.number if winner else None,
        "total_fen": award.total_fen if award else None,
    }  # fmt: skip
    return {
        "bid": bid, "job": job, "award": award, "winner": winner, "digest": digest_of(stated),
        "scores": explanations.explain(bid), "checks": checks_of(bid), "terms": terms,
        "reasons": await explanations.reasons_for_bidder(bid),
        "advantages": explanations.advantages(winner.bid, bid) if winner and not award else [],
    }  # fmt: skip


async def report(job: Job) -> dict[str, Any]:
    """The evaluation report: panel, requirements, points and ranks of every lot, the decisions."""
    lots = await Lot.filter(job=job).order_by("position")
    bids = await _reported(job, lots)
    judges = await Judge.filter(job=job).exclude(status=JudgeStatus.RELEASED).order_by("role", "id")
    awards = await Award.filter(job=job).order_by("id").select_related("bid", "bid__bidder")
    config = config_of(job)
    stated = {
        "job": job.number, "ranked_at": job.ranked_at, "weights": config.weights,
        "judges": [[judge.name, judge.status, judge.conflict] for judge in judges],
        "bids": [[b.number, b.rank, b.total_points, b.scores, b.checks, b.reason_code] for b in bids],
        "awards": [[a.number, a.bid.number, a.status, a.rationale] for a in awards],
    }  # fmt: skip
    return {
        "job": job, "lots": lots, "bids": bids, "judges": judges, "awards": awards,
        "config": config, "weights": terms.in_order(config.weights, CRITERIA), "terms": terms,
        "tie_rule": tie_rule(config.tie_rule), "digest": digest_of(stated),
        "groups": [(lot, [bid for bid in bids if bid.lot_id == lot.id]) for lot in lots]
        or [(None, bids)], "seated": [j for j in judges if j.status in panel.SEATED],
    }  # fmt: skip


async def _reported(job: Job, lots: Sequence[Lot]) -> list[Bid]:
    """Every opened bid with what the report says of it, its firm and lot among those at hand."""
    opened = Bid.filter(job=job, bidder_id__isnull=False).order_by(
        "lot__position", "rank", "number"
    )
    bids = await opened.only(
        "id", "number", "lot_id", "bidder_id", "status", "rank", "total_fen", "total_points",
        "scores", "checks", "reason_code", "panel_note",
    )  # fmt: skip
    firms = await Organisation.in_bulk({bid.bidder_id for bid in bids}, "id")
    places = {lot.id: lot for lot in lots}
    for bid in bids:
        bid.bidder, bid.lot = firms[bid.bidder_id], places[bid.lot_id] if bid.lot_id else None
    return bids


def report_table(job: Job, bids: Sequence[Bid]) -> tuple[list[Column], list[list[Any]]]:
    """The report's points as a table: a row for each bid, a column for each criterion."""
    names = [name for name, _w in terms.in_order(config_of(job).weights, CRITERIA)]
    columns = [
        Column(_("Lot"), "integer"), Column(_("Rank"), "integer"), Column(_("Number")),
        Column(_("Bidder")), Column(_("Total (yuan)"), "money"),
        *[Column(_(terms.CRITERIA_LABELS[name]), "number") for name in names],
        Column(_("Points"), "number"), Column(_("Requirements not met")), Column(_("Reason")),
        Column(_("Panel's note")),
    ]  # fmt: skip
    rows = [
        [
            bid.lot.position if bid.lot else None, bid.rank, bid.number, bid.bidder.name,
            bid.total_fen,
            *[explanations.shown(bid.scores[n]["points"]) if n in (bid.scores or {}) else None
              for n in names],
            bid.total_points, " ".join(requirements.failures(bid.checks)),
            terms.reason_label(bid.reason_code) if bid.reason_code else "", bid.panel_note,
        ]
        for bid in bids
    ]  # fmt: skip
    return columns, rows


def notice_digest(award: Award) -> str:
    """SHA-256 of what the notice states: job, lot, winner, volume, total, rationale, standstill."""
    until: dt.datetime | None = award.stand_still_until
    return digest_of({
        "award": award.number, "job": award.job.number, "bid": award.bid.number,
        "lot": award.lot.position if award.lot else None, "winner": award.bid.bidder.name,
        "volume": award.volume, "total_fen": award.total_fen, "rationale": award.rationale,
        "reason_code": award.reason_code, "stand_still_until": until,
    })  # fmt: skip
