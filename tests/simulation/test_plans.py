"""Swarm testing: what the plans of a thousand seeds leave out, keep and bring together."""

from collections import Counter
from itertools import combinations_with_replacement
from statistics import mean

from market.bench.simulation.plans import (
    OCCASIONS,
    OF_DEPOSITS,
    ORDERS,
    PAYING,
    PLACES,
    STAGES,
    WEIGHTS,
    Faults,
    plan_of,
)

PLANS = [plan_of(seed) for seed in range(1000)]
KINDS = sorted(WEIGHTS | OF_DEPOSITS)


def test_every_two_kinds_of_errand_are_under_way_at_once() -> None:
    """Each with itself, too: a race is mostly one of two who do the same."""
    met = Counter(pair for plan in PLANS for pair in plan.neighbours())
    pairs = {frozenset(pair) for pair in combinations_with_replacement(KINDS, 2)}
    assert pairs - met.keys() == set()
    assert min(met[frozenset((kind,))] for kind in KINDS) >= 5


def test_a_death_is_planned_for_every_troubled_step() -> None:
    places = Counter(plan.faults.place for plan in PLANS)
    assert set(range(1, PLACES + 1)) - places.keys() == set()
    assert 400 < places[0] < 600, "other seeds have deaths by chance alone, or none"


def test_every_kind_meets_every_fault_and_does_without_it() -> None:
    for fault in OCCASIONS:
        with_it = {kind for plan in PLANS if getattr(plan.faults, fault) for kind in plan.kinds}
        without = {kind for plan in PLANS if not getattr(plan.faults, fault) for kind in plan.kinds}
        assert with_it == without == set(KINDS), fault


def test_every_rate_and_every_world_is_played() -> None:
    for fault, rates in OCCASIONS.items():
        assert {getattr(plan.faults, fault) for plan in PLANS} == {0, *rates}
    assert {plan.orders for plan in PLANS} == set(ORDERS)
    assert {plan.stages for plan in PLANS} == set(STAGES)
    assert {(plan.has_voucher, plan.has_deposits) for plan in PLANS} == {
        (voucher, deposits) for voucher in (True, False) for deposits in (True, False)
    }


def test_a_seed_leaves_some_out_and_stays_a_world() -> None:
    everything = [plan for plan in PLANS if plan.kinds >= WEIGHTS.keys()]
    assert 150 < len(everything) < 400
    assert any(all(plan.faults) and plan.has_deposits for plan in everything)
    assert 8 < mean(len(plan.kinds) for plan in PLANS) < 20
    for plan in PLANS:
        assert not plan.kinds.isdisjoint(PAYING)
        assert plan.at_once >= 3
        assert min(map(len, plan.times)) >= 7
        assert {kind for time in plan.times for kind in time} <= plan.kinds


def test_a_plan_follows_from_its_seed() -> None:
    assert plan_of(7) == plan_of(7)
    assert len(set(PLANS)) == len(PLANS)
    assert Faults() == (0,) * 8
