"""Pages and API of dataset needs: what is listed, who sees offers, posting from a template."""

import httpx

from market.datasets import offers
from market.datasets.forms import OfferInput
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.states import NeedStatus
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.datasets import make_need

OFFER = OfferInput(price_fen=18000000, text="已有 520 小时闽南语客服录音，权属清晰")


async def test_the_list_shows_open_needs_and_narrows(client: httpx.AsyncClient) -> None:
    await make_need(title="语音需求甲")
    await make_need(title="影像需求乙", modality="医学影像", health_level=3, unit="例")
    await make_need(title="草稿丙", published=False)

    page = await client.get("/needs")
    images = await client.get("/needs", params={"modality": "医学影像"})
    elsewhere = await client.get("/needs", params={"region": "140000"})

    assert page.status_code == 200
    assert "语音需求甲" in page.text
    assert "草稿丙" not in page.text
    assert "影像需求乙" in images.text
    assert "语音需求甲" not in images.text
    assert "没有符合条件的数据集需求" in elsewhere.text


async def test_a_need_is_posted_from_a_template_and_published(client: httpx.AsyncClient) -> None:
    owner = await make_organisation(kind="demand")
    by = await actor(owner)
    await signed_in_client(client, by.person_id)

    start = await client.get("/needs/new")
    form = await client.get("/needs/new", params={"template": "speech", "mode": "market"})
    typed = {
        "title": "求购方言语音", "summary": "双人对话，带时间戳与意图标签", "supply_mode": "电商模式",
        "price_model": "按数据集买断", "modality": "语音", "industry": "商贸流通",
        "task_types": ["语音转写"], "volume": "500", "unit": "有效小时", "budget_fen": "20万",
        "license": "商用", "deadline": "2099-12-31", "data_grade": "一般数据",
    }  # fmt: skip
    saved = await client.post("/needs/new", data=typed)
    need = await DatasetNeed.get(owner=owner)
    published = await client.post(f"/needs/{need.number}/publish")

    assert "明码标价" in start.text
    assert 'value="有效小时"' in form.text
    assert saved.status_code == 303
    assert published.headers["location"] == f"/needs/{need.number}"
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.OPEN


async def test_a_refused_form_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    by = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, by.person_id)

    answer = await client.post("/needs/new", data={"title": "方言", "budget_fen": "很多"})

    assert answer.status_code == 422
    assert 'value="很多"' in answer.text
    assert await DatasetNeed.all().count() == 0


async def test_offers_are_seen_by_the_owner_and_their_supplier_only(
    client: httpx.AsyncClient,
) -> None:
    need = await make_need()
    seller = await actor(await make_organisation(kind="supplier"))
    rival = await actor(await make_organisation(kind="supplier"))
    owner = await actor(await need.owner)
    offer = await offers.make_offer(need, OFFER, by=seller)
    path = f"/needs/{need.number}"

    assert "520 小时" not in (await client.get(path)).text
    await signed_in_client(client, rival.person_id)
    assert "520 小时" not in (await client.get(path)).text
    assert (await client.post(f"{path}/offers/{offer.id}/choose")).status_code == 404
    await signed_in_client(client, seller.person_id)
    assert "520 小时" in (await client.get(path)).text
    await signed_in_client(client, owner.person_id)
    assert "520 小时" in (await client.get(path)).text
    assert (await client.post(f"{path}/offers/{offer.id}/choose")).status_code == 303
    assert (await DatasetOffer.get(id=offer.id)).chosen_at is not None


async def test_a_supplier_offers_and_withdraws(client: httpx.AsyncClient) -> None:
    need = await make_need()
    seller = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(client, seller.person_id)
    path = f"/needs/{need.number}"

    refused = await client.post(path, data={"price_fen": "0", "text": OFFER.text})
    made = await client.post(path, data={"price_fen": "18万", "text": OFFER.text})
    offer = await DatasetOffer.get(need=need)
    gone = await client.post(f"{path}/offer/withdraw")

    assert refused.status_code == 422
    assert made.status_code == 303
    assert offer.price_fen == 18000000
    assert gone.status_code == 303
    assert (await DatasetOffer.get(need=need)).withdrawn_at is not None


async def test_closing_asks_why(client: httpx.AsyncClient) -> None:
    need = await make_need()
    owner = await actor(await need.owner)
    await signed_in_client(client, owner.person_id)

    assert (await client.get(f"/needs/{need.number}/close")).status_code == 200
    assert (await client.post(f"/needs/{need.number}/close", data={})).status_code == 422
    closed = await client.post(f"/needs/{need.number}/close", data={"reason": "已线下成交"})
    assert closed.status_code == 303
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.CLOSED
    assert (await client.get("/my/needs")).status_code == 200


async def test_the_api_posts_publishes_and_takes_offers(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, owner.person_id)
    body = {
        "title": "求购方言语音", "summary": "双人对话，带时间戳与意图标签", "supply_mode": "电商模式",
        "price_model": "一次性买断", "modality": "语音", "industry": "商贸流通",
        "task_types": ["语音转写"], "volume": "500", "unit": "有效小时", "budget_fen": 20000000,
        "license": "商用", "deadline": "2099-12-31",
    }  # fmt: skip

    drafted = await client.post("/api/v1/needs", json=body)
    number = drafted.json()["number"]
    opened = await client.post(f"/api/v1/needs/{number}/publication")
    listed = await client.get("/api/v1/needs", params={"modality": "语音"})
    seller = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(client, seller.person_id)
    made = await client.post(
        f"/api/v1/needs/{number}/offers", json={"price_fen": 100, "text": OFFER.text}
    )
    seen = await client.get(f"/api/v1/needs/{number}/offers")

    assert drafted.status_code == 201
    assert opened.json()["status"] == "open"
    assert [item["number"] for item in listed.json()["items"]] == [number]
    assert made.status_code == 201
    assert [item["price_fen"] for item in seen.json()["items"]] == [100]
