"""The whole of a deal under random presses: whatever is pressed when by whom, the invariants hold."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from billing.epochs import seal_ledger
from billing.twin import Knobs, twin
from billing.verification import verify_ledger
from market.app import create_app
from market.kit import audit, clock
from market.orders.models import Order
from market.tendering.models import Bid, Job
from tests.factories import tendering
from tests.machines.market_walk import BUTTONS, ORDERS, TENDERING, Market, faults
from tests.machines.quarrels import OF_ORDERS, OF_TENDERING, QUARRELS
from tests.machines.scale import SCALE, scaled

CHANCE = st.randoms(use_true_random=False)
STEPS = 32
LOOK_EVERY = 4
WALKS = settings(
    max_examples=scaled(2),
    phases=[Phase.generate],  # the presses are told as they were: shrinking a walk takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                           HealthCheck.data_too_large],
)  # fmt: skip


class _Undo(Exception):
    """Leaves a walk's transaction so that it is rolled back."""


@asynccontextmanager
async def market(chance: random.Random) -> AsyncIterator[Market]:
    """A market of its own, gone afterwards."""
    processor = twin()
    processor.take_deliveries()
    processor.knobs = Knobs()
    try:
        async with in_transaction():
            new = Market(chance)
            new.buttons = {**BUTTONS, **QUARRELS}
            with clock.frozen_at(new.now):
                await new.begin()
            yield new
            raise _Undo
    except _Undo:
        pass


async def walk(there: Market, presses: list[str]) -> None:
    """Press, and look after every few presses."""
    for count, name in enumerate(presses, 1):
        await there.press(name)
        if count % LOOK_EVERY == 0:
            assert await faults() == [], there.pressed
    assert await faults() == [], there.pressed
    with clock.frozen_at(there.now), clock.shifted_by(2 * audit.SETTLE):
        await audit.seal_epoch()
        await seal_ledger()
        assert await audit.verify() == []
        assert await verify_ledger() == []


async def look(there: Market) -> None:
    """Nobody's public page or operation fails, whatever state the rows are in."""
    paths = ["/api/v1/jobs", "/api/v1/notices", "/jobs", "/notices"]
    for job in await Job.all():
        paths += [
            f"/api/v1/jobs/{job.number}",
            f"/jobs/{job.number}",
            f"/jobs/{job.number}/opening",
        ]
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        with clock.frozen_at(there.now):
            answers = {path: (await http.get(path)).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status >= 500} == {}, there.pressed


def test_every_button_is_in_a_walk() -> None:
    assert set(BUTTONS) == set(TENDERING) | set(ORDERS)
    assert set(QUARRELS) == set(OF_TENDERING) | set(OF_ORDERS)


@given(
    chance=CHANCE,
    presses=st.lists(st.sampled_from((*TENDERING, *OF_TENDERING)), min_size=STEPS, max_size=STEPS),
)
@WALKS
async def test_from_posting_to_contract(
    rollback: None, chance: random.Random, presses: list[str]
) -> None:
    async with market(chance) as there:
        with clock.frozen_at(there.now):
            job = await tendering.published_job(by=there.buyer)
            for firm in there.firms[:2]:
                await tendering.place_bid(job, by=firm)
        await walk(there, presses)
        await look(there)


@given(
    chance=CHANCE,
    presses=st.lists(st.sampled_from((*ORDERS, *OF_ORDERS)), min_size=STEPS, max_size=STEPS),
)
@WALKS
async def test_from_contract_to_settlement(
    rollback: None, chance: random.Random, presses: list[str]
) -> None:
    async with market(chance) as there:
        with clock.frozen_at(there.now):
            job = await tendering.published_job(by=there.buyer)
            bid = await tendering.place_bid(job, by=there.firms[0])
            award = await tendering.award(job, bid, by=there.buyer)
        assert award.stand_still_until is not None
        there.now = award.stand_still_until
        await walk(there, ["wait", *presses])
        await look(there)


@pytest.mark.skipif(SCALE < 10, reason="says something only of many walks: MARKET_TEST_SCALE=10")
async def test_the_walks_come_far(rollback: None) -> None:
    reached: set[str] = set()
    for seed in range(20):
        async with market(random.Random(seed)) as there:
            for _step in range(150):
                await there.press(
                    there.chance.choice([*TENDERING, *ORDERS, *OF_TENDERING, *OF_ORDERS])
                )
            reached |= {f"bid {bid.status}" for bid in await Bid.all()}
            reached |= {f"order {order.status}" for order in await Order.all()}
    assert {"bid awarded", "bid withdrawn", "order in_progress"} <= reached
