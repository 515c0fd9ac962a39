"""Every row of a large table, some thousands in memory at a time."""

from collections.abc import AsyncIterator
from typing import TypeVar

from tortoise.queryset import QuerySet

from market.kit.db import Row

R = TypeVar("R", bound=Row)
CHUNK = 5000


async def batches(query: QuerySet[R]) -> AsyncIterator[list[R]]:
    """Every row in the order of its key, some thousands at a time."""
    rows = await query.order_by("id").limit(CHUNK)
    while rows:
        yield rows
        rows = await query.filter(id__gt=rows[-1].id).order_by("id").limit(CHUNK)


async def chunks(query: QuerySet[R]) -> AsyncIterator[R]:
    """Every row in the order of its key, some thousands in memory at a time."""
    async for rows in batches(query):
        for row in rows:
            yield row
