"""What people type into forms: moments and days, at the edges of what a calendar holds."""

import datetime as dt

import pytest
from pydantic import BaseModel, ValidationError

from market.kit.errors import InvalidInput
from market.kit.forms import LocalDate, LocalDateTime, Percent, from_rows


class Typed(BaseModel):
    """One moment, one day."""

    at: LocalDateTime | None = None
    day: LocalDate | None = None


def test_a_bare_day_means_its_last_second_in_china() -> None:
    assert Typed.model_validate({"at": "2026-11-30"}).at == dt.datetime(
        2026, 11, 30, 15, 59, 59, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    "typed",
    [
        {"at": "0001-01-01"}, {"at": "0001-01-01T00:00"}, {"at": "1899-12-31T23:59"},
        {"at": "9999-12-31T23:59"}, {"at": "9999-12-31T23:59-12:00"}, {"at": "2200-01-01"},
        {"day": "0001-01-01"}, {"day": "1899-12-31"},
    ],
)  # fmt: skip
def test_a_year_nobody_means_is_refused_with_a_sentence(typed: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="1900"):
        Typed.model_validate(typed)


def test_an_unlimited_validity_is_a_day() -> None:
    assert Typed.model_validate({"day": "9999-12-31"}).day == dt.date(9999, 12, 31)


class _Part(BaseModel):
    name: str
    share: Percent


@pytest.mark.parametrize(
    ("typed", "bp"), [("30", 3000), ("12.5 %", 1250), ("0.01％", 1), (" 100", 10_000), (7, 7)]
)
def test_a_percentage_is_kept_in_basis_points(typed: str | int, bp: int) -> None:
    assert _Part.model_validate({"name": "a", "share": typed}).share == bp


@pytest.mark.parametrize(
    "typed", ["0.001", "-1", "100.01", "half", "NaN", "1e999999", "1e999990", ""]
)
def test_what_is_no_percentage_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        _Part.model_validate({"name": "a", "share": typed})


def test_rows_are_read_where_they_stand() -> None:
    rows = [{"name": "a", "share": "1"}, {"name": "", "share": ""}, {"name": "c", "share": ""}]
    assert from_rows(_Part, rows[:2], "part") == [_Part(name="a", share=100)]
    with pytest.raises(InvalidInput) as refused:
        from_rows(_Part, rows, "part")
    assert list(refused.value.fields) == ["part3_share"]
