"""How templates write numbers."""

import datetime as dt
from decimal import Decimal

import pytest

from market.kit import clock, web


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("60"), "60"), (Decimal("60.00"), "60"), (Decimal("6E+1"), "60"), (2500, "2,500"),
        (Decimal("2500"), "2,500"), (Decimal("1234.50"), "1,234.5"), (Decimal(0), "0"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_noughts(value: int | Decimal, written: str) -> None:
    assert web.environment.filters["number"](value) == written


@pytest.mark.parametrize(
    ("moment", "working_days", "said"),
    [
        (dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC), 0, "今天截止"),
        (dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC), 0, "下个工作日前截止"),
        (dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), 2, "还有 2 个工作日"),
        (dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC), -1, "已截止"),
    ],
)
def test_a_deadline_at_a_weekend_is_not_today(
    moment: dt.datetime, working_days: int, said: str
) -> None:
    with clock.frozen_at(dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)):
        assert web.environment.filters["time_left"](moment, working_days) == said
