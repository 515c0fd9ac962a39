"""Outbox handlers that write one fact for each event of a deal, and count it in the rollup.

A message takes along what waits of its topic: rows, deals, facts and sums of all are one statement each.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from tortoise.exceptions import DoesNotExist

from market.bureau import rollups
from market.bureau.models import ALL, FactKind, Side, TradeFact, TradeFlow, TradeRollup
from market.bureau.rollups import Key, Sums
from market.bureau.sources import SOURCES, Source
from market.kit import rows
from market.kit.db import atomic
from market.kit.outbox import Message, OutboxMessage
from market.vocabulary import regions

log = structlog.get_logger(__name__)
TAKEN_ALONG = 100
_BY_TOPIC = {source.topic: source for source in SOURCES}
_BY_TOPIC["batch.partially_accepted"] = _BY_TOPIC["batch.accepted"]
MOST_AHEAD = 10_000
_ahead: set[UUID] = set()  # what this process recorded before its own message came


async def record_event(message: Message) -> None:
    """The outbox handler of every source's topic: the fact of the row it names, once.

    What waits of the topic is recorded with it; what of it cannot be is left to its own message.
    """
    source = _BY_TOPIC[message.topic]
    own = UUID(message.payload[source.payload_key])
    if own in _ahead:
        _ahead.remove(own)
        return
    due = {own, *await _waiting(message.topic, source)}
    due -= await _recorded(source.kind, due)
    if own not in due:
        return
    if others := sorted(due - {own}):
        try:
            recorded = await _record(source, [own, *others])
        except Exception:
            log.warning("facts are recorded one by one", topic=message.topic, exc_info=True)
        else:
            _note_ahead(recorded - {own})
            return
    await _record(source, [own])


def _note_ahead(ids: set[UUID]) -> None:
    """Remember them until their messages come; where those went to another worker, not for ever."""
    if len(_ahead) > MOST_AHEAD:
        _ahead.clear()
    _ahead.update(ids)


async def _waiting(topic: str, source: Source) -> set[UUID]:
    """What the oldest messages of a topic that are not done name."""
    found: Any = (
        await OutboxMessage.filter(topic=topic, done_at=None, dead_at=None)
        .order_by("id")
        .limit(TAKEN_ALONG)
        .values_list("payload", flat=True)
    )
    return {UUID(payload[source.payload_key]) for payload in found}


async def _recorded(kind: FactKind, ids: Iterable[UUID]) -> set[UUID]:
    return await rows.values(TradeFact, "source_id", "source_id", ids, kind=[kind.value])


async def _record(source: Source, ids: Sequence[UUID]) -> set[UUID]:
    """The facts of those that are there, of which the first must be one."""
    found = await source.query().filter(**{f"{source.id_field}__in": ids})
    there = {getattr(row, source.id_field) for row in found}
    if ids[0] not in there:
        raise DoesNotExist(TradeFact)
    await record_facts(await source.facts(found))
    return there


async def record_fact(fact: TradeFact) -> bool:
    """`record_facts` of one; False when the event has its fact already."""
    if await _recorded(FactKind(fact.kind), [fact.source_id]):
        return False
    await record_facts([fact])
    return True


@atomic()
async def record_facts(facts: Sequence[TradeFact]) -> None:
    """Store facts of events that have none yet and count them, all or none.

    A twin running at the same time fails on the unique key and finds the facts when tried again.
    """
    names = TradeFact._meta.fields_db_projection
    await rows.insert(TradeFact, [{name: getattr(fact, name) for name in names} for fact in facts])
    await rollups.add(TradeRollup, [part for fact in facts for part in rollup_parts(fact)])
    await rollups.add(TradeFlow, [part for fact in facts for part in flow_parts(fact)])


def is_change(fact: TradeFact) -> bool:
    """Whether a fact moves the figures of a contract counted before."""
    is_contracted = fact.kind == FactKind.CONTRACTED and fact.contract_id is not None
    return is_contracted and fact.source_id != fact.contract_id


def rollup_parts(fact: TradeFact) -> list[tuple[Key, Sums]]:
    """The cells a fact is counted in, each with what it adds (order of rollups.COLUMNS)."""
    is_cross = fact.region_code[:2] != fact.supplier_region_code[:2]
    money_sums = (fact.amount_fen, fact.amount_fen if is_cross else 0)
    deals = 0 if is_change(fact) else 1
    detail = (1, deals, int(fact.quantity * 100), *money_sums)
    whole = (1, deals, 0, *money_sums)
    narrow = (
        ((fact.industry, fact.modality), fact.unit, detail),
        ((ALL, ALL), ALL, whole),
    )
    wide = (*narrow, ((fact.industry, ALL), ALL, whole), ((ALL, fact.modality), ALL, whole))
    return [
        ((side, area, *cell, fact.month, fact.kind, unit), sums)
        for side, code, _other in _sides(fact)
        for area in regions_around(code)
        for cell, unit, sums in (wide if rollups.is_wide(area) else narrow)
    ]


def flow_parts(fact: TradeFact) -> list[tuple[Key, Sums]]:
    """The cells of flows between regions a fact of a contract is counted in; none of another."""
    if fact.kind != FactKind.CONTRACTED:
        return []
    sums = (0 if is_change(fact) else 1, fact.amount_fen)
    return [
        ((side, area, fact.month, province_code(other)), sums)
        for side, code, other in _sides(fact)
        for area in regions_around(code)[:-1] or [code]
    ]


def _sides(fact: TradeFact) -> tuple[tuple[Side, str, str], ...]:
    here, there = fact.region_code, fact.supplier_region_code
    return (Side.DEMAND, here, there), (Side.SUPPLY, there, here)


def province_code(code: str) -> str:
    """The code of the province a region lies in; itself where it lies in none."""
    found = regions.province_of(code)
    return found.code if found and found.code != regions.COUNTRY_CODE else code


@cache
def regions_around(code: str) -> list[str]:
    """The code, those of the regions above it, and the country's."""
    found = regions.region(code)
    chain = [found.code if found else code]
    while (above := regions.parent_of(chain[-1])) is not None:
        chain.append(above.code)
    return chain if chain[-1] == regions.COUNTRY_CODE else [*chain, regions.COUNTRY_CODE]
