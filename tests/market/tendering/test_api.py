"""The JSON API: a job from draft to award, and its refusals."""

import httpx

from market.kit import clock
from market.tendering.models import Award, Bid, Job
from tests.factories import actor, make_organisation, signed_in_client, tendering

API = "/api/v1"


async def test_a_job_goes_from_draft_to_award(client: httpx.AsyncClient) -> None:
    owner, firm = await actor(await make_organisation()), await tendering.make_supplier()
    await signed_in_client(client, owner.person_id)
    templates = (await client.get(f"{API}/job-templates")).json()["items"]
    assert len(templates) == 10
    values = tendering.job_values()
    body = {
        **{k: v for k, v in values.items() if not k.endswith(("_at", "deadline"))},
        "volume": "10000", "ceiling_unit_price": "90", "template": "agriculture", "annotator_type": "",
        "min_level": "", "min_staff": 0,
        "question_deadline_at": values["question_deadline_at"].isoformat(),
        "bid_deadline_at": values["bid_deadline_at"].isoformat(),
        "delivery_deadline": values["delivery_deadline"].isoformat(),
    }  # fmt: skip
    created = await client.post(f"{API}/jobs", json=body)
    assert created.status_code == 201, created.text
    number = created.json()["number"]
    patched = await client.patch(f"{API}/jobs/{number}", json={"title": "改过的标题"})
    assert (patched.json()["title"], patched.json()["volume"]) == ("改过的标题", "10000.00")
    attached = await client.put(
        f"{API}/jobs/{number}/documents/guideline", params={"filename": "规范.txt"}, content="拉框"
    )
    assert attached.status_code == 200
    assert (await client.post(f"{API}/jobs/{number}/publish")).json()["status"] == "open_bidding"

    await signed_in_client(client, firm.person_id)
    asked = await client.post(f"{API}/jobs/{number}/questions", json={"text": "能否远程作业？"})
    assert asked.status_code == 201
    offer = {"unit_price": "80", "delivery_days": 60, "proposal": "双人互检"}
    placed = await client.post(f"{API}/jobs/{number}/bids", json=offer)
    bid = placed.json()
    assert (placed.status_code, bid["total_fen"]) == (201, 80_000_000)
    again = await client.post(f"{API}/jobs/{number}/bids", json=offer)
    assert again.status_code == 409
    revised = await client.put(f"{API}/bids/{bid['number']}", json={**offer, "unit_price": "70"})
    assert revised.json()["offer"]["unit_price"] == "70.0000"

    await signed_in_client(client, owner.person_id)
    assert (await client.get(f"{API}/jobs/{number}/bids")).json() == {"items": []}
    assert (await client.get(f"{API}/jobs/{number}/opening")).status_code == 404
    question = (await client.get(f"{API}/jobs/{number}/questions")).json()["items"][0]
    answered = await client.post(
        f"{API}/questions/{question['id']}/answer", json={"answer": "可以"}
    )
    assert answered.json()["answer"] == "可以"
    await tendering.open_bids(await Job.get(number=number))
    assert (await client.get(f"{API}/jobs/{number}/opening")).json()["is_intact"] is True
    scored = await tendering.score(await Bid.get(number=bid["number"]), "5", by=owner)
    assert str(scored.total_points) == "100.0000"
    award = await client.post(
        f"{API}/bids/{bid['number']}/award", json={"rationale": "唯一有效投标，满足全部要求。"}
    )
    assert (award.status_code, award.json()["status"]) == (201, "pending")
    cancelled = await client.post(
        f"{API}/awards/{award.json()['number']}/cancel", json={"reason": "预算收回，重新评审"}
    )
    assert cancelled.json()["status"] == "unsuccessful"
    assert await Award.all().count() == 1


async def test_gates_answer_as_problem_json(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation())
    job = await tendering.make_job(by=owner, data_grade="核心数据")
    await signed_in_client(client, owner.person_id)
    refused = await client.post(f"{API}/jobs/{job.number}/publish")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert set(refused.json()["errors"]) == {"data_grade"}


async def test_the_list_is_public_and_pages_by_cursor(client: httpx.AsyncClient) -> None:
    for title in ("甲任务", "乙任务"):
        await tendering.published_job(title=title)
    first = (await client.get(f"{API}/jobs", params={"limit": 1})).json()
    assert [job["title"] for job in first["items"]] == ["乙任务"]
    rest = (await client.get(f"{API}/jobs", params={"limit": 1, "after": first["next"]})).json()
    assert ([job["title"] for job in rest["items"]], rest["next"]) == (["甲任务"], None)


async def test_unknown_fields_and_other_parties_are_refused(client: httpx.AsyncClient) -> None:
    owner, rival = await actor(await make_organisation()), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job)
    await signed_in_client(client, rival.person_id)
    assert (await client.get(f"{API}/bids/{bid.number}")).status_code == 404
    assert (await client.post(f"{API}/bids/{bid.number}/withdraw")).status_code == 404
    assert (await client.post(f"{API}/jobs/{job.number}/publish")).status_code == 404
    await signed_in_client(client, owner.person_id)
    odd = await client.patch(f"{API}/jobs/{job.number}", json={"status": "awarded"})
    assert odd.status_code == 422
    assert (await Bid.get(id=bid.id)).status == "submitted"
    assert (await Job.get(id=job.id)).status == "open_bidding"
    assert job.bid_deadline_at is not None
    assert job.bid_deadline_at > clock.now()
