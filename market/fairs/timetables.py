"""The timetable of a fair: who meets whom in which slot, at the greatest total score, with its proof.

Which pairs meet is a b-matching, a flow whose linear relaxation is integral, so its optimum is proven
by duality. Where everybody is there all day the pairs always fit into the slots: the bipartite graph
of meetings has an edge colouring with as many colours as the largest degree (Konig), and one with
balanced colours (de Werra). Where somebody is away, fitting the pairs is an integer programme, and
only if that leaves a pair over is the whole solved with an index for the slot.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy as _untyped
import numpy as np

highspy: Any = _untyped
TIME_LIMIT = 120.0
"""Seconds for the model with an index for the slot; past them the gap is stated, not hidden."""
_SETTLED = 0.99
"""Objectives are whole numbers: a bound less than one away is met."""
Pair = tuple[int, int]
Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Party:
    """A participant: most meetings, and the slots in which it is there."""

    capacity: int
    slots: frozenset[int]

    @property
    def most(self) -> int:
        """Meetings it can have at all."""
        return min(self.capacity, len(self.slots))


@dataclass(frozen=True, slots=True)
class Problem:
    """Parties of both sides, the score of each pair that may meet, and the room.

    `shortfall` is what each meeting below `minimum` costs a party, in the unit of scores: a soft term.
    """

    buyers: Sequence[Party]
    suppliers: Sequence[Party]
    scores: Mapping[Pair, int]
    slots: int
    tables: int
    minimum: int = 0
    shortfall: int = 0


@dataclass(frozen=True, slots=True)
class Seat:
    """A meeting of a buyer and a supplier, by their positions, in a slot."""

    buyer: int
    supplier: int
    slot: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Meetings, their total score less what shortfalls cost, and the bound no timetable can exceed."""

    seats: tuple[Seat, ...]
    objective: int
    bound: int
    model: str

    @property
    def is_proven(self) -> bool:
        """Whether no better timetable exists."""
        return self.objective == self.bound


@dataclass(slots=True)
class _Model:
    """Columns with their rows, every coefficient one; maximised by HiGHS."""

    gains: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    entries: list[Sequence[int]] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)

    def row(self, low: float, high: float) -> int:
        """A new row between its bounds."""
        self.lows.append(low)
        self.highs.append(high)
        return len(self.lows) - 1

    def column(self, gain: float, upper: float, rows: Sequence[int]) -> None:
        """A new column in some rows."""
        self.gains.append(gain)
        self.uppers.append(upper)
        self.entries.append(rows)

    def solve(
        self, *, integer: bool = False, start: Sequence[float] = (), advance: Advance | None = None
    ) -> tuple[list[float], float, float] | None:
        """Values, objective and proven bound; None where the rows contradict each other."""
        if not self.gains:
            return [], 0.0, 0.0
        solver = highspy.Highs()
        options = {
            "output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": _SETTLED,
            "time_limit": TIME_LIMIT, "solver": "choose" if integer else "simplex",
        }  # fmt: skip
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._lp(integer=integer))
        if start:
            given = highspy.HighsSolution()
            given.col_value = list(start)
            solver.setSolution(given)
        if advance is not None:
            solver.cbMipInterrupt += lambda event: advance(_closed(event.data_out))
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if integer else objective
        return list(solver.getSolution().col_value), objective, bound

    def _lp(self, *, integer: bool) -> Any:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.gains), len(self.lows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(self.gains)
        lp.col_lower_ = np.zeros(len(self.gains))
        lp.col_upper_ = np.array(self.uppers)
        lp.row_lower_, lp.row_upper_ = np.array(self.lows), np.array(self.highs)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.cumsum([0, *map(len, self.entries)])
        lp.a_matrix_.index_ = np.array([row for rows in self.entries for row in rows], dtype=int)
        lp.a_matrix_.value_ = np.ones(len(lp.a_matrix_.index_))
        if integer:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.gains)
        return lp


