"""Two AQLs, one for major and one for minor items (GB/T 2828.1): each class by its own plan."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.orders import classes, inspections, sampling
from market.orders.curves import curve_of
from market.orders.forms import Finding
from market.orders.models import AcceptanceSample, DeliveryBatch, Order
from market.orders.sampling import Severity
from market.orders.severities import switching_of
from market.orders.states import BatchStatus
from tests.factories.orders import Deal, deliver, make_contract, make_items, make_order

AQLS = st.sampled_from(sampling.AQLS)


@given(st.integers(1, 600_000), AQLS, AQLS, st.sampled_from(("normal", "tightened", "reduced")))
def test_each_class_has_the_plan_of_its_aql(
    lot: int, major: Decimal, minor: Decimal, severity: str
) -> None:
    plans = classes.plans_for(lot, "II", severity, major, minor)
    assert plans["major"] == sampling.plan(lot, "II", major, severity)
    assert plans["minor"] == sampling.plan(lot, "II", minor, severity)
    assert classes.plans_for(lot, "II", severity, major, None) == {"major": plans["major"]}


@given(st.integers(2, 3000), st.integers(1, 300), st.integers(1, 300), st.binary(max_size=32))
def test_the_smaller_draw_is_part_of_the_larger(lot: int, n: int, m: int, seed: bytes) -> None:
    small, large = sorted((min(n, lot), min(m, lot)))
    part = sampling.draw_sample(lot, small, seed)
    assert set(part) <= set(sampling.draw_sample(lot, large, seed))


async def drawn(deal: Deal, *, lot: int = 200) -> tuple[DeliveryBatch, AcceptanceSample]:
    items = make_items(lot, prefix=f"lot{await DeliveryBatch.all().count()}")
    batch = await deliver(deal, quantity="100", items=items)
    return batch, await inspections.draw_sample(batch, by=deal.buyer)


async def verdict(deal: Deal, *, majors: int = 0, minors: int = 0, critical: int = 0) -> str:
    """One lot of 200 (letter G: 32 by 2.5 accepts 2, 32 by 6.5 accepts 5) with these items found."""
    batch, sample = await drawn(deal)
    gravities = ["major"] * majors + ["minor"] * minors + ["critical"] * critical
    found = [
        Finding(item=item, defect="missed", gravity=gravity)
        for item, gravity in zip(sample.items, gravities, strict=False)
    ]
    return str((await inspections.record_inspection(batch, found, by=deal.buyer)).status)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ({"majors": 2, "minors": 5}, BatchStatus.ACCEPTED),
        ({"majors": 3}, BatchStatus.REJECTED),
        ({"minors": 6}, BatchStatus.REJECTED),
        ({"critical": 1}, BatchStatus.REJECTED),
    ],
)
async def test_a_lot_is_accepted_only_when_each_class_passes(
    rollback: None, found: dict[str, int], status: BatchStatus
) -> None:
    deal = await make_order(minor_aql=Decimal("6.5"))
    assert deal.contract.terms["sampling"]["minor_aql"] == "6.5"
    assert "轻微不合格品按AQL 6.5" in str(deal.contract.terms["clauses"])
    assert await verdict(deal, **found) == status


async def test_without_a_second_aql_all_count_together(rollback: None) -> None:
    deal = await make_order()
    assert deal.order is not None
    assert (deal.order.minor_aql, "minor_aql" in deal.contract.terms["sampling"]) == (None, False)
    assert await verdict(deal, majors=2, minors=1) == BatchStatus.REJECTED


async def test_the_major_class_alone_switches(rollback: None) -> None:
    deal = await make_order(minor_aql=Decimal("6.5"))
    assert deal.order is not None
    for _lot in range(2):
        assert await verdict(deal, minors=6) == BatchStatus.REJECTED
    assert (await switching_of(deal.order)).severity is Severity.NORMAL
    for _lot in range(2):
        assert await verdict(deal, majors=3) == BatchStatus.REJECTED
    assert (await switching_of(deal.order)).severity is Severity.TIGHTENED


async def test_the_larger_plan_is_drawn_and_the_smaller_judges_its_own_part(rollback: None) -> None:
    deal = await make_order(aql=Decimal("0.25"), minor_aql=Decimal("10"))
    batch, sample = await drawn(deal, lot=100)
    plans = classes.plans_for(100, "II", "normal", Decimal("0.25"), Decimal("10"))
    assert (plans["major"].n, plans["minor"].n, sample.sample_size) == (50, 20, 50)
    own = classes.items_of(sample, plans["minor"])
    assert len(own) == 20
    outside = [item for item in sample.items if item not in own]
    found = [Finding(item=item, defect="missed", gravity="minor") for item in outside]
    decided = await inspections.record_inspection(batch, found, by=deal.buyer)
    assert decided.status == BatchStatus.ACCEPTED
    curve = curve_of(deal.contract.terms, 100)
    assert curve is not None
    assert curve.minor == plans["minor"]
    assert (await Order.get(id=decided.order_id)).minor_aql == 10


async def test_an_aql_between_two_of_the_standard_becomes_the_stricter(rollback: None) -> None:
    deal = await make_contract(minor_aql=Decimal("5"))
    assert deal.contract.terms["sampling"]["minor_aql"] == "4"
