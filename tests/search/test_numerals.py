"""Numbers and money as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.numerals import parse_money, parse_number, plain, scaled_price


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100", "100"), ("1,000", "1000"), ("2万", "20000"), ("1.5万", "15000"), ("一百", "100"),
        ("两千", "2000"), ("三千二", "3200"), ("一百二十万", "1200000"), ("半", "0.5"), ("5k", "5000"),
        ("10w", "100000"),
    ],
)  # fmt: skip
def test_numbers(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "万亿人", "abc", "点"])
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3元", "3"), ("三块钱", "3"), ("三块五", "3.5"), ("一毛五", "0.15"), ("5分", "0.05"),
        ("0.035元", "0.035"), ("1.2万元", "12000"), ("八毛", "0.8"), ("100 yuan", "100"),
    ],
)  # fmt: skip
def test_money(text: str, yuan: str) -> None:
    assert parse_money(text) == Decimal(yuan)


def test_no_money_in_a_plain_word() -> None:
    assert parse_money("语义分割") is None


@given(st.integers(min_value=0, max_value=10**9))
def test_scaled_prices_are_exact_to_four_decimals(units: int) -> None:
    assert scaled_price(Decimal(units) / 10_000) == units


@given(st.integers(min_value=0, max_value=10**7))
def test_written_numbers_read_back(number: int) -> None:
    assert parse_number(plain(number)) == number
