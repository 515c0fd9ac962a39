"""The arithmetic of a figure: shrunk to the mean of all, moved by each of its cases, fitted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.reputation.explanations import overall_of
from market.reputation.measures import rule
from market.reputation.rates import Prior, Share, effect_bp, fit, shrink
from market.reputation.states import Measure

SHARES = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PRIORS = st.builds(Prior, st.integers(0, 10_000), st.integers(1, 50))


def test_the_interval_is_wide_for_few_cases() -> None:
    assert Share(0, 0).interval_bp is None
    assert Share(1, 1).interval_bp == (2065, 10000)
    assert Share(9, 10).interval_bp == (5958, 9821)
    assert Share(90, 100).interval_bp == (8256, 9448)
    assert Share(1, 3).bp == 3333


@given(SHARES)
def test_the_interval_holds_the_share(case: tuple[int, int]) -> None:
    share = Share(*case)
    if share.total:
        low, high = share.interval_bp or (0, 0)
        assert 0 <= low <= (share.bp or 0) <= high <= 10_000


def test_a_new_firm_stands_at_the_mean_and_many_cases_leave_it() -> None:
    prior = Prior(9000, 5)
    assert shrink(Share(0, 0), prior).mean_bp == 9000
    assert shrink(Share(1, 1), prior).mean_bp == 9167  # (1 + 4.5) / 6
    assert shrink(Share(0, 1), prior).mean_bp == 7500
    assert shrink(Share(95, 100), prior).mean_bp == 9476
    assert shrink(Share(0, 0), prior).low_bp < shrink(Share(90, 100), prior).low_bp


@given(SHARES, PRIORS)
def test_a_figure_lies_between_what_was_observed_and_the_mean_of_all(
    case: tuple[int, int], prior: Prior
) -> None:
    share = Share(*case)
    made = shrink(share, prior)
    ends = sorted((prior.mean_bp, share.bp if share.bp is not None else prior.mean_bp))
    assert ends[0] - 1 <= made.mean_bp <= ends[1] + 1
    assert made.low_bp <= made.mean_bp <= made.high_bp


@given(SHARES, PRIORS)
def test_a_good_case_never_lowers_a_figure_and_a_bad_one_never_raises_it(
    case: tuple[int, int], prior: Prior
) -> None:
    hits, total = case
    assert effect_bp(Share(hits + 1, total + 1), prior, hit=True) >= 0
    assert effect_bp(Share(hits, total + 1), prior, hit=False) <= 0


def test_the_fit_finds_the_mean_and_how_alike_firms_are() -> None:
    alike = fit([Share(9, 10)] * 20, least_cases=2, most_cases=50)
    assert (alike.mean_bp, alike.cases) == (9000, 50)
    torn = fit([Share(10, 10), Share(0, 10)] * 10, least_cases=2, most_cases=50)
    assert (torn.mean_bp, torn.cases) == (5000, 2)
    mixed = fit([Share(10, 10), Share(8, 10), Share(5, 10)] * 5, least_cases=2, most_cases=50)
    assert mixed.mean_bp == 7667
    assert 2 < mixed.cases < 50
    with pytest.raises(ValueError, match="cases"):
        fit([Share(0, 0)], least_cases=2, most_cases=50)


def test_the_overall_figure_is_the_weighted_mean() -> None:
    assert overall_of([]) is None
    assert overall_of([(40, 8000), (10, 9000)]) == 8200
    assert overall_of([(1, 1), (1, 2)]) == 2


def test_the_rule_weighs_each_side_to_a_hundred_and_states_every_measure() -> None:
    stated = rule().measures
    assert set(stated) == set(Measure)
    for side in ("supplier", "buyer"):
        assert sum(one.weight for one in stated.values() if one.side == side) == 100
