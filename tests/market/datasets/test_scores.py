"""The result of a rating: the mark in each dimension by itself, nothing rounded up to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.datasets.scores import indicators_of, missing, result_of
from market.vocabulary.datasets import DIMENSIONS, INDICATORS

POINTS = st.decimals(0, 100, places=1)


def sheet(points: str = "95", **changes: str) -> dict[str, Decimal]:
    return {code: Decimal(changes.get(f"i{code}", points)) for code in INDICATORS}


def test_the_indicators_are_those_of_tc609() -> None:
    assert indicators_of("01") == ["0101", "0102", "0103", "0104"]
    assert indicators_of("02") == [f"02{n:02}" for n in range(1, 9)]
    assert indicators_of("03") == [f"03{n:02}" for n in range(1, 6)]
    assert missing({}) == list(INDICATORS)
    assert missing(sheet()) == []


@pytest.mark.parametrize(
    ("sheets", "dimensions", "is_passed"),
    [
        ([sheet("90")], ("90.00", "90.00", "90.00"), True),
        ([sheet("90", i0104="89.9")], ("89.97", "90.00", "90.00"), False),
        ([sheet("100", i0305="49.9")], ("100.00", "100.00", "89.98"), False),
        ([sheet("100", i0305="50")], ("100.00", "100.00", "90.00"), True),
        ([sheet("89.9"), sheet("90.1")], ("90.00", "90.00", "90.00"), True),
        ([sheet("90"), sheet("90"), sheet("90", i0201="89.9")], ("90.00", "89.99", "90.00"), False),
    ],
)
def test_each_dimension_must_reach_its_mark(
    sheets: list[dict[str, Decimal]], dimensions: tuple[str, ...], is_passed: bool
) -> None:
    found = result_of(sheets)
    assert tuple(str(points) for points in found.dimensions.values()) == dimensions
    assert found.is_passed is is_passed


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(INDICATORS, POINTS)), min_size=1, max_size=4))
def test_a_result_lies_between_its_sheets(sheets: list[dict[str, Decimal]]) -> None:
    found = result_of(sheets)
    for code in DIMENSIONS:
        given_points = [one[i] for one in sheets for i in indicators_of(code)]
        assert min(given_points) - Decimal("0.01") <= found.dimensions[code] <= max(given_points)
    assert set(found.stored()) == {*DIMENSIONS, *INDICATORS}
