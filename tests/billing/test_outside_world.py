"""No network call inside a transaction: from the first payment to payout and refund (W3)."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from billing import refunds
from billing.models import Payout, Refund
from billing.states import PayoutStatus, RefundStatus
from billing.twin import Twin
from market.kit import db
from tests.factories.billing import drained, pay_stage, reloaded, unpaid_order
from tests.factories.orders import deliver, inspect


class InsideAVerb(BaseException):
    """Something left the process while a verb was running; no handler may take it for a failure."""


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every way out of the process refuses inside a verb; the calls that were made outside one."""
    made: list[str] = []

    def guard(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def checked(*args: Any, **options: Any) -> Any:
            if db.is_in_verb():
                raise InsideAVerb(name)
            made.append(name)
            return original(*args, **options)

        monkeypatch.setattr(owner, name, checked)

    guard(httpx.ASGITransport, "handle_async_request")
    guard(httpx.AsyncHTTPTransport, "handle_async_request")
    guard(socket.socket, "connect")
    guard(asyncio, "open_connection")
    return made


async def test_w3_a_deal_calls_out_between_its_verbs_only(
    rollback: None, processor: Twin, guarded: list[str]
) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    await pay_stage(deal, processor, position=2)
    await inspect(await reloaded(deal), await deliver(await reloaded(deal)))
    await drained()
    assert (await Payout.get()).status == PayoutStatus.PAID
    other = await unpaid_order()
    await pay_stage(other, processor)
    other = await reloaded(other)
    assert other.order is not None
    await refunds.refund_order(other.order, reason="changed", by=other.buyer)
    await drained()
    assert (await Refund.get()).status == RefundStatus.SUCCEEDED
    # pages, looks, account, transfer and refund: all through the gateway
    assert guarded.count("handle_async_request") >= 9


async def test_the_guard_itself_refuses(guarded: list[str]) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(lambda *_: None)) as http:
        token = db._depth.set(1)
        try:
            with pytest.raises(InsideAVerb):
                await http.get("http://twin/v1")
        finally:
            db._depth.reset(token)
    assert guarded == []
