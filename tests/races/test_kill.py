"""Web and worker killed with SIGKILL, again and again, while orders are accepted, paid and settled.

Fifty times each on PostgreSQL; on SQLite, which one process writes at a time, twenty.
"""

import asyncio
import contextlib
import datetime as dt
import json
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from billing import ledger
from billing.chart import AccountKind, buyer_payable, order_held, supplier_receivable
from billing.epochs import seal_ledger
from billing.ledger_models import LedgerAccount
from billing.models import Payment, Payout, Settlement, SettlementLine, WebhookEvent
from billing.states import EventStatus, PaymentStatus, PayoutStatus
from billing.twin import twin
from billing.verification import verify_ledger
from market.accounts import sessions
from market.accounts.models import Organisation, Person
from market.bureau.models import FactKind, TradeFact
from market.kit import audit, clock, outbox
from market.kit.audit import LogEntry
from market.kit.mail import SentMail
from market.kit.outbox import OutboxMessage
from market.orders import inspections
from market.orders.models import Milestone, Order
from market.orders.states import BatchStatus, OrderStatus
from market.settings import settings
from market.worker import HANDLERS, settle_everything
from tests.factories.billing import pay_stage, unpaid_order
from tests.factories.orders import deliver, make_items
from tests.journeys.bearers import bearer
from tests.races.processes import Launcher, free_port

pytestmark = pytest.mark.committed
ROUNDS = 50 if os.environ.get("TEST_DATABASE") == "postgres" else 20
ORDERS_A_ROUND = 1
SEED = 20261121


@dataclass
class Job:
    """One order to accept and pay, and what its buyer was told."""

    order: Order
    batch: str
    headers: dict[str, str]
    cookie: str
    told: list[str] = field(default_factory=list)


@dataclass
class Site:
    """The running site and what became of the requests."""

    launcher: Launcher
    port: int
    interrupted: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def ask(self, http: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
        """A request that is repeated until somebody answers it; the answer may be a refusal."""
        while True:
            try:
                answer = await http.request(method, self.address + path, **options)
            except httpx.TransportError as exc:
                self.interrupted += not isinstance(exc, httpx.ConnectError)
                await asyncio.sleep(0.05)
                continue
            if answer.status_code >= 500:
                self.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return answer


async def prepare(count: int) -> list[Job]:
    """Orders with their advance in custody and everything delivered, drawn and waiting for a verdict."""
    jobs = []
    for number in range(count):
        deal = await unpaid_order(volume="120")
        await pay_stage(deal, twin())
        batch = await deliver(deal, quantity="120", items=make_items(8, prefix=f"{number}-item"))
        await inspections.draw_sample(batch, by=deal.buyer)
        assert deal.order is not None
        person = await Person.get(id=deal.buyer.person_id)
        cookie = await sessions.start_session(person)
        jobs.append(Job(deal.order, batch.number, await bearer(deal.buyer), cookie))
    await outbox.drain(HANDLERS)
    return jobs


async def accept_and_pay(site: Site, job: Job) -> None:
    """What a buyer does: accept the delivery, open the payment page of the second stage, pay there."""
    cookies = {sessions.COOKIE: job.cookie}
    async with httpx.AsyncClient(timeout=30, cookies=cookies) as http:
        accepted = await site.ask(
            http, "POST", f"/api/v1/batches/{job.batch}/accept", headers=job.headers
        )
        assert accepted.status_code in (200, 409), accepted.text
        job.told.append("accepted")
        stage = f"/orders/{job.order.number}/stages/2/pay"
        page = await site.ask(http, "POST", stage, data={"method": "online"})
        assert page.status_code == 303, page.text
        paid = await site.ask(http, "POST", page.headers["location"], data={"choice": "pay"})
        assert paid.status_code in (303, 409), paid.text  # 409: paid, but the answer was lost
        job.told.append("paid")


async def age_leases() -> int:
    """Five minutes pass for the messages a killed worker had leased; returns how many there were.

    Those that failed keep their back-off: without it fifty rounds would use up their ten tries.
    """
    leased = OutboxMessage.filter(done_at=None, dead_at=None, last_error="")
    return await leased.update(available_at=clock.now())


async def is_up(port: int) -> None:
    """Wait until the web process listens."""
    while True:
        with contextlib.suppress(OSError):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.01)


async def rage(site: Site, jobs: list[Job], chance: random.Random) -> int:
    """Fifty rounds: start both, let new buyers come, kill each at a moment of its own.

    Returns how many messages had been leased or were waiting when a worker died.
    """
    buyers, caught = [], 0
    for number in range(ROUNDS):
        web = site.launcher.start("market", "serve", "--port", str(site.port))
        worker = site.launcher.start("market", "worker")
        await is_up(site.port)
        new = jobs[number * ORDERS_A_ROUND : (number + 1) * ORDERS_A_ROUND]
        buyers += [asyncio.create_task(accept_and_pay(site, job)) for job in new]
        moments = sorted((chance.uniform(0.02, 0.7), pid) for pid in (web, worker))
        started = 0.0
        for moment, pid in moments:
            await asyncio.sleep(moment - started)
            started = moment
            site.launcher.stop(pid, signal.SIGKILL)
        caught += await age_leases()
    web = site.launcher.start("market", "serve", "--port", str(site.port))
    worker = site.launcher.start("market", "worker")
    await asyncio.gather(*buyers)
    for _attempt in range(600):
        if not await OutboxMessage.filter(done_at=None, dead_at=None, last_error="").exists():
            break
        await asyncio.sleep(0.1)
    site.launcher.stop(web, signal.SIGTERM)
    site.launcher.stop(worker, signal.SIGTERM)
    return caught


