"""Money for tests: the twin in memory, paid stages, settled orders, programmes of our own."""

import json
from dataclasses import replace
from typing import Any

from billing import checkout, handlers, obligations, payments, stripe_gateway, webhooks
from billing.models import Payment, VoucherProgramme, WebhookEvent
from billing.states import PaymentMethod, ProgrammeStatus
from billing.twin import Twin
from billing.vouchers.rules import Programme
from market.kit.actor import Actor
from market.kit.outbox import Message, OutboxMessage, drain
from market.orders.models import Order
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import Deal, make_order

SYSTEM = Actor.system("test")
OURS = {
    topic: tuple(handler for handler in registered if handler.__module__.startswith("billing."))
    for topic, registered in HANDLERS.items()
}


async def unpaid_order(**values: Any) -> Deal:
    """A signed contract whose order awaits its first payment, the obligation raised."""
    deal = await make_order(funded=False, **values)
    assert deal.order is not None
    await obligations.pledge_order(deal.order)
    return deal


async def deliver_webhooks(twin: Twin) -> int:
    """Hand the twin's waiting events to our inbox and work them off; returns how many were new."""
    new = 0
    for payload, header in twin.take_deliveries():
        new += await webhooks.keep_event(stripe_gateway.verify_event(payload, header))
    for event in await WebhookEvent.filter(status="pending"):
        await handlers.on_webhook_received(
            Message(str(event.id), "webhook.received", {"event": str(event.id)})
        )
    return new


async def pay_stage(deal: Deal, twin: Twin, *, position: int = 1) -> Payment:
    """One stage paid online to the end: intent, page, event, held money."""
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=position, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    await checkout.open_checkout(payment, return_url="http://testserver/payments")
    payment = await Payment.get(id=payment.id)
    twin.pay(payment.session_id)
    await deliver_webhooks(twin)
    return await Payment.get(id=payment.id)


async def drained() -> None:
    """What the outbox holds for billing, worked off."""
    await drain(OURS)


async def topics() -> list[str]:
    """The topics recorded so far, in order."""
    return list(await OutboxMessage.all().order_by("id").values_list("topic", flat=True))


async def reloaded(deal: Deal) -> Deal:
    """The deal with its order as it is now."""
    assert deal.order is not None
    return replace(deal, order=await Order.get(id=deal.order.id))


async def operator_actor(role: str = "finance") -> Actor:
    """A member of the platform's operator."""
    return await actor(await make_organisation(kind="operator", name="运营中心"), role)


async def make_programme(
    *,
    code: str = "test-compute",
    pool_fen: int | None = None,
    mode: str = "deduct_at_source",
    **values: Any,
) -> VoucherProgramme:
    """An open programme: half of the compute rental, for anybody, unless `values` say otherwise."""
    pools = [{"period": "total", "fen": pool_fen}] if pool_fen is not None else []
    rule = Programme.model_validate_json(
        json.dumps(
            {
                "id": code,
                "version": 1,
                "title": f"测试券 {code}",
                "kind": "compute",
                "issuer": "济南市大数据局",
                "region_code": "370100",
                "status": "active",
                "funding": {
                    "funders": [
                        {"funder": "市财政", "weight": 2},
                        {"funder": "区财政", "weight": 1},
                    ],
                    "pools": pools,
                },
                "spend": {"categories": ["compute_rental"]},
                "base": "contract",
                "tiers": [{"rate_bp": 5000}],
                "instrument": {"mode": mode},
                "evidence": [],
                **values,
            }
        )
    )
    return await VoucherProgramme.create(
        code=rule.id,
        version=1,
        title=rule.title,
        kind=rule.kind,
        issuer=rule.issuer,
        region_code=rule.region_code,
        mode=rule.instrument.mode,
        status=ProgrammeStatus.OPEN,
        rule=rule.pinned(),
        digest=rule.digest(),
    )


COMPUTE_LINE = {
    "spend_category": "compute_rental",
    "description": "私有化算力租用",
    "amount_fen": 6_000_001,
}
