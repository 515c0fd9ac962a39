"""GB/T 2828.1: every cell of the tables, the switching rules, the curve and the draw."""

import hashlib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.orders.sampling import (
    AQLS,
    LETTERS,
    LEVELS,
    Plan,
    SamplingError,
    Severity,
    acceptance_probability,
    code_letter,
    draw_sample,
    joint_seed,
    operating_curve,
    plan,
    table,
    table_plan,
)

SEVERITIES = (Severity.NORMAL, Severity.TIGHTENED, Severity.REDUCED)
CELLS = [cell for severity in SEVERITIES for cell in table(severity)]

# Whole rows transcribed from the standard, AQL 0.010 to 10: row letter, n, Ac.
ROWS = {
    ("normal", "A"): "Q1250,0 P800,0 N500,0 M315,0 L200,0 K125,0 J80,0 H50,0 "
    "G32,0 F20,0 E13,0 D8,0 C5,0 B3,0 A2,0 C5,1",
    ("normal", "K"): "Q1250,0 P800,0 N500,0 M315,0 L200,0 K125,0 J80,0 L200,1 "
    "K125,1 K125,2 K125,3 K125,5 K125,7 K125,10 K125,14 K125,21",
    ("normal", "R"): "Q1250,0 P800,0 R2000,1 R2000,2 R2000,3 R2000,5 R2000,7 R2000,10 "
    "R2000,14 R2000,21 Q1250,21 P800,21 N500,21 M315,21 L200,21 K125,21",
    ("tightened", "A"): "R2000,0 Q1250,0 P800,0 N500,0 M315,0 L200,0 K125,0 J80,0 "
    "H50,0 G32,0 F20,0 E13,0 D8,0 C5,0 B3,0 A2,0",
    ("tightened", "K"): "R2000,0 Q1250,0 P800,0 N500,0 M315,0 L200,0 K125,0 M315,1 "
    "L200,1 K125,1 K125,2 K125,3 K125,5 K125,8 K125,12 K125,18",
    ("tightened", "R"): "R2000,0 Q1250,0 S3150,1 R2000,1 R2000,2 R2000,3 R2000,5 R2000,8 "
    "R2000,12 R2000,18 Q1250,18 P800,18 N500,18 M315,18 L200,18 K125,18",
    ("reduced", "A"): "Q500,0 P315,0 N200,0 M125,0 L80,0 K50,0 J32,0 H20,0 "
    "G13,0 F8,0 E5,0 D3,0 C2,0 B2,0 A2,0 D3,1",
    ("reduced", "K"): "Q500,0 P315,0 N200,0 M125,0 L80,0 K50,0 J32,0 M125,1 "
    "L80,1 K50,1 K50,2 K50,3 K50,5 K50,6 K50,8 K50,10",
    ("reduced", "R"): "Q500,0 P315,0 N200,0 R800,1 R800,2 R800,3 R800,5 R800,6 "
    "R800,8 R800,10 Q500,10 P315,10 N200,10 M125,10 L80,10 K50,10",
}


@pytest.mark.parametrize(("severity", "letter"), ROWS)
def test_rows_of_the_standard(severity: str, letter: str) -> None:
    row = [table_plan(letter, aql, severity) for aql in AQLS]
    assert " ".join(f"{cell.row}{cell.n},{cell.ac}" for cell in row) == ROWS[severity, letter]


@pytest.mark.parametrize(
    ("letter", "aql", "severity", "n", "ac"),
    [
        ("K", "1.0", "normal", 125, 3),
        ("K", "1.0", "tightened", 125, 2),
        ("L", "2.5", "normal", 200, 10),
        ("L", "2.5", "tightened", 200, 8),
        ("J", "2.5", "normal", 80, 5),
        ("J", "2.5", "tightened", 80, 3),
        ("D", "1.0", "normal", 13, 0),
        ("D", "1.0", "tightened", 20, 0),
        ("K", "2.5", "normal", 125, 7),
        ("G", "1.0", "normal", 50, 1),
        ("F", "1.0", "normal", 13, 0),
        ("L", "10", "normal", 125, 21),
        ("Q", "0.025", "tightened", 3150, 1),
        ("Q", "0.025", "reduced", 200, 0),
        ("J", "2.5", "reduced", 32, 3),
    ],
)
def test_spot_values(letter: str, aql: str, severity: str, n: int, ac: int) -> None:
    cell = table_plan(letter, aql, severity)
    assert (cell.n, cell.ac, cell.re) == (n, ac, ac + 1)


