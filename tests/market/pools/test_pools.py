"""Pools: who may open one, what an application is checked against, and who may then compete."""

import datetime as dt
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.pools import access, memberships, pools
from market.pools.forms import AdmissionInput
from market.pools.models import Pool, PoolMembership
from market.pools.states import MembershipStatus, PoolStatus
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.directory import make_supplier as make_profile
from tests.factories.pools import admit, make_pool, pool_input

pytestmark = pytest.mark.usefixtures("rollback")


async def firm(**profile: Any) -> Any:
    """A supplier of pictures with a published profile."""
    made = await make_profile(**{"modalities": ["图像"], "certs": ["等保三级"], **profile})
    return await actor(await Organisation.get(id=made.organisation_id))


async def test_only_demand_organisations_and_bureaus_open_pools() -> None:
    with pytest.raises(NotPermitted):
        await make_pool(by=await actor(await make_organisation(kind="supplier")))
    assert await Pool.all().count() == 0
    bureau = await actor(await make_organisation(kind="bureau"))
    pool = await make_pool(by=bureau)
    assert (pool.status, pool.number[:2]) == (PoolStatus.OPEN, "P-")
    assert await OutboxMessage.filter(topic="pool.opened").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"valid_until": dt.date(2020, 1, 1)}, "valid_until"),
        ({"apply_until": "2099-01-01 10:00"}, "apply_until"),
        ({"place": "现场作业"}, "place_region_code"),
    ],
)
async def test_a_pool_has_sensible_dates_and_a_place(values: dict[str, Any], field: str) -> None:
    by = await actor(await make_organisation(kind="demand"))
    with pytest.raises(InvalidInput) as refusal:
        await pools.draft_pool(pool_input(**values), by=by)
    assert set(refusal.value.fields) == {field}
    assert await Pool.all().count() == 0


async def test_an_open_pool_keeps_its_requirements() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    pool = await make_pool(by=owner)
    with pytest.raises(pools.NotDraft):
        await pools.change_pool(pool, pool_input(min_staff=50), by=owner)
    assert (await Pool.get(id=pool.id)).min_staff == 0


async def test_an_application_records_what_is_met_and_what_is_not() -> None:
    pool = await make_pool(required_certs=["等保三级"], min_staff=100_000)
    place = await memberships.apply_to_pool(pool, "同类经验", by=await firm())
    assert [(check["code"], check["met"]) for check in place.checks] == [
        ("modality", True), ("certificate", True), ("min_staff", False),
    ]  # fmt: skip
    assert place.status == MembershipStatus.APPLIED


async def test_a_supplier_applies_once_and_in_time() -> None:
    until = clock.now() + dt.timedelta(days=2)
    pool, supplier = await make_pool(apply_until=until), await firm()
    await memberships.apply_to_pool(pool, "", by=supplier)
    with pytest.raises(memberships.AppliedAlready):
        await memberships.apply_to_pool(pool, "", by=supplier)
    with (
        clock.frozen_at(until + dt.timedelta(seconds=1)),
        pytest.raises(memberships.ApplicationsClosed),
    ):
        await memberships.apply_to_pool(pool, "", by=await firm())
    assert await PoolMembership.all().count() == 1


async def test_a_refusal_and_an_exception_need_their_reason() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    pool = await make_pool(by=owner, min_staff=100_000)
    place = await memberships.apply_to_pool(pool, "", by=await firm())
    for decision in ("refuse", "admit"):
        with pytest.raises(InvalidInput) as refusal:
            await memberships.decide_application(
                place, AdmissionInput.model_validate({"decision": decision}), by=owner
            )
        assert set(refusal.value.fields) == {"reason"}
    assert (await PoolMembership.get(id=place.id)).status == MembershipStatus.APPLIED


async def test_another_owner_decides_nothing() -> None:
    pool = await make_pool()
    place = await memberships.apply_to_pool(pool, "", by=await firm())
    with pytest.raises(NotFound):
        await memberships.decide_application(
            place, AdmissionInput(decision="admit"),
            by=await actor(await make_organisation(kind="demand")),
        )  # fmt: skip
    assert (await PoolMembership.get(id=place.id)).status == MembershipStatus.APPLIED


