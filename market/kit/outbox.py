"""The outbox: what a verb wants done outside the database, written in its own transaction."""

import datetime as dt
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from tortoise import fields
from tortoise.expressions import Q

from market.kit import clock, rows
from market.kit.audit import plain
from market.kit.db import Row, atomic

log = structlog.get_logger(__name__)
LEASE = dt.timedelta(minutes=5)
MAX_ATTEMPTS = 10


class OutboxMessage(Row):
    """One topic with ids; done when every handler of the topic has succeeded."""

    topic = fields.CharField(max_length=64)
    payload: Any = fields.JSONField(default=dict)
    available_at = fields.DatetimeField(default=clock.now)
    attempts = fields.IntField(default=0)
    handled: Any = fields.JSONField(default=list)
    done_at = fields.DatetimeField(null=True)
    dead_at = fields.DatetimeField(null=True)
    last_error = fields.TextField(default="")

    class Meta:
        table = "outbox_messages"
        indexes = (("done_at", "dead_at", "available_at"), ("topic",))


@dataclass(frozen=True, slots=True)
class Message:
    """What a handler receives: `id` is the idempotency key of its effect."""

    id: str
    topic: str
    payload: Mapping[str, Any]


Handler = Callable[[Message], Awaitable[None]]
Handlers = Mapping[str, tuple[Handler, ...]]


async def record(topic: str, *, at: dt.datetime | None = None, **payload: Any) -> None:
    """Ask for `topic` to be handled after this verb commits, not before `at`. Payload: ids and plain values."""
    await OutboxMessage.create(
        topic=topic, payload=_cleaned(payload), available_at=at or clock.now()
    )


def record_all(messages: Iterable[tuple[str, Mapping[str, Any]]]) -> Awaitable[None]:
    """`record` of many (topic, payload) in one statement."""
    return rows.insert(
        OutboxMessage,
        [{"topic": topic, "payload": _cleaned(payload)} for topic, payload in messages],
    )


def _cleaned(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | int | list | dict | bool | None) else plain(value)
        for key, value in payload.items()
    }


def back_off(attempts: int) -> dt.timedelta:
    """Delay before the next try: 5 s doubled each time, at most an hour."""
    return dt.timedelta(seconds=min(5 * 2**attempts, 3600))


@atomic()
async def claim(limit: int = 50) -> list[OutboxMessage]:
    """Lease due messages to this worker; another worker skips them until the lease ends."""
    now = clock.now()
    due = (
        await OutboxMessage.filter(Q(done_at=None, dead_at=None, available_at__lte=now))
        .order_by("available_at", "id")
        .limit(limit)
        .select_for_update(skip_locked=True)
    )
    if due:
        await OutboxMessage.filter(id__in=[message.id for message in due]).update(
            available_at=now + LEASE
        )
    return due


async def handle(message: OutboxMessage, handlers: Handlers) -> bool:
    """Run the topic's handlers that have not succeeded yet; returns whether the message is done.

    A failing handler does not stop the others; it is tried again with back-off, and after ten tries
    the message goes to the dead letters, where an operator sees it.
    """
    view = Message(str(message.id), message.topic, message.payload)
    error = ""
    for handler in handlers.get(message.topic, ()):
        name = f"{handler.__module__}.{handler.__qualname__}"
        if name in message.handled:
            continue
        try:
            await handler(view)
        except Exception as exc:
            log.exception("outbox handler failed", topic=message.topic, handler=name, id=view.id)
            error = f"{name}: {''.join(traceback.format_exception_only(exc)).strip()}"[:2000]
        else:
            message.handled = [*message.handled, name]
    await _note_outcome(message, error)
    return not error


async def _note_outcome(message: OutboxMessage, error: str) -> None:
    now = clock.now()
    message.attempts += 1
    message.last_error = error
    if not error:
        message.done_at = now
    elif message.attempts >= MAX_ATTEMPTS:
        message.dead_at = now
    else:
        message.available_at = now + back_off(message.attempts)
    await message.save(
        update_fields=["attempts", "last_error", "done_at", "dead_at", "available_at", "handled"]
    )


async def drain(
    handlers: Handlers, *, limit: int = 50, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Handle what is due now, including what that causes; returns how many messages were done.

    Once `is_stopping`, the message in hand is finished and the other claimed ones are given back.
    """
    done = 0
    while not is_stopping() and (messages := await claim(limit)):
        for position, message in enumerate(messages):
            if is_stopping():
                await _give_back(messages[position:])
                break
            done += await handle(message, handlers)
    return done


async def _give_back(messages: list[OutboxMessage]) -> None:
    await OutboxMessage.filter(id__in=[message.id for message in messages]).update(
        available_at=clock.now()
    )


async def lag() -> dt.timedelta:
    """Age of the oldest message that is due and not done (zero when none is)."""
    now = clock.now()
    oldest = (
        await OutboxMessage.filter(done_at=None, dead_at=None, available_at__lte=now)
        .order_by("available_at")
        .first()
    )
    return now - oldest.available_at if oldest else dt.timedelta()


@atomic()
async def retry_dead_letter(message: OutboxMessage) -> None:
    """Give a dead letter a fresh set of tries."""
    await (
        OutboxMessage.filter(id=message.id)
        .exclude(dead_at=None)
        .update(dead_at=None, attempts=0, available_at=clock.now())
    )
