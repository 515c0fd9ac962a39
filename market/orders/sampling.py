"""Acceptance sampling by attributes: single plans of GB/T 2828.1-2012 (ISO 2859-1:1999)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache


class Severity(StrEnum):
    """Severity of inspection; STOPPED is the discontinuation of clause 9.4."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    STOPPED = "stopped"


LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = tuple(
    Decimal(text)
    for text in (
        *("0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25"),
        *("0.40", "0.65", "1.0", "1.5", "2.5", "4.0", "6.5", "10"),
    )
)

# Table 1: largest lot of each row, and the letters of that row in the order of LEVELS.
_LOT_ROWS: tuple[tuple[float, str], ...] = (
    (8, "AAAAAAB"),
    (15, "AAAAABC"),
    (25, "AABBBCD"),
    (50, "ABBCCDE"),
    (90, "BBCCCEF"),
    (150, "BBCDDFG"),
    (280, "BCDEEGH"),
    (500, "BCDEFHJ"),
    (1_200, "CCEFGJK"),
    (3_200, "CDEGHKL"),
    (10_000, "CDFGJLM"),
    (35_000, "CDFHKMN"),
    (150_000, "DEGJLNP"),
    (500_000, "DEGJMPQ"),
    (math.inf, "DEHKNQR"),
)

# Tables 2-A to 2-C repeat along diagonals: the acceptance number depends on the sum of the row
# of the letter and the column of the AQL only. A diagonal without a number is an arrow.
_UP = -1
_DOWN = -2
_FIRST = 14


@dataclass(frozen=True)
class _MasterTable:
    sizes: tuple[int, ...]
    diagonals: tuple[int, ...]

    def at(self, row: int, column: int) -> int:
        """The acceptance number, or the arrow, printed in one cell."""
        diagonal = row + column - _FIRST
        if diagonal < 0:
            return _DOWN
        return self.diagonals[diagonal] if diagonal < len(self.diagonals) else _UP

    def resolve(self, row: int, column: int) -> int:
        """The row of the first plan that the arrow points to.

        An arrow that would leave the table turns round, as printed: A at 10 goes down to C,
        R at 0.015 goes up to P.
        """
        arrow = self.at(row, column)
        if arrow >= 0:
            return row
        down = range(row + 1, len(self.sizes))
        up = range(row - 1, -1, -1)
        first, second = (up, down) if arrow == _UP else (down, up)
        return next(
            other for way in (first, second) for other in way if self.at(other, column) >= 0
        )


_NORMAL_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
_TABLES = {
    Severity.NORMAL: _MasterTable(_NORMAL_SIZES, (0, _UP, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21)),
    # Table 2-B has a seventeenth row, S with 3150, whose one plan serves Q and R at 0.025.
    Severity.TIGHTENED: _MasterTable(
        (*_NORMAL_SIZES, 3150), (_DOWN, 0, _DOWN, _DOWN, 1, 2, 3, 5, 8, 12, 18)
    ),
    Severity.REDUCED: _MasterTable(_REDUCED_SIZES, (0, _UP, _DOWN, _DOWN, 1, 2, 3, 5, 6, 8, 10)),
}


