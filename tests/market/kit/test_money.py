"""Money: parsing, rates, allocation, capital numerals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kit import money


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0", 0),
        ("1234.5", 123450),
        ("¥1,234.56", 123456),
        ("24万", 24000000),
        ("24 万元", 24000000),
        ("1.2亿", 12000000000),
        ("0.01元", 1),
    ],
)
def test_parse_yuan(typed: str, fen: int) -> None:
    assert money.parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "not_an_amount"),
        ("abc", "not_an_amount"),
        ("-5", "not_an_amount"),
        ("1e3", "not_an_amount"),
        ("0.001", "finer_than_a_fen"),
        ("99999999999999", "amount_too_large"),
    ],
)
def test_parse_yuan_refuses(typed: str, rule: str) -> None:
    with pytest.raises(ValueError, match=f"^{rule}$"):
        money.parse_yuan(typed)


def test_unit_price_has_four_decimals() -> None:
    assert money.parse_unit_price("0.035") == Decimal("0.0350")
    with pytest.raises(ValueError, match="finer_than_four_decimals"):
        money.parse_unit_price("0.00001")
    for huge in ("9" * 400, "1e999", "10000000000.00001"):
        with pytest.raises(ValueError, match="amount_too_large"):
            money.parse_unit_price(huge)
    for nonsense in ("NaN", "Infinity", "-1", "x"):
        with pytest.raises(ValueError, match="not_an_amount"):
            money.parse_unit_price(nonsense)


def test_line_total_rounds_once_half_up() -> None:
    assert money.line_total(Decimal("0.035"), 100) == 350
    assert money.line_total(Decimal("0.0350"), 1) == 4
    assert money.line_total(Decimal("0.0349"), 1) == 3


def test_basis_points_without_floats() -> None:
    assert money.apply_bp(90, 3500) == 31
    assert money.apply_bp(90, 3500, "half_up") == 32


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [100, 200], [33, 67]),
        (750, [300, 1200], [150, 600]),
        (67, [100, 100], [34, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
    ],
)
def test_allocate_vectors(total: int, weights: list[int], parts: list[int]) -> None:
    assert money.allocate(total, weights) == parts


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any),
)
def test_p5_allocation_sums_exactly(total: int, weights: list[int]) -> None:
    parts = money.allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole


@given(st.integers(0, 10**14))
def test_written_amounts_parse_back(fen: int) -> None:
    assert money.parse_yuan(money.format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (100000, "壹仟元整"),
        (5, "伍分"),
        (-100000, "负壹仟元整"),
    ],
)
def test_capital(fen: int, words: str) -> None:
    assert money.capital(fen) == words