async def test_a_place_ends_with_its_term_or_with_the_pool() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    pool = await make_pool(by=owner, membership_months=1)
    supplier = await firm()
    place = await admit(pool, supplier, by=owner)
    assert place.valid_until is not None
    assert await memberships.is_member(pool.number, supplier.organisation_id)
    with clock.frozen_at(clock.start_of_day(place.valid_until + dt.timedelta(days=1))):
        assert not await memberships.is_member(pool.number, supplier.organisation_id)
        assert await memberships.expire_members() == 1
        assert await memberships.expire_members() == 0
    other = await admit(pool, await firm(), by=owner)
    with clock.frozen_at(clock.start_of_day(pool.valid_until + dt.timedelta(days=1))):
        assert await pools.close_due_pools() == 1
    assert (await Pool.get(id=pool.id)).status == PoolStatus.CLOSED
    assert (await PoolMembership.get(id=other.id)).status == MembershipStatus.EXPIRED


async def test_only_members_bid_on_a_job_of_the_pool() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    pool = await make_pool(by=owner)
    member, stranger, suspended = await firm(), await firm(), await firm()
    await admit(pool, member, by=owner)
    place = await admit(pool, suspended, by=owner)
    await memberships.suspend_member(place, "交付质量不达标，暂停三个月。", by=owner)
    job = await tendering.published_job(
        by=owner, procedure="pool", procedure_config={"pool": pool.number}
    )
    assert job.procedure_config["minimum_bids"] == pool.competition["minimum_bids"]
    for outsider in (stranger, suspended):
        with pytest.raises(NotPermitted):
            await tendering.place_bid(job, by=outsider)
    assert (await tendering.place_bid(job, by=member)).status == "submitted"
    await memberships.reinstate_member(place, by=owner)
    assert (await tendering.place_bid(job, by=suspended)).status == "submitted"


async def test_a_job_takes_a_pool_of_its_owner_or_of_a_bureau_above() -> None:
    hospital = await make_organisation(kind="demand", region_code="370102")
    owner = await actor(hospital)
    for region, usable in (("370000", True), ("140000", False)):
        bureau = await actor(await make_organisation(kind="bureau", region_code=region))
        pool = await make_pool(by=bureau)
        found = await access.usable_pools(hospital.id, "370102")
        assert (pool.id in {one.id for one in found}) is usable
    stranger = await make_pool()
    job = await tendering.make_job(
        by=owner, procedure="pool", procedure_config={"pool": stranger.number}
    )
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(job, by=owner)
    assert set(refusal.value.fields) == {"pool"}


async def test_withdrawing_frees_the_place_for_another_application() -> None:
    pool, supplier = await make_pool(), await firm()
    place = await memberships.apply_to_pool(pool, "", by=supplier)
    with pytest.raises(NotFound):
        await memberships.withdraw_from_pool(place, by=await firm())
    await memberships.withdraw_from_pool(place, by=supplier)
    with pytest.raises(Conflict):
        await memberships.withdraw_from_pool(place, by=supplier)
    again = await memberships.apply_to_pool(pool, "补充材料", by=supplier)
    assert (again.id, again.statement) == (place.id, "补充材料")


async def test_from_the_draft_to_admission_over_http(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, owner.person_id)
    typed = {
        "title": "医学影像预选库", "summary": "胸部与脑部影像分割标注，按季度比选。",
        "modalities": ["图像"], "valid_until": str(clock.today() + dt.timedelta(days=200)),
    }  # fmt: skip
    made = await client.post("/pools/new", data=typed)
    pool = await Pool.get(owner_id=owner.organisation_id)
    assert made.headers["location"] == f"/pools/{pool.number}"
    assert pool.competition == {"minimum_bids": 2, "bidding_days": 3, "stand_still_days": 2}
    assert (await client.post(f"/pools/{pool.number}/open")).status_code == 303
    supplier = await firm()
    await signed_in_client(client, supplier.person_id)
    page = (await client.get(f"/pools/{pool.number}")).text
    assert "数据类型" in page
    assert "申请说明" in page
    assert (await client.post(f"/pools/{pool.number}/apply", data={})).status_code == 303
    place = await PoolMembership.get(pool=pool)
    assert (await client.get(f"/pool-places/{place.id}")).status_code == 404
    await signed_in_client(client, owner.person_id)
    refused = await client.post(f"/pool-places/{place.id}", data={"decision": "refuse"})
    assert refused.status_code == 422
    done = await client.post(f"/pool-places/{place.id}", data={"decision": "admit"})
    assert done.status_code == 303
    assert supplier.organisation_name in (await client.get(f"/pools/{pool.number}")).text
    assert "医学影像预选库" in (await client.get("/pools?format=csv")).text
