"""Every row of a large table, some thousands in memory at a time."""

from collections.abc import AsyncIterator
from typing import TypeVar

from tortoise.queryset import QuerySet

from market.kit.db import Row

R = TypeVar("R", bound=Row)
CHUNK = 5000


async def chunks(query: QuerySet[R]) -> AsyncIterator[R]:
    """Every row in the order of its key, some thousands in memory at a time."""
    rows = await query.order_by("id").limit(CHUNK)
    while rows:
        for row in rows:
            yield row
        rows = await query.filter(id__gt=rows[-1].id).order_by("id").limit(CHUNK)
