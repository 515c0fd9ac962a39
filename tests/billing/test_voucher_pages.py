"""The pages of vouchers over HTTP: wallet, plan, application, queue, objection, editor."""

import httpx

from billing.models import VoucherProgramme, VoucherRedemption
from billing.states import ProgrammeStatus
from billing.voucher_models import VoucherApplication, VoucherEvidence, VoucherObjection
from billing.voucher_states import ApplicationStatus
from billing.vouchers.verifier.combinations import check_combination
from market.accounts.models import Organisation
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.billing import COMPUTE_LINE, make_programme, unpaid_order
from tests.factories.vouchers import make_application, make_reviewed, make_reviewer, passed_until


async def page(client: httpx.AsyncClient, path: str) -> str:
    response = await client.get(path)
    assert response.status_code == 200, response.text[:500]
    return response.text


async def test_wallet_and_plan_say_what_to_apply_and_why(client: httpx.AsyncClient) -> None:
    await make_programme(pool_fen=10_000_000, document="济数发〔2026〕3号")
    await make_programme(code="test-data", kind="data", tiers=[{"rate_bp": 4000}])
    await make_programme(code="test-firm", spend={"categories": ["storage"]})
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    wallet = await page(client, "/vouchers/wallet")
    assert "测试券 test-firm" in wallet
    for path in ("/vouchers/wallet", f"/orders/{deal.order.number}/vouchers"):
        text = await page(client, path)
        assert "最优组合" in text
        assert "已比较所有合规组合" in text
    order_plan = f"/orders/{deal.order.number}/vouchers/plan.json"
    for path in ("/vouchers/wallet/plan.json", order_plan):
        certificate = (await client.get(path)).json()
        assert certificate["combination"]["total_fen"] == 3_000_000
        assert check_combination(certificate) == []
    await client.post(f"/orders/{deal.order.number}/vouchers", data={"programme": "test-compute"})
    voucher = await VoucherRedemption.get()
    assert voucher.number in await page(client, "/vouchers/wallet")
    assert (await client.get(order_plan)).json()["combination"]["total_fen"] == 0


async def test_applying_by_form_and_deciding_on_the_desk(client: httpx.AsyncClient) -> None:
    programme = await make_reviewed()
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    path = f"/orders/{deal.order.number}/vouchers"
    asked = await client.post(path, data={"programme": programme.code})
    form = f"{path}/{programme.code}/apply"
    assert asked.headers["location"] == form
    assert "真实性承诺书" in await page(client, form)
    empty = await client.post(form, data={})
    assert empty.status_code == 422
    assert await VoucherApplication.all().count() == 0
    upload = {"evidence_pledge": ("承诺书.txt", "情况属实".encode(), "text/plain")}
    sent = await client.post(form, files=upload)
    made = await VoucherApplication.get()
    where = f"/vouchers/applications/{made.number}"
    assert sent.headers["location"] == where
    assert "区县数据局" in await page(client, where)
    kept = await VoucherEvidence.get()
    assert (await client.get(f"{where}/evidence/{kept.id}")).content == "情况属实".encode()

    bureau = await make_reviewer()
    await signed_in_client(client, bureau.person_id)
    assert made.number in await page(client, "/bureau/vouchers/applications")
    assert made.number in (await client.get("/bureau/vouchers/applications?format=csv")).text
    assert made.number not in await page(client, "/bureau/vouchers/applications?step=approve")
    refused = await client.post(f"{where}/decide", data={"outcome": "refused", "note": "重复申报"})
    assert refused.status_code == 422
    await client.post(f"{where}/decide", data={"outcome": "returned", "note": "请补盖公章"})
    await signed_in_client(client, deal.buyer.person_id)
    assert "请补盖公章" in await page(client, where)
    await client.post(f"{where}/resubmit", files=upload)
    assert (await VoucherApplication.get()).status == ApplicationStatus.UNDER_REVIEW
    assert made.number in await page(client, "/vouchers/wallet")
    await client.post(f"{where}/withdraw")
    assert (await VoucherApplication.get()).status == ApplicationStatus.WITHDRAWN


async def test_objecting_to_what_is_published(client: httpx.AsyncClient) -> None:
    made, _deal = await make_application()
    assert made.number not in await page(client, "/vouchers/published")
    made = await passed_until(made, "publication")
    assert made.number in await page(client, "/vouchers/published")
    where = f"/vouchers/applications/{made.number}"
    other = await actor(await make_organisation(name="另一家企业"))
    await signed_in_client(client, other.person_id)
    assert (await client.get(where)).status_code == 404
    assert "提出异议" in await page(client, f"{where}/object")
    await client.post(f"{where}/object", data={"text": "合同金额与实际不符"})
    raised = await VoucherObjection.get()
    bureau = await make_reviewer()
    await signed_in_client(client, bureau.person_id)
    assert "合同金额与实际不符" in await page(client, where)
    answer = f"{where}/objections/{raised.id}"
    assert "合同金额与实际不符" in await page(client, answer)
    await client.post(answer, data={"is_upheld": "1", "answer": "经核实情况属实"})
    assert (await VoucherApplication.get()).status == ApplicationStatus.REFUSED


async def test_a_bureau_edits_compares_and_publishes(client: httpx.AsyncClient) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    first = await make_reviewer()
    second = await actor(await Organisation.get(id=first.organisation_id), "quality")
    await signed_in_client(client, first.person_id)
    one = f"/bureau/vouchers/programmes/{programme.code}"
    assert one in await page(client, "/bureau/vouchers")
    assert (await client.get(f"{one}/edit")).status_code == 404  # nothing drafted yet
    await client.post(f"{one}/draft")
    assert 'value="50"' in await page(client, f"{one}/edit")
    typed = {"title": "新版", "tiers_0_rate_bp": "12.5", "pool_0": "20万"}
    bad = await client.post(f"{one}/edit", data=typed | {"tiers_0_rate_bp": "很多"})
    assert bad.status_code == 422
    assert (await client.post(f"{one}/edit", data=typed)).status_code == 303
    text = await page(client, one)
    assert "tiers[0].rate_bp" in text
    assert "由本单位另一人发布" in text
    assert (await client.post(f"{one}/publish")).status_code == 403
    wrong = await client.post(f"{one}/rule", data={"rule": '{"id": 1}'})
    assert wrong.status_code == 422
    assert "rate_bp" in await page(client, f"{one}/rule")
    assert "新版" not in await page(client, "/vouchers")  # a draft is its bureau's own
    await signed_in_client(client, second.person_id)
    assert (await client.post(f"{one}/publish")).status_code == 303
    assert "新版" in await page(client, "/vouchers")
    new = await VoucherProgramme.get(status=ProgrammeStatus.OPEN)
    assert (new.version, new.rule["tiers"][0]["rate_bp"]) == (2, 1250)
    await client.post(f"{one}/reviews")
    assert (await VoucherProgramme.get(id=new.id)).reviewed_since is not None
    await client.post(f"{one}/draft")
    await client.post(f"{one}/discard")
    assert await VoucherProgramme.all().count() == 2
