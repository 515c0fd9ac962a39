"""The pages over HTTP: what each side sees and may do, and what a stranger may not."""

import httpx
import pytest

from billing import invoices, payments, redemptions
from billing.models import BankLine, Invoice, Payment, Payout, Refund, Settlement, VoucherRedemption
from billing.programmes import load_programmes
from billing.states import InvoiceKind, PaymentMethod, PaymentStatus, RedemptionStatus
from billing.twin import Twin
from market.kit import clock, web
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.billing import (
    COMPUTE_LINE,
    drained,
    make_programme,
    operator_actor,
    pay_stage,
    reloaded,
    unpaid_order,
)
from tests.factories.orders import Deal, deliver, inspect


async def settled(processor: Twin) -> Deal:
    """An order with a voucher, paid, accepted and released."""
    programme = await make_programme(pool_fen=10_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    for position in (1, 2):
        await pay_stage(deal, processor, position=position)
    deal = await reloaded(deal)
    await inspect(deal, await deliver(deal))
    await drained()
    return await reloaded(deal)


async def page(client: httpx.AsyncClient, path: str) -> str:
    """The text of a page that must be there."""
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.text


async def test_paying_online_by_clicking(client: httpx.AsyncClient, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    number = deal.order.number
    assert "预付款" in await page(client, "/payments")
    assert "柒万贰仟元整" in await page(client, f"/orders/{number}/stages/1/pay")
    away = await client.post(f"/orders/{number}/stages/1/pay", data={"method": "online"})
    assert away.status_code == 303
    assert "¥72,000.00" in await page(client, away.headers["location"])
    back = await client.post(away.headers["location"], data={"choice": "pay"})
    assert back.status_code == 303
    payment = await Payment.get()
    assert back.headers["location"] == web.absolute_url("payments:show", number=payment.number)
    await drained()
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert "款项已到账" in await page(client, f"/payments/{payment.number}")
    assert "72,000.00" in await page(client, f"/orders/{number}/payments")


async def test_transfer_shows_account_and_code(client: httpx.AsyncClient) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    answer = await client.post(
        f"/orders/{deal.order.number}/stages/1/pay", data={"method": "bank_transfer"}
    )
    payment = await Payment.get()
    assert answer.headers["location"] == f"/payments/{payment.number}"
    assert payment.reference in await page(client, f"/payments/{payment.number}")
    again = await client.post(
        f"/orders/{deal.order.number}/stages/1/pay", data={"method": "online"}
    )
    assert again.status_code == 409
    assert "请先取消" in again.text
    await client.post(f"/payments/{payment.number}/cancel")
    assert (await Payment.get()).status == PaymentStatus.CANCELLED


async def test_another_partys_money_is_not_there(
    client: httpx.AsyncClient, processor: Twin
) -> None:
    deal = await settled(processor)
    assert deal.order is not None
    settlement, payment = await Settlement.get(), await Payment.filter().first()
    voucher = await VoucherRedemption.get()
    invoice = await invoices.request_invoice(deal.order, kind=InvoiceKind.ORDINARY, by=deal.buyer)
    assert payment is not None
    stranger = await actor(await make_organisation())
    await signed_in_client(client, stranger.person_id)
    for path in (
        f"/orders/{deal.order.number}/payments",
        f"/payments/{payment.number}",
        f"/settlements/{settlement.number}",
        f"/settlements/{settlement.number}/print",
        f"/vouchers/decisions/{voucher.number}",
        f"/vouchers/decisions/{voucher.number}/proof.json",
        f"/invoices/{invoice.number}",
        f"/orders/{deal.order.number}/vouchers",
        f"/orders/{deal.order.number}/refund",
        "/bureau/vouchers",
    ):
        assert (await client.get(path)).status_code == 404, path
    assert (await client.get("/operator/payments")).status_code == 403
    assert (
        await client.post(f"/orders/{deal.order.number}/stages/3/pay", data={"method": "online"})
    ).status_code == 404
    assert await Payment.all().count() == 2


async def test_the_supplier_sees_how_its_money_was_made(
    client: httpx.AsyncClient, processor: Twin
) -> None:
    deal = await settled(processor)
    await signed_in_client(client, deal.supplier.person_id)
    settlement, payout = await Settlement.get(), await Payout.get()
    text = await page(client, f"/settlements/{settlement.number}")
    for part in ("平台服务费", "订单托管款", "应付供给方", "测试券", payout.number):
        assert part in text
    assert "大写" in await page(client, f"/settlements/{settlement.number}/print")
    assert settlement.number in await page(client, "/settlements")
    assert payout.number in await page(client, "/payouts")
    saved = await client.post(
        "/billing/profile",
        data={
            "taxpayer_kind": "small_scale",
            "account_name": "山东明眸",
            "bank_name": "工商银行",
            "bank_account": "1602 0001",
        },
    )
    assert saved.status_code == 303
    assert "1602 0001" in await page(client, "/billing/profile")
    refused = await client.post(
        "/billing/profile",
        data={
            "taxpayer_kind": "small_scale",
            "bank_account": "账号甲",
        },
    )
    assert refused.status_code == 422
    assert "账号甲" in refused.text


async def test_invoice_from_request_to_number(client: httpx.AsyncClient) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    path = f"/orders/{deal.order.number}/invoice"
    assert "数电票" in await page(client, path)
    assert (await client.post(path, data={"kind": "special"})).status_code == 303
    invoice = await Invoice.get()
    assert invoice.number in await page(client, "/invoices")
    await signed_in_client(client, deal.supplier.person_id)
    refused = await client.post(
        f"/invoices/{invoice.number}", data={"official_number": "123", "issued_on": "2026-11-21"}
    )
    assert refused.status_code == 422
    done = await client.post(
        f"/invoices/{invoice.number}",
        data={
            "official_number": "26372000000012345678",
            "issued_on": clock.today().isoformat(),
        },
    )
    assert done.status_code == 303
    assert "26372000000012345678" in await page(client, f"/invoices/{invoice.number}")


async def test_vouchers_of_an_order_with_reasons(client: httpx.AsyncClient) -> None:
    await load_programmes()
    await make_programme(pool_fen=10_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    path = f"/orders/{deal.order.number}/vouchers"
    text = await page(client, path)
    assert "公立医院等事业单位不在支持范围内" in text
    refused = await client.post(path, data={"programme": "shanghai-compute"})
    assert refused.status_code == 409
    assert "公立医院" in refused.text
    applied = await client.post(path, data={"programme": "test-compute"})
    voucher = await VoucherRedemption.get()
    assert applied.headers["location"] == f"/vouchers/decisions/{voucher.number}"
    assert "叁万元整" in await page(client, applied.headers["location"])
    proof = (await client.get(f"/vouchers/decisions/{voucher.number}/proof.json")).json()
    assert proof["trace"]["decision"]["grant_fen"] == 3_000_000
    await client.post(f"/vouchers/decisions/{voucher.number}/release")
    assert (await VoucherRedemption.get()).status == RedemptionStatus.RELEASED


async def test_vouchers_explained_to_anybody(client: httpx.AsyncClient) -> None:
    await load_programmes()
    text = await page(client, "/vouchers")
    assert "上海 语料券" in text
    assert "30%" in text


async def test_a_bureau_sees_its_regions_programmes(
    client: httpx.AsyncClient, processor: Twin
) -> None:
    await load_programmes()
    deal = await settled(processor)
    assert deal.order is not None
    bureau = await actor(await make_organisation(kind="bureau", region_code="370100"))
    await signed_in_client(client, bureau.person_id)
    text = await page(client, "/bureau/vouchers")
    voucher = await VoucherRedemption.get()
    assert voucher.number in text
    assert "上海 语料券" not in text
    done = await client.post(
        f"/bureau/vouchers/{voucher.number}/paid", data={"reference": "GK-0001"}
    )
    assert done.status_code == 303
    assert (await VoucherRedemption.get()).status == RedemptionStatus.PAID

    elsewhere = await actor(await make_organisation(kind="bureau", region_code="310000"))
    await signed_in_client(client, elsewhere.person_id)
    assert voucher.number not in await page(client, "/bureau/vouchers")
    assert (await client.get(f"/bureau/vouchers/{voucher.number}/paid")).status_code == 404


async def test_the_operator_works_the_queues(client: httpx.AsyncClient) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    payment = await payments.intend_payment(
        deal.order, position=1, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
    )
    await signed_in_client(client, (await operator_actor()).person_id)
    typed = {
        "bank_reference": "20261121-9",
        "booked_on": clock.today().isoformat(),
        "payer_name": "代付公司",
        "amount_fen": "7.2万",
        "narrative": "标注款",
    }
    refused = await client.post("/operator/bank/lines/new", data=typed | {"amount_fen": "很多"})
    assert refused.status_code == 422
    assert "代付公司" in refused.text
    assert (await client.post("/operator/bank/lines/new", data=typed)).status_code == 303
    line = await BankLine.get()
    assert line.number in await page(client, "/operator/bank")
    assert payment.number in await page(client, f"/operator/bank/lines/{line.number}")
    done = await client.post(
        f"/operator/bank/lines/{line.number}",
        data={
            "kind": "apply",
            "parts": f"{payment.number} 72,000.00",
            "reason": "收到代付说明函",
        },
    )
    assert done.status_code == 303
    assert "已执行" in await page(client, done.headers["location"])
    assert (await Payment.get()).status == PaymentStatus.SUCCEEDED
    assert payment.number in await page(client, "/operator/payments")


async def test_undoing_an_order_by_form(client: httpx.AsyncClient, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    path = f"/orders/{deal.order.number}/refund"
    assert "¥72,000.00" in await page(client, path)
    assert (await client.post(path, data={"reason": "短"})).status_code == 422
    assert await Refund.all().count() == 0
    assert (await client.post(path, data={"reason": "项目取消，不再需要"})).status_code == 303
    assert await Refund.all().count() == 1


@pytest.mark.parametrize(("path", "status"), [("/webhooks/stripe", 400), ("/pay/twin/cs_x", 404)])
async def test_w2_forged_calls(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.post(path, content=b"{}", headers={"stripe-signature": "t=1,v1=aa"})
    assert response.status_code == status


async def test_api_pays_quotes_and_settles(client: httpx.AsyncClient, processor: Twin) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    number = deal.order.number
    await signed_in_client(client, deal.buyer.person_id)
    base = f"/api/v1/orders/{number}"
    quotes = (await client.get(f"{base}/voucher-quotes")).json()["items"]
    assert [(q["programme"], q["grant_fen"]) for q in quotes] == [(programme.code, 3_000_000)]
    made = await client.post(f"{base}/vouchers", json={"programme": programme.code})
    assert (made.status_code, made.json()["grant_fen"]) == (201, 3_000_000)
    stage = (await client.get(f"{base}/stages")).json()["items"][0]
    assert (stage["amount_fen"], stage["voucher_fen"], stage["due_fen"]) == (
        9_000_000,
        1_000_000,
        8_000_000,
    )
    paid = await client.post(f"{base}/stages/1/payments", json={"method": "online"})
    assert paid.status_code == 201
    assert paid.json()["checkout_url"].startswith("/pay/twin/")
    assert (
        await client.post(f"{base}/stages/x/payments", json={"method": "online"})
    ).status_code == 422
    released = await client.post(f"/api/v1/vouchers/{made.json()['number']}/release")
    assert released.status_code == 409
    assert released.headers["content-type"] == "application/problem+json"
    assert (await client.get("/api/v1/voucher-programmes")).json()["items"][0][
        "code"
    ] == programme.code
    assert (await client.get("/api/v1/settlements")).json() == {"items": [], "next": None}
