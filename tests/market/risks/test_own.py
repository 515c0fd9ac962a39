"""Our own flags on the market's rows: each opens a case with its evidence, decided like the others."""

import re

import httpx
import pytest

from billing.models import BillingProfile
from market.accounts.forms import ShareInput
from market.accounts.models import Organisation, Person, Session
from market.accounts.sessions import start_session
from market.accounts.shareholders import declare_shareholders
from market.kit import clock
from market.ocds.publishing import publish_release
from market.orders.models import Contract
from market.risks import cases
from market.risks.models import FlagCase
from market.risks.own import own_findings, thresholds
from market.tendering.models import Job
from tests.factories.accounts import actor, make_organisation, make_uscc, signed_in_client
from tests.factories.orders import make_order
from tests.factories.tendering import make_supplier, open_bids, place_bid, published_job

pytestmark = pytest.mark.usefixtures("rollback")
COPIED = "本公司拟派项目经理一名、标注员三十名，分三班作业，每日提交质量日报并由组长复核后归档备查，另设驻场质检两名。"


async def job_with(*proposals: str, region: str = "370100") -> Job:
    owner = await actor(await make_organisation(kind="demand", region_code=region))
    job = await published_job(by=owner)
    for position, proposal in enumerate(proposals):
        firm = await make_supplier(name=f"第{position}家标注公司")
        await place_bid(job, by=firm, unit_price=str(80 + position), proposal=proposal)
    return job


async def found(code: str) -> list[FlagCase]:
    await cases.review_market()
    return await FlagCase.filter(code=code).order_by("id")


async def test_copied_proposals_open_a_case_after_the_opening_only(
    client: httpx.AsyncClient,
) -> None:
    job = await job_with(
        COPIED, f"{COPIED}承诺响应。", "完全不同的方案：医师带队，逐例双读，疑难会诊。"
    )
    await publish_release(job.id)
    assert [one async for one in own_findings()] == []
    job = await open_bids(job)
    await publish_release(job.id)
    [case] = await found("M001")
    assert (case.job_id, case.evidence["job"], case.subject_name) == (job.id, job.number, job.title)
    [row] = case.evidence["rows"]
    assert row == {
        "kind": "passage", "first": "第0家标注公司", "second": "第1家标注公司",
        "text": COPIED.rstrip("。"),
    }  # fmt: skip
    bureau = await make_organisation(kind="bureau", region_code="370100")
    await signed_in_client(client, (await actor(bureau)).person_id)
    page = await client.get(f"/bureau/risks/{case.number}")
    assert page.status_code == 200
    assert COPIED.rstrip("。") in page.text
    assert "投标文件雷同" in (await client.get("/bureau/risks")).text


async def test_related_bidders_and_a_shared_device(monkeypatch: pytest.MonkeyPatch) -> None:
    job = await open_bids(await job_with("甲", "乙"))
    one, other = await Organisation.filter(name__startswith="第").order_by("name")
    await Organisation.filter(id__in=[one.id, other.id]).update(contact_phone="0531-88880001")
    for person in await Person.filter(memberships__organisation_id__in=[one.id, other.id]):
        await start_session(person)
        await Session.filter(person_id=person.id).update(address="8.8.8.8", user_agent="Firefox")
    await publish_release(job.id)
    [related] = await found("M003")
    assert related.evidence["rows"] == [
        {"kind": "path", "first": one.name, "second": other.name,
         "steps": [{"what": "phone", "between": [one.number, other.number]}]}
    ]  # fmt: skip
    [device] = await FlagCase.filter(code="M002")
    assert [row["kind"] for row in device.evidence["rows"]] == ["device"]
    assert "8.8.8.8" not in str(device.evidence)


async def test_bidders_with_one_bank_account_are_related_and_no_account_is_shown() -> None:
    job = await open_bids(await job_with("甲", "乙"))
    one, other = await Organisation.filter(name__startswith="第").order_by("name")
    for firm, account in ((one, "6222 0210 0100 0001"), (other, "6222021001000001")):
        await BillingProfile.update_or_create({"bank_account": account}, organisation_id=firm.id)
    await publish_release(job.id)
    [related] = await found("M003")
    [row] = related.evidence["rows"]
    assert row["steps"] == [{"what": "account", "between": [one.number, other.number]}]
    assert "62220210" not in str(related.evidence).replace(" ", "")


async def test_bidders_with_one_shareholder_are_related_and_no_name_is_shown() -> None:
    job = await open_bids(await job_with("甲", "乙"))
    one, other = await Organisation.filter(name__startswith="第").order_by("name")
    holder = ShareInput(holder_name="齐鲁数据集团", holder_uscc=make_uscc(), share_bp=5100)
    person = ShareInput(holder_name="王小明", share_bp=4900)
    for firm in (one, other):
        await declare_shareholders(firm, [holder, person], by=await actor(firm))
    await publish_release(job.id)
    [related] = await found("M003")
    [row] = related.evidence["rows"]
    assert row["steps"] == [{"what": "shareholder", "between": [one.number, other.number]}]
    assert not {"齐鲁数据集团", "王小明"} & set(re.findall(r"\w+", str(related.evidence)))


async def test_a_buyer_that_owns_a_bidder_is_related_to_it() -> None:
    job = await open_bids(await job_with("甲", "乙"))
    bidder = await Organisation.filter(name__startswith="第").order_by("name").first()
    assert bidder is not None
    buyer = await Organisation.get(id=job.owner_id)
    share = ShareInput(holder_name=buyer.name, holder_uscc=buyer.uscc or "", share_bp=10_000)
    await declare_shareholders(bidder, [share], by=await actor(bidder))
    await publish_release(job.id)
    [related] = await found("M003")
    [row] = related.evidence["rows"]
    assert (row["first"], row["second"]) == (buyer.name, bidder.name)
    assert [step["what"] for step in row["steps"]] == ["shareholder"]


async def test_split_contracts_lie_with_the_supplier_in_the_buyers_region() -> None:
    first = await make_order(funded=False)
    second = await make_order(funded=False)
    [limit] = thresholds()
    buyer_id, supplier_id = first.contract.buyer_id, first.contract.supplier_id
    for deal in (first, second):
        await Contract.filter(id=deal.contract.id).update(
            total_fen=limit * 9 // 10, buyer_id=buyer_id, supplier_id=supplier_id,
            activated_at=clock.now(),
        )  # fmt: skip
    await publish_release(first.contract.job_id)
    [case] = await found("M004")
    assert (case.organisation_id, case.region_code, int(case.value)) == (supplier_id, "370100", 2)
    assert [row["number"] for row in case.evidence["rows"]] == [
        first.contract.number, second.contract.number,
    ]  # fmt: skip
    assert case.group == "Parties"
