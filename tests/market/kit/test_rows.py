"""Statements for many rows: what they write Tortoise reads, and the other way round."""

from functools import partial
from uuid import uuid4

import pytest
from tortoise.exceptions import IntegrityError

from market.kit import clock, db, rows
from market.kit.numbers import NumberSeries, next_number, next_numbers
from market.kit.outbox import OutboxMessage, record, record_all


@pytest.mark.parametrize("count", [1, rows.COPIED])
async def test_inserted_rows_are_as_tortoise_would_write_them(rollback: None, count: int) -> None:
    payload = {"text": "算力券 “a\\b”", "number": 1, "list": [None, True]}
    async with db.transaction():
        await rows.insert(
            OutboxMessage,
            [{"topic": f"t{number}", "payload": payload} for number in range(count)],
        )
    found = await OutboxMessage.all().order_by("id")
    assert [row.topic for row in found] == [f"t{number}" for number in range(count)]
    assert all(row.payload == payload for row in found)
    assert {(row.attempts, tuple(row.handled), row.last_error) for row in found} == {(0, (), "")}
    assert {(row.done_at, row.dead_at) for row in found} == {(None, None)}
    assert abs(clock.now() - found[0].created_at).total_seconds() < 60


async def test_nothing_is_written_of_nothing(rollback: None) -> None:
    await record_all([])
    await rows.add(NumberSeries, ("value",), {})
    assert await OutboxMessage.all().count() == 0


async def test_selected_rows_are_as_tortoise_reads_them(rollback: None) -> None:
    for topic in ("b", "a", "c"):
        await record(topic, order=uuid4())
    plain = await OutboxMessage.filter(topic__in=["a", "b"]).order_by("topic")
    async with db.transaction():
        found = await rows.select(
            OutboxMessage, "topic", ["a", "b", "x"], order_by="topic", is_locked=True, attempts=[0]
        )
    names = OutboxMessage._meta.fields_db_projection
    assert [[getattr(row, name) for name in names] for row in found] == [
        [getattr(row, name) for name in names] for row in plain
    ]
    found[0].attempts = 3
    await found[0].save()
    assert await rows.values(OutboxMessage, "topic", "attempts", [3]) == {"a"}
    assert await rows.select(OutboxMessage, "id", [plain[1].id], attempts=[7, 8]) == []
    assert await rows.values(OutboxMessage, "id", "topic", ["c"]) == {
        (await OutboxMessage.get(topic="c")).id
    }


async def test_columns_are_added_to_and_put(rollback: None) -> None:
    for topic in ("a", "b"):
        await record(topic)
    first, second = await OutboxMessage.all().order_by("id")
    await rows.add(OutboxMessage, ("attempts",), {first.id: [2], second.id: [-1]})
    at = clock.now()
    await rows.put(OutboxMessage, [first.id], done_at=at, last_error="x")
    found = await OutboxMessage.all().order_by("id")
    assert [row.attempts for row in found] == [2, -1]
    assert [(row.done_at, row.last_error) for row in found] == [(at, "x"), (None, "")]


@pytest.mark.parametrize("count", [1, rows.COPIED])
async def test_changes_sent_together_are_all_made(rollback: None, count: int) -> None:
    await record("old")
    [old] = await OutboxMessage.all()
    new = [{"topic": f"t{number}", "payload": {"at": number}} for number in range(count)]
    async with db.transaction():
        await rows.together(
            partial(rows.add, OutboxMessage, ("attempts",), {old.id: [2]}),
            partial(rows.insert, OutboxMessage, new),
            partial(rows.insert, OutboxMessage, []),
            partial(rows.insert, NumberSeries, [{"series": "ZZ", "value": 7}]),
        )
    found = await rows.read(OutboxMessage, ("topic", "payload"), "attempts", [0])
    assert sorted(found) == sorted((row["topic"], row["payload"]) for row in new)
    assert await rows.read(OutboxMessage, ("id",), "attempts", [2]) == [(old.id,)]
    assert await rows.values(NumberSeries, "value", "series", ["ZZ"]) == {7}


async def test_of_changes_sent_together_none_is_made_alone(rollback: None) -> None:
    with pytest.raises(IntegrityError):
        async with db.transaction():
            await rows.together(
                partial(rows.insert, OutboxMessage, [{"topic": "x"}]),
                partial(rows.insert, NumberSeries, [{"series": "ZZ"}, {"series": "ZZ"}]),
            )
    assert await OutboxMessage.all().count() == 0


async def test_a_row_is_read_again_under_a_lock(rollback: None) -> None:
    await record("a")
    stale = await OutboxMessage.get(topic="a")
    await OutboxMessage.filter(id=stale.id).update(attempts=4)
    async with db.transaction():
        locked = await rows.lock(stale)
    assert (locked.id, locked.attempts, stale.attempts) == (stale.id, 4, 0)


async def test_numbers_follow_one_another(rollback: None) -> None:
    assert await rows.count_up(NumberSeries, "value", 1, where="series", value="none") is None
    first = await next_number("ZZ")
    assert (await next_numbers("ZZ", 2), await next_numbers("ZZ", 0)) == (
        [f"{first[:-1]}2", f"{first[:-1]}3"], [],
    )  # fmt: skip
