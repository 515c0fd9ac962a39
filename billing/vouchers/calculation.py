"""What a programme's tiers grant on a claim before any cap: eligible base, threshold, amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from billing.vouchers.facts import FactSheet, day_of
from billing.vouchers.periods import shares_period
from billing.vouchers.predicates import holds
from billing.vouchers.rules import Programme, Threshold, Tier
from market.kit.money import allocate, apply_bp

UNNAMED = ""


@dataclass(frozen=True)
class Past:
    """An earlier claim under the same programme.

    `waits` marks spend a threshold has kept unpaid so far; a later claim may still bring it in.
    """

    sheet: FactSheet
    base_fen: int
    granted_fen: int
    waits: bool
    by_object: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """How a threshold was measured: the total on it, and the base it lets through."""

    total_fen: int
    reached: bool
    base_fen: int
    retroactive: tuple[int, ...] = ()


@dataclass(frozen=True)
class Award:
    """The tier's own figure, or why no tier applies: "threshold" or "calc.tier"."""

    own_base_fen: int
    base_fen: int = 0
    amount_fen: int = 0
    tier: int | None = None
    blocked: str | None = None
    reach: Reach | None = None
    by_object: Mapping[str, int] = field(default_factory=dict)


def counted_fen(programme: Programme, line: FactSheet) -> int | None:
    """What a line adds to the base, in fen and less refunds; None when it does not count."""
    spend = programme.spend
    if line["category"] in spend.excluded:
        return None
    if spend.categories is not None and line["category"] not in spend.categories:
        return None
    amount: int = line["amount_fen"]
    measured: int | None = line.get(f"{programme.base}_fen")
    refunded: int = line["refunded_fen"]
    return max(0, (amount if measured is None else min(amount, measured)) - refunded)


def base_fen(programme: Programme, sheet: FactSheet) -> int:
    """The eligible base of a claim alone."""
    return sum(counted_fen(programme, line) or 0 for line in sheet["lines"])


def payable_fen(programme: Programme, sheet: FactSheet) -> int:
    """What the buyer owes for the counted lines, less refunds."""
    return sum(
        line["amount_fen"] - line["refunded_fen"]
        for line in sheet["lines"]
        if counted_fen(programme, line) is not None
    )


def compute_award(programme: Programme, sheet: FactSheet, pasts: Sequence[Past]) -> Award:
    """The figure of the first tier whose condition holds and whose threshold is reached."""
    if programme.base == "event":
        return _award_events(programme, sheet, pasts)
    own = base_fen(programme, sheet)
    blocked = Award(own, blocked="calc.tier")
    for index, tier in enumerate(programme.tiers or ()):
        if tier.when is not None and not holds(tier.when, sheet):
            continue
        reach = _reach(tier.threshold, own, sheet, pasts) if tier.threshold else None
        base = own if reach is None else reach.base_fen
        amount = _amount(tier, base, programme) if reach is None or reach.reached else None
        if amount is None:
            blocked = Award(own, blocked="threshold", reach=reach)
            continue
        by_object = _by_object(programme, sheet, amount)
        return Award(own, base, amount, index, reach=reach, by_object=by_object)
    return blocked


def _reach(threshold: Threshold, own: int, sheet: FactSheet, pasts: Sequence[Past]) -> Reach:
    """Measure the threshold; an all-or-nothing one brings in the earlier spend that waits."""
    inside = [
        index
        for index, past in enumerate(pasts)
        if threshold.on != "contract"
        and shares_period(threshold.on, day_of(past.sheet), of=day_of(sheet))
    ]
    before = sum(pasts[index].base_fen for index in inside)
    total = before + own
    if threshold.effect == "excess":
        base = max(0, total - threshold.min_fen) - max(0, before - threshold.min_fen)
        return Reach(total, total > threshold.min_fen, base)
    waiting = tuple(index for index in inside if threshold.retroactive and pasts[index].waits)
    base = own + sum(pasts[index].base_fen for index in waiting)
    reached = total >= threshold.min_fen
    return Reach(total, reached, base if reached else 0, waiting if reached else ())


def _amount(tier: Tier, base: int, programme: Programme) -> int | None:
    """The tier's amount on a base; None below its first step."""
    if tier.rate_bp is not None:
        return apply_bp(base, tier.rate_bp, programme.rounding)
    if tier.steps is not None:
        return max((step.fen for step in tier.steps if base >= step.from_fen), default=None)
    return base if tier.full else tier.flat_fen


def _by_object(programme: Programme, sheet: FactSheet, amount: int) -> dict[str, int]:
    weights: dict[str, int] = {}
    for line in sheet["lines"]:
        name = line["object_id"] or UNNAMED
        weights[name] = weights.get(name, 0) + (counted_fen(programme, line) or 0)
    if not any(weights.values()):
        return {}
    return dict(zip(weights, allocate(amount, list(weights.values())), strict=True))


def _award_events(programme: Programme, sheet: FactSheet, pasts: Sequence[Past]) -> Award:
    """The flat amounts of the claim's events, by object; a sale refunded in full is none."""
    seen = {name for past in pasts for name in past.by_object}
    by_object: dict[str, int] = {}
    first: int | None = None
    for line in sheet["lines"]:
        if counted_fen(programme, line) is None or is_undone(line):
            continue
        name = line["object_id"] or UNNAMED
        occurrence = "later" if name in seen | by_object.keys() else "first"
        index = _event_tier(programme, sheet, line["event"], occurrence)
        if index is not None and programme.tiers:
            first = index if first is None else first
            by_object[name] = by_object.get(name, 0) + (programme.tiers[index].flat_fen or 0)
    total = sum(by_object.values())
    return Award(total, total, total, first, None if by_object else "calc.tier", None, by_object)


def is_undone(line: FactSheet) -> bool:
    """Whether a sale was refunded in full."""
    return bool(line["amount_fen"] and line["refunded_fen"] == line["amount_fen"])


def _event_tier(
    programme: Programme, sheet: FactSheet, event: str | None, occurrence: str
) -> int | None:
    for index, tier in enumerate(programme.tiers or ()):
        fits = tier.event == event if event else tier.occurrence in (occurrence, None)
        if fits and (tier.when is None or holds(tier.when, sheet)):
            return index
    return None
