"""How templates write numbers."""

from decimal import Decimal

import pytest

from market.kit import web


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("60"), "60"), (Decimal("60.00"), "60"), (Decimal("6E+1"), "60"), (2500, "2,500"),
        (Decimal("2500"), "2,500"), (Decimal("1234.50"), "1,234.5"), (Decimal(0), "0"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_noughts(value: int | Decimal, written: str) -> None:
    assert web.environment.filters["number"](value) == written
