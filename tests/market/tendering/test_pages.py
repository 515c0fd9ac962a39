"""Pages over HTTP: from a template to the award, and what each reader may see."""

import re
from typing import Any

import httpx
import pytest

from market.kit import clock
from market.tendering.models import Award, Bid, Job
from market.tendering.states import JobStatus
from tests.factories import actor, make_organisation, signed_in_client, tendering


async def test_the_wizard_goes_from_a_template_to_a_public_job(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, owner.person_id)
    assert "胸部 CT 病灶分割" in (await client.get("/jobs/new")).text
    begun = await client.post("/jobs/new", data={"template": "agriculture"})
    job = await Job.get(owner_id=owner.organisation_id)
    assert begun.headers["location"] == f"/jobs/{job.number}/edit/subject"
    for step in ("subject", "volume", "security", "people", "procedure"):
        page = await client.get(f"/jobs/{job.number}/edit/{step}")
        assert page.status_code == 200
    steps: dict[str, dict[str, Any]] = {
        "subject": {
            "title": "玫瑰病虫害图像标注", "summary": "设施玫瑰图像三十万张，标注病虫害类别与检测框。",
            "kind": "annotation", "industry": "现代农业", "modality": "图像", "task_types": ["2D框"],
        },
        "volume": {"volume": "300000", "unit": "张", "accuracy": "0.95", "sampling_level": "II",
                   "aql": "2.5", "readers_per_item": "1"},
        "security": {"has_no_state_secrets": "1", "data_grade": "一般数据", "personal_info": "无",
                     "place": "不限", "required_certs": ["等保二级"]},
        "people": {"budget_fen": "12万", "ceiling_unit_price": "0.4", "min_staff": "30"},
    }  # fmt: skip
    for step, data in steps.items():
        assert (await client.post(f"/jobs/{job.number}/edit/{step}", data=data)).status_code == 303
    review = await client.get(f"/jobs/{job.number}/review")
    assert "/edit/procedure#f-bid_deadline_at" in review.text
    refused = await client.post(f"/jobs/{job.number}/publish")
    assert refused.status_code == 422
    page = await client.get(f"/jobs/{job.number}/edit/procedure")
    typed = dict(re.findall(r'name="(\w+_(?:at|deadline))" id="[^"]+" value="([^"]+)"', page.text))
    assert set(typed) == {"question_deadline_at", "bid_deadline_at", "delivery_deadline"}
    data = {"procedure": "open", "minimum_bids": "1", **typed}
    saved = await client.post(f"/jobs/{job.number}/edit/procedure", data=data)
    assert saved.headers["location"] == f"/jobs/{job.number}/review"
    published = await client.post(f"/jobs/{job.number}/publish")
    assert published.headers["location"] == f"/jobs/{job.number}"
    job = await Job.get(id=job.id)
    assert (job.status, job.budget_fen, job.requirements) == (
        JobStatus.OPEN_BIDDING, 12_000_000, {},
    )  # fmt: skip
    assert "玫瑰病虫害图像标注" in (await client.get("/jobs")).text


async def test_a_wrong_field_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner)
    await signed_in_client(client, owner.person_id)
    answer = await client.post(
        f"/jobs/{job.number}/edit/people", data={"budget_fen": "两百", "min_staff": "12"}
    )
    assert answer.status_code == 422
    assert 'value="两百"' in answer.text
    assert 'value="12"' in answer.text
    assert (await Job.get(id=job.id)).min_staff == 0


async def test_a_proof_comes_with_the_security_step(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner, industry="医疗健康")
    await signed_in_client(client, owner.person_id)
    refused = await client.post(
        f"/jobs/{job.number}/edit/security",
        data={"go": "next"},
        files={"deid_proof": ("证明.exe", b"MZ", "application/octet-stream")},
    )
    assert refused.status_code == 422
    assert 'id="f-deid_proof-error"' in refused.text  # at its field, and linked from the summary
    answer = await client.post(
        f"/jobs/{job.number}/edit/security",
        data={"has_no_state_secrets": "1", "health_level": "3", "place": "不限"},
        files={"deid_proof": ("证明.txt", "已去标识".encode(), "text/plain")},
    )
    assert answer.status_code == 303
    job = await Job.get(id=job.id)
    assert (job.health_level, job.deid_proof_id is not None) == (3, True)
    stored = await client.get(f"/jobs/{job.number}/documents/deid_proof")
    assert stored.content == "已去标识".encode()


