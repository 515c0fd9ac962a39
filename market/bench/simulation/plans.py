"""What a seed plays: a part of the errands and of the faults, each at a rate of its own (swarm testing).

Whoever always plays everything finds less: errands stand in each other's way (money refunded is never
settled), and faults hide behind others. So each seed leaves some out and does the rest more often
(A. Groce et al., Swarm Testing, ISSTA 2012). A plan follows from the seed alone, without a world.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from random import Random
from typing import NamedTuple

Stages = tuple[tuple[str, int], ...]
Pair = tuple[str, str]
# How often each kind of errand is set out on, beside the others.
WEIGHTS = {
    "pay online": 3, "pay bank": 3, "page": 3, "accept": 7, "cancel": 2, "refund": 2,
    "events": 2, "receipts": 2, "bank": 1, "retry": 1, "treasury": 1, "reserve fee": 6,
    "resolve fee": 1, "retentions": 1, "stale": 1, "expire": 1, "seal": 1, "work 1": 5, "work 2": 5,
    "late": 1, "late returns": 1,
}  # fmt: skip
OF_DEPOSITS = {
    "deposit": 3, "letter": 2, "forfeiture": 3, "custody": 2, "interest": 1, "returns": 1,
}  # fmt: skip
PAIRS = tuple(combinations_with_replacement(WEIGHTS, 2))  # each with itself, too
PAIRS_OF_DEPOSITS = tuple(
    pair
    for pair in combinations_with_replacement(WEIGHTS | OF_DEPOSITS, 2)
    if not OF_DEPOSITS.keys().isdisjoint(pair)
)
DEPOSITS_ONE_IN = 7  # worlds
PAYING = ("pay online", "pay bank")
SHARES = (1.0, 0.6, 0.4, 0.25)  # of the kinds and the faults that a seed keeps; each as often
RATES = (1, 1, 2, 4)  # by which the weight of a kind is multiplied
LENGTHS = range(7, 15)  # errands in one troubled time
ORDERS = (1, 1, 1, 2)  # in the world; each as often
PACES = (0.2, 0.5, 1.0)  # how likely, after a step, somebody else sets out
RUSHES = (0.0, 0.2, 0.5, 0.7)  # how likely the next errand is of the same kind as the last
STAGES: tuple[Stages, ...] = (
    (("advance", 3000), ("acceptance", 6000), ("retention", 1000)),
    (("advance", 5000), ("acceptance", 5000)),
    (("acceptance", 9000), ("retention", 1000)),
    (("acceptance", 10_000),),
)  # of an order, in basis points of its price
PLACES = 256  # for each of the first so many troubled steps a death is planned in some seed


class Faults(NamedTuple):
    """Of how many occasions one goes wrong; 0: none."""

    death: int = 0  # of a process, at any step
    lost_call: int = 0
    refusal: int = 0
    event_again: int = 0
    event_disorder: int = 0
    page_expiry: int = 0
    delay: int = 0  # of a payment, which may fail then
    place: int = 0  # the number of the troubled step that is its process's last


# What a fault's rate may be.
OCCASIONS: dict[str, tuple[int, ...]] = {
    "death": (60, 150, 150, 300), "lost_call": (6, 12, 12, 24), "refusal": (4, 10, 10),
    "event_again": (1, 2), "event_disorder": (1, 2), "page_expiry": (3, 7), "delay": (2, 3),
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The errands of each troubled time in their order, the faults in it, and what the world has."""

    kinds: frozenset[str]
    times: tuple[tuple[str, ...], ...]
    at_once: int
    pace: float
    faults: Faults
    orders: int
    stages: Stages
    has_voucher: bool
    has_deposits: bool

    def neighbours(self) -> Iterator[frozenset[str]]:
        """Two kinds of which the later is set out on while the earlier may still be under way."""
        for kinds in self.times:
            for at, kind in enumerate(kinds):
                for other in kinds[at + 1 : at + self.at_once]:
                    yield frozenset((kind, other))


def plan_of(seed: int) -> Plan:
    """The plan of a seed. In each of its troubled times two kinds come side by side in their turn, so
    that all pairs do in a thousand seeds."""
    chance = Random(f"plan {seed}")  # noqa: S311 - the seed is the point
    share = chance.choice(SHARES)
    turn, rest = divmod(seed, DEPOSITS_ONE_IN)
    has_deposits = not rest
    pairs = PAIRS_OF_DEPOSITS if has_deposits else PAIRS
    number = 2 * (turn if has_deposits else seed)
    sides = [pairs[(number + time) % len(pairs)] for time in range(2)]
    weights = _kept(chance, WEIGHTS | (OF_DEPOSITS if has_deposits else {}), share, sides)
    return Plan(
        kinds=frozenset(weights),
        times=tuple(_time(chance, weights, pair) for pair in sides),
        at_once=chance.randrange(3, 8),
        pace=chance.choice(PACES),
        faults=_faults(chance, seed, share),
        orders=chance.choice(ORDERS),
        stages=chance.choice(STAGES),
        has_voucher=chance.random() < 0.5,
        has_deposits=has_deposits,
    )


def _kept(
    chance: Random, weights: dict[str, int], share: float, sides: Iterable[Pair]
) -> dict[str, int]:
    """The kinds that are kept, with the weights of this seed; somebody pays in each."""
    kept = {kind for kind in weights if chance.random() < share}.union(*sides)
    if kept.isdisjoint(PAYING):
        kept.add(chance.choice(PAYING))
    return {
        kind: weight * (chance.choice(RATES) if share < 1 else 1)
        for kind, weight in weights.items()
        if kind in kept
    }


def _time(chance: Random, weights: dict[str, int], pair: Pair) -> tuple[str, ...]:
    """The errands of a troubled time in their order; like ones may follow each other."""
    rush = chance.choice(RUSHES)
    time = chance.choices(list(weights), list(weights.values()), k=chance.choice(LENGTHS))
    for at in range(1, len(time)):
        if chance.random() < rush:
            time[at] = time[at - 1]
    at = chance.randrange(1, len(time))
    time[at - 1 : at + 1] = chance.sample(pair, 2)
    return tuple(time)


def _faults(chance: Random, seed: int, share: float) -> Faults:
    """The faults that are kept, and in every other seed a death at a place, each in its turn."""
    rates = {
        name: chance.choice(of) if chance.random() < share else 0 for name, of in OCCASIONS.items()
    }
    turn, place = divmod(seed, PLACES)
    return Faults(**rates, place=place + 1 if (place + turn) % 2 else 0)
