"""The formulas of a dispute: where amounts meet, what a measurement gives, who pays the readers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.disputes.amounts import (
    Measurement,
    fee_shares,
    majority,
    measured_amount,
    meeting_point,
)
from market.disputes.rules import rules
from market.reputation.rates import Share

VALUES = st.integers(1, 10**11)
SAMPLES = st.integers(1, 400).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(n, n + 5000))
)


def test_amounts_that_meet_settle_there_and_crossing_ones_in_the_middle() -> None:
    assert meeting_point(100, 100) == 100
    assert meeting_point(200, 100) == 150
    assert meeting_point(101, 100) == 100  # half a fen rounded down
    assert meeting_point(99, 100) is None


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_nobody_is_worse_off_than_it_named(buyer: int, supplier: int) -> None:
    met = meeting_point(buyer, supplier)
    assert (met is None) == (buyer < supplier)
    if met is not None:
        assert supplier <= met <= buyer


def measured(
    defects: int, sample: int = 100, lot: int = 3000, *, named: tuple[int, int] = (0, 1_000_000)
) -> tuple[int, str]:
    found = measured_amount(
        1_000_000,
        Measurement(defects, sample, lot),
        tolerated=Decimal("2.5"),
        worthless_above_bp=5000,
        buyer_fen=named[0],
        supplier_fen=named[1],
    )
    return found.amount_fen, found.verdict


def test_within_the_tolerated_rate_the_full_price_is_due() -> None:
    assert measured(0) == (1_000_000, "all")
    assert measured(2, named=(100, 200)) == (1_000_000, "all")
    assert measured(3) == (970_000, "between")


def test_only_a_surely_worthless_batch_is_worth_nothing() -> None:
    assert measured(59) == (410_000, "between")  # its interval begins at 49.2 %
    assert measured(60) == (0, "none")  # at 50.2 %
    assert measured(51, 100, 100) == (0, "none")  # all was read: there is nothing to estimate
    assert measured(50, 100, 100) == (500_000, "between")


def test_a_measurement_between_the_names_is_taken_as_it_is_and_beyond_them_at_the_name() -> None:
    assert measured(10, named=(600_000, 950_000)) == (900_000, "between")
    assert measured(10, named=(920_000, 950_000)) == (920_000, "between")
    assert measured(30, named=(600_000, 650_000)) == (650_000, "between")
    assert measured(1, 3, 9, named=(0, 999_999)) == (666_666, "between")


@given(VALUES, SAMPLES, st.data())
def test_the_amount_lies_between_the_names_unless_all_or_nothing(
    value: int, case: tuple[int, int, int], data: st.DataObject
) -> None:
    buyer = data.draw(st.integers(0, value))
    supplier = data.draw(st.integers(buyer, value))
    found = measured_amount(
        value,
        Measurement(*case),
        tolerated=Decimal("1.5"),
        worthless_above_bp=5000,
        buyer_fen=buyer,
        supplier_fen=supplier,
    )
    if found.verdict == "between":
        assert buyer <= found.amount_fen <= supplier
    else:
        assert found.amount_fen == (value if found.verdict == "all" else 0)


@given(VALUES, SAMPLES)
def test_another_defect_never_raises_the_amount(value: int, case: tuple[int, int, int]) -> None:
    defects, sample, lot = case
    amounts = [
        measured_amount(
            value,
            Measurement(number, sample, lot),
            tolerated=Decimal(1),
            worthless_above_bp=5000,
            buyer_fen=value // 3,
            supplier_fen=value,
        ).amount_fen
        for number in (defects, min(defects + 1, sample))
    ]
    assert amounts[0] >= amounts[1]


@given(SAMPLES)
def test_the_exact_bound_agrees_with_the_interval_that_is_shown(case: tuple[int, int, int]) -> None:
    defects, sample, lot = case
    found = Measurement(defects, sample, lot)
    if sample == lot:
        return
    low, high = Share(defects, sample).interval_bp or (0, 0)
    assert found.interval_bp == (low, high)
    if low > 5001:
        assert found.surely_above(Fraction(1, 2))
    if low < 4999:
        assert not found.surely_above(Fraction(1, 2))


@pytest.mark.parametrize(
    ("amount", "shares"),
    [
        (600, (0, 1000)),  # the buyer was right
        (900, (1000, 0)),  # the supplier was
        (800, (667, 333)),  # the buyer was twice as far off
        (1000, (1000, 0)),  # all: beyond what the supplier asked
        (0, (0, 1000)),
    ],
)
def test_who_was_further_off_pays_more_of_the_readers(amount: int, shares: tuple[int, int]) -> None:
    assert fee_shares(1000, amount_fen=amount, buyer_fen=600, supplier_fen=900) == shares


def test_where_nobody_was_wrong_the_fee_is_halved() -> None:
    assert fee_shares(101, amount_fen=700, buyer_fen=700, supplier_fen=700) == (51, 50)


@given(VALUES, VALUES, VALUES, VALUES)
def test_the_fee_is_shared_to_the_fen(fee: int, amount: int, buyer: int, supplier: int) -> None:
    shares = fee_shares(fee, amount_fen=amount, buyer_fen=buyer, supplier_fen=supplier)
    assert sum(shares) == fee
    assert min(shares) >= 0


def test_an_item_is_nonconforming_when_most_readers_say_so() -> None:
    marks = [["a", "b"], ["a"], ["b", "c", "c"]]
    assert majority(marks, readers=3) == {"a", "b"}
    assert majority(marks[:1], readers=1) == {"a", "b"}
    assert majority(marks[:2], readers=2) == {"a"}


def test_the_sub_sample_follows_the_lot_within_its_bounds() -> None:
    sizes = [rules().sample_size(lot) for lot in (1, 3, 40, 60, 500, 3000, 100_000)]
    assert sizes == [1, 3, 40, 50, 50, 125, 315]


def test_an_expensive_batch_gets_three_readers() -> None:
    assert [rules().readers_for(fen) for fen in (0, 4_999_999, 5_000_000)] == [1, 1, 3]
    assert rules().fee_fen(125, 3) == 187_500
