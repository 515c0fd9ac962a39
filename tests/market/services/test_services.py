"""Services and quotes: who offers, asks, answers and takes; a quote's last day."""

import datetime as dt

import httpx
import pytest

from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.services import access, kinds, quotes
from market.services.forms import QuoteInput, ReplyInput, ServiceInput
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus, ServiceStatus
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.programmes import SERVICE, ask, make_service

pytestmark = pytest.mark.usefixtures("rollback")
ACCEPT = ReplyInput(decision="accept")


def offer(days: int = 10) -> QuoteInput:
    day = clock.today() + dt.timedelta(days=days)
    return QuoteInput.model_validate(
        {
            "decision": "quote",
            "answer": "含两次现场访谈与报告。",
            "amount_fen": "3万",
            "valid_until": day,
        }
    )


async def one(kind: str) -> Actor:
    return await actor(await make_organisation(kind=kind, region_code="370100"))


def test_every_kind_the_documents_name_is_there() -> None:
    words = [kinds.label(code) for code in kinds.codes()]
    for word in ("人力资源", "金融服务", "合规咨询", "法律审计", "国际合作", "供需对接", "信息沟通", "人才招聘",
                 "人才培训", "产业咨询", "技术支持", "创业帮扶", "融资咨询", "商业调研"):  # fmt: skip
        assert word in words
    assert len(set(kinds.codes())) == len(words)


async def test_a_quote_from_request_to_acceptance() -> None:
    provider, buyer, rival = await one("service"), await one("demand"), await one("service")
    listing = await make_service(provider)
    with pytest.raises(NotPermitted):
        await ask(listing, provider)
    row = await ask(listing, buyer)
    for stranger in (rival, buyer):
        with pytest.raises(NotFound):
            await quotes.answer_request(row, offer(), by=stranger)
    with pytest.raises(Conflict):
        await quotes.reply_to_quote(row, ACCEPT, by=buyer)
    row = await quotes.answer_request(row, offer(), by=provider)
    assert (row.status, row.amount_fen) == (QuoteStatus.QUOTED, 3_000_000)
    with pytest.raises(NotFound):
        await quotes.reply_to_quote(row, ACCEPT, by=rival)
    with clock.shifted_by(dt.timedelta(days=11)), pytest.raises(Conflict):
        await quotes.reply_to_quote(row, ACCEPT, by=buyer)
    assert (await QuoteRequest.get(id=row.id)).status is QuoteStatus.QUOTED
    with clock.shifted_by(dt.timedelta(days=9)):
        row = await quotes.reply_to_quote(row, ACCEPT, by=buyer)
        await outbox.drain(HANDLERS)
    assert row.status is QuoteStatus.ACCEPTED
    assert await SentMail.filter(subject__contains=row.number).count() == 3
    found = await quotes.totals("3701")
    assert (found.listed, found.by_kind, found.requests) == (1, {"compliance": 1}, 1)
    assert (found.accepted, found.accepted_fen) == (1, 3_000_000)
    with pytest.raises(NotFound):
        await access.quote_to_see(rival, row.number)
    with pytest.raises(ValueError, match=r"amount|金额"):
        QuoteInput(decision="quote", answer="含两次现场访谈与报告。")


async def test_who_offers_and_what_is_no_longer_offered() -> None:
    provider, firm = await one("base"), await one("supplier")
    with pytest.raises(NotPermitted):
        await make_service(firm)
    with pytest.raises(ValueError, match=r"listed|列"):
        ServiceInput.model_validate(SERVICE | {"kind": "gambling"})
    listing = await make_service(provider)
    with pytest.raises(NotFound):
        await quotes.move_service(listing, ServiceStatus.WITHDRAWN, by=await one("service"))
    listing = await quotes.move_service(listing, ServiceStatus.WITHDRAWN, by=provider)
    with pytest.raises(Conflict):
        await ask(listing, firm)
    with pytest.raises(NotFound):
        await access.listing_to_see(firm, listing.number)
    assert not await QuoteRequest.exists()


async def test_the_pages_of_services(client: httpx.AsyncClient) -> None:
    provider, buyer = await one("service"), await one("demand")
    await signed_in_client(client, provider.person_id)
    sent = await client.post("/service-listings/new", data=SERVICE)
    assert sent.status_code == 303
    page = sent.headers["location"]
    await signed_in_client(client, buyer.person_id)
    listed = await client.get("/service-listings", params={"kind": "compliance", "q": "合规"})
    assert SERVICE["title"] in listed.text
    short = await client.post(page, data={"text": "短"})
    assert short.status_code == 422
    asked = await client.post(page, data={"text": "三千例影像数据的合规评估，含现场访谈。"})
    assert asked.status_code == 303
    quote = asked.headers["location"]
    await signed_in_client(client, provider.person_id)
    half = await client.post(
        f"{quote}/answer", data={"decision": "quote", "answer": "含两次现场访谈与报告。"}
    )
    assert half.status_code == 422
    day = (clock.today() + dt.timedelta(days=5)).isoformat()
    data = {
        "decision": "quote",
        "answer": "含两次现场访谈与报告。",
        "amount_fen": "3万",
        "valid_until": day,
    }
    assert (await client.post(f"{quote}/answer", data=data)).status_code == 303
    await signed_in_client(client, buyer.person_id)
    assert (await client.post(f"{quote}/reply", data={"decision": "accept"})).status_code == 303
    assert (await client.post(f"{quote}/reply", data={"decision": "accept"})).status_code == 409
    assert (await client.get("/quotes?format=csv")).text.count("30000.00") == 1
