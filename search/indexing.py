"""Keeping the indexes equal to the database: outbox handlers, rebuild aside and swap.

Both engines are kept, each by a handler of its own: when Meilisearch is away only its handler fails
and is tried again, while the embedded index stays fresh to answer in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from market.kit import clock
from market.kit.outbox import Message, OutboxMessage, retry_dead_letter
from search import bulk, engines, refusals, sources, versions
from search.consistency import Difference, queue_repairs
from search.documents import KINDS, Kind
from search.engine import RecordsRefused, SearchEngine, SearchError
from search.entries import SETTINGS, index_document
from search.subjects import subjects_of

TOPICS = (
    "supplier.changed", "organisation.changed", "talent.changed", "need.changed",
    "organisation.verified", "organisation.suspended", "organisation.reinstated",
    "job.changed", "job.published", "job.amended", "job.cancelled", "job.opened", "job.unsuccessful",
    "award.decided", "award.activated", "award.cancelled", "order.placed", "order.completed",
    "order.cancelled", "order.refunded", "contract.changed", "contract.terminated",
)  # fmt: skip
TOGETHER = 500
"""Messages whose records are written in one commit."""
_REMEMBERED = 20_000
_prepared: set[SearchEngine] = set()
_ahead: defaultdict[str, set[str]] = defaultdict(set)

Advance = Callable[[Kind, int, int], None]


async def update_embedded(message: Message) -> None:
    """Bring the embedded index up to date with what the message says has changed."""
    await _update(engines.embedded(), engines.EMBEDDED, message)


async def update_server(message: Message) -> None:
    """The same for Meilisearch, where there is one; raises while it does not answer."""
    engine = engines.server()
    if engine is not None:
        await _update(engine, engines.SERVER, message)


HANDLERS = (update_embedded, update_server)
_HANDLER_NAMES = {
    name: f"{handler.__module__}.{handler.__qualname__}"
    for name, handler in zip((engines.EMBEDDED, engines.SERVER), HANDLERS, strict=True)
}


async def _update(engine: SearchEngine, name: str, message: Message) -> None:
    """Index what the message is about, and with it what the next ones are about, in one commit."""
    ahead = _ahead[name]
    if message.id in ahead:
        ahead.discard(message.id)
        return
    await prepare(engine)
    waiting = await _waiting(name, limit=TOGETHER)
    refused = await _apply(engine, [message.payload, *(row.payload for row in waiting)])
    if len(ahead) > _REMEMBERED:
        ahead.clear()
    ahead.update({str(row.id) for row in await _without(refused, waiting)} - {message.id})
    if own := await _refused_of(message.payload, refused):
        raise SearchError(f"refused by the search server: {', '.join(sorted(own))}")


async def _waiting(name: str, *, limit: int) -> list[OutboxMessage]:
    """Messages that this engine's index has yet to see, oldest first."""
    unfinished = OutboxMessage.filter(done_at=None, topic__in=TOPICS).order_by("id").limit(limit)
    found, rows = [], await unfinished
    while rows:
        found += [row for row in rows if _HANDLER_NAMES[name] not in row.handled]
        if len(found) >= limit or len(rows) < limit:
            break
        rows = await unfinished.filter(id__gt=rows[-1].id)
    return found


async def _apply(engine: SearchEngine, payloads: Iterable[Mapping[str, Any]]) -> set[str]:
    """Write what the messages are about; the ids of records that the engine refused."""
    refused: set[str] = set()
    for kind, ids in (await subjects_of(payloads)).items():
        refused |= await refresh(engine, kind, sorted(ids))
    return refused


async def _refused_of(payload: Mapping[str, Any], refused: set[str]) -> set[str]:
    """The refused ones among the records a message is about."""
    if not refused:
        return set()
    return refused & {str(key) for ids in (await subjects_of([payload])).values() for key in ids}


