"""Money under concurrency: one voucher, one receipt, one reversal; and without the lock, two."""

import asyncio
import datetime as dt
from collections.abc import Awaitable
from contextlib import nullcontext
from contextvars import copy_context
from typing import Any

import pytest

from billing import (
    batch_settlements,
    epochs,
    ledger,
    payments,
    reconciliation,
    redemptions,
    transfers,
    verification,
    webhooks,
)
from billing.chart import (
    CUSTODY_BANK,
    PROCESSOR_CLEARING,
    SUSPENSE,
    buyer_payable,
    credit,
    debit,
    order_held,
    subsidy_payable,
    supplier_receivable,
)
from billing.ledger_models import (
    LedgerAccount,
    LedgerEntry,
    LedgerEpoch,
    LedgerTransaction,
    LedgerTransfer,
)
from billing.models import Payment, Settlement, VoucherPool, VoucherRedemption, WebhookEvent
from billing.payments import CheckoutState
from billing.redemption_guards import VoucherNotRedeemable
from billing.states import PaymentMethod, PaymentStatus, RedemptionStatus
from billing.verification import verify_ledger
from market.accounts.models import Organisation
from market.kit import db, rows
from market.kit.errors import Conflict
from market.kit.outbox import OutboxMessage
from tests.billing.test_batch_settlements import of_one_supplier
from tests.factories.billing import COMPUTE_LINE, SYSTEM, make_programme, unpaid_order

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]
WORKERS = 20


async def together(*works: Awaitable[Any]) -> list[Any]:
    """Everything at once; refusals are outcomes, anything else is a defect."""
    async with asyncio.timeout(90):  # a race that waits for ever is a failure, too
        outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Conflict):
            raise outcome
    return outcomes


async def in_turns(works: list[Awaitable[Any]]) -> list[Any]:
    """Everything, at most twenty at a time."""
    gate = asyncio.Semaphore(WORKERS)

    async def one(work: Awaitable[Any]) -> Any:
        async with gate:
            return await work

    return await together(*(one(work) for work in works))


async def test_v1_one_voucher_two_claimants_exactly_one_wins() -> None:
    programme = await make_programme(code="race-one", pool_fen=3_000_000)
    deals = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(2)]
    outcomes = await together(
        *(
            redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
            for deal in deals
            if deal.order
        )
    )
    won = [one for one in outcomes if isinstance(one, VoucherRedemption)]
    assert [one.grant_fen for one in won] == [3_000_000]
    assert [type(one) for one in outcomes if one not in won] == [VoucherNotRedeemable]
    pool = await VoucherPool.get(programme=programme)
    assert (pool.reserved_fen, pool.redeemed_fen) == (3_000_000, 0)


async def test_without_the_lock_the_voucher_is_used_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme = await make_programme(code="race-two", pool_fen=3_000_000)
    deals = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(2)]
    await VoucherPool.create(
        programme=programme, period="total", label="total", limit_fen=3_000_000
    )
    barrier = asyncio.Barrier(2)

    async def unlocked(row: Any) -> Any:
        return await type(row).get(id=row.id)

    async def unlocked_turn(one: Any) -> Any:
        return [await type(one).get(id=one.id)]

    async def both_read(_programme: Any, _rule: Any, _versions: Any) -> Any:
        pool = await VoucherPool.get(programme=programme)
        await barrier.wait()
        return {"pool:total": pool}

    numbers = iter(("V-first", "V-second"))

    async def own_number(_prefix: str) -> str:
        return next(numbers)

    monkeypatch.setattr(rows, "lock", unlocked)
    monkeypatch.setattr(redemptions, "take_turn", unlocked_turn)
    monkeypatch.setattr(redemptions, "lock_pools", both_read)
    monkeypatch.setattr(redemptions, "next_number", own_number)
    bare: Any = redemptions.reserve_grant
    await together(
        *(
            bare.__wrapped__(deal.order, programme, claimant="buyer", by=deal.buyer)
            for deal in deals
        )
    )
    assert (await VoucherPool.get(programme=programme)).reserved_fen == 6_000_000
    await VoucherPool.filter(programme=programme).update(
        reserved_fen=0
    )  # the audit below counts it
    for row in await VoucherRedemption.filter(programme=programme):
        await row.move_to(RedemptionStatus.RELEASED, by=SYSTEM)


