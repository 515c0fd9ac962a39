"""Short human numbers, one series per noun and year: J-2026-000123."""

from tortoise import fields

from market.kit import clock, rows
from market.kit.db import Row

MAX_LENGTH = 20
"""Characters of the column a number stands in."""


class NumberSeries(Row):
    """The last number given out in a series."""

    series = fields.CharField(max_length=32, unique=True)
    value = fields.IntField(default=0)

    class Meta:
        table = "number_series"


async def next_value(series: str, count: int = 1) -> int:
    """The next of 1, 2, 3…, or the last of the next `count`; call it inside the verb, as late as
    possible.

    The series stays locked until the verb commits: values become visible in their order, without
    gaps, and a rolled-back verb gives its value back.
    """
    value = await rows.count_up(NumberSeries, "value", count, where="series", value=series)
    if value is None:
        await NumberSeries.bulk_create(
            [NumberSeries(series=series)], on_conflict=["series"], ignore_conflicts=True
        )
        return await next_value(series, count)
    return value


async def next_number(prefix: str) -> str:
    """The next number of this year's series."""
    return (await next_numbers(prefix, 1))[0]


async def next_numbers(prefix: str, count: int) -> list[str]:
    """The next `count` numbers of this year's series."""
    if not count:
        return []
    series = f"{prefix}-{clock.today().year}"
    last = await next_value(series, count)
    return [f"{series}-{value:06d}" for value in range(last - count + 1, last + 1)]
