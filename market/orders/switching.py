"""Switching rules of GB/T 2828.1-2012, clauses 9.3 and 9.4: the severity of the next lot."""

from __future__ import annotations

from dataclasses import dataclass

from market.orders.sampling import AQLS, Plan, SamplingError, Severity, table_plan


@dataclass(frozen=True)
class Switching:
    """Where one supplier stands in the switching rules of clause 9.3, on original inspection only.

    `score` is the switching score (normal), `recent` the last results since the severity began,
    oldest first and at most five, `rejected` the lots not accepted since tightened began.
    """

    severity: Severity = Severity.NORMAL
    score: int = 0
    recent: tuple[bool, ...] = ()
    rejected: int = 0


S = Severity
SEVERITY_TRANSITIONS = {
    S.NORMAL: frozenset({S.TIGHTENED, S.REDUCED}),
    S.TIGHTENED: frozenset({S.NORMAL, S.STOPPED}),
    S.REDUCED: frozenset({S.NORMAL}),
    S.STOPPED: frozenset({S.TIGHTENED}),
}
REDUCED_SCORE = 30
_WINDOW = 5


def after_lot(
    state: Switching, used: Plan, nonconforming: int, *, reduction_allowed: bool = False,
    is_refused: bool = False,
) -> Switching:  # fmt: skip
    """The state after one lot on original inspection; the new severity holds from the next lot.

    Normal to tightened: 2 of at most 5 consecutive lots not accepted (9.3.1). Tightened to
    normal: 5 in a row accepted (9.3.2). Normal to reduced: score of 30 or more, and
    `reduction_allowed`, which states that production is steady and the buyer agrees (9.3.3).
    Reduced to normal: one lot not accepted, or the permission withdrawn (9.3.4). Tightened to
    stopped: 5 lots not accepted in all (9.4). `is_refused` is a lot not accepted for another reason
    than its count (a critical item). Raises SamplingError when inspection is stopped or
    the plan belongs to another severity.
    """
    if state.severity is Severity.STOPPED or used.severity is not state.severity:
        raise SamplingError("severity", used.severity)
    if nonconforming < 0 or nonconforming > used.n:
        raise SamplingError("nonconforming", nonconforming)
    accepted = used.accepts(nonconforming) and not is_refused
    recent = (*state.recent, accepted)[-_WINDOW:]
    if state.severity is Severity.NORMAL:
        score = _score(state.score, used, nonconforming) if accepted else 0
        if recent.count(False) >= 2:
            return Switching(Severity.TIGHTENED)
        if reduction_allowed and score >= REDUCED_SCORE:
            return Switching(Severity.REDUCED, score)
        return Switching(Severity.NORMAL, score, recent)
    if state.severity is Severity.REDUCED:
        stays = accepted and reduction_allowed
        return Switching(Severity.REDUCED, state.score, recent) if stays else Switching()
    rejected = state.rejected + (not accepted)
    if rejected >= _WINDOW:
        return Switching(Severity.STOPPED, rejected=rejected)
    if len(recent) == _WINDOW and all(recent):
        return Switching()
    return Switching(Severity.TIGHTENED, recent=recent, rejected=rejected)


def resume(state: Switching) -> Switching:
    """Tightened inspection after a stop, once the supplier's remedy is agreed to work (9.4)."""
    if state.severity is not Severity.STOPPED:
        raise SamplingError("severity", state.severity)
    return Switching(Severity.TIGHTENED)


def _score(score: int, used: Plan, nonconforming: int) -> int:
    """9.3.3.2: with Ac of 2 or more, 3 if one AQL step tighter accepts too; else 2; else reset."""
    if used.ac < 2:
        return score + 2
    tighter = table_plan(used.row, AQLS[AQLS.index(used.aql) - 1], Severity.NORMAL)
    return score + 3 if tighter.accepts(nonconforming) else 0