async def test_p2_two_people_pay_one_stage() -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    order = deal.order
    outcomes = await together(
        *(
            payments.intend_payment(order, position=1, method=method, by=deal.buyer)
            for method in (PaymentMethod.ONLINE, PaymentMethod.BANK_TRANSFER) * 3
        )
    )
    made = {one.id for one in outcomes if isinstance(one, Payment)}
    assert len(made) == 1
    assert await Payment.filter(order=order).count() == 1
    refused = {type(one) for one in outcomes if isinstance(one, Conflict)}
    assert refused == {payments.StageBeingPaid}


async def test_w1_the_same_news_ten_times_is_one_receipt() -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.ONLINE, by=deal.buyer
    )
    state = CheckoutState("cs_race", PaymentStatus.SUCCEEDED, payment.amount_fen, "cny", "pi_race")
    await together(*(payments.apply_checkout(payment, state, by=SYSTEM) for _ in range(10)))
    assert await ledger.balance_of(order_held(deal.order.number)) == payment.amount_fen
    assert await LedgerTransaction.filter(key=payments.receipt_key(payment)).count() == 1
    received = await OutboxMessage.filter(topic="payment.received")
    assert [row.payload["payment"] for row in received].count(str(payment.id)) == 1


async def test_an_event_ten_times_is_kept_once() -> None:
    event = {
        "id": "evt_race",
        "type": "terminal.reader.updated",
        "data": {"object": {"id": "rdr_1", "object": "terminal.reader"}},
    }
    outcomes = await together(*(webhooks.keep_event(event) for _ in range(10)))
    assert sorted(outcomes) == [False] * 9 + [True]
    assert await WebhookEvent.filter(event_id="evt_race").count() == 1
    kept = await WebhookEvent.get(event_id="evt_race")
    asked = await OutboxMessage.filter(topic="webhook.received")
    assert [row.payload["event"] for row in asked].count(str(kept.id)) == 1


async def test_l3_reserves_never_cross_the_bound() -> None:
    due = supplier_receivable("RACE-1")
    await ledger.post([debit(CUSTODY_BANK, 100), credit(due, 100)], kind="payment", key="race-in")
    outcomes = await together(
        *(
            transfers.reserve(due, CUSTODY_BANK, 30, kind="payout", key=f"race-{n}")
            for n in range(8)
        )
    )
    held = [one for one in outcomes if isinstance(one, LedgerTransfer)]
    assert len(held) == 3
    assert (await LedgerAccount.get(code=due.code)).pending_fen == 90
    resolved = await together(*(transfers.post_transfer(held[0], by=SYSTEM) for _ in range(4)))
    assert sum(isinstance(one, LedgerTransaction) for one in resolved) == 1
    assert await ledger.balance_of(due) == 70


async def test_l5_five_hundred_postings_each_reversal_sent_twice() -> None:
    """The stress of the design: 20 workers, every reversal twice, the sum at the end zero."""
    mine = subsidy_payable("RACE-2")
    places = (CUSTODY_BANK, PROCESSOR_CLEARING)
    before = {key: await ledger.balance_of(key) for key in (*places, SUSPENSE, mine)}
    posted = await in_turns(
        [
            ledger.post(
                [debit(places[n % 2], 1000 + n), credit((mine, SUSPENSE)[n % 3 == 0], 1000 + n)],
                kind="payment",
                key=f"stress-{n}",
            )
            for n in range(500)
        ]
    )
    reversed_ = await in_turns(
        [ledger.reverse(transaction, kind="refund") for transaction in (*posted, *posted)]
    )
    assert len({one.id for one in reversed_}) == 500
    assert {key: await ledger.balance_of(key) for key in before} == before
    assert await LedgerTransaction.filter(key__startswith="stress-").count() == 500
    assert await LedgerTransaction.filter(key__startswith="reverse:stress-").count() == 500
    assert await LedgerEntry.filter(transaction__key__contains="stress-").count() == 2000


