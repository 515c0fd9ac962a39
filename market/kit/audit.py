"""The append-only log of who changed what, sealed in hash-chained epochs."""

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterable
from contextvars import ContextVar
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import Row, atomic

GENESIS = "0" * 64
SETTLE = dt.timedelta(seconds=5)
request_id: ContextVar[str] = ContextVar("request_id", default="")


class LogEntry(Row):
    """One change of one row: who, what, before and after. Never updated but for its seal."""

    subject_type = fields.CharField(max_length=64)
    subject_id = fields.UUIDField()
    subject_label = fields.CharField(max_length=200, default="")
    action = fields.CharField(max_length=64)
    actor_person_id = fields.UUIDField(null=True)
    actor_organisation_id = fields.UUIDField(null=True)
    actor_label = fields.CharField(max_length=200)
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)
    reason = fields.TextField(default="")
    request_id = fields.CharField(max_length=64, default="")
    epoch = fields.IntField(null=True)
    position = fields.IntField(null=True)

    class Meta:
        table = "log_entries"
        indexes = (("subject_type", "subject_id"), ("epoch", "position"))

    def digest(self, previous: str) -> str:
        """SHA-256 of the entry's content chained to the previous digest."""
        content = {
            "id": str(self.id),
            "at": self.created_at.astimezone(dt.UTC).isoformat(),
            "subject": [self.subject_type, str(self.subject_id)],
            "action": self.action,
            "actor": [str(self.actor_person_id), str(self.actor_organisation_id), self.actor_label],
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }
        return hashlib.sha256((previous + canonical(content)).encode()).hexdigest()


class LogEpoch(Row):
    """A sealed run of log entries: the chain's digest after its last entry."""

    number = fields.IntField(unique=True)
    entries = fields.IntField()
    previous_digest = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "log_epochs"


def plain(value: Any) -> Any:
    """JSON form of the values our rows hold."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | UUID | Decimal):
        return str(value)
    raise TypeError(f"not loggable: {type(value)}")


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)
_AS_THEY_ARE = (str, int, bool, NoneType)
_WRITTEN = (enum.Enum, dt.date, UUID, Decimal)  # `plain` makes text of them


def canonical(value: Any) -> str:
    """One JSON text per value: sorted keys, no spaces, Chinese kept."""
    return _JSON.encode(value)


def _clean(values: dict[str, Any] | None) -> Any:
    """What reading the values' canonical JSON would give; of plain values it is known without writing it."""
    if values is None:
        return None
    found = {}
    for name in sorted(values):
        value = values[name]
        if type(value) in _AS_THEY_ARE:
            found[name] = value
        elif isinstance(value, _WRITTEN):
            found[name] = plain(value)
        else:
            return json.loads(canonical(values))
    return found


async def record(
    subject: Row,
    action: str,
    *,
    by: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Log one change inside the verb that makes it. Sealed content and secrets must not be passed."""
    await _entry(subject, action, by, before, after, reason).save(force_create=True)


async def record_all(
    changed: Iterable[tuple[Row, dict[str, Any]]],
    action: str,
    *,
    by: Actor,
    after: dict[str, Any],
    reason: str = "",
) -> None:
    """`record` of many (subject, what was before) in one statement."""
    entries = [_entry(row, action, by, before, after, reason) for row, before in changed]
    await LogEntry.bulk_create(entries, batch_size=200)


def _entry(
    subject: Row,
    action: str,
    by: Actor,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str,
) -> LogEntry:
    return LogEntry(
        subject_type=type(subject).__name__,
        subject_id=subject.id,
        subject_label=str(getattr(subject, "number", "") or ""),
        action=action,
        actor_person_id=by.person_id,
        actor_organisation_id=by.organisation_id,
        actor_label=by.name or "anonymous",
        before=_clean(before),
        after=_clean(after),
        reason=reason,
        request_id=request_id.get(),
    )


async def history(subject: Row) -> list[LogEntry]:
    """The changes of one row, oldest first."""
    return await LogEntry.filter(
        subject_type=type(subject).__name__, subject_id=subject.id
    ).order_by("id")


@atomic()
async def seal_epoch(limit: int = 5000) -> LogEpoch | None:
    """Chain the settled, unsealed entries into the next epoch; None when there is nothing to seal.

    An entry settles five seconds after its time, so that slow transactions are not overtaken.
    """
    last = await LogEpoch.all().select_for_update().order_by("-number").first()
    entries = (
        await LogEntry.filter(epoch=None, created_at__lt=clock.now() - SETTLE)
        .order_by("id")
        .limit(limit)
    )
    if not entries:
        return None
    number, digest = (last.number + 1, last.digest) if last else (1, GENESIS)
    previous = digest
    for position, entry in enumerate(entries):
        entry.epoch, entry.position = number, position
        digest = entry.digest(digest)
    await LogEntry.bulk_update(entries, fields=["epoch", "position"])
    return await LogEpoch.create(
        number=number, entries=len(entries), previous_digest=previous, digest=digest
    )


async def verify() -> list[str]:
    """Re-compute every sealed epoch; returns a sentence for each break of the chain (none = intact)."""
    problems, digest = [], GENESIS
    for epoch in await LogEpoch.all().order_by("number"):
        if epoch.previous_digest != digest:
            problems.append(f"epoch {epoch.number}: does not continue the epoch before it")
        entries = await LogEntry.filter(epoch=epoch.number).order_by("position")
        digest = epoch.previous_digest
        for entry in entries:
            digest = entry.digest(digest)
        if len(entries) != epoch.entries or digest != epoch.digest:
            problems.append(f"epoch {epoch.number}: entries were changed, added or removed")
        digest = epoch.digest
    return problems
