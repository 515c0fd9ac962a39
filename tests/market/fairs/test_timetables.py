"""The solver against exhaustive search on small fairs, and the size that is promised."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.fairs.timetables import Party, Problem, Seat, faults, objective_of, solve


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    slots = draw(st.integers(1, 3))
    there = st.frozensets(st.integers(0, slots - 1))
    party = st.builds(Party, st.integers(0, 3), there)
    buyers, suppliers = (draw(st.lists(party, min_size=1, max_size=3)) for _side in range(2))
    pairs = list(itertools.product(range(len(buyers)), range(len(suppliers))))
    wanted = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=5))
    scores = {pair: draw(st.integers(1, 9)) for pair in wanted}
    return Problem(
        buyers, suppliers, scores, slots, draw(st.integers(1, 2)),
        draw(st.integers(0, 2)), draw(st.integers(0, 6)),
    )  # fmt: skip


def all_timetables(problem: Problem) -> Iterator[tuple[Seat, ...]]:
    """Every way to give each pair a slot or none, lawful or not."""
    choices = [
        [None, *(Seat(*pair, slot) for slot in range(problem.slots))] for pair in problem.scores
    ]
    for chosen in itertools.product(*choices):
        yield tuple(seat for seat in chosen if seat is not None)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_no_lawful_timetable_is_better(problem: Problem) -> None:
    plan = solve(problem)
    best = max(
        objective_of(problem, seats)
        for seats in all_timetables(problem)
        if not faults(problem, seats)
    )
    assert faults(problem, plan.seats) == []
    assert objective_of(problem, plan.seats) == plan.objective == plan.bound == best
    assert plan.is_proven


def fair(seed: int, *, absent: float, tables: int = 40) -> Problem:
    """60 buyers, 80 suppliers, 8 slots, six fields of work, some pairs kept apart."""
    draw = random.Random(seed)

    def party(low: int, high: int) -> Party:
        away = draw.sample(range(8), 2) if draw.random() < absent else []
        return Party(draw.randint(low, high), frozenset(range(8)) - {*away})

    buyers, suppliers = [party(4, 8) for _ in range(60)], [party(3, 6) for _ in range(80)]
    scores = {
        (i, j): draw.randint(6_000, 9_000) if i % 6 in (j % 6, j % 5) else draw.randint(500, 3_000)
        for i in range(60)
        for j in range(80)
        if draw.random() > 0.03
    }
    return Problem(buyers, suppliers, scores, 8, tables, 2, 5_000)


@pytest.mark.parametrize(("absent", "tables", "model"), [(0.0, 40, "flow"), (0.0, 23, "flow"),
                                                         (0.3, 40, "flow+slots")])  # fmt: skip
def test_sixty_buyers_and_eighty_suppliers(absent: float, tables: int, model: str) -> None:
    problem, heard = fair(1, absent=absent, tables=tables), list[float]()
    plan = solve(problem, advance=heard.append)
    assert (plan.model, plan.is_proven) == (model, True)
    assert faults(problem, plan.seats) == []
    assert objective_of(problem, plan.seats) == plan.objective
    assert len(plan.seats) <= 8 * tables
    assert heard == sorted(heard)


def test_where_absence_leaves_a_pair_over_the_whole_is_solved() -> None:
    """Both buyers suit the supplier best, but all three are together in one slot only."""
    once, always = frozenset({0}), frozenset({0, 1})
    problem = Problem(
        [Party(2, once), Party(2, once)], [Party(2, always), Party(2, always)],
        {(0, 0): 9, (1, 0): 8, (1, 1): 3, (0, 1): 1}, 2, 2,
    )  # fmt: skip
    plan = solve(problem)
    assert plan.model == "slots"
    assert plan.objective == plan.bound == 12
    assert {(s.buyer, s.supplier) for s in plan.seats} == {(0, 0), (1, 1)}


def test_a_fair_of_nobody_has_an_empty_timetable() -> None:
    plan = solve(Problem([], [], {}, 3, 2, 1, 5))
    assert (plan.seats, plan.objective, plan.is_proven) == ((), 0, True)


def test_a_minimum_is_worth_giving_up_score() -> None:
    """One table and two slots: the better supplier would take both, the minimum shares them."""
    whole = frozenset({0, 1})
    parties = [Party(2, whole), Party(2, whole)]
    scores = {(0, 0): 9, (1, 0): 8, (1, 1): 3}
    assert solve(Problem(parties, parties, scores, 2, 1)).objective == 17
    fairer = solve(Problem(parties, parties, scores, 2, 1, 1, 10))
    assert {(s.buyer, s.supplier) for s in fairer.seats} == {(0, 0), (1, 1)}
    assert fairer.objective == 12


def test_every_rule_that_a_timetable_can_break_is_named() -> None:
    problem = Problem([Party(1, frozenset({0}))], [Party(9, frozenset({0, 1}))], {}, 2, 1)
    assert faults(problem, [Seat(0, 0, 0), Seat(0, 0, 0), Seat(0, 0, 1)]) == [
        "buyer 0: 3 meetings", "buyer 0: 2 times in slot 0", "buyer 0: away in slot 1",
        "supplier 0: 2 times in slot 0", "pair (0, 0): 3 times", "pair (0, 0): may not meet",
        "slot 0: 2 tables",
    ]  # fmt: skip
