"""What the search server refuses: found out record by record, kept until it is taken, told to the operator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tortoise.expressions import F

from market.kit import clock
from market.kit.db import atomic
from search import engines
from search.documents import Kind
from search.engine import IndexDocument, RecordsRefused, SearchEngine
from search.refusal_models import RefusedRecord

_AT_ONCE = 500


async def write(
    engine: SearchEngine, kind: Kind, entries: Sequence[IndexDocument], *, index: str = ""
) -> set[str]:
    """Write the records; one that the server refuses holds up no other. Returns the ids refused.

    A batch that fails for what a record holds is halved until that record stands alone. A batch
    that fails for the server's own reasons is noted as a whole and raises RecordsRefused.
    """
    try:
        await engine.upsert(index or kind, entries)
    except RecordsRefused as refusal:
        if refusal.is_about_records and len(entries) > 1:
            half = len(entries) // 2
            first = await write(engine, kind, entries[:half], index=index)
            return first | await write(engine, kind, entries[half:], index=index)
        await note(kind, refusal, [entry.id for entry in entries])
        if not refusal.is_about_records:
            raise
        return {entry.id for entry in entries}
    await clear(engine, kind, [entry.id for entry in entries])
    return set()


@atomic()
async def note(kind: Kind, refusal: RecordsRefused, ids: Sequence[str]) -> None:
    """Keep which task failed on these records, and why; counts how often."""
    await RefusedRecord.bulk_create(
        [RefusedRecord(kind=kind, record_id=key) for key in ids],
        on_conflict=["kind", "record_id"], ignore_conflicts=True, batch_size=_AT_ONCE,
    )  # fmt: skip
    for start in range(0, len(ids), _AT_ONCE):
        rows = RefusedRecord.filter(kind=kind, record_id__in=ids[start : start + _AT_ONCE])
        await rows.update(
            task=refusal.task, code=refusal.code[:64], error=str(refusal), tries=F("tries") + 1,
            updated_at=clock.now(),
        )  # fmt: skip


async def clear(engine: SearchEngine, kind: Kind, ids: Iterable[str]) -> None:
    """The server holds these records as they are now, or no more: nothing is left to repair."""
    if engine is engines.server():
        keys = list(ids)
        for start in range(0, len(keys), _AT_ONCE):
            await RefusedRecord.filter(
                kind=kind, record_id__in=keys[start : start + _AT_ONCE]
            ).delete()


async def open_count(kind: Kind | None = None) -> int:
    """How many records the server has refused and not taken since."""
    rows = RefusedRecord.filter(kind=kind) if kind else RefusedRecord.all()
    return await rows.count()
