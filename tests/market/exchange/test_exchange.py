"""One network: pull by version, push that is idempotent, conflicts by name, regions, the log."""

from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.exchange import syncing
from market.exchange.collecting import collect
from market.exchange.models import ExchangeRecord, ExchangeSync
from market.exchange.schemas import PullQuery, PushInput, PushOut
from market.exchange.states import Collection
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.registration.registrations import register_contract
from market.worker import PERIODIC
from tests.factories.accounts import actor, make_organisation, make_uscc, signed_in_client
from tests.factories.bureau import make_fact
from tests.factories.orders import make_order
from tests.journeys.bearers import bearer

pytestmark = pytest.mark.usefixtures("rollback")
ORGANISATIONS = Collection.ORGANISATIONS


async def peer(region: str = "370000", **values: Any) -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region), **values)


def record(**values: Any) -> dict[str, Any]:
    return {
        "uscc": make_uscc(), "name": "外省标注有限公司", "kind": "supplier",
        "org_type": "enterprise", "region_code": "370100", "status": "active", **values,
    }  # fmt: skip


async def send(data: dict[str, Any], by: Actor, base: int = 0) -> PushOut:
    pushed = {"schema_version": 1, "records": [{"data": data, "base_version": base}]}
    return await syncing.push(ORGANISATIONS, PushInput.model_validate(pushed), by=by)


async def seen(by: Actor, after: int = 0, limit: int = 100) -> list[tuple[str, int]]:
    found = await syncing.pull(ORGANISATIONS, PullQuery(after=after, limit=limit), by=by)
    return [(one.key, one.version) for one in found.records]


async def test_the_same_record_twice_changes_nothing() -> None:
    by, data = await peer(), record()
    [first] = (await send(data, by)).results
    [again] = (await send(data, by)).results
    assert (first.result, again.result) == ("created", "unchanged")
    assert again.version == first.version
    assert await ExchangeRecord.filter(key=data["uscc"]).count() == 1


async def test_an_update_names_the_version_it_replaces() -> None:
    by, data = await peer(), record()
    [first] = (await send(data, by)).results
    changed = data | {"name": "外省标注股份有限公司"}
    [stale] = (await send(changed, by, base=0)).results
    assert (stale.result, stale.version) == ("conflict", first.version)
    assert str(first.version) in stale.reason
    [updated] = (await send(changed, by, base=first.version)).results
    assert updated.result == "updated"
    assert updated.version > first.version
    [unknown] = (await send(record(), by, base=9)).results
    assert unknown.result == "conflict"


async def test_anothers_record_is_a_conflict_that_is_named_and_logged() -> None:
    one, other, data = await peer(), await peer("370100"), record()
    [first] = (await send(data, one)).results
    [refused] = (await send(data | {"status": "suspended"}, other, base=first.version)).results
    assert (refused.result, refused.reason) == ("conflict", "该记录由其他平台维护")
    assert (await ExchangeRecord.get(key=data["uscc"])).data["status"] == "active"
    log = await ExchangeSync.get(peer_id=other.organisation_id)
    assert log.conflicts == [{"key": data["uscc"], "reason": refused.reason}]
    assert (log.records, log.changed) == (1, 0)


async def test_a_follower_sees_each_change_once_in_its_order() -> None:
    by, follower = await peer(), await peer()
    first, second = record(), record()
    await send(first, by)
    await send(second, by)
    known = await seen(follower, limit=1)
    assert [key for key, _version in known] == [first["uscc"]]
    cursor = known[0][1]
    await send(first | {"name": "改名后的公司"}, by, base=cursor)
    onward = await seen(follower, after=cursor)
    assert [key for key, _version in onward] == [second["uscc"], first["uscc"]]
    assert await seen(follower, after=onward[-1][1]) == []
    assert await seen(await peer("320000")) == [], "another region's authority sees none of it"


async def test_what_breaks_the_schema_or_the_region_is_refused_whole() -> None:
    by = await peer("370100")
    good = {"data": record(), "base_version": 0}
    for bad in (record(uscc="9137010000000000XX"), record(region_code="320100"), record(more=1)):
        pushed = {"schema_version": 1, "records": [good, {"data": bad, "base_version": 0}]}
        with pytest.raises(InvalidInput) as refused:
            await syncing.push(ORGANISATIONS, PushInput.model_validate(pushed), by=by)
        assert all(field.startswith("records.1") for field in refused.value.fields)
    assert await ExchangeRecord.all().count() == 0
    firm = await actor(await make_organisation(kind="supplier"))
    for act in (send(record(), firm), seen(firm)):
        with pytest.raises(NotPermitted):
            await act


async def test_our_own_records_are_collected_and_nobody_may_overwrite_them() -> None:
    deal = await make_order(funded=False)
    await make_organisation(kind="operator")
    made = await register_contract(deal.contract.id)
    await make_fact(region_code="370100", amount_fen=500)
    assert await collect() > 0
    assert await collect() == 0, "nothing changed"
    supplier = await Organisation.get(id=deal.contract.supplier_id)
    registration = await ExchangeRecord.get(collection="registrations")
    assert registration.key == f"{supplier.uscc}/{made.number}"
    assert registration.data["total_fen"] == deal.contract.total_fen
    own = await ExchangeRecord.get(collection="organisations", key=supplier.uscc)
    by = await peer()
    [refused] = (await send(own.data | {"name": "别名公司"}, by, base=own.version)).results
    assert refused.result == "conflict"
    await Organisation.filter(id=supplier.id).update(name="山东明眸数据标注股份有限公司")
    assert await collect() >= 1
    assert (await ExchangeRecord.get(id=own.id)).version > own.version
    assert collect in [task for _seconds, task in PERIODIC]


async def test_through_the_api_and_on_the_page(client: httpx.AsyncClient) -> None:
    by, data = await peer(), record()
    headers = await bearer(by)
    body = {"schema_version": 1, "records": [{"data": data}]}
    answer = await client.post("/api/v1/exchange/organisations", json=body, headers=headers)
    assert answer.json()["results"][0]["result"] == "created"
    pulled = (await client.get("/api/v1/exchange/organisations", headers=headers)).json()
    assert (pulled["schema_version"], pulled["records"][0]["data"]) == (1, data)
    assert (await client.get("/api/v1/exchange/bids", headers=headers)).status_code == 404
    old = await client.post(
        "/api/v1/exchange/organisations", json=body | {"schema_version": 2}, headers=headers
    )
    assert old.status_code == 422
    await signed_in_client(client, by.person_id)
    page = await client.get("/bureau/exchange")
    assert "对方推送" in page.text
    assert "对方拉取" in page.text
