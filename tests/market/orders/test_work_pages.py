"""Changes, guidelines, annotators, training and proofs over HTTP: both sides' pages and operations."""

import io
import json
from decimal import Decimal

import httpx
import pytest

from market.kit.actor import Actor
from market.orders import changes, inspections
from market.orders.change_models import ContractChange
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, Order
from market.orders.work_models import Assignment, GuidelineVersion
from market.training.models import TalentCredential, TrainingModule, TrainingRecord
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.orders import Deal, deliver, make_contract, make_order
from tests.factories.training import QUESTIONS, make_fit_talent, make_group, make_module
from tests.journeys.bearers import bearer

API = "/api/v1"
DRAFT = {
    "advance_percent": "20", "advance_days": "10", "progress_percent": "30",
    "progress_accepted_percent": "50", "progress_days": "10", "acceptance_percent": "40",
    "acceptance_days": "10", "retention_percent": "10", "retention_days": "90",
    "inspection_days": "10", "rework_limit": "2", "rework_unit_price": "12.5", "batch_floor": "",
    "gold_set": "", "notice_days": "10", "training": "TM-2026-000001\r\nTM-2026-000002",
}  # fmt: skip


async def as_(client: httpx.AsyncClient, by: Actor) -> httpx.AsyncClient:
    return await signed_in_client(client, by.person_id)


def order_of(deal: Deal) -> Order:
    assert deal.order is not None
    return deal.order


async def test_the_buyer_settles_the_draft_on_its_page(client: httpx.AsyncClient) -> None:
    deal = await make_contract()
    path = f"/contracts/{deal.contract.number}"
    await as_(client, deal.buyer)
    assert f"{path}/draft" in (await client.get(path)).text
    assert 'value="30"' in (await client.get(f"{path}/draft")).text
    wrong = await client.post(f"{path}/draft", data={**DRAFT, "advance_percent": "21"})
    assert wrong.status_code == 422
    assert "付款节点合计为101%，应为100%" in wrong.text
    done = await client.post(f"{path}/draft", data=DRAFT)
    assert done.headers["location"] == path
    contract = await Contract.get(id=deal.contract.id)
    assert contract.terms["training"] == ["TM-2026-000001", "TM-2026-000002"]
    page = (await client.get(path)).text
    assert "验收达50%时" in page
    assert "生产方风险" in page
    rules = {
        "place": "院内驻场",
        "network": "vlan",
        "cctv_months": "6",
        "explanation": "按院方要求",
    }
    settled = await client.post(f"{path}/isolation", data=rules)
    assert settled.headers["location"] == path
    contract = await Contract.get(id=deal.contract.id)
    assert contract.terms["isolation"]["network"] == "vlan"
    assert contract.terms["payment"][0]["share_bp"] == 2000
    await as_(client, deal.supplier)
    assert f"{path}/draft" not in (await client.get(path)).text
    assert (await client.post(f"{path}/draft", data=DRAFT)).status_code == 403


async def test_a_change_is_proposed_signed_by_both_and_printed(client: httpx.AsyncClient) -> None:
    deal = await make_order(funded=False)
    path = f"/contracts/{deal.contract.number}"
    await as_(client, deal.supplier)
    empty = await client.post(
        f"{path}/changes/new", data={"rationale": "volume_changed", "explanation": "增加数量"}
    )
    assert (empty.status_code, "请至少填写一项变更" in empty.text) == (422, True)
    wanted = {"rationale": "volume_changed", "explanation": "增加数量", "quantity": "3600"}
    asked = await client.post(f"{path}/changes/new", data=wanted)
    change = await ContractChange.get()
    assert asked.headers["location"] == f"/changes/{change.number}"
    page = (await client.get(f"/changes/{change.number}")).text
    assert "3600 例" in page
    form = {"digest": change.digest}
    for side in (deal.supplier, deal.buyer):
        await as_(client, side)
        assert "签署变更单" in (await client.get("/workspace")).text
        signed = await client.post(f"/changes/{change.number}/sign", data=form)
        assert signed.status_code == 303
    printed = await client.get(f"/changes/{change.number}/print")
    assert "数据标注服务合同变更单" in printed.text
    version = await client.get(f"{path}/versions/2")
    assert "数据标注服务合同（第2版）" in version.text
    assert "与前一版本的差异" in version.text
    assert (await client.get(f"{path}/versions/3")).status_code == 404
    found = await client.get("/verify", params={"code": deal.contract.digest})
    assert deal.contract.number in found.text
    stale = await client.post(f"/changes/{change.number}/sign", data=form)
    assert stale.status_code == 409


