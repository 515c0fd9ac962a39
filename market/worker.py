"""The worker: all asynchronous behaviour on one screen."""

import asyncio
import datetime as dt
import signal
from collections.abc import Awaitable, Callable, Mapping

import structlog

from billing import handlers as money
from billing import obligations
from billing.programmes import load_programmes
from billing.settlements import settle_due_retentions
from billing.transfers import expire_transfers
from billing.verification import seal_ledger
from market.kit import clock, db, i18n, outbox
from market.kit.audit import seal_epoch
from market.settings import settings

log = structlog.get_logger(__name__)
Periodic = Callable[[], Awaitable[object]]

# topic -> handlers; each handler is idempotent by the message's id.
HANDLERS: Mapping[str, tuple[outbox.Handler, ...]] = {
    "order.placed": (obligations.on_order_placed,),
    "order.completed": (money.on_order_completed,),
    "order.cancelled": (money.on_order_cancelled,),
    "payment.received": (money.on_payment_received,),
    "payment.cancel_requested": (money.on_cancel_requested,),
    "refund.requested": (money.on_refund_requested,),
    "payout.instructed": (money.on_payout_instructed,),
    "webhook.received": (money.on_webhook_received,),
}

# (every how many seconds, what): moves made by the clock.
PERIODIC: tuple[tuple[float, Periodic], ...] = (
    (60, seal_epoch),
    (60, seal_ledger),
    (60, expire_transfers),
    (300, money.sync_stale_payments),
    (3600, settle_due_retentions),
    (3600, load_programmes),
)


async def run_periodic(due: dict[Periodic, dt.datetime]) -> None:
    """Run each periodic task whose time has come; a failure is logged and tried again next time."""
    for seconds, task in PERIODIC:
        now = clock.now()
        if due.get(task, now) > now:
            continue
        due[task] = now + dt.timedelta(seconds=seconds)
        try:
            await task()
        except Exception:
            log.exception("periodic task failed", task=task.__qualname__)


async def settle_everything() -> None:
    """Run every periodic task and drain the outbox once: for the seed and for tests."""
    await run_periodic({})
    await outbox.drain(HANDLERS)


async def run() -> None:
    """Work until told to stop (SIGTERM, SIGINT)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    i18n.use_locale(i18n.DEFAULT)
    await db.connect()
    due: dict[Periodic, dt.datetime] = {}
    try:
        while not stop.is_set():
            await run_periodic(due)
            if not await outbox.drain(HANDLERS):
                try:
                    await asyncio.wait_for(stop.wait(), settings.worker_poll_seconds)
                except TimeoutError:
                    continue
    finally:
        await db.disconnect()
