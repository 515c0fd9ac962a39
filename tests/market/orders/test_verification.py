"""A finished delivery's sample, derived again."""

import pytest

from market.kit.errors import NotFound
from market.orders.models import AcceptanceSample, DeliveredItem
from market.orders.verification import verify_sample
from tests.factories.orders import Deal, deliver, inspect, make_order


async def sampled() -> tuple[Deal, AcceptanceSample]:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal))
    return deal, await AcceptanceSample.get(batch_id=batch.id).select_related("batch")


async def test_an_honest_sample_is_derived_again(rollback: None) -> None:
    _deal, sample = await sampled()
    assert await verify_sample(sample.batch.number) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"buyer_secret": "x" * 64}, "buyer's secret"),
        ({"seed": "0" * 64}, "seed does not follow"),
        ({"indices": [0, 1, 2]}, "other items were drawn"),
        ({"items": ["a"]}, "not those at the drawn positions"),
    ],
)
async def test_each_forgery_is_named(
    rollback: None, change: dict[str, object], problem: str
) -> None:
    _deal, sample = await sampled()
    await AcceptanceSample.filter(id=sample.id).update(**change)
    found = await verify_sample(sample.batch.number)
    assert any(problem in one for one in found), found


async def test_a_changed_manifest_is_noticed(rollback: None) -> None:
    _deal, sample = await sampled()
    await DeliveredItem.filter(batch_id=sample.batch_id, position=0).update(name="another")
    assert await verify_sample(sample.batch.number) == [
        "the manifest is not the one the sample was drawn from"
    ]


async def test_an_unknown_delivery_is_not_found(rollback: None) -> None:
    with pytest.raises(NotFound):
        await verify_sample("DB-1999-000001")