async def test_refusing_and_notice_on_their_pages(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    content = ChangeInput(rationale="volume_changed", explanation="增加", quantity=Decimal(3600))
    change = await changes.propose_change(deal.contract, content, by=deal.buyer)
    await as_(client, deal.supplier)
    assert (await client.get(f"/changes/{change.number}/refuse")).status_code == 200
    refused = await client.post(f"/changes/{change.number}/refuse", data={"reason": "产能不足"})
    assert refused.status_code == 303
    path = f"/contracts/{deal.contract.number}"
    groundless = await client.post(
        f"{path}/notice", data={"reason": "late_payment", "explanation": "未付款"}
    )
    assert (groundless.status_code, "没有逾期的付款节点" in groundless.text) == (409, True)
    ended = await client.post(f"{path}/end", data={"explanation": "双方同意终止"})
    ending = await ContractChange.filter(kind="termination").get()
    assert ended.headers["location"] == f"/changes/{ending.number}"
    assert "合同终止" in (await client.get(f"/changes/{ending.number}")).text


async def test_a_guideline_is_previewed_published_and_kept_with_its_file(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    path = f"/orders/{order_of(deal).number}/guidelines"
    await as_(client, deal.buyer)
    form = {"label": "v1.1", "changes": "边缘毛刺须完整勾画", "transition_days": "3"}
    preview = await client.post(f"{path}/new", data={**form, "step": "preview"})
    assert (preview.status_code, batch.number in preview.text) == (200, True)
    assert await GuidelineVersion.filter(order=deal.order).count() == 1
    upload = {"file": ("guide.txt", io.BytesIO("正例与反例".encode()), "text/plain")}
    data = {**form, "asks_rework": "1", "positive": "甲\r\n乙"}
    done = await client.post(f"{path}/new", data=data, files=upload)
    change = await ContractChange.get()
    assert done.headers["location"] == f"/changes/{change.number}"
    shown = (await client.get(path)).text
    assert "guide.txt" in shown
    assert change.number in shown
    await as_(client, deal.supplier)
    assert (await client.get(f"{path}/v1.1/file")).text == "正例与反例"
    assert (await client.get(f"{path}/v1.0/file")).status_code == 404
    assert (await client.get(f"{path}/new")).status_code == 403


async def test_training_leads_to_assignment_and_a_traceable_batch(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    operator = await actor(await make_organisation(kind="operator"))
    await as_(client, operator)
    data = {
        "title": "数据保密须知", "text": "不得截图，不得外传。", "questions": QUESTIONS,
        "pass_percent": "80", "valid_days": "365",
    }  # fmt: skip
    assert (await client.post("/training/new", data={**data, "questions": "题"})).status_code == 422
    assert (await client.post("/training/new", data=data)).status_code == 303
    module = await TrainingModule.get()
    talent = await make_fit_talent(deal)
    await TalentCredential.all().delete()
    await as_(client, deal.supplier)
    quiz = {"talent": str(talent.id), "answer-0": "1", "answer-1": "0"}
    partial = await client.post(f"/training/{module.number}/quiz", data={"answer-0": "1"})
    assert (partial.status_code, "请回答全部题目" in partial.text) == (422, True)
    assert (await client.post(f"/training/{module.number}/quiz", data=quiz)).status_code == 303
    assert (await TrainingRecord.get()).is_passed
    path = f"/orders/{order_of(deal).number}/annotators"
    await client.post(f"{path}/groups", data={"name": "一组"})
    place = {"group": "G1", "talent": str(talent.id)}
    refused = await client.post(f"{path}/assign", data=place)
    assert refused.status_code == 409
    assert "缺少数据访问授权; 缺少本人同意" in refused.text
    for kind in ("clearance", "consent"):
        held = {"talent": str(talent.id), "kind": kind, "reference": "凭据 7",
                "valid_until": "2099-01-01", "data_grade": "重要数据", "health_level": "4"}  # fmt: skip
        assert (await client.post("/training/credentials", data=held)).status_code == 303
    assert (await client.post(f"{path}/assign", data=place)).status_code == 303
    row = await Assignment.get()
    assert talent.name in (await client.get(path)).text
    batch = await deliver(deal)
    await inspections.draw_sample(batch, by=deal.buyer)
    await as_(client, deal.buyer)
    seen = (await client.get(path)).text
    assert row.pseudonym in seen
    assert talent.name not in seen
    assert row.pseudonym in (await client.get(f"/batches/{batch.number}")).text
    chain = (await client.get(f"/batches/{batch.number}/provenance")).json()
    assert chain["group"]["members"][0]["pseudonym"] == row.pseudonym
    assert json.loads((await client.get(f"/batches/{batch.number}/croissant")).text)["@context"]
    assert (await client.get(f"/batches/{batch.number}/proof")).json()["batch"] == batch.number
    client.cookies.clear()
    script = await client.get("/verify/sample.py")
    assert script.text.startswith("#!/usr/bin/env python3")
    await as_(client, deal.supplier)
    ended = await client.post(f"{path}/remove", data={"assignment": str(row.id)})
    assert ended.status_code == 303
    assert (await Assignment.get()).removed_at is not None


async def test_the_same_by_the_api(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    buyer, supplier = await bearer(deal.buyer), await bearer(deal.supplier)
    path = f"{API}/contracts/{deal.contract.number}"
    body = {"rationale": "price_changed", "explanation": "协商调价", "unit_price": "79.5"}
    made = await client.post(f"{path}/changes", json=body, headers=buyer)
    assert made.status_code == 201
    change = made.json()
    assert (change["version"], change["total_fen"], change["signed_by"]) == (2, 23_850_000, [])
    for side in (buyer, supplier):
        signed = await client.post(
            f"{API}/changes/{change['number']}/sign", json={"digest": change["digest"]},
            headers=side,
        )  # fmt: skip
    assert (signed.json()["status"], len(signed.json()["signed_by"])) == ("active", 2)
    versions = (await client.get(f"{path}/versions", headers=supplier)).json()["items"]
    assert [row["number"] for row in versions] == [2, 1]
    order = f"{API}/orders/{order_of(deal).number}"
    guideline = {"label": "v2", "changes": "规则细化"}
    assert (
        await client.post(f"{order}/guidelines", json=guideline, headers=supplier)
    ).status_code == 403
    assert (
        await client.post(f"{order}/guidelines", json=guideline, headers=buyer)
    ).status_code == 201
    listed = (await client.get(f"{order}/guidelines", headers=supplier)).json()["items"]
    assert [row["label"] for row in listed] == ["v2", "v1.0"]
    module = await make_module()
    talent = await make_fit_talent(deal, module)
    await make_group(deal)
    place = {"group": "G1", "talent": str(talent.id)}
    put = await client.post(f"{order}/annotators/assign", json=place, headers=supplier)
    assert put.status_code == 201
    seen = (await client.get(f"{order}/annotators", headers=buyer)).json()["items"]
    assert [row["pseudonym"] for row in seen] == [put.json()["pseudonym"]]
    allowed = await client.post(f"{order}/reduction", json={"is_allowed": True}, headers=buyer)
    assert allowed.status_code == 200
    assert (await Order.get(id=order_of(deal).id)).is_reduction_allowed
    quiz = await client.get(f"{API}/training/{module.number}", headers=supplier)
    assert "answer" not in quiz.text.replace("answers", "")


@pytest.mark.parametrize(
    "path", ["/contracts/{}/draft", "/contracts/{}/isolation", "/contracts/{}/end"]
)
async def test_strangers_find_nothing(client: httpx.AsyncClient, path: str) -> None:
    deal = await make_contract()
    await as_(client, await actor(await make_organisation(kind="supplier")))
    assert (await client.get(path.format(deal.contract.number))).status_code == 404
