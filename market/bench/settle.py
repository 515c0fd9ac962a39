"""`market bench settle`: settlements with every invariant on, beside bare asyncpg sending the same statements."""

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import track
from tortoise import Tortoise
from tortoise.models import Model

from billing import batch_settlements, ledger, payments, settlements
from billing.chart import CUSTODY_BANK, debit
from billing.models import Settlement
from billing.states import PaymentMethod
from billing.verification import verify_ledger
from market.bench import postings, settle_rows
from market.bench.load import cpu_of
from market.bench.simulation import world
from market.bench.web import postgres, scratch_folder
from market.kit import db
from market.kit.actor import Actor
from market.kit.db import lock
from market.orders import orders
from market.orders.models import DeliveryBatch, Order
from market.orders.states import BatchStatus, OrderStatus

CLERK = Actor.system("bench")
CONNECTIONS = (1, 8)
POSTINGS = 500
# the jobs and awards behind the contracts play no part
WITHOUT_JOBS = """
ALTER TABLE contracts DROP CONSTRAINT contracts_job_id_fkey, DROP CONSTRAINT contracts_award_id_fkey;
ALTER TABLE orders DROP CONSTRAINT orders_job_id_fkey;
"""
console = Console(stderr=True)


class _Undone(Exception):
    """Leaves a transaction without a trace."""


@dataclass
class Times:
    """Seconds of one settlement after the other, the same ones twice."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the bare rate."""
        return sum(self.bare) / sum(self.ours)


async def fill(count: int) -> list[Order]:
    """Accepted orders of one supplier, two stages of each paid through the verbs."""
    await db.connection().execute_script(WITHOUT_JOBS)
    rows: list[Model] = []
    made = world.build_many(rows.append, count)
    for row in rows:
        await row.save(force_create=True)
    for order in track(made.orders, description="orders", console=console):
        for position in (1, 2):
            payment = await payments.intend_payment(
                order, position=position, method=PaymentMethod.BANK_TRANSFER, by=made.buyer
            )
            into = debit(CUSTODY_BANK, payment.amount_fen)
            await payments.record_received(payment, into=into, by=CLERK)
        await _accept(order)
    return [await Order.get(id=order.id) for order in made.orders]


async def _accept(order: Order) -> None:
    async with db.transaction():
        order = await lock(order)
        await order.move_to(OrderStatus.IN_PROGRESS, by=CLERK)
        await DeliveryBatch.create(
            number=f"B-{order.number}", order=order, sequence=1,
            status=BatchStatus.ACCEPTED, quantity=order.quantity,
        )  # fmt: skip
        await orders.count_acceptance(order, by=CLERK)


async def side_by_side(found: list[Order]) -> Times:
    """Each order settled by the verb, and by the very statements the verb sent; both undone."""
    times = Times()
    for order in track(found, description="side by side", console=console):
        sent = await _statements(order)
        times.statements.append(len(sent))
        begun = time.perf_counter()
        await _undone(order)
        times.ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await _replayed(sent)
        times.bare.append(time.perf_counter() - begun)
    return times


async def _undone(order: Order) -> None:
    try:
        async with db.transaction():
            await settlements.settle_order(order, by=CLERK)
            raise _Undone
    except _Undone:
        pass


async def _statements(order: Order) -> list[tuple[str, Any]]:
    """What the verb sends for an order, in its order."""
    sent: list[tuple[str, Any]] = []

    def note(query: Any) -> None:
        if not query.query.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")):
            sent.append((query.query, query.args))

    try:
        async with db.transaction():
            raw: Any = db.connection()._connection
            with raw.query_logger(note):
                await settlements.settle_order(order, by=CLERK)
            raise _Undone
    except _Undone:
        return sent


async def _replayed(sent: list[tuple[str, Any]]) -> None:
    try:
        async with db.transaction():
            raw: Any = db.connection()._connection
            for query, args in sent:
                if isinstance(args, list):
                    await raw.executemany(query, args)
                else:
                    await raw.fetch(query, *args)
            raise _Undone
    except _Undone:
        pass


async def together(found: list[Order], connections: int) -> float:
    """Settlements a second when as many connections settle at once: all pay one supplier's account."""
    waiting = list(found)

    async def one() -> None:
        while waiting:
            await settlements.settle_order(waiting.pop(), by=CLERK)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _connection in range(connections)))
    return len(found) / (time.perf_counter() - begun)


async def in_batches(count: int, *, first: int) -> dict[str, Any]:
    """Orders settled by the batch verb, all of one supplier: one hot account. Two connections, so
    that one batch is computed here while the server writes the other."""
    found = await settle_rows.write(count, first=first)
    await db.connection().execute_script("ANALYZE")  # as the server does by itself before long
    ids = [order.id for order in found]
    assert await batch_settlements.due_orders() == sorted(ids)
    starts = list(range(0, count, batch_settlements.SIZE))
    settled, servers = 0, dict[int, float]()

    async def one() -> None:
        nonlocal settled
        while starts:
            start = starts.pop(0)
            async with db.transaction():
                raw: Any = db.connection()._connection
                server = raw.get_server_pid()
                servers.setdefault(server, cpu_of(server))
                part = ids[start : start + batch_settlements.SIZE]
                batch = await batch_settlements.settle_together(part, by=CLERK)
            settled += batch.settled

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(one(), one())
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    assert settled == count
    return {
        "orders": count,
        "in_a_transaction": batch_settlements.SIZE,
        "per_second": round(count / seconds, 1),
        "client_cpu_ms_each": round(1000 * used / count, 3),
        "server_cpu_ms_each": round(
            1000 * sum(cpu_of(pid) - before for pid, before in servers.items()) / count, 3
        ),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


async def _measure(url: str, count: int, batch: int) -> dict[str, Any]:
    await db.connect(f"{url}{'&' if '?' in url else '?'}maxsize={max(CONNECTIONS)}")
    try:
        await Tortoise.generate_schemas()
        warm, *found = await fill(count + 1)
        await settlements.settle_order(warm, by=CLERK)  # the accounts all share are open then
        times = await side_by_side(found)
        size = count // len(CONNECTIONS)
        rates = {
            str(connections): round(
                await together(found[number * size : (number + 1) * size], connections), 1
            )
            for number, connections in enumerate(CONNECTIONS)
        }
        assert await Settlement.all().count() == 1 + size * len(CONNECTIONS)
        batches = await in_batches(batch, first=count + 2)
        return {
            "settlements": count,
            "statements_each": max(times.statements),
            "ours_per_second": round(count / sum(times.ours), 1),
            "bare_asyncpg_per_second": round(count / sum(times.bare), 1),
            "share_of_bare": round(times.share, 2),
            "committed_per_second_by_connections": rates,
            "batches": batches,
            "wrong": await verify_ledger(),
            "supplier_due_fen": await ledger.balance_of(world.supplier_account()),
            **await postings.measure(url, POSTINGS),
        }
    finally:
        await db.disconnect()


def run(*, orders: int, batch: int, as_json: bool) -> None:
    """Fill a throw-away PostgreSQL, settle, print."""
    with scratch_folder(), postgres() as url:
        found = asyncio.run(_measure(url, orders, batch))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for name, value in found.items():
            print(f"{name}: {value}")
