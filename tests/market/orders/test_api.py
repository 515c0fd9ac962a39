"""The JSON API: an order from contract to review, refusals as problems, tokens limited by scope."""

from typing import Any

import httpx

from market.accounts.models import ApiToken, Membership
from market.accounts.sessions import hash_token
from market.kit.actor import Actor
from market.orders import manifests, sampling, seeds, terms
from market.orders.models import DeliveryBatch, Order, Signature
from market.orders.orders import mark_funded
from market.orders.states import BatchStatus, OrderStatus
from tests.factories.orders import Deal, deliver, make_contract, make_items, make_order

API = "/api/v1"


async def token(by: Actor, *scopes: str) -> dict[str, str]:
    """A bearer header of the actor with these scopes."""
    secret = f"mk_{by.person_id}{'-'.join(scopes)}"
    membership = await Membership.get(person_id=by.person_id, organisation_id=by.organisation_id)
    await ApiToken.create(
        token_hash=hash_token(secret),
        prefix=secret[:10],
        name="t",
        membership=membership,
        scopes=list(scopes),
        expires_at=membership.created_at.replace(year=2099),
    )
    return {"authorization": f"Bearer {secret}"}


async def both(deal: Deal) -> tuple[dict[str, str], dict[str, str]]:
    scopes = ("orders:read", "orders:write")
    return await token(deal.buyer, *scopes), await token(deal.supplier, *scopes)


async def test_from_contract_to_review(client: httpx.AsyncClient) -> None:
    deal = await make_contract()
    buyer, supplier = await both(deal)
    listed = (await client.get(f"{API}/contracts", headers=buyer)).json()
    assert [item["number"] for item in listed["items"]] == [deal.contract.number]
    path = f"{API}/contracts/{deal.contract.number}"
    contract = (await client.get(path, headers=buyer)).json()
    assert terms.digest_of(contract["terms"]) == contract["digest"]
    for side in (buyer, supplier):
        signed = await client.post(
            f"{path}/sign", json={"digest": contract["digest"]}, headers=side
        )
        assert signed.status_code == 200
    assert signed.json()["status"] == "active"
    order = signed.json()["order"]
    assert len(signed.json()["signatures"]) == 2
    await mark_funded(await Order.get(number=order), by=Actor.system("billing"))
    await run_batch(client, order, buyer, supplier)
    done = (await client.get(f"{API}/orders/{order}", headers=buyer)).json()
    assert (done["status"], done["accepted_quantity"]) == ("completed", "3000")
    assert [line["amount_fen"] for line in done["lines"]] == [24_000_000]
    assert sum(stage["amount_fen"] for stage in done["milestones"]) == done["total_fen"]
    review = await client.post(
        f"{API}/orders/{order}/review", json={"rating": 5, "text": "好"}, headers=supplier
    )
    assert (review.status_code, review.json()["published_at"]) == (201, None)


async def run_batch(
    client: httpx.AsyncClient, order: str, buyer: dict[str, str], supplier: dict[str, str]
) -> None:
    planned = await client.post(f"{API}/orders/{order}/batches", headers=supplier)
    assert planned.status_code == 201
    path = f"{API}/batches/{planned.json()['number']}"
    items = make_items(300)
    listing = [{"name": item.name, "sha256": item.sha256} for item in items]
    submitted = await client.post(
        f"{path}/submit", json={"quantity": "3000", "items": listing}, headers=supplier
    )
    assert submitted.status_code == 200, submitted.text
    assert submitted.json()["manifest_digest"] == manifests.digest_of(items)
    drawn = (await client.post(f"{path}/sample", headers=buyer)).json()
    check_proof(planned.json(), drawn, items)
    accepted = (await client.post(f"{path}/accept", headers=buyer)).json()
    assert (accepted["status"], accepted["samples"][0]["verdict"]) == ("accepted", "accepted")


def check_proof(planned: dict[str, Any], drawn: dict[str, Any], items: list[Any]) -> None:
    """Repeat the draw from what the API says, as anybody could."""
    (sample,) = drawn["samples"]
    for side in ("buyer", "supplier"):
        assert seeds.commitment(sample[f"{side}_secret"]) == planned[f"{side}_commitment"]
    seed = seeds.seed_of(
        sample["buyer_secret"], sample["supplier_secret"], manifests.digest_of(items)
    )
    assert seed.hex() == sample["seed"]
    assert sampling.draw_sample(300, sample["n"], seed) == sample["indices"]
    assert [items[index].name for index in sample["indices"]] == sample["items"]


async def test_a_rejected_inspection_and_rework(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    buyer, supplier = await both(deal)
    batch = await deliver(deal, items=make_items(40))
    path = f"{API}/batches/{batch.number}"
    drawn = (await client.post(f"{path}/sample", headers=buyer)).json()
    finding = {"item": drawn["samples"][0]["items"][0], "defect": "boundary"}
    wrong = await client.post(
        f"{path}/inspection", json={"nonconforming": [{**finding, "item": "x"}]}, headers=buyer
    )
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == {"nonconforming": "不在样本中：x"}
    body = {"nonconforming": [finding]}
    rejected = (await client.post(f"{path}/inspection", json=body, headers=buyer)).json()
    assert rejected["status"] == "rejected"
    assert rejected["samples"][0]["nonconforming"] == [{**finding, "gravity": "major", "note": ""}]
    again = (await client.post(f"{path}/rework", headers=supplier)).json()
    assert (again["status"], again["round"]) == ("rework", 2)


async def test_a_refused_manifest_names_the_rows(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    _buyer, supplier = await both(deal)
    assert deal.order is not None
    path = f"{API}/orders/{deal.order.number}/batches"
    number = (await client.post(path, headers=supplier)).json()["number"]
    refused = await client.post(
        f"{API}/batches/{number}/submit",
        headers=supplier,
        json={"quantity": "1", "items": [{"name": "a", "sha256": "zz"}]},
    )
    assert refused.status_code == 422
    assert refused.json()["errors"] == {"manifest": "第1行：SHA-256须为64位十六进制数字"}
    assert (await DeliveryBatch.get(number=number)).status == BatchStatus.PLANNED


async def test_a_token_needs_its_scope(client: httpx.AsyncClient) -> None:
    deal = await make_contract()
    reader = await token(deal.buyer, "orders:read")
    path = f"{API}/contracts/{deal.contract.number}"
    assert (await client.get(path, headers=reader)).status_code == 200
    refused = await client.post(
        f"{path}/sign", json={"digest": deal.contract.digest}, headers=reader
    )
    assert refused.status_code == 403
    assert await Signature.all().count() == 0
    other = await token(deal.supplier, "jobs:read")
    assert (await client.get(path, headers=other)).status_code == 403
    assert (await client.get(path)).status_code == 401


async def test_refusals_are_conflicts_with_a_reason(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    buyer, _supplier = await both(deal)
    assert deal.order is not None
    refused = await client.post(
        f"{API}/orders/{deal.order.number}/cancel", json={"reason": "预算撤销"}, headers=buyer
    )
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await Order.get(id=deal.order.id)).status == OrderStatus.FUNDED
