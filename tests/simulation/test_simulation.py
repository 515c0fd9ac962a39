"""The simulation: clean seeds, planted bugs that it finds, and a replay that is the same to the step (C1)."""

import os
from collections.abc import Callable, Sequence

import pytest
from tortoise.models import Model

from billing import bank
from billing.bank_models import BankAllocation, LateReturn
from billing.deposit_models import Forfeiture, Guarantee, HoldingPayout
from billing.models import BankLine, Payment, Refund, Settlement
from market.bench.simulation import runs
from market.bench.simulation.bugs import BUGS
from market.bench.simulation.errands import Errands
from market.bench.simulation.installation import installed, new_store
from market.bench.simulation.scheduler import Scheduler, Violation
from market.bench.simulation.store import PAUSE
from market.bench.simulation.world import START
from market.kit import db
from market.kit.ids import uuid7
from market.orders.models import Milestone

pytestmark = pytest.mark.once
SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))
# A seed below a thousand that shows each bug: found by playing them all.
SHOWING = {
    "skip-a-lock": 34,
    "drop-an-idempotency-key": 1,
    "round-with-floats": 3,
    "release-before-acceptance": 0,
}
NAMES = {
    "skip-a-lock": ("L3",),
    "drop-an-idempotency-key": ("W3",),
    "round-with-floats": ("P5",),
    "release-before-acceptance": ("P3",),
}


def test_c1_l1_w3_hold_through_crashes_at_any_await(database: None) -> None:
    failed, steps, _seconds = runs.play_many(0, 20 * SCALE)
    assert [(one.seed, one.violation) for one in failed] == []
    assert steps > 20 * SCALE * 300


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, database: None) -> None:
    failed, _steps, _seconds = runs.play_many(SHOWING[bug], 1, bug)
    assert [one.violation.split(":")[0] in NAMES[bug] for one in failed] == [True]
    assert runs.play(SHOWING[bug]).violation == "", "without the bug the seed is clean"


def test_a_seed_replays_exactly(database: None) -> None:
    first, again, other = runs.play(7), runs.play(7), runs.play(8)
    assert (first.history, first.steps) == (again.history, again.steps)
    assert first.digest != other.digest


def test_seeds_reach_deposits_late_money_and_refunds(database: None) -> None:
    tables = (HoldingPayout, Guarantee, Forfeiture, LateReturn, Settlement, Refund)
    reached: set[type[Model]] = set()
    with runs.ground() as ground:
        for seed in (0, 98, 231):
            assert ground.play(seed).violation == ""
            reached |= {model for model in tables if ground.store.tables.get(model)}
    assert reached == set(tables)


def test_b1_a_statement_line_counts_once_whoever_enters_it(database: None) -> None:
    def script(scheduler: Scheduler, errands: Errands) -> None:
        errands.rails.credit(100, reference="", payer="somebody")
        (line,) = errands.rails.bank_credits

        async def enter() -> None:
            await bank.record_bank_line(line, by=errands.world.operator)

        for clerk in ("one", "two"):
            scheduler.start(clerk, "web", enter())
        scheduler.finish()
        refused = [note for note in scheduler.history if note.endswith("EnteredBefore")]
        assert len(refused) == 1

    for seed in range(5):
        store = runs.play_script(script, seed=seed)
        assert [row["amount_fen"] for row in store.table(BankLine)] == [100]


def _too_much_back(errands: Errands) -> list[Model]:
    """A refund of more than came."""
    order = errands.world.orders[0]
    payment = Payment(
        number="P-1", order_id=order.id, milestone_id=uuid7(), payer_id=order.buyer_id,
        method="bank_transfer", amount_fen=100, status="succeeded",
    )  # fmt: skip
    parts = [
        Refund(
            number=f"R-{fen}", order_id=order.id, payment_id=payment.id, amount_fen=fen, reason="",
            transfer_id=uuid7(),
        )
        for fen in (60, 41)
    ]  # fmt: skip
    return [payment, *parts]


def _a_line_used_twice(errands: Errands) -> list[Model]:
    """A bank line of which more is applied than it brought."""
    payment = _too_much_back(errands)[0]
    line = BankLine(
        bank_reference="1", booked_on=START.date(), payer_name="", amount_fen=100, narrative=""
    )
    parts = [
        BankAllocation(line_id=line.id, payment_id=payment.pk, amount_fen=fen, rung="code")
        for fen in (60, 41)
    ]
    return [payment, line, *parts]


@pytest.mark.parametrize(("name", "made"), [("P4", _too_much_back), ("B1", _a_line_used_twice)])
def test_what_a_commit_shows_is_judged_at_once(
    name: str, made: Callable[[Errands], list[Model]], database: None
) -> None:
    def script(scheduler: Scheduler, errands: Errands) -> None:
        async def write(rows: Sequence[Model]) -> None:
            for row in rows:
                await row.save(force_create=True)

        *sound, wrong = made(errands)
        for rows in (sound, [wrong]):
            scheduler.start("write", "web", write(rows))
            if rows is sound:
                scheduler.finish()
        with pytest.raises(Violation, match=name):
            scheduler.finish()

    runs.play_script(script)


async def test_the_store_is_given_back(rollback: None) -> None:
    runs.play(1)
    assert await Payment.all().count() == 0
    assert db.is_in_verb() is False


def test_the_store_makes_others_wait_and_finds_a_deadlock(database: None) -> None:
    store = new_store()
    rows = [
        Milestone(order_id=uuid7(), position=n, kind="advance", share_bp=1, amount_fen=n)
        for n in (1, 2)
    ]
    for row in rows:
        store.add(row)
    scheduler = Scheduler(1, store, START)

    async def both(first: Milestone, second: Milestone) -> None:
        async with db.transaction():
            await db.lock(first)
            for _step in range(50):
                await PAUSE
            await db.lock(second)

    with installed(store):
        scheduler.start("one", "web", both(*rows))
        scheduler.start("two", "web", both(*reversed(rows)))
        with pytest.raises(Violation, match="wait for each other"):
            scheduler.finish()
        scheduler.abandon()
    assert store.locks == {}
