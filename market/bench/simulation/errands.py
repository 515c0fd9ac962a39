"""What people, clerks, the worker and the clock do in the simulation: each looks, and does what is due.

An errand that dies is simply not finished; whoever comes next finds what is there.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple

from tortoise.models import Model

from billing import (
    batch_settlements,
    deposits,
    epochs,
    handlers,
    late_returns,
    obligations,
    transfers,
    webhooks,
)
from market.bench.simulation.buyers import Buyers
from market.bench.simulation.clerks import Clerks
from market.bench.simulation.custody import CustodyErrands
from market.bench.simulation.scene import Scene
from market.kit import mail, outbox
from market.kit.errors import AppError
from market.kit.mail import Mail

Act = Callable[[], Coroutine[Any, Any, object]]


async def _send_notice(message: outbox.Message) -> None:
    await mail.send(Mail(key=message.id, recipient="a@example.org", subject="s", text="t"))


def _never(_outside: tuple[int, ...]) -> bool:
    return False


# The part of the worker's table that is billing's, and a mail for each that has one.
HANDLERS: outbox.Handlers = {
    "contract.activated": (deposits.on_contract_activated,),
    "holding.changed": (_send_notice,),
    "order.placed": (obligations.on_order_placed,),
    "order.completed": (handlers.on_order_completed,),
    "order.cancelled": (handlers.on_order_cancelled,),
    "payment.received": (handlers.on_payment_received, _send_notice),
    "payment.cancel_requested": (handlers.on_cancel_requested,),
    "refund.requested": (handlers.on_refund_requested,),
    "payout.instructed": (handlers.on_payout_instructed,),
    "webhook.received": (handlers.on_webhook_received,),
    "order.settled": (_send_notice,),
    "order.refunded": (_send_notice,),
    "payout.paid": (_send_notice,),
}


class Errand(NamedTuple):
    """What somebody sets out to do, and the process it runs in."""

    name: str
    process: str
    act: Act


class Errands:
    """Everything anybody may set out to do in one world."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.rails, self.world = scene, scene.rails, scene.world
        self.scheduler, self.chance = scene.scheduler, scene.chance
        self.buyers, self.clerks = Buyers(scene), Clerks(scene)
        self.custody = CustodyErrands(scene)
        self.of_kind = self._of_kind()
        self._idle: dict[str, Callable[[tuple[int, ...]], bool]] = {}

    def one(self, kind: str) -> Errand:
        """An errand of a kind, about any order."""
        found = self.of_kind[kind]
        return found[int(self.chance.random() * len(found))] if len(found) > 1 else found[0]

    async def deliver_events(self) -> None:
        """The processor sends its events until each was taken; some twice, in any order."""
        waiting, faults = list(self.rails.events), self.scene.faults
        happens = self.scheduler.happens
        if happens(faults.event_disorder):
            self.chance.shuffle(waiting)
        if happens(faults.event_again):
            waiting += waiting[:1]
        for event in waiting:
            await webhooks.keep_event(event)
            if event in self.rails.events and not happens(faults.event_again * 8):
                self.rails.events.remove(event)

    async def work(self) -> None:
        """The worker takes messages and handles them."""
        if self.scene.is_calm:
            await outbox.drain(HANDLERS)
            return
        for message in await outbox.claim(3):
            await outbox.handle(message, HANDLERS)

    async def seal(self) -> None:
        """The worker's clock closes an epoch of the ledger."""
        await epochs.seal_ledger()

    async def each(self, kinds: tuple[str, ...]) -> None:
        """Every errand of these kinds, one after the other, whatever the ones before were told.

        Who found nothing to do need not look again while nothing is written to what they looked at,
        and nothing happens outside.
        """
        scene, store, idle = self.scene, self.scheduler.store, self._idle
        for kind in kinds:
            outside = scene.outside()
            if kind not in self.of_kind or idle.get(kind, _never)(outside):
                continue
            ((name, process, act),) = self.of_kind[kind]
            self.scheduler.note(f"{process} {name}")
            commits, store.read = store.commits, set()
            try:
                await act()
            except AppError as refusal:
                self.scheduler.note(f"{process} {name}: {type(refusal).__name__}")
            if process == "web" and (commits, outside) == (store.commits, scene.outside()):
                idle[kind] = partial(
                    self._is_idle, outside, store.read, store.last_write(store.read)
                )

    def _is_idle(
        self, before: tuple[int, ...], read: set[type[Model]], last: int, outside: tuple[int, ...]
    ) -> bool:
        return outside == before and self.scheduler.store.last_write(read) == last

    def _of_kind(self) -> dict[str, tuple[Errand, ...]]:
        """The errands of each kind: one, or one for each order."""
        clerks = self.clerks
        everybody = (
            Errand("page", "web", self.buyers.visit_page),
            Errand("events", "web", self.deliver_events),
            Errand("receipts", "web", clerks.book_receipts),
            Errand("bank", "web", clerks.bank_instructions),
            Errand("retry", "web", clerks.retry_refused),
            Errand("treasury", "web", clerks.treasury),
            Errand("reserve fee", "web", clerks.reserve_fee),
            Errand("resolve fee", "web", clerks.resolve_fee),
            Errand("late", "web", self.custody.late),
            Errand("late returns", "clock", late_returns.send_late_returns),
            Errand("retentions", "clock", batch_settlements.settle_periodically),
            Errand("stale", "clock", handlers.sync_stale_payments),
            Errand("expire", "clock", transfers.expire_transfers),
            Errand("seal", "clock", self.seal),
            Errand("work 1", "worker 1", self.work),
            Errand("work 2", "worker 2", self.work),
            *(Errand(*of_deposits) for of_deposits in self.custody.of_deposits()),
        )
        return {errand.name: (errand,) for errand in everybody} | self._about_orders()

    def _about_orders(self) -> dict[str, tuple[Errand, ...]]:
        buyers = self.buyers
        kinds: dict[str, Callable[..., Coroutine[Any, Any, object]]] = {
            "pay online": partial(buyers.pay, by_bank=False),
            "pay bank": partial(buyers.pay, by_bank=True),
            "accept": buyers.accept,
            "cancel": buyers.cancel,
            "refund": buyers.refund,
        }
        return {
            kind: tuple(
                Errand(f"{kind} {order.number[-1]}", "web", partial(act, order))
                for order in self.world.orders
            )
            for kind, act in kinds.items()
        }
