"""The switching rules, lot by lot."""

import pytest

from market.orders.sampling import SamplingError, Severity, table_plan
from market.orders.switching import Switching, after_lot, resume


def series(start: Switching, lots: str, *, allowed: bool = False, aql: str = "1.0") -> Switching:
    """The state after lots of code letter K: digits are nonconforming items, x a rejection."""
    state = start
    for lot in lots:
        used = table_plan("K", aql, state.severity)
        bad = used.re if lot == "x" else int(lot)
        state = after_lot(state, used, bad, reduction_allowed=allowed)
    return state


def test_two_of_five_rejected_tighten() -> None:
    assert series(Switching(), "x000x") == Switching(Severity.TIGHTENED)
    assert series(Switching(), "xx").severity is Severity.TIGHTENED
    assert series(Switching(), "x0000x").severity is Severity.NORMAL


def test_five_accepted_in_a_row_return_to_normal() -> None:
    tightened = Switching(Severity.TIGHTENED)
    assert series(tightened, "00000") == Switching()
    assert series(tightened, "0000x0000").severity is Severity.TIGHTENED
    assert series(tightened, "0000x00000") == Switching()


def test_five_rejected_under_tightened_stop_inspection_however_far_apart() -> None:
    stopped = series(Switching(Severity.TIGHTENED), "x0x00x000x0000x")
    assert stopped.severity is Severity.STOPPED
    with pytest.raises(SamplingError):
        after_lot(stopped, table_plan("K", 1.0, "tightened"), 0)
    assert resume(stopped) == Switching(Severity.TIGHTENED)
    with pytest.raises(SamplingError):
        resume(Switching())


def test_the_score_asks_for_acceptance_one_step_tighter() -> None:
    """K at 1.0 accepts 3, at 0.65 only 2: three found items accept the lot but reset the score."""
    assert series(Switching(), "2").score == 3
    assert series(Switching(), "223").score == 0
    assert series(Switching(), "22x").score == 0
    assert series(Switching(), "0", aql="0.40").score == 2


def test_reduction_needs_thirty_points_and_permission() -> None:
    assert series(Switching(), "0" * 9, allowed=True).severity is Severity.NORMAL
    assert series(Switching(), "0" * 10, allowed=True).severity is Severity.REDUCED
    assert series(Switching(), "0" * 40).severity is Severity.NORMAL


def test_reduced_ends_with_a_rejection_or_without_permission() -> None:
    reduced = series(Switching(), "0" * 10, allowed=True)
    assert series(reduced, "0000", allowed=True).severity is Severity.REDUCED
    assert series(reduced, "0x", allowed=True) == Switching()
    assert series(reduced, "0") == Switching()


def test_a_plan_of_another_severity_or_an_impossible_count_is_refused() -> None:
    with pytest.raises(SamplingError):
        after_lot(Switching(), table_plan("K", 1.0, "tightened"), 0)
    with pytest.raises(SamplingError):
        after_lot(Switching(), table_plan("K", 1.0, "normal"), 126)
    with pytest.raises(SamplingError):
        after_lot(Switching(), table_plan("K", 1.0, "normal"), -1)
