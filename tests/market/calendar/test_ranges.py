"""The clock's look at everybody's deadlines reads ranges of an index, never a whole table."""

import datetime as dt
import re

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from market.calendar.deadlines import Span
from market.calendar.registry import SOURCES, Source
from market.kit import clock, db

pytestmark = pytest.mark.once


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.__name__)
async def test_a_look_scans_no_table(
    rollback: None, monkeypatch: pytest.MonkeyPatch, source: Source
) -> None:
    asked: list[tuple[str, list[object]]] = []
    connection = db.connection()
    execute = type(connection).execute_query

    async def note(
        self: BaseDBAsyncClient, query: str, values: list[object] | None = None
    ) -> object:
        asked.append((query, values or []))
        return await execute(self, query, values)

    monkeypatch.setattr(type(connection), "execute_query", note)
    now = clock.now()
    await source(Span(now, now + dt.timedelta(minutes=1)))
    monkeypatch.undo()

    assert asked
    for query, values in asked:
        if not query.startswith("SELECT") or "1=0" in query:  # of an empty list
            continue
        plan = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {query}", values)
        steps = [str(row["detail"]) for row in plan]
        assert not [step for step in steps if re.match(r"SCAN (?!CONSTANT)", step)], query
