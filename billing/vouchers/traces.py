"""A decision written down: the quote, its reasons, and the trace that proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing.vouchers.calculation import Award, Past, counted_fen
from billing.vouchers.facts import FactSheet
from billing.vouchers.limits import Limit
from billing.vouchers.requirements import Checked, Reason
from billing.vouchers.rules import Programme
from market.kit.money import allocate

ENGINE = 1
TERMS_INCOMPLETE = "terms_incomplete"


@dataclass(frozen=True)
class Decision:
    """What was decided: `binding` names what set the figure, `ineligible` the refusal if any."""

    eligible: bool
    grant_fen: int
    binding: str
    ineligible: str | None
    split: Mapping[str, int]


@dataclass(frozen=True)
class Quote(Decision):
    """A decision with its reasons, for people, and its trace, for a verifier."""

    reasons: tuple[Reason, ...]
    trace: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """A decision before it is written down."""

    grant_fen: int
    binding: str
    ineligible: str | None = None
    checks: tuple[Checked, ...] = ()
    award: Award | None = None
    limits: tuple[Limit, ...] = ()


def write_quote(
    programme: Programme,
    outcome: Outcome,
    sheet: FactSheet,
    history: Sequence[FactSheet],
    pasts: Sequence[Past],
    remaining: Mapping[str, int],
) -> Quote:
    """The outcome with its split by funder weight and the trace that proves it."""
    decision = _decision(programme, outcome)
    trace = {
        "engine": ENGINE,
        "programme": {"reference": programme.reference, "sha256": programme.digest()},
        "inputs": {"claim": sheet, "history": list(history), "remaining": dict(remaining)},
        "missing_terms": list(programme.missing_terms()),
        "predicates": [check.as_trace() for check in outcome.checks],
        **_calculation(programme, outcome.award, sheet, pasts),
        "limits": [dict(vars(limit)) for limit in outcome.limits],
        "decision": vars(decision) | {"split": dict(decision.split)},
    }
    return Quote(**vars(decision), reasons=_reasons(programme, outcome), trace=trace)


def _decision(programme: Programme, outcome: Outcome) -> Decision:
    funders = programme.funding.funders
    parts = allocate(outcome.grant_fen, [funder.weight for funder in funders])
    return Decision(
        eligible=outcome.ineligible is None,
        grant_fen=outcome.grant_fen,
        binding=outcome.binding,
        ineligible=outcome.ineligible,
        split={funder.funder: part for funder, part in zip(funders, parts, strict=True)},
    )


def _calculation(
    programme: Programme, award: Award | None, sheet: FactSheet, pasts: Sequence[Past]
) -> dict[str, Any]:
    if award is None:
        return {"lines": [], "past": [], "calculation": None}
    reach = award.reach
    return {
        "lines": [
            {"category": line["category"], "counted_fen": counted_fen(programme, line)}
            for line in sheet["lines"]
        ],
        "past": [
            {
                "as_of": past.sheet["as_of"],
                "base_fen": past.base_fen,
                "granted_fen": past.granted_fen,
                "waits": past.waits,
            }
            for past in pasts
        ],
        "calculation": {
            "own_base_fen": award.own_base_fen,
            "base_fen": award.base_fen,
            "tier": award.tier,
            "amount_fen": award.amount_fen,
            "period_total_fen": reach.total_fen if reach else None,
            "retroactive": list(reach.retroactive) if reach else [],
        },
    }


def _reasons(programme: Programme, outcome: Outcome) -> tuple[Reason, ...]:
    """Why the grant is what it is: every failed requirement, or the constraint that bound it."""
    if outcome.ineligible == TERMS_INCOMPLETE:
        missing = list(programme.missing_terms())
        return (Reason(TERMS_INCOMPLETE, {"missing": missing}, ", ".join(missing)),)
    failures = tuple(check.reason() for check in outcome.checks if not check.holds)
    if failures:
        return failures
    award = outcome.award
    if outcome.binding == "threshold" and award and award.reach:
        tiers = [tier.threshold for tier in programme.tiers or () if tier.threshold]
        least = min(threshold.min_fen for threshold in tiers)
        found = {"min_fen": least, "total_fen": award.reach.total_fen}
        return (Reason("threshold", found, "tiers"),)
    limit = next((one for one in outcome.limits if one.binding == outcome.binding), None)
    return (
        Reason(
            outcome.binding,
            {
                "grant_fen": outcome.grant_fen,
                "base_fen": award.base_fen if award else 0,
                "limit": limit.limit if limit else None,
                "remaining": limit.remaining_before if limit else None,
                "unit": limit.unit if limit else "fen",
                "base": programme.base,
            },
            limit.key if limit else "tiers",
        ),
    )
