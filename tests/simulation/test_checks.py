"""The checks at the end of a seed: a world that is sound passes, and one row that is wrong is seen."""

from collections.abc import Callable
from typing import Any

import pytest
from tortoise.models import Model

from billing.models import Settlement, VoucherAllocation, VoucherRedemption
from billing.states import RedemptionStatus
from market.bench.simulation import runs
from market.bench.simulation.checks import judge
from market.bench.simulation.scheduler import Violation
from market.bench.simulation.store import Store
from market.kit.ids import uuid7

pytestmark = pytest.mark.once
SEED = 4  # with a voucher the treasury paid, and a settlement


def _first(store: Store, model: type[Model]) -> dict[str, Any]:
    return next(iter(store.tables[model].values()))


def _granted_and_not_taken_off(store: Store) -> None:
    """V2: a voucher takes one fen more off a stage than was granted."""
    _first(store, VoucherAllocation)["amount_fen"] += 1


def _redeemed_and_not_owed(store: Store) -> None:
    """V4: a voucher is redeemed of which the ledger knows nothing."""
    claim, part = _first(store, VoucherRedemption), _first(store, VoucherAllocation)
    again, its = uuid7(), uuid7()
    store.tables[VoucherRedemption][again.int] = {
        **claim, "id": again, "status": RedemptionStatus.REDEEMED,
    }  # fmt: skip
    store.tables[VoucherAllocation][its.int] = {**part, "id": its, "redemption_id": again}


def _vat_of_another_sum(store: Store) -> None:
    """T1: a fen of price on one line of a settlement is called VAT."""
    line = _first(store, Settlement)["calculation"]["vat_lines"][0]
    line["net_fen"] -= 1
    line["vat_fen"] += 1


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("V2", _granted_and_not_taken_off),
        ("V4", _redeemed_and_not_owed),
        ("T1", _vat_of_another_sum),
    ],
)
def test_one_wrong_row_at_the_end_is_seen(
    name: str, broken: Callable[[Store], None], database: None
) -> None:
    with runs.ground() as ground:
        assert ground.play(SEED).violation == ""
        claim = _first(ground.store, VoucherRedemption)
        assert claim["status"] == RedemptionStatus.PAID

        def look_again() -> None:
            ground.scheduler.start("judge", "judge", judge(ground.rails))
            ground.scheduler.finish()

        look_again()
        broken(ground.store)
        with pytest.raises(Violation, match=name):
            look_again()