class SamplingError(ValueError):
    """A sampling parameter outside the standard; `field` and `value` say which."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field} {value!r} is outside GB/T 2828.1")
        self.field = field
        self.value = value


@dataclass(frozen=True)
class Plan:
    """A single sampling plan: draw `n`, accept with at most `ac` nonconforming, reject from `re`.

    `letter` is the code letter of the lot (Table 1), `row` the letter of the plan that applies
    once arrows are followed; they differ only where the table prints an arrow.
    """

    letter: str
    row: str
    aql: Decimal
    severity: Severity
    n: int
    ac: int
    inspects_all: bool = False

    @property
    def re(self) -> int:
        """The rejection number; since the 1999 edition there is no gap, reduced plans included."""
        return self.ac + 1

    def accepts(self, nonconforming: int) -> bool:
        """Whether a sample with this many nonconforming items accepts the lot."""
        return nonconforming <= self.ac


def code_letter(lot: int, level: str) -> str:
    """Table 1: the code letter of a lot size (items) at an inspection level.

    A lot of one item takes the letter of the smallest row. Raises SamplingError.
    """
    if lot < 1:
        raise SamplingError("lot", lot)
    if level not in LEVELS:
        raise SamplingError("level", level)
    letters = next(letters for largest, letters in _LOT_ROWS if lot <= largest)
    return letters[LEVELS.index(level)]


def table_plan(letter: str, aql: Decimal | float | str, severity: Severity | str) -> Plan:
    """Tables 2-A, 2-B, 2-C: the plan of one cell with its arrow resolved. Raises SamplingError."""
    if len(letter) != 1 or letter not in LETTERS:
        raise SamplingError("letter", letter)
    column = _column(aql)
    chosen = _severity(severity)
    master = _TABLES[chosen]
    row = master.resolve(LETTERS.index(letter), column)
    ac = master.at(row, column)
    return Plan(letter, f"{LETTERS}S"[row], AQLS[column], chosen, master.sizes[row], ac)


def plan(
    lot: int,
    level: str,
    aql: Decimal | float | str,
    severity: Severity | str = Severity.NORMAL,
) -> Plan:
    """The plan of a lot (items), AQL in percent nonconforming, 0.010 to 10.

    Where the sample would be the lot or more, every item is inspected (note to Tables 2): `n`
    becomes the lot size, the letter and the acceptance number stay those of the table, so that
    switching scores go on as for any lot. Raises SamplingError.
    """
    found = table_plan(code_letter(lot, level), aql, severity)
    return replace(found, n=lot, inspects_all=True) if found.n >= lot else found


@cache
def table(severity: Severity | str) -> tuple[Plan, ...]:
    """Every cell of one master table, letter by letter, arrows resolved (16 letters x 16 AQLs)."""
    return tuple(table_plan(letter, aql, severity) for letter in LETTERS for aql in AQLS)


def _column(aql: Decimal | float | str) -> int:
    try:
        return AQLS.index(Decimal(str(aql)))
    except (ArithmeticError, ValueError):
        raise SamplingError("aql", aql) from None


def _severity(severity: Severity | str) -> Severity:
    if severity not in tuple(_TABLES):
        raise SamplingError("severity", severity)
    return Severity(severity)


def acceptance_probability(
    sampling: Plan, fraction: Fraction | Decimal | float, *, lot: int | None = None
) -> float:
    """Probability that a lot with this fraction nonconforming is accepted, between 0 and 1.

    Binomial (a continuing process) without `lot`; exact hypergeometric with it, the count of
    nonconforming items being the fraction of the lot rounded to the nearest item.
    """
    share = Fraction(fraction)
    if not 0 <= share <= 1:
        raise SamplingError("fraction", fraction)
    ways = range(sampling.ac + 1)
    if lot is None:
        p, q = float(share), float(1 - share)
        terms = (math.comb(sampling.n, k) * p**k * q ** (sampling.n - k) for k in ways)
        return min(1.0, math.fsum(terms))
    if lot < sampling.n:
        raise SamplingError("lot", lot)
    bad = round(share * lot)
    accepted = sum(math.comb(bad, k) * math.comb(lot - bad, sampling.n - k) for k in ways)
    return float(Fraction(accepted, math.comb(lot, sampling.n)))


def operating_curve(
    sampling: Plan, *, lot: int | None = None, points: int = 41
) -> Sequence[tuple[float, float]]:
    """(fraction nonconforming, probability of acceptance) pairs for drawing, from 0 downhill.

    The last fraction is the first multiple of the AQL whose acceptance falls below 1 %.
    """
    step = Fraction(sampling.aql) / 100
    end = step
    while end < 1 and acceptance_probability(sampling, end, lot=lot) >= 0.01:
        end = min(end + step, Fraction(1))
    shares = [end * index / (points - 1) for index in range(points)]
    return [(float(share), acceptance_probability(sampling, share, lot=lot)) for share in shares]


def joint_seed(*parts: bytes) -> bytes:
    """One seed from the secrets both sides committed to and the manifest digest, in that order.

    SHA-256 over each part preceded by its length as 8 bytes big-endian, so no two lists collide.
    """
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(framed).digest()


def draw_sample(lot: int, n: int, seed: bytes) -> list[int]:
    """Which items (numbered from 0, sorted) to inspect, so that anybody can re-derive them.

    The numbers are SHA-256(seed || counter), the counter from 0 as 8 bytes big-endian, read as a
    256-bit integer; a number that would favour low remainders is skipped. Step i of a
    Fisher-Yates shuffle of 0..lot-1 swaps place i with place i + number mod (lot - i); the first
    n places are the sample. Raises SamplingError when n is not between 0 and the lot.
    """
    if not 0 <= n <= lot:
        raise SamplingError("n", n)
    numbers = _numbers(seed)
    moved: dict[int, int] = {}
    sample = []
    for place in range(n):
        other = place + _below(lot - place, numbers)
        sample.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    return sorted(sample)


def _numbers(seed: bytes) -> Iterator[int]:
    counter = 0
    while True:
        block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
        yield int.from_bytes(block, "big")
        counter += 1


def _below(bound: int, numbers: Iterator[int]) -> int:
    fair = 2**256 - 2**256 % bound
    return next(number for number in numbers if number < fair) % bound
