"""Errands of those who pay and deliver: a stage paid by page or transfer, given up, delivered, undone."""

from billing import checkout, payments, refunds
from billing.models import Payment
from billing.states import PaymentMethod, PaymentStatus
from market.bench.simulation.scene import Scene
from market.bench.simulation.world import BUYER
from market.kit import db
from market.kit.actor import Actor
from market.kit.db import lock_id
from market.orders import orders
from market.orders.models import DeliveryBatch, Order
from market.orders.states import BatchStatus, OrderStatus

CLERK = Actor.system("clerk")
UNDER_WAY = (PaymentStatus.PENDING, PaymentStatus.PROCESSING)


class Buyers:
    """What buyer and supplier do about an order, and the customer on the processor's page."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.rails, self.world = scene, scene.rails, scene.world

    async def pay(self, order: Order, *, by_bank: bool) -> None:
        """The buyer pays the first stage that is open, at the processor's page or by transfer."""
        method = PaymentMethod.BANK_TRANSFER if by_bank else PaymentMethod.ONLINE
        order = await Order.get(id=order.id)
        for position, _stage in enumerate(self.scene.plan.stages, 1):
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
        happens, faults = self.scene.scheduler.happens, self.scene.faults
        for session in self.rails.sessions.values():
            if session["id"] not in shown:
                continue  # nobody sees this page: its address was lost, or its payment given up
            if session["outcome"] == PaymentStatus.PROCESSING:
                self.rails.conclude(session, succeeds=self.scene.chance.random() < 0.8)
                return
            if session["status"] == "open":
                if happens(faults.page_expiry):
                    self.rails.expire(session)
                else:
                    self.rails.pay(session, delayed=happens(faults.delay))
                return

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
