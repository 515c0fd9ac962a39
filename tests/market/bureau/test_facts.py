"""Facts from events: their content, once each, and the rollup they add to."""

import asyncio
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import DoesNotExist

from market.bureau import activities
from market.bureau.facts import flow_parts, record_event, record_fact, rollup_parts
from market.bureau.models import ALL, FactKind, Side, TradeFact, TradeFlow, TradeRollup
from market.bureau.verification import verify_statistics
from market.kit import clock, outbox
from market.kit.ids import uuid7
from market.kit.outbox import Message, OutboxMessage
from market.orders import changes
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract
from market.orders.states import Rationale
from market.worker import HANDLERS
from tests.factories.bureau import build_fact, make_fact
from tests.factories.orders import deliver, inspect, make_contract, make_order

SIGNED = dt.datetime(2026, 10, 31, 17, 0, tzinfo=dt.UTC)  # 1 November in China


def event(topic: str, **payload: UUID) -> Message:
    return Message("m", topic, {key: str(value) for key, value in payload.items()})


async def cells(**lookup: Any) -> list[tuple[Any, ...]]:
    rows = await TradeRollup.filter(**lookup).order_by("side", "kind")
    return [
        (row.side, row.kind, row.deals, row.quantity_hundredths, row.amount_fen) for row in rows
    ]


async def test_a_contract_in_force_is_a_fact(rollback: None) -> None:
    with clock.frozen_at(SIGNED):
        deal = await make_order(
            industry="healthcare", modality="medical_image", task_types=["病灶分割"],
            extra_lines=[
                {"spend_category": "compute_rental", "description": "GPU", "amount_fen": 600_000}
            ],
        )  # fmt: skip
    await record_event(event("contract.activated", contract=deal.contract.id))
    fact = await TradeFact.get(source_id=deal.contract.id)
    assert deal.order is not None
    assert {name: getattr(fact, name) for name in (
        "kind", "source_number", "contract_id", "order_id", "occurred_at", "month", "region_code",
        "supplier_region_code", "industry", "modality", "task_type", "unit", "quantity",
        "unit_price", "amount_fen",
    )} == {
        "kind": FactKind.CONTRACTED, "source_number": deal.contract.number,
        "contract_id": deal.contract.id, "order_id": deal.order.id, "occurred_at": SIGNED,
        "month": "2026-11", "region_code": "370100", "supplier_region_code": "370100",
        "industry": "healthcare", "modality": "medical_image", "task_type": "lesion_segmentation",
        "unit": "例", "quantity": Decimal(3000), "unit_price": Decimal(80),
        "amount_fen": 24_600_000,
    }  # fmt: skip
    counted = (FactKind.CONTRACTED, 1, 300_000, 24_600_000)
    for code in ("370100", "370000", "100000"):
        assert await cells(region_code=code, unit="例") == [
            (Side.DEMAND, *counted),
            (Side.SUPPLY, *counted),
        ]
    assert await TradeRollup.all().count() == 20  # two of the city, four of each region above


async def test_the_same_event_twice_is_counted_once(rollback: None) -> None:
    deal = await make_order()
    for _ in range(2):
        await record_event(event("contract.activated", contract=deal.contract.id))
    assert await TradeFact.all().count() == 1
    assert await record_fact(build_fact(source_id=deal.contract.id)) is False
    assert {cell[2] for cell in await cells()} == {1}


async def test_a_message_takes_along_what_waits_of_its_topic(rollback: None) -> None:
    first, second = await make_order(), await make_order()
    for deal in (first, second, second):  # its own message, and that once more
        await record_event(event("contract.activated", contract=deal.contract.id))
        assert await TradeFact.all().count() == 2
    assert {cell[2] for cell in await cells()} == {2}
    assert await verify_statistics() == []


async def test_a_row_that_cannot_be_recorded_holds_up_no_other(rollback: None) -> None:
    broken, sound = await make_order(), await make_order()
    await Contract.filter(id=broken.contract.id).update(activated_at=None)
    await record_event(event("contract.activated", contract=sound.contract.id))
    assert [fact.source_id for fact in await TradeFact.all()] == [sound.contract.id]
    with pytest.raises(AssertionError, match="has not happened yet"):
        await record_event(event("contract.activated", contract=broken.contract.id))
    assert {cell[2] for cell in await cells()} == {1}


async def test_what_waits_and_is_not_there_is_not_taken_for_recorded(rollback: None) -> None:
    sound, missing = await make_order(), uuid7()
    await outbox.record("contract.activated", contract=missing)
    await record_event(event("contract.activated", contract=sound.contract.id))
    with pytest.raises(DoesNotExist):
        await record_event(event("contract.activated", contract=missing))
    assert {cell[2] for cell in await cells()} == {1}


async def test_a_change_moves_the_figures_and_is_no_further_deal(rollback: None) -> None:
    deal = await make_order()
    asked = ChangeInput(
        rationale=Rationale.VOLUME_CHANGED, explanation="减少", quantity=Decimal(2000)
    )
    change = await changes.propose_change(deal.contract, asked, by=deal.buyer)
    for side in (deal.buyer, deal.supplier):
        change = await changes.sign_change(change, digest=change.digest, by=side)
    for _again in range(2):
        await record_event(event("contract.changed", change=change.id))
    await record_event(event("contract.activated", contract=deal.contract.id))
    lowered, signed = await TradeFact.all().order_by("amount_fen")
    assert (lowered.source_number, lowered.quantity) == (change.number, Decimal(-1000))
    assert (lowered.amount_fen, signed.amount_fen) == (-8_000_000, 24_000_000)
    assert await cells(region_code="370100", unit="例", side=Side.DEMAND) == [
        (Side.DEMAND, FactKind.CONTRACTED, 1, 200_000, 16_000_000)
    ]
    assert await verify_statistics() == []


