"""`market bench statistics --live`: what settlements lose while a worker writes their facts beside them."""

import asyncio
import json
import multiprocessing
import time
from collections import defaultdict
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from tortoise import Tortoise

from billing import settlements
from market.bench import settle, settle_rows
from market.bench.web import postgres, scratch_folder
from market.bureau import facts
from market.bureau.models import FactKind, TradeFact
from market.kit import clock, db, outbox
from market.kit.outbox import OutboxMessage
from market.orders.models import Order
from market.tendering.models import Job

TOPIC = "order.settled"
WINDOWS = 5
HANDLERS: dict[str, outbox.Handlers] = {
    "without": {TOPIC: ()},
    "with": {TOPIC: (facts.record_event,)},
}
_JOB = UUID(int=0)  # of every order of the world


def run(*, settled: int, as_json: bool) -> None:
    """Settle as many orders in interleaved windows, a worker beside; print what each cost."""
    with scratch_folder(), postgres() as url:
        found = asyncio.run(_measure(url, settled))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name}: {value}")


async def _measure(url: str, settled: int) -> dict[str, Any]:
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(url, theirs))
    await db.connect(url)
    try:
        await Tortoise.generate_schemas()
        worker.start()
        waiting = await _fill(settled)
        seconds, worker_cpu = defaultdict[str, float](float), defaultdict[str, float](float)
        size = settled // (2 * WINDOWS)
        for window in range(WINDOWS):
            for turn, name in enumerate(HANDLERS, 1):
                ours.send((name, size * (2 * window + turn)))
                seconds[name] += await _settle([waiting.pop() for _order in range(size)])
                worker_cpu[name] += await asyncio.to_thread(ours.recv)
        assert await TradeFact.filter(kind=FactKind.SETTLED).count() == size * WINDOWS
        each = {name: 1000 / (size * WINDOWS) * spent for name, spent in seconds.items()}
        return {
            "settlements": size * WINDOWS,
            "ms_each": {name: round(spent, 2) for name, spent in each.items()},
            "slower_by_percent": round(100 * (each["with"] / each["without"] - 1), 1),
            "worker_cpu_ms_each": {
                name: round(1000 / (size * WINDOWS) * spent, 2)
                for name, spent in worker_cpu.items()
            },
        }
    finally:
        ours.send(("", 0))
        worker.join(20)
        await db.disconnect()


async def _fill(count: int) -> list[Order]:
    (warm,) = await settle.fill(1)
    await Job.create(
        id=_JOB, number="J-BENCH-1", owner_id=warm.buyer_id, title="CT", summary="CT",
        region_code="370102", industry="医疗健康", modality="医学影像", task_types=["病灶分割"],
        volume=100, unit="例", bid_deadline_at=clock.now(), delivery_deadline=clock.today(),
    )  # fmt: skip
    found = await settle_rows.write(count, first=2)
    await db.connection().execute_script("ANALYZE")
    await settlements.settle_order(warm, by=settle.CLERK)
    await OutboxMessage.all().delete()
    return found


async def _settle(orders: list[Order]) -> float:
    begun = time.perf_counter()
    for order in orders:
        await settlements.settle_order(order, by=settle.CLERK)
    return time.perf_counter() - begun


def _work(url: str, pipe: Connection) -> None:
    """The worker's process: for each window drain until so many messages are done; its processor time."""
    asyncio.run(_drain(url, pipe))


async def _drain(url: str, pipe: Connection) -> None:
    await db.connect(url)
    done = OutboxMessage.filter(topic=TOPIC).exclude(done_at=None)
    while (asked := await asyncio.to_thread(pipe.recv))[0]:
        name, until = asked
        used = time.process_time()
        while await done.count() < until:
            if not await outbox.drain(HANDLERS[name]):
                await asyncio.sleep(0.05)
        pipe.send(time.process_time() - used)
    await db.disconnect()
