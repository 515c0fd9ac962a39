"""Vouchers under concurrency: one cap over many orders of a subject; and without the lock, above it."""

import asyncio
from typing import Any

import pytest

from billing import applications, redemptions, reviews
from billing.models import VoucherPool, VoucherProgramme, VoucherRedemption
from billing.programmes import take_turn
from billing.redemption_guards import VoucherNotRedeemable
from billing.states import ProgrammeStatus, RedemptionStatus
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ApplicationStatus, ReviewOutcome
from market.kit import db, files, rows
from tests.factories.billing import COMPUTE_LINE, SYSTEM, make_programme, unpaid_order
from tests.factories.orders import Deal
from tests.factories.vouchers import make_reviewed, make_reviewer
from tests.races.test_billing_races import together

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]
CAP = {"name": "subject_year", "of": "subject", "period": "year", "levels": [{"limit": 3_500_000}]}


async def of_one_buyer(count: int) -> tuple[Deal, list[Any]]:
    """Orders of one hospital, each worth a grant of 3,000,000 fen."""
    deals = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(count)]
    for deal in deals[1:]:
        assert deal.order is not None
        deal.order.buyer_id = deals[0].buyer.organisation_id
        await deal.order.save(update_fields=["buyer_id"])
    return deals[0], [deal.order for deal in deals]


async def granted(programme: Any) -> int:
    rows = await VoucherRedemption.filter(programme=programme)
    return sum(row.grant_fen for row in rows)


async def test_v1_a_cap_holds_over_concurrent_claims_on_several_orders() -> None:
    programme = await make_programme(code="race-cap", caps=[CAP], pool_fen=10_000_000)
    first, orders = await of_one_buyer(3)
    await together(
        *(redemptions.redeem_voucher(one, programme=programme, by=first.buyer) for one in orders)
    )
    assert await granted(programme) == 3_500_000
    assert (await VoucherPool.get(programme=programme)).reserved_fen == 3_500_000


async def test_without_the_lock_the_cap_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    programme = await make_programme(code="race-cap-two", caps=[CAP])
    first, orders = await of_one_buyer(2)
    barrier = asyncio.Barrier(2)
    offer_for = redemptions.offer_for

    async def unlocked(row: Any) -> Any:
        return await type(row).get(id=row.id)

    async def unlocked_turn(one: Any) -> Any:
        return [await type(one).get(id=one.id)]

    async def together_read(*args: Any, **options: Any) -> Any:
        offer = await offer_for(*args, **options)
        await barrier.wait()
        return offer

    numbers = iter(("V-cap-1", "V-cap-2"))

    async def own_number(_prefix: str) -> str:
        return next(numbers)

    monkeypatch.setattr(rows, "lock", unlocked)
    monkeypatch.setattr(redemptions, "take_turn", unlocked_turn)
    monkeypatch.setattr(redemptions, "offer_for", together_read)
    monkeypatch.setattr(redemptions, "next_number", own_number)
    bare: Any = redemptions.reserve_grant
    await together(
        *(bare.__wrapped__(one, programme, claimant="buyer", by=first.buyer) for one in orders)
    )
    assert await granted(programme) == 6_000_000
    for row in await VoucherRedemption.filter(programme=programme):
        await row.move_to(RedemptionStatus.RELEASED, by=SYSTEM)


async def test_v4_two_reviewers_pass_one_step_once() -> None:
    workflow = [
        {"step": "submit", "role": "subject"}, {"step": "city_review", "role": "city"},
        {"step": "reserve", "role": "platform"}, {"step": "use", "role": "subject"},
    ]  # fmt: skip
    programme = await make_reviewed(code="race-review", workflow=workflow)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    pledge = await files.store("承诺书.txt", "情况属实".encode(), by=deal.buyer)
    made = await applications.apply_for_voucher(
        deal.order, programme=programme, documents={"pledge": [pledge]}, by=deal.buyer
    )
    reviewers = [await make_reviewer() for _ in range(3)]
    await together(
        *(
            reviews.decide_step(made, outcome=ReviewOutcome.PASSED, note="", by=by)
            for by in reviewers
        )
    )
    assert (await VoucherApplication.get(id=made.id)).status == ApplicationStatus.GRANTED
    assert await granted(programme) == 3_000_000
    assert (await VoucherPool.get(programme=programme)).reserved_fen == 3_000_000


async def test_v1_claims_under_two_versions_of_a_programme_open_one_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An application keeps the version it was filed under, while others claim under the next."""
    old = await make_programme(code="race-versions", pool_fen=3_000_000)
    new = await VoucherProgramme.create(
        code=old.code, version=2, title=old.title, kind=old.kind, issuer=old.issuer, mode=old.mode,
        region_code=old.region_code, status=ProgrammeStatus.OPEN, rule=old.rule | {"version": 2},
        digest="2" * 64,
    )  # fmt: skip
    await VoucherProgramme.filter(id=old.id).update(status=ProgrammeStatus.CLOSED)
    deals = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(2)]
    lock_pools = redemptions.lock_pools

    async def slowly(*args: Any) -> Any:
        await asyncio.sleep(0.2)
        return await lock_pools(*args)

    monkeypatch.setattr(redemptions, "lock_pools", slowly)
    await together(
        *(
            redemptions.reserve_grant(
                deal.order, version, claimant="buyer", by=deal.buyer, is_filed=True
            )
            for deal, version in zip(deals, (old, new), strict=True)
            if deal.order
        )
    )
    [pool] = await VoucherPool.filter(programme_id__in=[old.id, new.id])
    assert pool.reserved_fen == 3_000_000
    assert await granted(old) + await granted(new) == 3_000_000


async def test_a_claim_on_a_used_up_budget_does_not_wait_for_its_turn() -> None:
    """On PostgreSQL; SQLite has one writer."""
    programme = await make_programme(code="race-turn", pool_fen=3_000_000)
    deals = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(2)]
    first, second = (deal.order for deal in deals)
    assert first is not None
    assert second is not None
    await redemptions.redeem_voucher(first, programme=programme, by=deals[0].buyer)
    has_turn, may_end = asyncio.Event(), asyncio.Event()

    async def hold_the_turn() -> None:
        async with db.transaction():
            await take_turn(programme)
            has_turn.set()
            await may_end.wait()

    holding = asyncio.create_task(hold_the_turn())
    await has_turn.wait()
    claim = asyncio.create_task(
        redemptions.redeem_voucher(second, programme=programme, by=deals[1].buyer)
    )
    if not db.is_postgres():
        may_end.set()
    with pytest.raises(VoucherNotRedeemable):
        await asyncio.wait_for(claim, 30)
    may_end.set()
    await holding
