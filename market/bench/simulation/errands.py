"""What people, clerks, the worker and the clock do in the simulation: each looks, and does what is due.

An errand that dies is simply not finished; whoever comes next finds what is there.
"""

import datetime as dt
from collections.abc import Callable, Container, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from billing import (
    bank,
    batch_settlements,
    checkout,
    deposits,
    epochs,
    handlers,
    ledger,
    obligations,
    payments,
    payouts,
    redemptions,
    refunds,
    transfers,
    webhooks,
)
from billing.chart import CUSTODY_BANK, PLATFORM_FEE, TAX, AccountKind, credit, debit
from billing.ledger_models import LedgerTransfer
from billing.models import Payment, Payout, Refund, VoucherRedemption
from billing.states import (
    PaymentMethod,
    PaymentStatus,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
    TransferStatus,
)
from market.bench.simulation.custody import CustodyErrands
from market.bench.simulation.rails import Rails
from market.bench.simulation.scheduler import Scheduler
from market.bench.simulation.world import BUYER, World
from market.kit import db, mail, outbox
from market.kit.actor import Actor
from market.kit.db import lock_id
from market.kit.errors import AppError, InvalidInput
from market.kit.ids import uuid7
from market.kit.mail import Mail
from market.orders import orders
from market.orders.models import DeliveryBatch, Order
from market.orders.states import BatchStatus, OrderStatus

CLERK = Actor.system("clerk")
FEE_KEY = "fee-tax"
EARNED = 1000
UNDER_WAY = (PaymentStatus.PENDING, PaymentStatus.PROCESSING)
Act = Callable[[], Coroutine[Any, Any, object]]
LATER = dt.timedelta(minutes=15)


async def _send_notice(message: outbox.Message) -> None:
    await mail.send(Mail(key=message.id, recipient="a@example.org", subject="s", text="t"))


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


