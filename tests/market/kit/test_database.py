"""Atomic verbs, numbers, audit chain and outbox on the real database."""

import asyncio
import datetime as dt

import pytest

from market.accounts.models import Organisation
from market.accounts.states import OrganisationStatus
from market.kit import audit, clock, db, numbers, outbox
from market.kit.actor import Actor
from market.kit.states import InvalidTransition

SYSTEM = Actor.system()


async def organisation() -> Organisation:
    return await Organisation.create(
        number=await numbers.next_number("O"),
        kind="demand",
        name="甲",
        org_type="enterprise",
        region_code="370100",
    )


async def test_move_writes_the_audit_entry(rollback: None) -> None:
    subject = await organisation()
    await subject.move_to(OrganisationStatus.PENDING_VERIFICATION, by=SYSTEM, reason="资料齐全")
    (entry,) = await audit.history(subject)
    assert (entry.action, entry.before, entry.after, entry.reason) == (
        "status:pending_verification",
        {"status": "registered"},
        {"status": "pending_verification"},
        "资料齐全",
    )


async def test_illegal_move_changes_nothing(rollback: None) -> None:
    subject = await organisation()
    with pytest.raises(InvalidTransition):
        await subject.move_to(OrganisationStatus.ACTIVE, by=SYSTEM)
    assert (await Organisation.get(id=subject.id)).status == OrganisationStatus.REGISTERED
    assert await audit.history(subject) == []


async def test_a_failing_verb_leaves_nothing(rollback: None) -> None:
    @db.atomic()
    async def verb() -> None:
        await organisation()
        await outbox.record("organisation.submitted", organisation="x")
        raise RuntimeError

    before = await Organisation.all().count(), await outbox.OutboxMessage.all().count()
    with pytest.raises(RuntimeError):
        await verb()
    assert (await Organisation.all().count(), await outbox.OutboxMessage.all().count()) == before
    assert not db.is_in_verb()


async def test_numbers_rise(rollback: None) -> None:
    with clock.frozen_at(dt.datetime(2031, 6, 1, tzinfo=dt.UTC)):
        first, second = await numbers.next_number("Z"), await numbers.next_number("Z")
    assert (first, second) == ("Z-2031-000001", "Z-2031-000002")


async def test_audit_chain_notices_a_change(rollback: None) -> None:
    subject = await organisation()
    await subject.move_to(OrganisationStatus.PENDING_VERIFICATION, by=SYSTEM)
    await subject.move_to(OrganisationStatus.ACTIVE, by=SYSTEM)
    with clock.frozen_at(clock.now() + dt.timedelta(minutes=1)):
        epoch = await audit.seal_epoch()
    assert epoch is not None
    assert await audit.verify() == []
    await audit.LogEntry.filter(subject_id=subject.id, action="status:active").update(reason="否")
    assert await audit.verify() == [f"epoch {epoch.number}: entries were changed, added or removed"]


async def test_fresh_entries_are_not_sealed(rollback: None) -> None:
    await (await organisation()).move_to(OrganisationStatus.CLOSED, by=SYSTEM)
    assert await audit.seal_epoch() is None


async def test_outbox_retries_only_the_handler_that_failed(rollback: None) -> None:
    calls: list[str] = []

    async def good(message: outbox.Message) -> None:
        calls.append("good")

    async def flaky(message: outbox.Message) -> None:
        calls.append("flaky")
        if calls.count("flaky") == 1:
            raise OSError("no route")

    handlers = {"t": (good, flaky)}
    await outbox.record("t", id=1)
    assert await outbox.drain(handlers) == 0
    (row,) = await outbox.OutboxMessage.filter(topic="t")
    assert row.attempts == 1
    assert "no route" in row.last_error
    with clock.frozen_at(clock.now() + dt.timedelta(hours=1)):
        assert await outbox.drain(handlers) == 1
    assert calls == ["good", "flaky", "flaky"]


async def test_outbox_gives_up_into_dead_letters(rollback: None) -> None:
    async def broken(message: outbox.Message) -> None:
        raise ValueError("never")

    await outbox.record("t")
    moment = clock.now()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        moment += dt.timedelta(hours=2)
        with clock.frozen_at(moment):
            await outbox.drain({"t": (broken,)})
    (row,) = await outbox.OutboxMessage.filter(topic="t")
    assert row.dead_at is not None
    await outbox.retry_dead_letter(row)
    await row.refresh_from_db()
    assert (row.dead_at, row.attempts) == (None, 0)


async def test_a_stopping_worker_gives_back_what_it_has_claimed(rollback: None) -> None:
    handled: list[str] = []

    async def handler(message: outbox.Message) -> None:
        handled.append(message.id)

    for _number in range(3):
        await outbox.record("t")
    assert await outbox.drain({"t": (handler,)}, is_stopping=lambda: len(handled) == 1) == 1
    assert len(await outbox.claim()) == 2


async def test_a_message_for_later_waits(rollback: None) -> None:
    await outbox.record("t", at=clock.now() + dt.timedelta(days=1))
    assert await outbox.claim() == []


@pytest.mark.committed
async def test_numbers_never_repeat_under_concurrency(database: None) -> None:
    @db.atomic()
    async def take() -> str:
        return await numbers.next_number("RACE")

    taken = await asyncio.gather(*(take() for _ in range(20)))
    assert len(set(taken)) == 20
    await numbers.NumberSeries.filter(series__startswith="RACE").delete()