async def test_from_bid_to_award_over_http(client: httpx.AsyncClient) -> None:
    owner, firm = await actor(await make_organisation()), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    await signed_in_client(client, firm.person_id)
    page = await client.get(f"/jobs/{job.number}")
    assert f"/jobs/{job.number}/bids/new" in page.text
    assert (await client.get(f"/jobs/{job.number}/bids/new")).status_code == 200
    half = {"unit_price": "80", "delivery_days": "60", "extra1_amount": "5万"}
    refused = await client.post(f"/jobs/{job.number}/bids/new", data=half)
    assert (refused.status_code, await Bid.all().count()) == (422, 0)
    full = {
        **half,
        "extra1_category": "算力租用",
        "extra1_description": "私有化部署",
        "proposal": "双人互检",
    }
    placed = await client.post(f"/jobs/{job.number}/bids/new", data=full)
    bid = await Bid.get(job=job)
    assert placed.status_code == 200
    assert "850,000.00" in placed.text
    own = await client.get(f"/bids/{bid.number}")
    assert "850,000.00" not in own.text
    assert bid.digest in own.text
    assert bid.number in (await client.get("/bids")).text
    assert "80.0000" not in (await client.get(f"/bids/{bid.number}/revise")).text
    job = await tendering.open_bids(job)
    assert "850,000.00" in (await client.get(f"/bids/{bid.number}")).text
    transcript = await client.get(f"/jobs/{job.number}/opening")
    assert bid.digest in transcript.text

    await signed_in_client(client, owner.person_id)
    await tendering.sit(job, by=owner)
    table = await client.get(f"/jobs/{job.number}/evaluation")
    assert bid.number in table.text
    assert (await client.get(f"/bids/{bid.number}/score")).status_code == 200
    await tendering.score(bid, "4.5", by=owner, comment="方案详实")
    assert (await client.get(f"/bids/{bid.number}/refusal")).status_code == 200
    assert (await client.get(f"/bids/{bid.number}/award")).status_code == 200
    short = await client.post(f"/bids/{bid.number}/award", data={"rationale": "好"})
    assert short.status_code == 422
    decided = await client.post(
        f"/bids/{bid.number}/award", data={"rationale": "综合得分第一，满足全部要求。"}
    )
    award = await Award.get(job=job)
    assert decided.headers["location"] == f"/awards/{award.number}"
    for address in (f"/awards/{award.number}", f"/awards/{award.number}/notice",
                    f"/awards/{award.number}/cancel", f"/jobs/{job.number}/history",
                    f"/jobs/{job.number}", "/jobs/mine", "/notices",
                    f"/jobs/{job.number}/evaluation?format=csv"):  # fmt: skip
        assert (await client.get(address)).status_code == 200, address
    await signed_in_client(client, firm.person_id)
    assert "方案详实" in (await client.get(f"/bids/{bid.number}")).text


async def test_questions_are_asked_under_an_alias(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation())
    firm = await actor(await make_organisation(kind="supplier", name="榕声语料科技"))
    job = await tendering.published_job(by=owner)
    await signed_in_client(client, firm.person_id)
    short = await client.post(f"/jobs/{job.number}/questions", data={"text": "?"})
    assert short.status_code == 422
    asked = await client.post(f"/jobs/{job.number}/questions", data={"text": "是否接受远程作业？"})
    assert asked.status_code == 303
    client.cookies.clear()
    page = await client.get(f"/jobs/{job.number}")
    assert "是否接受远程作业？" in page.text
    assert "榕声语料科技" not in page.text
    await signed_in_client(client, owner.person_id)
    link = re.search(r"/questions/[^/]+/answer", (await client.get(f"/jobs/{job.number}")).text)
    assert link is not None
    assert (await client.get(link[0])).status_code == 200
    assert (await client.post(link[0], data={"answer": "接受境内远程。"})).status_code == 303
    client.cookies.clear()
    assert "接受境内远程。" in (await client.get(f"/jobs/{job.number}")).text


