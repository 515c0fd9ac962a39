"""Recompute the figures: facts from source rows, rollups from facts; report every difference."""

from uuid import UUID

from market.bureau import activities
from market.bureau.activities import content
from market.bureau.chunks import batches, chunks
from market.bureau.facts import flow_parts, is_change, rollup_parts
from market.bureau.models import ActivityFact, ActivityRollup, TradeFact, TradeFlow, TradeRollup
from market.bureau.rollups import Key, Sums, gathered, wrong_cells
from market.bureau.sources import SOURCES, Source
from market.kit.outbox import OutboxMessage
from market.tendering.models import Award

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
    return problems + await _wrong_activities() + await _wrong_rollups()


async def _wrong_facts(source: Source) -> list[str]:
    stored = {
        fact.source_id: fact
        for fact in await TradeFact.filter(kind=source.kind)
        if is_change(fact) == source.is_change
    }
    waiting = await _waiting(source)
    problems = []
    expected_facts = [
        fact async for rows in batches(source.query()) for fact in await source.facts(rows)
    ]
    for expected in expected_facts:
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


async def _wrong_activities() -> list[str]:
    """Facts that differ from what their source row states now."""
    problems = []
    due: set[UUID] = set()
    waiting = await _waiting_activities()
    for told_by, rows in activities.ROWS:
        async for row in chunks(rows()):
            source_id, facts = await told_by(row.id)
            due.update(fact.source_id for fact in facts)
            stored = await ActivityFact.filter(source_id=source_id)
            if row.id not in waiting and set(map(content, stored)) != set(map(content, facts)):
                kinds = ", ".join(sorted({fact.kind.value for fact in (*stored, *facts)}))
                problems.append(f"activity facts of {row.number}: {kinds} not as the source states")
    for source_id, number in await ActivityFact.all().values_list("source_id", "source_number"):
        if source_id not in due and source_id not in waiting:
            problems.append(f"activity facts of {number}: no such source row")
    return sorted(set(problems))


async def _waiting_activities() -> set[UUID]:
    found = OutboxMessage.filter(topic__in=list(activities.SOURCES), done_at=None, dead_at=None)
    ids = {UUID(message.payload[activities.SOURCES[message.topic][0]]) for message in await found}
    awards = await Award.filter(id__in=ids).only("id", "job_id")
    return ids | {award.job_id for award in awards}


async def _wrong_rollups() -> list[str]:
    cells: dict[Key, Sums] = {}
    flows: dict[Key, Sums] = {}
    async for fact in chunks(TradeFact.all()):
        gathered(rollup_parts(fact), cells)
        gathered(flow_parts(fact), flows)
    counted: dict[Key, Sums] = {}
    async for activity in chunks(ActivityFact.all()):
        gathered(activities.rollup_parts(activity), counted)
    return [
        *await wrong_cells(TradeRollup, cells),
        *await wrong_cells(TradeFlow, flows),
        *await wrong_cells(ActivityRollup, counted),
    ]