def test_every_cell_has_a_plan_of_the_sequences_of_its_table() -> None:
    numbers = {
        Severity.NORMAL: {0, 1, 2, 3, 5, 7, 10, 14, 21},
        Severity.TIGHTENED: {0, 1, 2, 3, 5, 8, 12, 18},
        Severity.REDUCED: {0, 1, 2, 3, 5, 6, 8, 10},
    }
    assert len(CELLS) == 3 * 16 * 16
    for severity, allowed in numbers.items():
        assert {cell.ac for cell in table(severity)} == allowed
    assert all(cell.re == cell.ac + 1 for cell in CELLS)


def test_a_looser_aql_never_has_the_smaller_acceptance_number() -> None:
    for severity in SEVERITIES:
        for letter in LETTERS:
            row = [table_plan(letter, aql, severity) for aql in AQLS]
            assert [cell.ac for cell in row] == sorted(cell.ac for cell in row)


def test_a_larger_letter_never_has_the_smaller_acceptance_number() -> None:
    for severity in SEVERITIES:
        for aql in AQLS:
            column = [table_plan(letter, aql, severity) for letter in LETTERS]
            assert [cell.ac for cell in column] == sorted(cell.ac for cell in column)


def test_plans_repeat_along_the_diagonals() -> None:
    """One letter further and one AQL stricter keep the acceptance number, off the arrows."""
    for severity in SEVERITIES:
        for index, letter in enumerate(LETTERS[:-1]):
            for column in range(1, len(AQLS)):
                here = table_plan(letter, AQLS[column], severity)
                there = table_plan(LETTERS[index + 1], AQLS[column - 1], severity)
                if here.row == letter and there.row == there.letter:
                    assert here.ac == there.ac


def test_at_the_aql_the_producer_is_safe_and_tightening_protects_the_buyer() -> None:
    for letter in LETTERS:
        for aql in AQLS:
            by = {
                severity: acceptance_probability(table_plan(letter, aql, severity), aql / 100)
                for severity in SEVERITIES
            }
            assert 0.86 < by[Severity.NORMAL] < 1
            assert by[Severity.TIGHTENED] < by[Severity.NORMAL]
            assert by[Severity.NORMAL] < by[Severity.REDUCED] + 0.1


@pytest.mark.parametrize(
    ("lot", "level", "letter"),
    [
        (1, "II", "A"),
        (8, "III", "B"),
        (9, "II", "B"),
        (90, "S-1", "B"),
        (150, "I", "D"),
        (280, "II", "G"),
        (281, "II", "H"),
        (3200, "II", "K"),
        (3201, "II", "L"),
        (500_000, "S-4", "J"),
        (500_001, "III", "R"),
    ],
)
def test_code_letters(lot: int, level: str, letter: str) -> None:
    assert code_letter(lot, level) == letter


@given(lot=st.integers(1, 2_000_000), level=st.sampled_from(LEVELS))
def test_letters_grow_with_the_lot_and_the_level(lot: int, level: str) -> None:
    letter = LETTERS.index(code_letter(lot, level))
    assert letter <= LETTERS.index(code_letter(lot * 2, level))
    assert letter <= LETTERS.index(code_letter(lot, "III"))


def test_a_small_lot_is_inspected_whole() -> None:
    small = plan(5, "II", 1.0)
    assert (small.letter, small.row, small.n, small.ac, small.re) == ("A", "E", 5, 0, 1)
    assert small.inspects_all
    assert plan(13, "I", "1.0").inspects_all
    assert not plan(14, "I", "1.0").inspects_all


