"""The operating-characteristic curve of a contract's sampling, and both sides' risks, in basis points."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from market.orders.classes import FULL_INSPECTION, MAJOR, MINOR, plans_for
from market.orders.sampling import (
    Plan,
    Severity,
    acceptance_probability,
    operating_curve,
)

POINTS = 13
CONSUMERS_RISK = 0.10  # by which the limiting quality is named (GB/T 2828.1, 3.1.27)
PRECISION = 10_000


@dataclass(frozen=True, slots=True)
class Curve:
    """A plan for a lot of this size: chance of acceptance by percent nonconforming, and the risks.

    `producer_bp`: a lot as bad as the AQL is refused. `limiting_bp`: the share nonconforming that
    still passes one time in ten.
    """

    lot: int
    plan: Plan
    points: tuple[tuple[str, int], ...]
    producer_bp: int
    limiting_bp: int
    minor: Plan | None = None  # of minor items, where they have an AQL of their own


def curve_of(terms: Mapping[str, Any], lot: int | None = None) -> Curve | None:
    """Of the normal plan for a lot (the whole volume if none is named); None under full inspection."""
    rule = terms["sampling"]
    if rule["level"] == FULL_INSPECTION:
        return None
    size = lot or max(int(Decimal(terms["object"]["volume"])), 2)
    own = rule.get("minor_aql")
    plans = plans_for(
        size, rule["level"], Severity.NORMAL, Decimal(rule["aql"]), Decimal(own) if own else None
    )
    plan = plans[MAJOR]
    drawn = operating_curve(plan, points=POINTS)
    accepted = acceptance_probability(plan, plan.aql / 100)
    return Curve(
        lot=size,
        plan=plan,
        points=tuple((f"{share * 100:.2f}%", round(chance * 10_000)) for share, chance in drawn),
        producer_bp=round((1 - accepted) * 10_000),
        limiting_bp=_limiting_bp(plan),
        minor=plans.get(MINOR),
    )


def _limiting_bp(plan: Plan) -> int:
    """The smallest share in basis points that is accepted with at most the consumer's risk."""
    low, high = 0, PRECISION
    while high - low > 1:
        middle = (low + high) // 2
        chance = acceptance_probability(plan, Fraction(middle, PRECISION))
        low, high = (middle, high) if chance > CONSUMERS_RISK else (low, middle)
    return high
