"""W1: any permutation, duplication or delay of an order's events reaches the same rows."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import checkout, payments
from billing.ledger_models import LedgerAccount
from billing.models import Payment, Payout, Refund, Settlement, WebhookEvent
from billing.states import PaymentMethod
from market.bench.simulation import runs
from market.bench.simulation.errands import Errands
from market.bench.simulation.scheduler import Scheduler
from market.bench.simulation.store import Store

pytestmark = pytest.mark.once
FIGURES: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Payment, ("number", "status", "amount_fen", "payment_intent")),
    (Refund, ("number", "status", "amount_fen")),
    (Settlement, ("number", "gross_fen", "fee_fen", "net_fen", "vat_fen")),
    (Payout, ("number", "status", "amount_fen")),
    (LedgerAccount, ("code", "balance_fen", "pending_fen")),
    (WebhookEvent, ("event_id", "status")),
)


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """What an operator would call the state."""
    return {
        model.__name__: sorted(
            tuple(str(row[name]) for name in names) for row in store.table(model)
        )
        for model, names in FIGURES
    }


async def open_page(errands: Errands, position: int) -> None:
    """The buyer opens the processor's page of one stage."""
    payment = await payments.intend_payment(
        errands.world.orders[0], position=position, method=PaymentMethod.ONLINE,
        by=errands.world.buyer,
    )  # fmt: skip
    await checkout.open_checkout(payment, return_url="/")


def told(order: Callable[[list[Any]], list[Any]], *, ends: str) -> dict[str, list[tuple[Any, ...]]]:
    """Two stages paid online, one with delay, and the order accepted or refunded; the processor's
    events come as `order` says."""

    def script(scheduler: Scheduler, errands: Errands) -> None:
        def do(work: Coroutine[Any, Any, Any]) -> None:
            scheduler.start("step", "web", work)
            scheduler.finish()

        assert errands.scene.is_calm
        first = errands.world.orders[0]
        rails = errands.rails
        for number in range(2):
            do(open_page(errands, number + 1))
            (session,) = [s for s in rails.sessions.values() if s["status"] == "open"]
            rails.pay(session, delayed=number == 1)
            if number == 1:
                rails.conclude(session, succeeds=True)
        kept = list(rails.events)
        rails.events[:] = order(kept)
        do(errands.deliver_events())
        for _round in range(6):
            do(errands.work())
        do(errands.buyers.accept(first) if ends == "accepted" else errands.buyers.refund(first))
        for _round in range(8):
            do(errands.work())
            rails.events[:] = order(rails.events + kept)
            do(errands.deliver_events())

    store = runs.play_script(script)
    return rows_of(store)


@pytest.mark.parametrize("ends", ["accepted", "refunded"])
def test_w1_any_permutation_and_duplication_reaches_the_same_rows(
    ends: str, database: None
) -> None:
    plain = told(lambda events: events, ends=ends)
    assert len(plain["Payment"]) == 2
    assert len(plain["Settlement" if ends == "accepted" else "Refund"]) >= 1

    @settings(max_examples=12)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        def disorder(events: list[Any]) -> list[Any]:
            copies = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
            return data.draw(st.permutations([*events, *copies]))

        assert told(disorder, ends=ends) == plain

    check()
