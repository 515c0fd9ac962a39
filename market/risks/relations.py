"""Who is connected with whom: shared people, telephones and addresses as declared; paths of at most three. Pure."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

MAX_LENGTH = 3
MANY = 20  # what more organisations share (a park's address, a call centre) connects nobody
_SILENT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Tie:
    """Two organisations, and what they share: "person", "phone" or "address"."""

    first: str
    second: str
    what: str
    value: str


def same(text: str) -> str:
    """A telephone or an address as it is compared."""
    return _SILENT.sub("", text.casefold()).removeprefix("86")


def ties(holdings: Iterable[tuple[str, str, str]]) -> list[Tie]:
    """From (organisation, what, value): every two organisations that hold the same."""
    holders: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for organisation, what, value in holdings:
        if len(key := same(value)) >= 6:
            holders[what, key].setdefault(organisation, value)
    return [
        Tie(first, second, what, named[first])
        for (what, _key), named in sorted(holders.items())
        if len(named) <= MANY
        for first, second in combinations(sorted(named), 2)
    ]


def neighbours(found: Iterable[Tie]) -> dict[str, list[Tie]]:
    """The ties of each organisation."""
    known: dict[str, list[Tie]] = defaultdict(list)
    for tie in found:
        known[tie.first].append(tie)
        known[tie.second].append(tie)
    return known


def shortest_path(known: Mapping[str, list[Tie]], start: str, goal: str) -> list[Tie] | None:
    """The ties that lead from one to the other, at most three; None when there are none."""
    waiting: deque[tuple[str, list[Tie]]] = deque([(start, [])])
    seen = {start}
    while waiting:
        at, path = waiting.popleft()
        for tie in known.get(at, ()):
            onward = tie.second if tie.first == at else tie.first
            if onward == goal:
                return [*path, tie]
            if onward not in seen and len(path) + 1 < MAX_LENGTH:
                seen.add(onward)
                waiting.append((onward, [*path, tie]))
    return None