async def _without(refused: set[str], messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """The messages that nothing refused keeps from being done."""
    return [row for row in messages if not await _refused_of(row.payload, refused)]


async def refresh(engine: SearchEngine, kind: Kind, ids: Sequence[UUID]) -> set[str]:
    """Write these records as they are now; those that may no longer be found leave the index.

    Returns the ids that the engine refused: they are noted, and the others are written.
    """
    refused: set[str] = set()
    for start in range(0, len(ids), sources.BATCH):
        batch = ids[start : start + sources.BATCH]
        found = await sources.documents(kind, batch)
        refused |= await refusals.write(engine, kind, [*map(index_document, found)])
        if engine is engines.embedded():
            await versions.note(kind, found)  # once the index that alerts ask holds them
        present = {document["id"] for document in found}
        gone = [str(key) for key in batch if str(key) not in present]
        await engine.delete(kind, gone)
        await refusals.clear(engine, kind, gone)
    return refused


async def prepare(engine: SearchEngine) -> None:
    """Every index exists with today's settings and holds what it should; once for a process."""
    if engine in _prepared:
        return
    for kind in KINDS:
        if await engine.configure(kind, SETTINGS[kind]):
            await rebuild(engine, kind)
    _prepared.add(engine)


async def rebuild(engine: SearchEngine, kind: Kind, *, advance: Advance | None = None) -> int:
    """Build an index anew beside the one in use, then swap; returns how many records it holds.

    What changes meanwhile goes to the old index, so it is written again after the swap.
    """
    aside, since = f"{kind}_next", clock.now()
    await engine.drop(aside)
    await engine.configure(aside, SETTINGS[kind])
    ids = await sources.findable_rows(kind)

    def written(done: int) -> None:
        if advance is not None:
            advance(kind, done, len(ids))

    try:
        await bulk.fill(engine, aside, kind, ids, advance=written)
    except RecordsRefused as refusal:
        await _fill_again(engine, aside, kind, refusal)
    await engine.configure(kind, SETTINGS[kind])
    await engine.swap(kind, aside)
    await engine.drop(aside)
    missed = await OutboxMessage.filter(created_at__gte=since, topic__in=TOPICS)
    changed = await subjects_of(message.payload for message in missed)
    await refresh(engine, kind, sorted(changed[kind]))
    return len(ids)


async def _fill_again(
    engine: SearchEngine, index: str, kind: Kind, refusal: RecordsRefused
) -> None:
    """Of the batches that failed, write all but the records at fault; the outbox tries those again."""
    for start in range(0, len(refusal.ids), sources.BATCH):
        keys = [UUID(key) for key in refusal.ids[start : start + sources.BATCH]]
        found = await sources.documents(kind, keys)
        left = await refusals.write(engine, kind, [*map(index_document, found)], index=index)
        await queue_repairs([Difference(kind, key, "") for key in sorted(left)])


async def catch_up(engine: SearchEngine, name: str) -> None:
    """Make the index current without waiting for a worker: what commands do before they search.

    Indexes what waits in the outbox and notes it there, then compares the number of records of each
    kind with the database, which also finds an index left over from another one.
    """
    await prepare(engine)
    while waiting := await _waiting(name, limit=TOGETHER * 20):
        refused = await _apply(engine, [message.payload for message in waiting])
        done = await _without(refused, waiting)
        await _note_handled(done, name)
        if len(done) < len(waiting):
            break  # the worker goes on trying
    await _even_out(engine)


async def _even_out(engine: SearchEngine) -> None:
    """Rebuild the indexes that hold more or fewer records than the database."""
    for kind in KINDS:
        await engine.configure(kind, SETTINGS[kind])
        left = await refusals.open_count(kind) if engine is engines.server() else 0
        if await engine.count(kind) != await sources.findable_count(kind) - left:
            await rebuild(engine, kind)


async def _note_handled(messages: Sequence[OutboxMessage], name: str) -> None:
    """Write that an engine has seen the messages; the worker hands them to who else wants them."""
    for message in messages:
        message.handled = [*message.handled, _HANDLER_NAMES[name]]
    await OutboxMessage.bulk_update(messages, ["handled"], batch_size=200)


async def revive_dead_letters() -> int:
    """Try again what died while Meilisearch was away, once it answers: nothing is lost."""
    engine = engines.server()
    if engine is None or not await engine.health():
        return 0
    dead = await OutboxMessage.filter(
        dead_at__isnull=False, topic__in=TOPICS,
        last_error__startswith=_HANDLER_NAMES[engines.SERVER],
    )  # fmt: skip
    for message in dead:
        await retry_dead_letter(message)
    return len(dead)


async def keep_ready() -> None:
    """Worker's round: build what is missing or was lost with its server, revive letters that died."""
    await _keep(engines.embedded(), engines.EMBEDDED)
    engine = engines.server()
    if engine is not None and await engine.health():
        await _keep(engine, engines.SERVER)
        await revive_dead_letters()


async def _keep(engine: SearchEngine, name: str) -> None:
    await prepare(engine)
    if not await _waiting(name, limit=1):
        await _even_out(engine)
