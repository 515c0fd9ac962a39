"""Who is connected with whom by what they declare, over paths of at most three. Pure."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

MAX_LENGTH = 3
MANY = 20  # what more organisations share (a park's address, a call centre) connects nobody
SHORTEST = 6  # characters that tell anything
_SILENT = re.compile(r"[\W_]+")


class Holding(NamedTuple):
    """What an organisation declares: a person, a telephone, an address, an account, a shareholder."""

    organisation: str  # its number
    what: str  # one of `words.TIES`
    value: str  # what is compared
    shown: str


class Common(NamedTuple):
    """Something that two or more organisations hold, but no more than `MANY`."""

    what: str
    shown: str
    holders: tuple[str, ...]


class Tie(NamedTuple):
    """Two organisations, and what they share."""

    first: str
    second: str
    what: str


def same(text: str) -> str:
    """A telephone or an address as it is compared."""
    return _SILENT.sub("", text.casefold()).removeprefix("86")


def in_common(holdings: Iterable[Holding]) -> list[Common]:
    """What connects: values of six characters and more that two to `MANY` organisations hold."""
    holders: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for holding in holdings:
        if len(key := same(holding.value)) >= SHORTEST:
            holders[holding.what, key].setdefault(holding.organisation, holding.shown)
    return [
        Common(what, next(iter(shown.values())), tuple(sorted(shown)))
        for (what, _key), shown in sorted(holders.items())
        if 2 <= len(shown) <= MANY
    ]


def ties(shared: Iterable[Common]) -> list[Tie]:
    """Every two organisations that hold the same."""
    return [
        Tie(first, second, one.what)
        for one in shared
        for first, second in combinations(one.holders, 2)
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
