"""The pages of both sides, over HTTP: what is shown, what is refused, what strangers never see."""

import csv
import io

import httpx
import openpyxl
import pytest

from market.kit.actor import Actor
from market.orders import batches, inspections
from market.orders.models import Contract, DeliveryBatch, Order, Review, Signature
from market.orders.states import BatchStatus, ContractStatus, OrderStatus
from market.orders.terms import verification_code
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.orders import (
    Deal,
    deliver,
    inspect,
    make_completed_order,
    make_contract,
    make_items,
    make_order,
    manifest_csv,
)


async def as_(client: httpx.AsyncClient, by: Actor) -> httpx.AsyncClient:
    return await signed_in_client(client, by.person_id)


def order_of(deal: Deal) -> Order:
    assert deal.order is not None
    return deal.order


async def test_a_contract_is_read_signed_by_both_and_leads_to_its_order(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_contract()
    path, form = f"/contracts/{deal.contract.number}", {"digest": deal.contract.digest}
    page = await (await as_(client, deal.supplier)).get(path)
    assert page.status_code == 200
    assert "第十四条　合同的签署、生效与变更" in page.text
    assert "贰拾肆万元整" in page.text
    assert "签署合同" in page.text
    done = await client.post(f"{path}/sign", data=form)
    assert (done.status_code, done.headers["location"]) == (303, path)
    waiting = await client.get(path)
    assert "己方已签署，等待对方签署。" in waiting.text
    assert "签署合同</button>" not in waiting.text
    await as_(client, deal.buyer)
    assert (await client.post(f"{path}/sign", data=form)).status_code == 303
    order = await Order.get(contract_id=deal.contract.id)
    assert f"/orders/{order.number}" in (await client.get(path)).text


async def test_a_stale_digest_is_refused_on_the_page(client: httpx.AsyncClient) -> None:
    deal = await make_contract()
    await as_(client, deal.buyer)
    page = await client.post(f"/contracts/{deal.contract.number}/sign", data={"digest": "0" * 64})
    assert page.status_code == 409
    assert "合同文本与您所阅读的不一致" in page.text
    assert await Signature.all().count() == 0


async def test_refusing_asks_for_a_reason_and_keeps_what_was_typed(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_contract()
    await as_(client, deal.supplier)
    path = f"/contracts/{deal.contract.number}/refuse"
    page = await client.post(path, data={"reason": "x"})
    assert page.status_code == 422
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.PENDING
    assert (await client.post(path, data={"reason": "工期无法保证"})).status_code == 303
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.CANCELLED


async def test_the_print_view_carries_digest_code_and_both_signatures(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    await as_(client, deal.buyer)
    page = await client.get(f"/contracts/{deal.contract.number}/print")
    assert deal.contract.digest in page.text
    assert verification_code(deal.contract.digest) in page.text
    assert page.text.count("电子签署：") == 2
    assert "数据标注服务合同" in page.text


@pytest.mark.parametrize("shape", ["code", "digest"])
async def test_anybody_verifies_a_document_by_code_or_digest(
    client: httpx.AsyncClient, shape: str
) -> None:
    contract = (await make_order()).contract
    digest = contract.digest
    code = digest if shape == "digest" else verification_code(digest)
    page = await client.get("/verify", params={"code": code})
    assert page.status_code == 200
    assert contract.number in page.text
    assert "平台留存文本与该摘要一致" in page.text
    assert "240,000" not in page.text


async def test_a_changed_text_does_not_verify(client: httpx.AsyncClient) -> None:
    contract = (await make_order()).contract
    await Contract.filter(id=contract.id).update(terms={**contract.terms, "total_fen": 1})
    page = await client.get("/verify", params={"code": contract.digest})
    assert "平台留存文本与该摘要不一致" in page.text


@pytest.mark.parametrize("code", ["0" * 64, "0000-0000", "zzzz", "%", "a" * 15])
async def test_an_unknown_code_finds_nothing(client: httpx.AsyncClient, code: str) -> None:
    await make_order()
    page = await client.get("/verify", params={"code": code})
    assert page.status_code == 404
    assert "没有与该验证码或摘要对应的合同" in page.text


async def test_lists_show_only_ones_own_and_filter(client: httpx.AsyncClient) -> None:
    mine, other = await make_order(), await make_order(funded=False, title="方言语音转写")
    await as_(client, mine.buyer)
    page = await client.get("/orders")
    assert order_of(mine).number in page.text
    assert order_of(other).number not in page.text
    assert order_of(mine).number in (await client.get("/orders?status=funded&q=明眸")).text
    assert "没有订单" in (await client.get("/orders?status=completed")).text
    assert "没有订单" in (await client.get("/orders?q=方言")).text
    contracts = await client.get("/contracts?status=active")
    assert mine.contract.number in contracts.text
    assert other.contract.number not in contracts.text


async def test_the_list_exports_what_is_seen(client: httpx.AsyncClient) -> None:
    deal = await make_order(title="=HYPERLINK(1)")
    await make_order()
    await as_(client, deal.supplier)
    batch = await deliver(deal, quantity="1200")
    batches = await client.get(f"/orders/{order_of(deal).number}?format=json")
    (row,) = batches.json()["rows"]
    assert (row["批次"], row["数量"], row["件数（批量）"]) == (batch.number, "1200.00", 200)
    file = await client.get("/orders?format=csv&status=in_progress")
    header, row = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert header[:5] == ["订单", "标注需求", "需求方", "供给方", "状态"]
    assert row[0] == order_of(deal).number
    assert row[1] == "'=HYPERLINK(1)"
    assert row[4] == "进行中"
    assert row[9] == "240000.00"
    book = openpyxl.load_workbook(io.BytesIO((await client.get("/orders?format=xlsx")).content))
    cells = list(book.active.values)
    assert len(cells) == 2
    assert cells[1][9] == 240000
    assert (await client.get("/orders?format=csv&status=completed")).text.count("\n") == 1


async def test_a_batch_goes_from_plan_to_acceptance_over_the_pages(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    order = order_of(deal)
    await as_(client, deal.supplier)
    planned = await client.post(f"/orders/{order.number}/batches")
    path = planned.headers["location"]
    batch = await DeliveryBatch.get(order_id=order.id)
    assert path == f"/batches/{batch.number}"
    assert batch.buyer_commitment in (await client.get(path)).text
    listing = manifest_csv(make_items(40))
    delivered = await client.post(
        f"{path}/deliver",
        data={"quantity": "3000", "guideline_version": "v1.0"},
        files={"manifest": ("清单.csv", listing)},
    )
    assert (delivered.status_code, delivered.headers["location"]) == (303, path)
    file = await client.get(f"{path}/manifest")
    assert file.content == listing
    await as_(client, deal.buyer)
    assert "抽取样本" in (await client.get(path)).text
    drawn = await client.post(f"{path}/sample")
    assert drawn.headers["location"] == f"{path}/inspect"
    sheet = await client.get(drawn.headers["location"])
    assert sheet.text.count('name="defect-') == 5
    accepted = await client.post(f"{path}/inspect", data={"defect-0": "", "note-0": ""})
    assert accepted.headers["location"] == path
    page = await client.get(path)
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.ACCEPTED
    assert "从40件中抽检5件" in page.text
    assert (await Order.get(id=order.id)).status == OrderStatus.COMPLETED
    assert "写评价" in (await client.get(f"/orders/{order.number}")).text


async def test_a_wrong_manifest_names_its_rows_and_keeps_what_was_typed(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    batch = await batches.plan_batch(order_of(deal), by=deal.supplier)
    await as_(client, deal.supplier)
    page = await client.post(
        f"/batches/{batch.number}/deliver",
        data={"quantity": "1200", "note": "第一批"},
        files={"manifest": ("m.csv", b"name,sha256\n1.nii,abc\n")},
    )
    assert page.status_code == 422
    assert "第2行：SHA-256须为64位十六进制数字" in page.text
    assert 'value="1200"' in page.text
    assert "第一批" in page.text
    empty = await client.post(f"/batches/{batch.number}/deliver", data={"quantity": "1200"})
    assert (empty.status_code, "请选择交付清单" in empty.text) == (422, True)
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.PLANNED


async def test_findings_of_the_sheet_reject_the_batch_and_show_on_it(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    batch = await deliver(deal, items=make_items(40))
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    assert (sample.sample_size, sample.acceptance_number) == (5, 0)
    await as_(client, deal.buyer)
    path = f"/batches/{batch.number}"
    await client.post(
        f"{path}/inspect", data={"defect-3": "boundary", "note-3": "左肺下叶边界外扩"}
    )
    await as_(client, deal.supplier)
    page = await client.get(path)
    assert sample.items[3] in page.text
    assert "边界超差" in page.text
    assert "左肺下叶边界外扩" in page.text
    assert (await client.post(f"{path}/rework")).status_code == 303
    stored = await DeliveryBatch.get(id=batch.id)
    assert (stored.status, stored.round) == (BatchStatus.REWORK, 2)


async def test_a_long_sample_is_inspected_by_a_list(client: httpx.AsyncClient) -> None:
    deal = await make_order(sampling_level="全检")
    batch = await deliver(deal, items=make_items(301))
    await inspections.draw_sample(batch, by=deal.buyer)
    await as_(client, deal.buyer)
    path = f"/batches/{batch.number}/inspect"
    assert 'name="findings"' in (await client.get(path)).text
    wrong = await client.post(path, data={"findings": "case-0000.nii.gz,太小"})
    assert wrong.status_code == 422
    assert "第1行：“太小”不是所列缺陷" in wrong.text
    assert "case-0000.nii.gz,太小" in wrong.text
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.SAMPLING
    listed = "\n".join(f"case-{index:04d}.nii.gz,漏标" for index in range(8))
    assert (await client.post(path, data={"findings": listed})).status_code == 303
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.REJECTED


async def test_one_side_puts_its_own_secret_in(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    batch = await batches.plan_batch(order_of(deal), by=deal.supplier)
    await as_(client, deal.buyer)
    path = f"/batches/{batch.number}/seed"
    assert (await client.post(path, data={"secret": "short"})).status_code == 422
    assert (await client.post(path, data={"secret": "掷骰子得来的一串字符" * 2})).status_code == 303
    stored = await DeliveryBatch.get(id=batch.id)
    assert stored.buyer_commitment != batch.buyer_commitment
    assert stored.supplier_commitment == batch.supplier_commitment


async def test_secrets_show_only_after_the_draw(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    secret = "未抽样前不得公开的种子文本一二三四"
    batch = await batches.plan_batch(order_of(deal), by=deal.supplier)
    batch = await batches.commit_seed(batch, secret=secret, by=deal.supplier)
    batch = await deliver(deal, batch=batch)
    await as_(client, deal.buyer)
    assert secret not in (await client.get(f"/batches/{batch.number}")).text
    await client.post(f"/batches/{batch.number}/sample")
    assert secret in (await client.get(f"/batches/{batch.number}")).text


async def test_reviews_stay_blind_on_the_page(client: httpx.AsyncClient) -> None:
    deal = await make_completed_order()
    path = f"/orders/{order_of(deal).number}"
    await as_(client, deal.buyer)
    assert (await client.post(f"{path}/review", data={"text": "很好"})).status_code == 422
    await client.post(f"{path}/review", data={"rating": "5", "text": "按时交付质量稳定"})
    await as_(client, deal.supplier)
    assert "按时交付质量稳定" not in (await client.get(path)).text
    await client.post(f"{path}/review", data={"rating": "4", "text": "付款及时"})
    page = await client.get(path)
    assert "按时交付质量稳定" in page.text
    assert "付款及时" in page.text
    assert await Review.all().count() == 2


async def test_cancelling_needs_a_reason(client: httpx.AsyncClient) -> None:
    deal = await make_order(funded=False)
    path = f"/orders/{order_of(deal).number}"
    await as_(client, deal.buyer)
    assert "取消订单" in (await client.get(path)).text
    assert (await client.post(f"{path}/cancel", data={"reason": ""})).status_code == 422
    assert (await client.post(f"{path}/cancel", data={"reason": "预算撤销"})).status_code == 303
    page = await client.get(path)
    assert "预算撤销" in page.text


def routes_of(deal: Deal, batch: DeliveryBatch) -> list[tuple[str, str]]:
    contract = f"/contracts/{deal.contract.number}"
    order = f"/orders/{order_of(deal).number}"
    lot = f"/batches/{batch.number}"
    return [
        *(("GET", f"{contract}{part}") for part in ("", "/refuse", "/print")),
        *(("POST", f"{contract}{part}") for part in ("/sign", "/refuse")),
        *(("GET", f"{order}{part}") for part in ("", "/cancel", "/review")),
        *(("POST", f"{order}{part}") for part in ("/cancel", "/batches", "/resume", "/review")),
        *(("GET", f"{lot}{part}") for part in ("", "/seed", "/deliver", "/manifest", "/inspect")),
        *(("POST", f"{lot}{part}") for part in ("/seed", "/deliver", "/sample", "/rework")),
        ("POST", f"{lot}/inspect"),
    ]


@pytest.mark.parametrize("kind", ["demand", "supplier", "operator", "bureau"])
async def test_another_partys_rows_are_not_there(client: httpx.AsyncClient, kind: str) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    stranger = await actor(await make_organisation(kind=kind, region_code="350200"))
    await as_(client, stranger)
    for method, path in routes_of(deal, batch):
        answer = await client.request(method, path, data={})
        assert answer.status_code == 404, (method, path)
        if method == "GET":
            api = await client.get(f"/api/v1{path}")
            assert api.status_code in (404, 405), path
    assert (await Order.get(id=order_of(deal).id)).status == OrderStatus.IN_PROGRESS
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.SUBMITTED
    assert order_of(deal).number not in (await client.get("/orders")).text


async def test_nobody_signed_in_is_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    for method, path in routes_of(deal, batch):
        answer = await client.request(method, path)
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/sign-in")


async def test_a_bureau_reads_signed_contracts_of_its_region_but_no_orders(
    client: httpx.AsyncClient,
) -> None:
    signed, draft = await make_order(), await make_contract()
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    await as_(client, bureau)
    page = await client.get(f"/contracts/{signed.contract.number}")
    assert page.status_code == 200
    assert "签署合同</button>" not in page.text
    assert (await client.get(f"/contracts/{draft.contract.number}")).status_code == 404
    assert (await client.get(f"/orders/{order_of(signed).number}")).status_code == 404
    refused = await client.post(
        f"/contracts/{signed.contract.number}/sign", data={"digest": signed.contract.digest}
    )
    assert refused.status_code == 404


async def test_a_viewer_reads_but_has_no_buttons(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    viewer = await actor(await order_of(deal).supplier, "viewer")
    await as_(client, viewer)
    page = await client.get(f"/orders/{order_of(deal).number}")
    assert page.status_code == 200
    assert "计划一批交付" not in page.text
    assert (await client.post(f"/orders/{order_of(deal).number}/batches")).status_code == 403
    assert await DeliveryBatch.all().count() == 0


async def test_a_discontinued_inspection_is_told_and_resumed_by_the_buyer(
    client: httpx.AsyncClient,
) -> None:
    deal = await make_order()
    for _lot in range(7):
        batch = await deliver(deal, quantity="10")
        await inspect(deal, batch, nonconforming=20)
    path = f"/orders/{order_of(deal).number}"
    await as_(client, deal.buyer)
    assert "检验已暂停" in (await client.get(path)).text
    assert (await client.post(f"{path}/resume")).status_code == 303
    assert "加严检验" in (await client.get(path)).text
