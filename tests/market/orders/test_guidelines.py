"""Guideline versions: what a new one touches, the change order it opens, what is delivered under which."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from market.kit import clock, files
from market.kit.errors import InvalidInput, NotPermitted
from market.orders import batches, changes, guidelines, manifests
from market.orders.forms import DeliveryInput
from market.orders.models import DeliveryBatch, Order, OrderLine
from market.orders.work_forms import GuidelineInput
from market.orders.work_models import GuidelineVersion
from tests.factories.accounts import actor
from tests.factories.orders import Deal, deliver, inspect, make_items, make_order, manifest_csv

pytestmark = pytest.mark.usefixtures("rollback")


def version(**values: Any) -> GuidelineInput:
    content = {"label": "v1.1", "changes": "结节边缘毛刺须完整勾画", "transition_days": 3}
    return GuidelineInput.model_validate(content | values)


async def publish(deal: Deal, **values: Any) -> GuidelineVersion:
    assert deal.order is not None
    return await guidelines.publish_guideline(deal.order, version(**values), by=deal.buyer)


async def classed_batch(deal: Deal, quantity: str = "1000") -> DeliveryBatch:
    """A batch of 40 items: 10 of class 结节, 10 of two classes, 10 of 血管, 10 unnamed."""
    classes = ["结节", "结节|血管", "血管", ""]
    items = [
        replace(item, label_class=classes[place // 10]) for place, item in enumerate(make_items(40))
    ]
    return await deliver(deal, quantity=quantity, items=items)


async def test_an_order_begins_with_the_guideline_that_was_tendered() -> None:
    deal = await make_order()
    (first,) = await GuidelineVersion.filter(order=deal.order)
    assert (first.sequence, first.label, first.affected) == (1, "v1.0", [])
    batch = await deliver(deal)
    assert batch.guideline_version == "v1.0"


async def test_what_is_affected_goes_by_the_classes_of_the_manifest() -> None:
    deal = await make_order()
    batch = await classed_batch(deal)
    assert deal.order is not None
    (found,) = await guidelines.affected_by(deal.order, ["结节"])
    assert (found.batch, len(found.items), found.of) == (batch.number, 30, 40)
    assert found.quantity == Decimal("750.00")
    (everything,) = await guidelines.affected_by(deal.order, [])
    assert len(everything.items) == 40
    (unnamed,) = await guidelines.affected_by(deal.order, ["骨折"])
    assert len(unnamed.items) == 10


async def test_rework_opens_a_change_order_the_supplier_answers() -> None:
    deal = await make_order()
    await inspect(deal, await classed_batch(deal))
    made = await publish(deal, label_classes="结节", asks_rework=True, rework_unit_price="20")
    assert made.affected[0]["count"] == 30
    change = await made.change
    assert (change.rationale, change.total_fen) == ("guideline_changed", 24_000_000 + 1_500_000)
    for side in (deal.buyer, deal.supplier):
        await changes.sign_change(change, digest=change.digest, by=side)
    order = await Order.get(contract_id=deal.contract.id)
    assert (order.quantity, order.total_fen) == (Decimal("3750.00"), 25_500_000)
    line = await OrderLine.get(order=order, position=2)
    assert (line.description, line.quantity, line.amount_fen) == (
        "按标注任务说明v1.1返工", Decimal(750), 1_500_000,
    )  # fmt: skip


async def test_without_an_affected_item_there_is_nothing_to_rework() -> None:
    deal = await make_order()
    with pytest.raises(guidelines.NothingAffected):
        await publish(deal, asks_rework=True)
    assert await GuidelineVersion.filter(order=deal.order).count() == 1
    assert (await publish(deal)).change_id is None


async def deliver_under(deal: Deal, label: str) -> DeliveryBatch:
    assert deal.order is not None
    batch = await DeliveryBatch.get_or_none(order=deal.order, status="planned")
    batch = batch or await batches.plan_batch(deal.order, by=deal.supplier)
    items = make_items(20, prefix=batch.number)
    file = await files.store("m.csv", manifest_csv(items), by=deal.supplier, kinds=manifests.KINDS)
    delivery = DeliveryInput(quantity=Decimal(100), guideline_version=label)
    return await batches.submit_batch(batch, delivery, items=items, file=file, by=deal.supplier)


async def test_an_outdated_version_is_delivered_until_its_transition_ends() -> None:
    deal = await make_order()
    made = await publish(deal)
    assert (await deliver_under(deal, "v1.0")).guideline_version == "v1.0"
    with clock.frozen_at(made.transition_ends_at + dt.timedelta(seconds=1)):
        with pytest.raises(InvalidInput, match=r"v1\.0.*v1\.1"):
            await deliver_under(deal, "v1.0")
        assert (await deliver_under(deal, "")).guideline_version == "v1.1"
    with pytest.raises(InvalidInput) as caught:
        await deliver_under(deal, "v9")
    assert list(caught.value.fields) == ["guideline_version"]


async def test_a_version_has_a_name_of_its_own() -> None:
    deal = await make_order()
    with pytest.raises(InvalidInput) as caught:
        await publish(deal, label="v1.0")
    assert list(caught.value.fields) == ["label"]
    assert await GuidelineVersion.filter(order=deal.order).count() == 1


@pytest.mark.parametrize("role", ["finance", "viewer", "sales"])
async def test_who_may_not_publish(role: str) -> None:
    deal = await make_order()
    assert deal.order is not None
    for by in (await actor(await deal.contract.buyer, role), deal.supplier):
        with pytest.raises(NotPermitted):
            await guidelines.publish_guideline(deal.order, version(), by=by)
    assert await GuidelineVersion.filter(order=deal.order).count() == 1