async def test_amending_cancelling_and_watching(client: httpx.AsyncClient) -> None:
    owner, firm = await actor(await make_organisation()), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job, by=firm)
    await signed_in_client(client, owner.person_id)
    page = await client.get(f"/jobs/{job.number}/amend")
    assert job.question_deadline_at is not None
    assert job.bid_deadline_at is not None
    assert job.delivery_deadline is not None
    assert page.status_code == 200
    data = {
        "title": job.title, "summary": job.summary, "industry": job.industry, "modality": "图像",
        "task_types": ["2D框"], "volume": "9000", "unit": "张", "accuracy": "0.96",
        "has_no_state_secrets": "1", "budget_fen": "200万", "ceiling_unit_price": "90",
        "question_deadline_at": clock.in_china(job.question_deadline_at).isoformat(),
        "bid_deadline_at": clock.in_china(job.bid_deadline_at).isoformat(),
        "delivery_deadline": job.delivery_deadline.isoformat(), "readers_per_item": "1",
    }  # fmt: skip
    amended = await client.post(f"/jobs/{job.number}/amend", data=data)
    assert amended.status_code == 303, amended.text
    assert (await Job.get(id=job.id)).version == 2
    await signed_in_client(client, firm.person_id)
    assert f"/bids/{bid.number}" in (await client.get(f"/jobs/{job.number}")).text
    assert (await client.post(f"/bids/{bid.number}/reconfirm")).status_code == 303
    assert (await client.post(f"/bids/{bid.number}/withdraw")).status_code == 303
    assert (await client.post(f"/jobs/{job.number}/favourite")).status_code == 303
    assert job.number in (await client.get("/favourites")).text
    await signed_in_client(client, owner.person_id)
    assert (await client.get(f"/jobs/{job.number}/cancel")).status_code == 200
    cancelled = await client.post(
        f"/jobs/{job.number}/cancel", data={"code": "no_longer_needed", "explanation": "项目取消"}
    )
    assert cancelled.status_code == 303
    assert (await Job.get(id=job.id)).status == JobStatus.CANCELLED
    assert (await client.get(f"/jobs/{job.number}")).status_code == 200


async def test_other_parties_get_404(client: httpx.AsyncClient) -> None:
    owner, firm = await actor(await make_organisation()), await tendering.make_supplier()
    draft = await tendering.make_job(by=owner)
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job, by=firm)
    rival, stranger = await tendering.make_supplier(), await actor(await make_organisation())
    for reader in (rival, stranger, owner):
        await signed_in_client(client, reader.person_id)
        assert (await client.get(f"/bids/{bid.number}")).status_code in (403, 404)
        assert (await client.get(f"/bids/{bid.number}/score")).status_code == 404
    for address in (f"/jobs/{draft.number}", f"/jobs/{draft.number}/edit/subject",
                    f"/jobs/{draft.number}/review", f"/jobs/{job.number}/evaluation",
                    f"/jobs/{job.number}/opening", f"/jobs/{job.number}/history",
                    f"/jobs/{job.number}/amend"):  # fmt: skip
        await signed_in_client(client, stranger.person_id)
        assert (await client.get(address)).status_code == 404, address
    withdrawn = await client.post(f"/bids/{bid.number}/withdraw")
    assert withdrawn.status_code in (403, 404)
    assert (await Bid.get(id=bid.id)).status == "submitted"


@pytest.mark.parametrize("address", ["/jobs/new", "/jobs/mine", "/bids", "/favourites"])
async def test_pages_of_an_organisation_need_a_log_in(
    client: httpx.AsyncClient, address: str
) -> None:
    answer = await client.get(address)
    assert answer.status_code == 303
    assert (
        answer.headers["location"].startswith("/sign-in") or "next=" in answer.headers["location"]
    )
