"""Whether an index equals the database, record by record, and how what differs is repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from market.kit import outbox
from market.kit.db import atomic
from search import sources
from search.documents import KINDS, Kind
from search.engine import SearchEngine

_CHANGED: Mapping[Kind, tuple[str, str]] = {
    "suppliers": ("supplier.changed", "organisation"), "jobs": ("job.changed", "job"),
    "talents": ("talent.changed", "talent"), "datasets": ("need.changed", "need"),
}  # fmt: skip


class Difference(NamedTuple):
    """A record that the index does not hold as the database has it."""

    kind: Kind
    record_id: str
    text: str


async def differences(engine: SearchEngine) -> list[Difference]:
    """Where an index and the database differ, record by record; empty when they are equal."""
    found: list[Difference] = []
    for kind in KINDS:
        held = await _held(engine, kind)
        ids = await sources.findable_ids(kind)
        for start in range(0, len(ids), sources.BATCH):
            for document in await sources.documents(kind, ids[start : start + sources.BATCH]):
                found += _compared(kind, document, held.pop(document["id"], None))
        found += [
            Difference(kind, key, f"{kind} {key}: in the index, not to be found in the database")
            for key in held
        ]
    return found


@atomic()
async def queue_repairs(found: Sequence[Difference]) -> None:
    """Have the worker write these records as they are now, or take them out, in both engines."""
    for one in found:
        topic, noun = _CHANGED[one.kind]
        payload: dict[str, Any] = {noun: one.record_id}
        await outbox.record(topic, **payload)


async def _held(engine: SearchEngine, kind: Kind) -> dict[str, Mapping[str, Any]]:
    held: dict[str, Mapping[str, Any]] = {}
    while batch := await engine.scan(kind, offset=len(held), limit=sources.BATCH * 4):
        held.update(batch)
    return held


def _compared(
    kind: Kind, row: Mapping[str, Any], held: Mapping[str, Any] | None
) -> list[Difference]:
    label, key = f"{kind} {row['number']}", row["id"]
    if held is None:
        return [Difference(kind, key, f"{label}: missing from the index")]
    differing = sorted(name for name in {*row, *held} if row.get(name) != held.get(name))
    if not differing:
        return []
    return [Difference(kind, key, f"{label}: differs in {', '.join(differing)}")]
