"""Recompute the figures: facts from source rows, rollups from facts; report every difference."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from uuid import UUID

from tortoise.queryset import QuerySet

from market.bureau.facts import (
    ROLLUP_KEY,
    ROLLUP_SUMS,
    SOURCES,
    Source,
    is_change,
    rollup_parts,
)
from market.bureau.models import TradeFact, TradeRollup
from market.kit.db import Row
from market.kit.outbox import OutboxMessage

R = TypeVar("R", bound=Row)
CHUNK = 5000
_COMPARED = tuple(
    name for name in TradeFact._meta.db_fields if name not in ("id", "created_at", "updated_at")
)


async def verify_statistics() -> list[str]:
    """A sentence for each fact its source row does not give, and each rollup its facts do not give.

    An event still waiting in the outbox is not yet a difference.
    """
    problems = []
    for source in SOURCES:
        problems += await _wrong_facts(source)
    return problems + await _wrong_rollups()


async def _wrong_facts(source: Source) -> list[str]:
    stored = {
        fact.source_id: fact
        for fact in await TradeFact.filter(kind=source.kind)
        if is_change(fact) == source.is_change
    }
    waiting = await _waiting(source)
    problems = []
    async for row in _chunks(source.rows()):
        expected = source.fact(row)
        found = stored.pop(expected.source_id, None)
        name = f"{source.kind.value} fact of {expected.source_number}"
        if found is None:
            if expected.source_id not in waiting:
                problems.append(f"{name}: missing")
            continue
        for field in _COMPARED:
            is_, should = getattr(found, field), getattr(expected, field)
            if is_ != should:
                problems.append(f"{name}: {field} is {is_}, the source gives {should}")
    problems += [
        f"{source.kind.value} fact of {fact.source_number}: no such source row"
        for fact in stored.values()
    ]
    return problems


async def _waiting(source: Source) -> set[UUID]:
    messages = await OutboxMessage.filter(topic=source.topic, done_at=None, dead_at=None)
    return {UUID(message.payload[source.payload_key]) for message in messages}


async def _chunks(query: QuerySet[R]) -> AsyncIterator[R]:
    """Every row in the order of its key, some thousands in memory at a time."""
    rows = await query.order_by("id").limit(CHUNK)
    while rows:
        for row in rows:
            yield row
        rows = await query.filter(id__gt=rows[-1].id).order_by("id").limit(CHUNK)


async def _wrong_rollups() -> list[str]:
    expected: dict[tuple[Any, ...], Counter[str]] = {}
    async for fact in _chunks(TradeFact.all()):
        for key, sums in rollup_parts(fact):
            expected.setdefault(tuple(key.values()), Counter()).update(sums)
    problems = []
    async for cell in _chunks(TradeRollup.all()):
        place = tuple(getattr(cell, name) for name in ROLLUP_KEY)
        due = expected.pop(place, Counter())
        for name in ROLLUP_SUMS:
            if getattr(cell, name) != due[name]:
                problems.append(
                    f"rollup {_named(place)}: {name} is {getattr(cell, name)}, "
                    f"the facts give {due[name]}"
                )
    problems += [f"rollup {_named(place)}: missing" for place in expected]
    return problems


def _named(place: tuple[Any, ...]) -> str:
    return "/".join(str(getattr(part, "value", part)) or "-" for part in place)
