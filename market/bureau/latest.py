"""Pages of facts, the latest first: the sums say in which months a page's rows lie, no other is read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from starlette.requests import Request
from tortoise.queryset import QuerySet

from market.bureau.statistics import Slice
from market.kit.db import Row
from market.kit.paging import Page, page_number

R = TypeVar("R", bound=Row)
SIZE = 50


async def latest(
    request: Request,
    part: Slice,
    counts: Mapping[str, int],
    rows: Callable[[Slice], QuerySet[R]],
) -> Page[R]:
    """The page asked for of what `rows` finds in a slice; `counts` is how many lie in each month."""
    number = page_number(request)
    start = (number - 1) * SIZE
    items: list[R] = []
    if found := months_of(counts, start, SIZE):
        first, last, before = found
        narrowed = replace(part, period=replace(part.period, first=first, last=last))
        items = await rows(narrowed).offset(start - before).limit(SIZE)
    return Page(items=items, number=number, size=SIZE, total=sum(counts.values()), request=request)


def months_of(counts: Mapping[str, int], start: int, size: int) -> tuple[str, str, int] | None:
    """The first and the last month of `size` rows from `start` on, counted from the latest backwards,
    and how many rows are later than the last month; None beyond the end."""
    seen = later = 0
    last = ""
    for month in sorted((month for month, count in counts.items() if count), reverse=True):
        if not last and seen + counts[month] > start:
            last, later = month, seen
        seen += counts[month]
        if last and seen >= start + size:
            return month, last, later
    return (min(month for month, count in counts.items() if count), last, later) if last else None
