"""When each public record last changed: noted with the index, so that alerts need not look through all of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from market.kit import clock
from market.kit.db import atomic
from search.alert_models import RecordVersion
from search.documents import Document, Kind

PASSING = frozenset({"status", "load", "quality"})
"""What moves by itself: a record is not new to anybody because of it."""
_AT_ONCE = 500


def version_of(document: Mapping[str, Any]) -> str:
    """A digest of what people read in a record."""
    return _digest({name: value for name, value in document.items() if name not in PASSING})


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@atomic()
async def note(kind: Kind, documents: Sequence[Document]) -> None:
    """Keep when these records changed, where they did; a record met for the first time has changed."""
    now, ids = clock.now(), [document["id"] for document in documents]
    known = {row.record_id: row for row in await RecordVersion.filter(kind=kind, record_id__in=ids)}
    new, changed = [], []
    for document in documents:
        row = known.get(document["id"])
        version, content = version_of(document), _digest(document)
        if row is None:
            new.append(RecordVersion(
                kind=kind, record_id=document["id"], version=version, content=content,
                changed_at=now, moved_at=now,
            ))  # fmt: skip
        elif row.content != content:
            row.changed_at = row.changed_at if row.version == version else now
            row.version, row.content, row.moved_at = version, content, now
            changed.append(row)
    await RecordVersion.bulk_create(
        new, on_conflict=["kind", "record_id"], ignore_conflicts=True, batch_size=100
    )
    if changed:
        await RecordVersion.bulk_update(
            changed, ["version", "content", "changed_at", "moved_at"], batch_size=100
        )


async def changed_since(
    kind: Kind, since: dt.datetime, *, with_passing: bool
) -> AsyncIterator[list[str]]:
    """The ids of the records that changed in what people read, or in anything, from this moment on."""
    moment = "moved_at" if with_passing else "changed_at"
    rows = RecordVersion.filter(kind=kind, **{f"{moment}__gte": since}).order_by("id")
    found = await rows.limit(_AT_ONCE)
    while found:
        yield [row.record_id for row in found]
        found = await rows.filter(id__gt=found[-1].id).limit(_AT_ONCE)