async def test_a_contract_not_signed_is_no_fact(rollback: None) -> None:
    deal = await make_contract()
    with pytest.raises(DoesNotExist):
        await record_event(event("contract.activated", contract=deal.contract.id))
    assert await TradeFact.all().count() == 0
    assert await cells() == []


async def test_an_accepted_batch_is_a_fact_for_its_quantity(rollback: None) -> None:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal, quantity="1000"))
    await record_event(event("batch.accepted", batch=batch.id))
    fact = await TradeFact.get(kind=FactKind.ACCEPTED)
    assert (fact.source_id, fact.quantity, fact.amount_fen) == (batch.id, Decimal(1000), 8_000_000)
    assert fact.occurred_at == batch.decided_at


async def test_the_worker_writes_the_facts_of_a_deal(rollback: None) -> None:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal))
    assert len(await verify_statistics()) == 0  # still waiting in the outbox: no difference
    await outbox.drain(
        {
            topic: tuple(h for h in handlers if h in (record_event, activities.record_event))
            for topic, handlers in HANDLERS.items()
        }
    )
    assert await OutboxMessage.exclude(dead_at=None).count() == 0
    facts = await TradeFact.all().order_by("kind")
    assert [(fact.kind, fact.source_id) for fact in facts] == [
        (FactKind.ACCEPTED, batch.id),
        (FactKind.CONTRACTED, deal.contract.id),
    ]
    assert await verify_statistics() == []


@pytest.mark.committed
async def test_counting_at_the_same_time_loses_nothing(database: None) -> None:
    at = dt.datetime(2001, 1, 5, tzinfo=dt.UTC)
    facts = [build_fact(at=at, amount_fen=n) for n in range(1, 17)]
    await asyncio.gather(*(record_fact(fact) for fact in facts))
    cell = await TradeRollup.get(
        month="2001-01", side=Side.DEMAND, region_code="370100", industry="healthcare"
    )
    await TradeFact.filter(month="2001-01").delete()
    await TradeRollup.filter(month="2001-01").delete()
    await TradeFlow.filter(month="2001-01").delete()
    assert (cell.deals, cell.amount_fen) == (16, 136)


def test_a_fact_is_counted_in_every_region_above_it() -> None:
    fact = build_fact(region_code="370102", supplier_region_code="140200", amount_fen=700)
    parts = rollup_parts(fact)
    assert {key[:2] for key, _sums in parts} == {
        *((Side.DEMAND, code) for code in ("370102", "370100", "370000", "100000")),
        *((Side.SUPPLY, code) for code in ("140200", "140000", "100000")),
    }
    narrow = {("healthcare", "medical_image", fact.unit), (ALL, ALL, ALL)}
    wide = {*narrow, ("healthcare", ALL, ALL), (ALL, "medical_image", ALL)}
    kept = defaultdict(set)
    for (side, area, industry, modality, _month, _kind, unit), sums in parts:
        assert sums == (1, 1, 0 if unit == ALL else 300_000, 700, 700)
        kept[side, area].add((industry, modality, unit))
    assert len(parts) == sum(map(len, kept.values()))
    for (_side, area), found in kept.items():
        assert found == (wide if area in ("370000", "140000", "100000") else narrow)


def test_a_fact_flows_between_its_regions_and_the_others_province() -> None:
    fact = build_fact(region_code="370102", supplier_region_code="140200", amount_fen=700)
    assert flow_parts(fact) == [
        *(
            ((Side.DEMAND, code, fact.month, "140000"), (1, 700))
            for code in ("370102", "370100", "370000")
        ),
        *(((Side.SUPPLY, code, fact.month, "370000"), (1, 700)) for code in ("140200", "140000")),
    ]
    assert flow_parts(build_fact(kind="settled")) == []


async def test_a_planted_wrong_rollup_is_caught(rollback: None) -> None:
    deal = await make_order()
    await record_event(event("contract.activated", contract=deal.contract.id))
    assert await verify_statistics() == []
    city = TradeRollup.filter(side=Side.DEMAND, region_code="370100", industry="healthcare")
    await city.update(amount_fen=24_000_001)
    month = clock.today().strftime("%Y-%m")
    place = f"370100/healthcare/medical_image/{month}/contracted/例"
    assert await verify_statistics() == [
        f"trade_rollups demand/{place}: amount_fen is 24000001, the facts give 24000000"
    ]
    await city.delete()
    assert await verify_statistics() == [f"trade_rollups demand/{place}: missing"]


async def test_planted_wrong_facts_are_caught(rollback: None) -> None:
    deal = await make_order()
    await record_event(event("contract.activated", contract=deal.contract.id))
    await TradeFact.all().update(unit_price=Decimal("81"))
    number = deal.contract.number
    assert await verify_statistics() == [
        f"contracted fact of {number}: unit_price is 81.0000, the source gives 80.0000"
    ]
    await TradeFact.all().delete()
    await TradeRollup.all().delete()
    await TradeFlow.all().delete()
    await OutboxMessage.exclude(topic__in=list(activities.SOURCES)).update(done_at=clock.now())
    await OutboxMessage.filter(topic="contract.activated").update(done_at=clock.now())
    assert await verify_statistics() == [f"contracted fact of {number}: missing"]


async def test_a_fact_without_a_source_is_caught(rollback: None) -> None:
    await make_fact(source_number="C-2026-999999")
    assert await verify_statistics() == ["contracted fact of C-2026-999999: no such source row"]
