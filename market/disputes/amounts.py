"""The formulas of a dispute, exact in fen: where named amounts meet, what a measurement gives, who pays.

The buyer names what it would pay for the batch, the supplier what it would take. Both lie between
nothing and the batch's full price.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from market.kit.money import allocate
from market.reputation.rates import Share

_Z2 = Fraction(196, 100) ** 2  # 1.96 squared: the 95 % interval
Verdict = Literal["all", "none", "between"]


def meeting_point(buyer_fen: int, supplier_fen: int) -> int | None:
    """The amount two named amounts settle at: None while the buyer offers less than is asked.

    Equal or crossing amounts meet in the middle, half a fen rounded down: (buyer + supplier) // 2.
    Neither side is worse off than it named.
    """
    if buyer_fen < supplier_fen:
        return None
    return (buyer_fen + supplier_fen) // 2


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the readers found: `defects` of the `sample` items read, drawn from `lot` items."""

    defects: int
    sample: int
    lot: int

    @property
    def rate(self) -> Fraction:
        """The measured defect rate."""
        return Fraction(self.defects, self.sample)

    @property
    def interval_bp(self) -> tuple[int, int]:
        """The 95 % interval of the rate in basis points (Wilson); a point when all was read."""
        share = Share(self.defects, self.sample)
        if self.sample == self.lot:
            point = share.bp or 0
            return point, point
        return share.interval_bp or (0, 10_000)

    def surely_above(self, rate: Fraction) -> bool:
        """Whether the interval lies above `rate`, in exact arithmetic.

        The lower Wilson bound exceeds r just when p > r and (p - r)^2 n > z^2 r (1 - r).
        """
        if self.rate <= rate:
            return False
        if self.sample == self.lot:
            return True
        return (self.rate - rate) ** 2 * self.sample > _Z2 * rate * (1 - rate)


@dataclass(frozen=True, slots=True)
class Measured:
    """The amount a measurement gives, and on which of three grounds."""

    amount_fen: int
    verdict: Verdict


def measured_amount(
    value_fen: int,
    found: Measurement,
    *,
    tolerated: Decimal,
    worthless_above_bp: int,
    buyer_fen: int,
    supplier_fen: int,
) -> Measured:
    """What a batch is worth by its measured defect rate p, in fen.

    "all": p is within the contract's AQL (`tolerated`, per cent) - the full price. "none": the whole
    interval of p lies above `worthless_above_bp` - nothing. Otherwise the share of conforming items
    of the full price, rounded down, but not beyond what either side named: the buyer pays at least
    its own amount, the supplier gets at most its own.
    """
    if found.rate * 100 <= Fraction(tolerated):
        return Measured(value_fen, "all")
    if found.surely_above(Fraction(worthless_above_bp, 10_000)):
        return Measured(0, "none")
    share = value_fen * (found.sample - found.defects) // found.sample
    low, high = sorted((buyer_fen, supplier_fen))
    return Measured(max(low, min(high, share)), "between")


def fee_shares(
    fee_fen: int, *, amount_fen: int, buyer_fen: int, supplier_fen: int
) -> tuple[int, int]:
    """What buyer and supplier pay of the readers' fee: by how far each was from the result.

    The buyer was wrong by what it offered too little, the supplier by what it asked too much; who
    was right pays nothing. Halves when neither was wrong, the odd fen to the buyer.
    """
    weights = [max(amount_fen - buyer_fen, 0), max(supplier_fen - amount_fen, 0)]
    buyer, supplier = allocate(fee_fen, weights if any(weights) else [1, 1])
    return buyer, supplier


def majority(marked: Iterable[Collection[str]], *, readers: int) -> set[str]:
    """The items more than half of the readers mark as not conforming."""
    counts = Counter(item for reading in marked for item in set(reading))
    return {item for item, count in counts.items() if 2 * count > readers}