@given(
    lot=st.integers(1, 1_000_000),
    level=st.sampled_from(LEVELS),
    aql=st.sampled_from(AQLS),
    severity=st.sampled_from(SEVERITIES),
)
def test_a_sample_never_exceeds_its_lot(
    lot: int, level: str, aql: Decimal, severity: Severity
) -> None:
    found = plan(lot, level, aql, severity)
    assert 1 <= found.n <= lot
    assert found.inspects_all == (found.n == lot)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((0, "II", 1.0), "lot"),
        ((10, "IV", 1.0), "level"),
        ((10, "II", 1.1), "aql"),
        ((10, "II", "x"), "aql"),
        ((10, "II", 15), "aql"),
        ((10, "II", 1.0, "stopped"), "severity"),
    ],
)
def test_parameters_outside_the_standard(arguments: tuple[Any, ...], field: str) -> None:
    with pytest.raises(SamplingError) as caught:
        plan(*arguments)
    assert caught.value.field == field


def test_acceptance_probability_by_hand() -> None:
    two = Plan("A", "A", Decimal("6.5"), Severity.NORMAL, 2, 0)
    assert acceptance_probability(two, Fraction(1, 10)) == pytest.approx(0.81, abs=1e-12)
    assert acceptance_probability(two, Fraction(1, 10), lot=10) == 0.8  # C(9,2) / C(10,2)
    assert acceptance_probability(two, 0) == 1
    assert acceptance_probability(two, 1) == 0
    with pytest.raises(SamplingError):
        acceptance_probability(two, 1.5)
    with pytest.raises(SamplingError):
        acceptance_probability(two, 0.5, lot=1)


def test_a_whole_inspection_is_certain() -> None:
    whole = plan(5, "II", "1.0")
    assert acceptance_probability(whole, 0, lot=5) == 1
    assert acceptance_probability(whole, Fraction(1, 5), lot=5) == 0


def test_the_curve_falls_from_one_to_almost_nothing() -> None:
    curve = operating_curve(table_plan("K", "1.0", "normal"), points=21)
    assert len(curve) == 21
    assert curve[0] == (0.0, 1.0)
    chances = [chance for _, chance in curve]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < 0.01


def test_a_draw_anybody_can_repeat() -> None:
    """The documented derivation, written the long way round, leads to the same items."""
    items = list(range(3000))
    for place in range(125):
        digest = hashlib.sha256(b"seed" + place.to_bytes(8, "big")).hexdigest()
        other = place + int(digest, 16) % (3000 - place)
        items[place], items[other] = items[other], items[place]
    assert draw_sample(3000, 125, b"seed") == sorted(items[:125])
    assert draw_sample(3000, 5, b"seed") == [446, 597, 1573, 2471, 2483]


@given(lot=st.integers(1, 500), share=st.floats(0, 1), seed=st.binary(max_size=40))
def test_a_draw_is_a_sorted_set_of_items(lot: int, share: float, seed: bytes) -> None:
    n = round(lot * share)
    drawn = draw_sample(lot, n, seed)
    assert len(set(drawn)) == n
    assert drawn == sorted(drawn)
    assert all(0 <= item < lot for item in drawn)


def test_the_draw_is_fair() -> None:
    counts = [0] * 10
    for trial in range(3000):
        for item in draw_sample(10, 3, trial.to_bytes(4, "big")):
            counts[item] += 1
    expected = 900
    assert sum((count - expected) ** 2 / expected for count in counts) < 27.9  # chi2, 9 df, 0.1 %


def test_an_impossible_draw_is_refused() -> None:
    with pytest.raises(SamplingError):
        draw_sample(3, 4, b"seed")
    with pytest.raises(SamplingError):
        draw_sample(3, -1, b"seed")


def test_joint_seeds_keep_their_parts_apart() -> None:
    assert joint_seed(b"ab", b"c") != joint_seed(b"a", b"bc")
    assert joint_seed(b"a", b"b") != joint_seed(b"b", b"a")
    assert len(joint_seed()) == 32
