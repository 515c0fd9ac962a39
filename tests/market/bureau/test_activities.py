"""Facts beside the money: as the source states now, counted once, moved when it changes; the rebuilt sums."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from market.bureau import activities, rebuilding
from market.bureau.facts import record_event
from market.bureau.models import (
    ALL,
    ActivityFact,
    ActivityKind,
    ActivityRollup,
    TradeFlow,
    TradeRollup,
)
from market.bureau.verification import verify_statistics
from market.kit import clock, outbox
from market.kit.outbox import Message
from market.registration.registrations import register_contract
from market.tendering.models import Job
from market.worker import HANDLERS
from tests.factories import tendering
from tests.factories.bureau import make_fact
from tests.factories.orders import deliver, inspect, make_order

K = ActivityKind


async def tell(topic: str, **payload: UUID) -> None:
    await activities.record_event(
        Message("m", topic, {key: str(value) for key, value in payload.items()})
    )


async def stated() -> dict[str, tuple[int, int]]:
    return {fact.kind.value: (fact.hits, fact.amount_fen) for fact in await ActivityFact.all()}


async def cell(kind: ActivityKind, region: str = "370000") -> tuple[Any, ...]:
    row = await ActivityRollup.get(kind=kind, region_code=region, industry=ALL)
    return row.events, row.hits, row.amount_fen, row.base_fen


async def test_nothing_of_a_bid_before_the_opening(rollback: None) -> None:
    job = await tendering.published_job()
    await tendering.place_bid(job)
    await tell("job.published", job=job.id)
    assert set(await stated()) == {"published"}


async def test_an_opened_call_states_its_bids_and_the_wait(rollback: None) -> None:
    job = await tendering.published_job()
    published = (await Job.get(id=job.id)).published_at
    assert published is not None
    with clock.frozen_at(published + dt.timedelta(minutes=90)):
        await tendering.place_bid(job)
    with clock.frozen_at(published + dt.timedelta(minutes=95)):
        await tendering.place_bid(job, unit_price=Decimal("70"))
    opened = await tendering.open_bids(job)
    for _again in range(2):
        await tell("job.opened", job=opened.id)
    found = await stated()
    assert found["opened"][0] == 2
    assert found["first_bid"] == (90, 0)
    assert await cell(K.OPENED) == (1, *found["opened"], 0)


async def test_a_changed_contract_moves_its_registration(rollback: None) -> None:
    deal = await make_order()
    await register_contract(deal.contract.id)
    await tell("contract.activated", contract=deal.contract.id)
    was = (await cell(K.REGISTERED))[2]
    assert was == deal.contract.total_fen
    deal.contract.total_fen += 100
    await deal.contract.save()
    for topic in ("contract.changed", "contract.terminated"):
        for handler in HANDLERS[topic]:
            if handler is activities.record_change:
                await handler(Message("m", topic, {"contract": str(deal.contract.id)}))
        assert (await cell(K.REGISTERED))[:3] == (1, 0, was + 100)


async def test_a_verdict_that_changes_moves_the_sums(rollback: None) -> None:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal))
    await tell("batch.accepted", batch=batch.id)
    assert await cell(K.INSPECTED) == (1, 1, 0, 0)
    batch.round = 2
    await batch.save()
    await tell("batch.accepted", batch=batch.id)
    assert await ActivityFact.filter(kind=K.INSPECTED).count() == 1
    assert await cell(K.INSPECTED) == (1, 0, 0, 0)


async def test_a_source_that_falls_away_takes_its_fact_along(rollback: None) -> None:
    job = await tendering.published_job()
    await tell("job.published", job=job.id)
    await Job.filter(id=job.id).update(published_at=None)
    await tell("job.cancelled", job=job.id)
    assert await stated() == {}
    assert (await cell(K.PUBLISHED))[0] == 0


async def test_rebuilt_sums_are_the_counted_ones(rollback: None) -> None:
    deal = await make_order()
    await inspect(deal, await deliver(deal))
    wanted = (record_event, activities.record_event)
    await outbox.drain(
        {topic: tuple(h for h in own if h in wanted) for topic, own in HANDLERS.items()}
    )
    for region, quantity in (("370102", "0.29"), ("110105", "12.01"), ("999999", "3")):
        await make_fact(region_code=region, quantity=Decimal(quantity), amount_fen=7)
    rollups = (TradeRollup, TradeFlow, ActivityRollup)
    counted = [await snapshot(rollup) for rollup in rollups]
    right, wrong = await TradeRollup.all().order_by("id").limit(2)
    await TradeRollup.filter(id=wrong.id).update(deals=77)
    await TradeFlow.create(side="demand", month="2020-01", region_code="370000", partner_code="1")
    await ActivityRollup.all().delete()
    await rebuilding.rebuild_rollups()
    assert [await snapshot(rollup) for rollup in rollups] == counted
    left = await TradeRollup.filter(id__in=[right.id, wrong.id]).order_by("id")
    assert [row.updated_at == right.updated_at for row in left] == [True, False], (
        "what was right stays"
    )
    assert [line for line in await verify_statistics() if "rollups" in line] == []


async def snapshot(rollup: Any) -> set[tuple[Any, ...]]:
    names = [n for n in rollup._meta.db_fields if n not in ("id", "created_at", "updated_at")]
    return {tuple(row[n] for n in names) for row in await rollup.all().values(*names)}


async def test_a_planted_wrong_activity_is_caught(rollback: None) -> None:
    job = await tendering.published_job()
    await outbox.drain(activities.HANDLERS)
    assert await verify_statistics() == []
    await ActivityFact.all().update(amount_fen=1)
    assert await verify_statistics() == [
        f"activity facts of {job.number}: published not as the source states",
        *[line for line in await verify_statistics() if line.startswith("activity_rollups")],
    ]