def solve(problem: Problem, *, advance: Advance = lambda _share: None) -> Plan:
    """The best timetable; `advance` hears the share of the work that is done, 0 to 1."""
    pairs, bound = _choose_pairs(problem)
    advance(0.2)
    everybody = frozenset(range(problem.slots))
    if all(party.slots == everybody for party in (*problem.buyers, *problem.suppliers)):
        seats = _colour(problem, pairs, advance)
        return Plan(seats, objective_of(problem, seats), bound, "flow")
    seats = _fit(problem, pairs)
    if len(seats) == len(pairs):
        return Plan(seats, objective_of(problem, seats), bound, "flow+slots")
    advance(0.4)
    seats, bound = _with_slots(problem, seats, bound, lambda share: advance(0.4 + 0.6 * share))
    return Plan(seats, objective_of(problem, seats), bound, "slots")


def objective_of(problem: Problem, seats: Sequence[Seat]) -> int:
    """The total score of some meetings less what each party's shortfall costs, computed from them alone."""
    met_buyers, met_suppliers = (
        Counter(s.buyer for s in seats),
        Counter(s.supplier for s in seats),
    )
    short = sum(
        max(0, problem.minimum - met[n])
        for met, parties in ((met_buyers, problem.buyers), (met_suppliers, problem.suppliers))
        for n in range(len(parties))
    )
    gained = sum(problem.scores[seat.buyer, seat.supplier] for seat in seats)
    return gained - problem.shortfall * short


def faults(problem: Problem, seats: Sequence[Seat]) -> list[str]:
    """Every rule that a timetable breaks; empty for a lawful one. Reads nothing of the solver."""
    found = []
    for name, parties, places in (
        ("buyer", problem.buyers, [(seat.buyer, seat.slot) for seat in seats]),
        ("supplier", problem.suppliers, [(seat.supplier, seat.slot) for seat in seats]),
    ):
        met, busy = Counter(n for n, _slot in places), Counter(places)
        found += [f"{name} {n}: {count} meetings" for n, count in met.items()
                  if count > parties[n].capacity]  # fmt: skip
        found += [f"{name} {n}: {times} times in slot {slot}" for (n, slot), times in busy.items()
                  if times > 1]  # fmt: skip
        found += [f"{name} {n}: away in slot {slot}" for n, slot in busy
                  if slot not in parties[n].slots]  # fmt: skip
    pairs = Counter((s.buyer, s.supplier) for s in seats)
    found += [f"pair {pair}: {times} times" for pair, times in pairs.items() if times > 1]
    found += [f"pair {pair}: may not meet" for pair in pairs if pair not in problem.scores]
    crowd = Counter(s.slot for s in seats)
    found += [f"slot {slot}: {n} tables" for slot, n in crowd.items() if n > problem.tables]
    return found


def _choose_pairs(problem: Problem) -> tuple[list[Pair], int]:
    """The pairs of greatest score within everybody's capacity and the room of all slots together."""
    model = _Model()
    room = model.row(0, problem.slots * problem.tables)
    buyers, suppliers = (
        [(model.row(0, party.most), _minimum(model, problem)) for party in parties]
        for parties in (problem.buyers, problem.suppliers)
    )
    pairs = [pair for pair in sorted(problem.scores) if _shared(problem, pair)]
    for i, j in pairs:
        model.column(problem.scores[i, j], 1, (room, *buyers[i], *suppliers[j]))
    for _most, minimum in (*buyers, *suppliers):
        model.column(-problem.shortfall, problem.minimum, (minimum,))
    solved = model.solve()
    assert solved is not None
    values, objective, _bound = solved
    return [pair for pair, value in zip(pairs, values, strict=False) if value > 0.5], round(
        objective
    )


def _minimum(model: _Model, problem: Problem) -> int:
    return model.row(problem.minimum, math.inf)


def _shared(problem: Problem, pair: Pair) -> frozenset[int]:
    return problem.buyers[pair[0]].slots & problem.suppliers[pair[1]].slots


def _colour(problem: Problem, pairs: Sequence[Pair], advance: Advance) -> tuple[Seat, ...]:
    """Slot after slot, a matching that serves whoever must meet in every slot that is left."""
    seats: list[Seat] = []
    left = list(pairs)
    for slot in range(problem.slots):
        taken = set(_matching(left, problem.slots - slot, problem.tables))
        seats += [Seat(i, j, slot) for i, j in sorted(taken)]
        left = [pair for pair in left if pair not in taken]
        advance(0.2 + 0.8 * (slot + 1) / problem.slots)
    return tuple(seats)