async def test_accounts_are_opened_and_locked_in_one_order() -> None:
    """Everybody needs two of four accounts, none of which is there yet; nobody waits for ever."""
    for number in range(20):
        kinds = (buyer_payable, subsidy_payable)
        old, new = (kinds[n % 2](f"OPEN-{number}-{n}") for n in range(2))
        works = [
            ledger.post([debit(place, 1), credit(other, 1)], kind="payment", key=f"{number}-{n}")
            for n, (place, other) in enumerate(
                [(place, other) for place in (CUSTODY_BANK, PROCESSOR_CLEARING, old)
                 for other in (new, SUSPENSE)] * 3
            )
        ]  # fmt: skip
        posted = await in_turns(works)
        assert len({one.id for one in posted}) == len(works)
        await in_turns([ledger.reverse(one, kind="refund") for one in posted])


async def test_l2_a_slow_posting_is_not_overtaken_by_the_seal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It posts, waits longer than clocks may differ, and commits; what was sealed meanwhile stays sound."""
    monkeypatch.setattr(epochs, "SETTLE", dt.timedelta())
    mine = subsidy_payable("RACE-3")
    has_posted, may_commit = asyncio.Event(), asyncio.Event()

    async def slowly() -> LedgerTransaction:
        async with db.transaction():
            slow = await ledger.post(
                [debit(CUSTODY_BANK, 1), credit(mine, 1)], kind="payment", key="slow"
            )
            has_posted.set()
            await may_commit.wait()
        return slow

    slow = asyncio.create_task(slowly())
    await has_posted.wait()
    if db.is_postgres():  # one that began later is there before
        await ledger.post(
            [debit(PROCESSOR_CLEARING, 1), credit(SUSPENSE, 1)], kind="payment", key="quick"
        )
    sealing = asyncio.create_task(epochs.seal_ledger())  # on SQLite it waits for the writer
    await asyncio.sleep(0.3)
    may_commit.set()
    late = (await slow).id
    sealed = await sealing
    while await epochs.seal_ledger():
        pass
    assert (sealed is None or sealed.last_id < late) is db.is_postgres()  # SQLite's writer waited
    assert await LedgerEpoch.filter(last_id__gte=late).exists()
    assert await epochs.broken_epochs() == []


async def test_the_ledger_is_sound_after_all_of_it() -> None:
    assert await verify_ledger() == []


async def test_batches_of_one_supplier_settle_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = await of_one_supplier(7)
    monkeypatch.setattr(batch_settlements, "SIZE", 2)
    async with asyncio.timeout(90):
        batch = await batch_settlements.settle_due()
    assert (batch.settled, batch.left_out) == (7, {})
    settled = await Settlement.filter(order_id__in=[order.id for order in orders])
    assert len(settled) == 7
    due = supplier_receivable((await Organisation.get(id=orders[0].supplier_id)).number)
    assert await ledger.balance_of(due) == sum(row.net_fen for row in settled)
    assert await verify_ledger() == []
    assert await batch_settlements.due_orders() == []


def posting_after(
    monkeypatch: pytest.MonkeyPatch, module: Any, reading: str, keys: list[str]
) -> None:
    """Somebody else posts one fen, and commits, behind this reading of a check, each time it is done."""
    others, read = copy_context(), getattr(module, reading)

    async def post() -> None:
        lines = [debit(CUSTODY_BANK, 1), credit(SUSPENSE, 1)]
        await ledger.post(lines, kind="payment", key=keys.pop(0))

    async def read_then_post(*args: Any) -> Any:
        found = await read(*args)
        await asyncio.create_task(post(), context=others.copy())
        return found

    monkeypatch.setattr(module, reading, read_then_post)


async def test_l4_a_posting_beside_the_check_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posting_after(monkeypatch, verification, "broken_epochs", ["beside-1", "beside-2"])
    assert await verify_ledger() == []
    monkeypatch.setattr(db, "snapshot", nullcontext)  # the twin: without it the check is wrong
    assert len(await verify_ledger()) == 2  # both accounts


async def test_p1_a_posting_beside_the_report_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report's figures are of one moment: what is compared, checked and aged."""
    keys = ["report-1", "report-2"]
    posting_after(monkeypatch, reconciliation, "compare", keys)

    async def suspense() -> tuple[int, int]:
        content = (await reconciliation.reconcile(by=SYSTEM)).content
        [one] = [each for each in content["comparisons"] if each["name"] == "suspense"]
        assert content["ledger_problems"] == []
        return one["ledger_fen"], content["clearing"][0]["fen"]

    compared, aged = await suspense()
    assert compared == aged
    monkeypatch.setattr(db, "snapshot", nullcontext)
    compared, aged = await suspense()
    assert compared + 1 == aged
