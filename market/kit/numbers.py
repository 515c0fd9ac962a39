"""Short human numbers, one series per noun and year: J-2026-000123."""

from tortoise import fields
from tortoise.expressions import F

from market.kit import clock
from market.kit.db import Row


class NumberSeries(Row):
    """The last number given out in a series."""

    series = fields.CharField(max_length=32, unique=True)
    value = fields.IntField(default=0)

    class Meta:
        table = "number_series"


async def next_value(series: str) -> int:
    """The next of 1, 2, 3…; call it inside the verb, as late as possible.

    The series stays locked until the verb commits: values become visible in their order, without
    gaps, and a rolled-back verb gives its value back.
    """
    if not await NumberSeries.filter(series=series).update(value=F("value") + 1):
        await NumberSeries.bulk_create(
            [NumberSeries(series=series)], on_conflict=["series"], ignore_conflicts=True
        )
        await NumberSeries.filter(series=series).update(value=F("value") + 1)
    return (await NumberSeries.get(series=series)).value


async def next_number(prefix: str) -> str:
    """The next number of this year's series."""
    series = f"{prefix}-{clock.today().year}"
    return f"{series}-{await next_value(series):06d}"
