"""`market bench statistics --live`: what settlements lose while a worker writes their facts beside them."""

import asyncio
import json
import multiprocessing
import time
from collections import defaultdict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from tortoise import Tortoise

from billing import settlements
from market.bench import settle, settle_rows
from market.bench.load import SERVERS, cpu_of
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
        size = settled // (4 * WINDOWS)
        beside, after = _Times(size), _Times(size)
        for _window in range(WINDOWS):
            for times, is_beside in ((beside, True), (after, False)):
                for name in HANDLERS:
                    orders = [waiting.pop() for _order in range(size)]
                    await times.add(name, orders, ours, is_beside=is_beside)
        assert await TradeFact.filter(kind=FactKind.SETTLED).count() == 2 * size * WINDOWS
        return {
            "settlements": size * WINDOWS,
            "facts written beside": beside.as_dict(),
            "facts written afterwards": after.as_dict(),
        }
    finally:
        ours.send(("", 0))
        worker.join(20)
        await db.disconnect()


@dataclass
class _Times:
    """Of windows of `size` settlements, by whether their facts are written: seconds, and seconds of processor."""

    size: int
    settling: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    worker: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    server: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    async def add(
        self, name: str, orders: list[Order], worker: Connection, *, is_beside: bool
    ) -> None:
        """Settle orders while the worker drains what they tell, or before it does."""
        until = await OutboxMessage.filter(topic=TOPIC).count() + len(orders)
        if is_beside:
            worker.send((name, until))
        begun = time.perf_counter()
        for order in orders:
            await settlements.settle_order(order, by=settle.CLERK)
        self.settling[name].append(time.perf_counter() - begun)
        served = await _served()
        if not is_beside:
            worker.send((name, until))
        self.worker[name] += await asyncio.to_thread(worker.recv)
        self.server[name] += await _served() - served

    def as_dict(self) -> dict[str, Any]:
        """Milliseconds a settlement; `server_cpu` is what the database worked after the settlements."""
        each = 1000 / (self.size * WINDOWS)
        return {
            name: {
                "settled_in": round(each * sum(self.settling[name]), 2),
                "worker_cpu": round(each * self.worker[name], 2),
                "server_cpu": round(each * self.server[name], 2),
            }
            for name in HANDLERS
        }


async def _served() -> float:
    """Processor seconds of the database's connections so far."""
    found = await db.connection().execute_query_dict(SERVERS)
    return sum(cpu_of(row["pid"]) for row in found)


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