def _matching(pairs: Sequence[Pair], slots: int, tables: int) -> list[Pair]:
    """One slot's pairs such that what is left fits into the others. It exists: 1/slots of each pair is one."""
    model = _Model()
    degrees = Counter(key for i, j in pairs for key in (("buyer", i), ("supplier", j)))
    rows = {key: model.row(float(degree == slots), 1) for key, degree in degrees.items()}
    room = model.row(max(0, len(pairs) - tables * (slots - 1)), tables)
    for i, j in pairs:
        model.column(1, 1, (rows["buyer", i], rows["supplier", j], room))
    solved = model.solve()
    assert solved is not None
    return [pair for pair, value in zip(pairs, solved[0], strict=True) if value > 0.5]


def _slotted(problem: Problem, pairs: Sequence[Pair]) -> tuple[_Model, list[Seat]]:
    """A column for each pair and slot in which both are there; each party once a slot, each pair once."""
    model = _Model()
    seats = [Seat(*pair, slot) for pair in pairs for slot in sorted(_shared(problem, pair))]
    once = {pair: model.row(0, 1) for pair in pairs}
    room = [model.row(0, problem.tables) for _slot in range(problem.slots)]
    busy: dict[tuple[str, int, int], int] = {}
    for seat in seats:
        own = [
            busy[key] if key in busy else busy.setdefault(key, model.row(0, 1))
            for key in (("buyer", seat.buyer, seat.slot), ("supplier", seat.supplier, seat.slot))
        ]
        pair = seat.buyer, seat.supplier
        model.column(problem.scores[pair], 1, (once[pair], room[seat.slot], *own))
    return model, seats


def _fit(problem: Problem, pairs: Sequence[Pair]) -> tuple[Seat, ...]:
    """As much of the chosen pairs as the slots hold."""
    model, seats = _slotted(problem, pairs)
    solved = model.solve(integer=True)
    assert solved is not None
    return _taken(seats, solved[0])


def _taken(seats: Sequence[Seat], values: Sequence[float]) -> tuple[Seat, ...]:
    return tuple(seat for seat, value in zip(seats, values, strict=False) if value > 0.5)


def _with_slots(
    problem: Problem, begun: Sequence[Seat], bound: int, advance: Advance
) -> tuple[tuple[Seat, ...], int]:
    """All pairs and slots in one model, from the meetings that fitted; the tighter of both bounds."""
    model, seats = _slotted(problem, [p for p in sorted(problem.scores) if _shared(problem, p)])
    rows = [
        [(model.row(0, party.most), _minimum(model, problem)) for party in parties]
        for parties in (problem.buyers, problem.suppliers)
    ]
    model.entries = [
        (*entry, *rows[0][seat.buyer], *rows[1][seat.supplier])
        for entry, seat in zip(model.entries, seats, strict=True)
    ]
    for _most, minimum in (*rows[0], *rows[1]):
        model.column(-problem.shortfall, problem.minimum, (minimum,))
    solved = model.solve(integer=True, start=_start(problem, seats, begun), advance=advance)
    assert solved is not None
    values, _objective, proven = solved
    return _taken(seats, values), min(bound, math.floor(proven + 1e-6))


def _start(problem: Problem, seats: Sequence[Seat], begun: Sequence[Seat]) -> list[float]:
    taken = set(begun)
    buyers, suppliers = (Counter(s.buyer for s in begun), Counter(s.supplier for s in begun))
    met = [buyers[n] for n in range(len(problem.buyers))]
    met += [suppliers[n] for n in range(len(problem.suppliers))]
    short = [float(max(0, problem.minimum - count)) for count in met]
    return [*(float(seat in taken) for seat in seats), *short]


def _closed(found: Any) -> float:
    """How much of the gap is closed."""
    gap = found.mip_gap
    return 0.0 if not math.isfinite(gap) else max(0.0, 1.0 - gap)