async def test_kills_lose_nothing_and_pay_nothing_twice(committed: str, tmp_path: Path) -> None:
    twin().take_deliveries()
    twin().books.execute("DELETE FROM objects")  # other tests of this process paid there too
    jobs = await prepare(ROUNDS * ORDERS_A_ROUND)
    environment = {
        "DATABASE_URL": committed,
        "MARKET_DATA_DIR": str(settings.market_data_dir),
        "WORKER_POLL_SECONDS": "0.02",
    }
    log = tmp_path / "processes.log"
    with Launcher(environment, log) as launcher:
        site = Site(launcher, free_port())
        caught = await rage(site, jobs, random.Random(SEED))
    assert site.faults == [], log.read_text()[-3000:]
    assert site.interrupted > 5, "the kills struck requests under way"
    assert caught > ROUNDS, "the kills struck work under way"
    # An event lost between the processor and us is asked for after a quarter of an hour, and no
    # back-off is longer than an hour; what these cause may itself have to wait once.
    for hours in (2, 4):
        with clock.shifted_by(dt.timedelta(hours=hours)):
            await settle_everything()
    await check_orders(jobs)
    await check_money(jobs)
    await check_records(jobs)


async def check_orders(jobs: list[Job]) -> None:
    """Whatever a buyer was told has happened, and happened once."""
    assert [job.told for job in jobs] == [["accepted", "paid"]] * len(jobs)
    for job in jobs:
        order = await Order.get(id=job.order.id)
        assert (order.status, order.accepted_quantity) == (OrderStatus.COMPLETED, order.quantity)
        first, second, retention = await Milestone.filter(order=order).order_by("position")
        payments = await Payment.filter(order=order).order_by("id")
        assert [(p.milestone_id, p.status, p.amount_fen) for p in payments] == [
            (first.id, PaymentStatus.SUCCEEDED, first.amount_fen),
            (second.id, PaymentStatus.SUCCEEDED, second.amount_fen),
        ]
        lines = await SettlementLine.filter(settlement__order=order)
        assert {line.milestone_id for line in lines} == {first.id, second.id}
        assert len(lines) == 2
        assert await ledger.balance_of(order_held(order.number)) == 0
        assert await ledger.balance_of(buyer_payable(order.number)) == retention.amount_fen


async def check_money(jobs: list[Job]) -> None:
    """The ledger holds, and the processor's own books agree with ours to the fen."""
    assert await verify_ledger() == []
    payouts = await Payout.all()
    assert {payout.status for payout in payouts} == {PayoutStatus.PAID}
    transfers = processors("transfer")
    ours = {payout.number: payout for payout in payouts}
    sent = [body for body in transfers if body["metadata"].get("payout") in ours]
    assert sorted(body["metadata"]["payout"] for body in sent) == sorted(ours)
    assert {body["id"]: body["amount"] for body in sent} == {
        payout.provider_id: payout.amount_fen for payout in payouts
    }
    asked = {str(p.id): p.amount_fen for p in await Payment.all()}
    taken = [body for body in processors("checkout.session") if body["payment_status"] == "paid"]
    of_ours = [body for body in taken if body["client_reference_id"] in asked]
    assert sorted(body["client_reference_id"] for body in of_ours) == sorted(asked)
    net = sum(s.net_fen for s in await Settlement.all())
    assert sum(payout.amount_fen for payout in payouts) == net
    fees = await LedgerAccount.filter(kind__in=[AccountKind.PLATFORM_FEE, AccountKind.TAX])
    kept = sum(account.balance_fen for account in fees)
    assert sum(asked.values()) == net + kept
    for supplier in await Organisation.filter(kind="supplier"):
        assert await ledger.balance_of(supplier_receivable(supplier.number)) == 0
    assert len(jobs) * 2 == len(asked)


def processors(kind: str) -> list[dict[str, Any]]:
    """Every object of a kind in the processor's books."""
    rows = twin().books.execute("SELECT body FROM objects WHERE kind = ?", (kind,))
    return [json.loads(body) for (body,) in rows]


async def check_records(jobs: list[Job]) -> None:
    """Outbox drained, audit and ledger chains intact, statistics exact, each mail once."""
    left = await OutboxMessage.filter(done_at=None)
    assert [(m.topic, m.attempts, m.dead_at, m.last_error) for m in left] == []
    assert await WebhookEvent.exclude(status=EventStatus.APPLIED).count() == 0
    with clock.shifted_by(dt.timedelta(days=60)):  # the factories' openings lie in the future
        while await audit.seal_epoch():
            continue
        while await seal_ledger():
            continue
    assert await LogEntry.filter(epoch=None).count() == 0
    assert await audit.verify() == []
    assert await verify_ledger() == []
    gross = sum(s.gross_fen for s in await Settlement.all())
    settled = await TradeFact.filter(kind=FactKind.SETTLED)
    assert sum(fact.amount_fen for fact in settled) == gross
    assert len(settled) == await Settlement.all().count()
    assert await TradeFact.filter(kind=FactKind.ACCEPTED).count() == len(jobs)
    entries = await LogEntry.filter(action=f"status:{BatchStatus.ACCEPTED.value}").count()
    assert entries == len(jobs)
    keys = await SentMail.all().values_list("key", flat=True)
    assert len(keys) == len(set(keys))
