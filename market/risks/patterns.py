"""Patterns among contracts: one split below a threshold, and orders that go round in a circle. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract in force: who bought from whom, for how much (fen), when."""

    number: str
    buyer: str
    supplier: str
    amount_fen: int
    at: dt.datetime


def split_contracts(
    deals: Iterable[Deal], *, threshold_fen: int, near_percent: int, window: dt.timedelta
) -> Iterator[tuple[Deal, ...]]:
    """Contracts of one buyer with one supplier, each just below the threshold and together above it.

    "Just below" is at least `near_percent` of the threshold and not above it; the first and the last
    lie within the window. One finding a pair, the largest run.
    """
    least = threshold_fen * near_percent
    of_pair: dict[tuple[str, str], list[Deal]] = defaultdict(list)
    for deal in deals:
        if least <= deal.amount_fen * 100 and deal.amount_fen <= threshold_fen:
            of_pair[deal.buyer, deal.supplier].append(deal)
    for found in of_pair.values():
        run = _densest(sorted(found, key=lambda deal: (deal.at, deal.number)), window)
        if len(run) > 1 and sum(deal.amount_fen for deal in run) > threshold_fen:
            yield run


def _densest(deals: Sequence[Deal], window: dt.timedelta) -> tuple[Deal, ...]:
    best: tuple[Deal, ...] = ()
    start = 0
    for end, deal in enumerate(deals):
        while deal.at - deals[start].at > window:
            start += 1
        if end - start + 1 > len(best):
            best = tuple(deals[start : end + 1])
    return best


def circular_orders(deals: Iterable[Deal], *, window: dt.timedelta) -> Iterator[tuple[Deal, ...]]:
    """Rounds of two or three contracts that lead back to the first buyer within the window.

    Of several between the same parties the earliest; a round is found once, whoever it begins with.
    """
    ordered = sorted(deals, key=lambda deal: (deal.at, deal.number))
    bought: dict[str, list[Deal]] = defaultdict(list)
    for deal in ordered:
        if deal.buyer != deal.supplier:
            bought[deal.buyer].append(deal)
    seen: set[frozenset[str]] = set()
    for first in ordered:
        for round_ in _rounds(first, bought, window):
            parties = frozenset(deal.buyer for deal in round_)
            if parties not in seen:
                seen.add(parties)
                yield round_


def _rounds(
    first: Deal, bought: dict[str, list[Deal]], window: dt.timedelta
) -> Iterator[tuple[Deal, ...]]:
    near = [deal for deal in bought[first.supplier] if abs(deal.at - first.at) <= window]
    for second in near:
        if second.supplier == first.buyer:
            yield first, second
            continue
        for third in bought[second.supplier]:
            spread = max(abs(third.at - first.at), abs(third.at - second.at))
            if third.supplier == first.buyer and spread <= window:
                yield first, second, third