class Errands:
    """Everything anybody may set out to do in one world."""

    def __init__(self, scheduler: Scheduler, rails: Rails, world: World) -> None:
        self.scheduler, self.rails, self.world = scheduler, rails, world
        self.chance = scheduler.chance
        self.custody = CustodyErrands(scheduler, rails, world)
        self.everybody = self._everybody()
        self._once_each = list(dict.fromkeys(self.everybody))
        self._idle: dict[str, tuple[int, ...]] = {}

    @property
    def is_calm(self) -> bool:
        """Whether events come once, in their order, and everybody does all of it."""
        return self.custody.is_calm

    @is_calm.setter
    def is_calm(self, value: bool) -> None:
        self.custody.is_calm = value

    async def pay(self, order: Order, *, by_bank: bool) -> None:
        """The buyer pays the first stage that is open, at the processor's page or by transfer."""
        method = PaymentMethod.BANK_TRANSFER if by_bank else PaymentMethod.ONLINE
        order = await Order.get(id=order.id)
        for position in (1, 2, 3):
            try:
                payment = await payments.intend_payment(
                    order, position=position, method=method, by=self.world.buyer
                )
            except payments.StageNotPayable:
                continue
            if by_bank:
                if f"transfer of {payment.number}" not in self.rails.effects:
                    self.rails.transfer(payment, payer=BUYER)
            else:
                await checkout.open_checkout(payment, return_url="/")
            return

    async def visit_page(self) -> None:
        """The customer pays on an open page, at once or with delay, or lets it expire."""
        if not any(session["outcome"] in UNDER_WAY for session in self.rails.sessions.values()):
            return
        live = Payment.exclude(status=PaymentStatus.CANCELLED)
        shown = set(await live.values_list("session_id", flat=True))
        for session in self.rails.sessions.values():
            if session["id"] not in shown:
                continue  # nobody sees this page: its address was lost, or its payment given up
            if session["outcome"] == PaymentStatus.PROCESSING:
                self.rails.conclude(session, succeeds=self.chance.random() < 0.8)
                return
            if session["status"] == "open":
                if not self.is_calm and self.chance.random() < 0.15:
                    self.rails.expire(session)
                else:
                    self.rails.pay(session, delayed=self.chance.random() < 0.3)
                return

    async def deliver_events(self) -> None:
        """The processor sends its events until each was taken; some twice, in any order."""
        waiting = list(self.rails.events)
        if not self.is_calm:
            self.chance.shuffle(waiting)
            waiting += waiting[:1]
        for event in waiting:
            await webhooks.keep_event(event)
            if event in self.rails.events and (self.is_calm or self.chance.random() > 0.1):
                self.rails.events.remove(event)

    async def work(self) -> None:
        """The worker takes messages and handles them."""
        if self.is_calm:
            await outbox.drain(HANDLERS)
            return
        for message in await outbox.claim(3):
            await outbox.handle(message, HANDLERS)

    async def cancel(self, order: Order) -> None:
        """The buyer gives an open payment up."""
        found = await Payment.filter(order_id=order.id, status=PaymentStatus.PENDING).first()
        if found is not None and f"transfer of {found.number}" not in self.rails.effects:
            await payments.cancel_payment(found, by=self.world.buyer)

    async def accept(self, order: Order) -> None:
        """The whole quantity is delivered and accepted."""
        async with db.transaction():
            order = await lock_id(Order, order.id)
            if order.status != OrderStatus.FUNDED:
                return
            await order.move_to(OrderStatus.IN_PROGRESS, by=CLERK)
            await DeliveryBatch.create(
                number=f"B-{order.number}", order=order, sequence=1,
                status=BatchStatus.ACCEPTED, quantity=order.quantity,
            )  # fmt: skip
            await orders.count_acceptance(order, by=CLERK)

    async def refund(self, order: Order) -> None:
        """The buyer ends a paid order before its first delivery."""
        await refunds.refund_order(
            await Order.get(id=order.id), reason="changed", by=self.world.buyer
        )

    async def book_receipts(self) -> None:
        """The clerk enters the credits of the custody account; one may be entered already."""
        for line in list(self.rails.bank_credits):
            with suppress(InvalidInput):
                await bank.record_bank_line(line, by=self.world.operator)
            if line in self.rails.bank_credits:
                self.rails.bank_credits.remove(line)

    async def bank_instructions(self) -> None:
        """The clerk gives the bank what is to be paid by it, and books what it did."""
        for payout in await Payout.filter(
            source=AccountKind.CUSTODY_BANK, status=PayoutStatus.PENDING
        ).order_by("id"):
            await self.rails.bank_pays(f"payout {payout.number}", payout.amount_fen)
            await payouts.confirm_bank_payout(payout, reference="B", by=self.world.operator)
        for refund in await Refund.filter(status=RefundStatus.PENDING).select_related("payment"):
            if refund.payment.method == PaymentMethod.BANK_TRANSFER:
                await self.rails.bank_pays(f"refund {refund.number}", refund.amount_fen)
                await refunds.confirm_bank_refund(refund, reference="B", by=self.world.operator)

    async def retry_refused(self) -> None:
        """The operator gives refused payouts and refunds to their rail again."""
        for payout in await Payout.filter(status=PayoutStatus.FAILED):
            await payouts.retry_payout(payout, by=self.world.operator)
        for refund in await Refund.filter(status=RefundStatus.FAILED):
            await refunds.retry_refund(refund, by=self.world.operator)

    async def treasury(self) -> None:
        """The treasury pays what was redeemed."""
        for claim in await VoucherRedemption.filter(status=RedemptionStatus.REDEEMED):
            await self.rails.treasury_pays(f"voucher {claim.number}", claim.grant_fen)
            await redemptions.record_treasury_payment(claim, reference="T", by=self.world.bureau)

    async def reserve_fee(self) -> None:
        """The accountant keeps back a part of the fee account as tax, for a quarter of an hour."""
        free = await ledger.balance_of(PLATFORM_FEE)
        if free:
            await transfers.reserve(
                PLATFORM_FEE, TAX, self.chance.randrange(free // 2 + 1, free + 1), kind="fee_tax",
                key=f"{FEE_KEY}:{uuid7()}", expires_at=self.scheduler.now + LATER,
            )  # fmt: skip

    async def resolve_fee(self) -> None:
        """The accountant posts a part of what was kept back, or gives it up."""
        held = await LedgerTransfer.filter(
            status=TransferStatus.HELD, key__startswith=FEE_KEY
        ).first()
        if held is None:
            return
        if self.chance.random() < 0.5:
            part = self.chance.randrange(1, held.amount_fen + 1)
            await transfers.post_transfer(held, by=CLERK, amount_fen=part)
        else:
            await transfers.void_transfer(held, by=CLERK)

    async def open_books(self) -> None:
        """What the platform had earned before."""
        self.rails.bank_fen += EARNED
        await ledger.post(
            [debit(CUSTODY_BANK, EARNED), credit(PLATFORM_FEE, EARNED)],
            kind="opening",
            key="opening",
        )

    async def seal(self) -> None:
        """The worker's clock closes an epoch of the ledger."""
        await epochs.seal_ledger()

    async def each(self, names: Container[str]) -> None:
        """Every errand of these names, one after the other, whatever the ones before were told.

        Who found nothing to do need not look again while nothing has happened anywhere since.
        """
        state = self.state()
        for name, process, act in self._once_each:
            if name not in names or self._idle.get(name) == state:
                continue
            self.scheduler.note(f"{process} {name}")
            try:
                await act()
            except AppError as refusal:
                self.scheduler.note(f"{process} {name}: {type(refusal).__name__}")
            before, state = state, self.state()
            if process == "web" and state == before:
                self._idle[name] = state

    def state(self) -> tuple[int, ...]:
        """What is another when anything was written, or happened outside."""
        rails = self.rails
        return (
            self.scheduler.store.commits, rails.serial, len(rails.effects), len(rails.events),
            len(rails.bank_credits),
        )  # fmt: skip

    def _everybody(self) -> list[tuple[str, str, Act]]:
        """Every errand as often as it is likely: its name, the process it runs in, what it does."""
        weighted: list[tuple[int, str, str, Act]] = [
            (3, "page", "web", self.visit_page),
            (2, "events", "web", self.deliver_events),
            (2, "receipts", "web", self.book_receipts),
            (1, "bank", "web", self.bank_instructions),
            (1, "retry", "web", self.retry_refused),
            (1, "treasury", "web", self.treasury),
            (6, "reserve fee", "web", self.reserve_fee),
            (1, "resolve fee", "web", self.resolve_fee),
            (1, "retentions", "clock", batch_settlements.settle_periodically),
            (1, "stale", "clock", handlers.sync_stale_payments),
            (1, "expire", "clock", transfers.expire_transfers),
            (1, "seal", "clock", self.seal),
            (5, "work 1", "worker 1", self.work),
            (5, "work 2", "worker 2", self.work),
            *self.custody.all(),
        ]
        for order in self.world.orders:
            tail = order.number[-1]
            weighted += [
                (2, f"pay {tail} online", "web", partial(self.pay, order, by_bank=False)),
                (2, f"pay {tail} bank", "web", partial(self.pay, order, by_bank=True)),
                (5, f"accept {tail}", "web", partial(self.accept, order)),
                (1, f"cancel {tail}", "web", partial(self.cancel, order)),
                (1, f"refund {tail}", "web", partial(self.refund, order)),
            ]
        return [
            (name, process, act) for weight, name, process, act in weighted for _ in range(weight)
        ]
