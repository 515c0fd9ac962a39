"""Forms that keep what was typed: restored, discarded, forgotten when sent, sealed where a copy must not tell."""

import datetime as dt
import re
from html import unescape

import httpx
import pytest

from market.kit import clock, drafts
from market.kit.drafts import FormDraft
from market.tendering.models import Bid
from tests.factories import actor, make_organisation, signed_in_client, tendering

NEED = "/needs/new?template=speech&mode=market"
TYPED = {"title": "吕梁方言五百小时", "modality": "文本", "summary": "通话录音"}


def ticket_of(page: httpx.Response) -> str:
    """What the page's form carries so that it can be kept."""
    found = re.search(r'name="_draft" value="([^"]+)"', page.text)
    assert found, "the form is not one that is kept"
    return unescape(found[1])


async def keep(client: httpx.AsyncClient, path: str, **typed: object) -> httpx.Response:
    """Open the page, type and press the button."""
    ticket = ticket_of(await client.get(path))
    return await client.post("/drafts", data={"_draft": ticket, **typed})


@pytest.fixture
async def buyer(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The browser of a demand organisation."""
    return await signed_in_client(client, (await actor(await make_organisation())).person_id)


async def test_what_was_typed_stands_there_again(buyer: httpx.AsyncClient) -> None:
    with clock.frozen_at(dt.datetime(2026, 3, 2, 9, 30, tzinfo=clock.CHINA)):
        answer = await keep(buyer, NEED, **TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, NEED)
    with clock.frozen_at(dt.datetime(2026, 3, 5, 9, 30, tzinfo=clock.CHINA)):
        page = await buyer.get(NEED)
    assert "已恢复 2026-03-02 09:30 保存的草稿" in page.text
    assert 'value="吕梁方言五百小时"' in page.text
    assert '<option value="文本" selected>' in page.text


async def test_the_script_saves_quietly_and_the_last_text_counts(buyer: httpx.AsyncClient) -> None:
    with clock.frozen_at(dt.datetime(2026, 3, 2, 9, 30, tzinfo=clock.CHINA)):
        answer = await keep(buyer, NEED, title="一", _quiet="1")
        assert answer.json() == {"saved_at": "2026-03-02T01:30:00+00:00"}
        await keep(buyer, NEED, title="二", _quiet="1")
    assert [draft.data for draft in await FormDraft.all()] == [[["title", "二"]]]


async def test_a_draft_is_discarded(buyer: httpx.AsyncClient) -> None:
    await keep(buyer, NEED, **TYPED)
    ticket = ticket_of(await buyer.get(NEED))
    answer = await buyer.post("/drafts/discard", data={"_draft": ticket})
    assert (answer.status_code, answer.headers["location"]) == (303, NEED)
    assert "吕梁方言" not in (await buyer.get(NEED)).text
    assert await FormDraft.all().count() == 0


async def test_a_refused_form_keeps_its_draft_and_an_accepted_one_does_not(
    client: httpx.AsyncClient,
) -> None:
    supplier = await tendering.make_supplier()
    firm = await signed_in_client(client, supplier.person_id)
    job = await tendering.published_job()
    path = f"/jobs/{job.number}/questions"
    await keep(firm, path, text="数据是否脱敏？")
    ticket = ticket_of(await firm.get(path))
    refused = await firm.post(path, data={"_draft": ticket, "text": ""})
    assert (refused.status_code, await FormDraft.all().count()) == (422, 1)
    assert ticket_of(refused) == ticket
    sent = await firm.post(path, data={"_draft": ticket, "text": "数据是否脱敏？请说明方式。"})
    assert (sent.status_code, await FormDraft.all().count()) == (303, 0)


async def test_another_person_or_organisation_sees_no_draft(client: httpx.AsyncClient) -> None:
    for _side in range(2):
        browser = await signed_in_client(client, (await actor(await make_organisation())).person_id)
        assert "吕梁方言" not in (await browser.get(NEED)).text
        await keep(browser, NEED, **TYPED)
    assert await FormDraft.all().count() == 2


async def test_a_draft_ends_after_thirty_days(buyer: httpx.AsyncClient) -> None:
    await keep(buyer, NEED, **TYPED)
    with clock.shifted_by(drafts.LIFETIME - dt.timedelta(minutes=1)):
        await drafts.forget_expired()
        assert await FormDraft.all().count() == 1
    with clock.shifted_by(drafts.LIFETIME + dt.timedelta(minutes=1)):
        assert await FormDraft.all().count() == 1
        await drafts.forget_expired()
        assert await FormDraft.all().count() == 0


@pytest.mark.parametrize("ticket", ["", "invented", "WyIvYSIsImtlcHQiXQ.AAAA"])
async def test_only_a_form_of_ours_is_kept(buyer: httpx.AsyncClient, ticket: str) -> None:
    for path in ("/drafts", "/drafts/discard"):
        answer = await buyer.post(path, data={"_draft": ticket, **TYPED})
        assert answer.status_code == 422
    assert await FormDraft.all().count() == 0


async def test_passwords_and_files_are_left_out_and_too_much_is_refused(
    buyer: httpx.AsyncClient,
) -> None:
    typed = {"title": "甲", "password": "secret", "new_password": "secret", "_quiet": "1"}
    await keep(buyer, NEED, **typed)
    assert [draft.data for draft in await FormDraft.all()] == [[["title", "甲"]]]
    assert (await keep(buyer, NEED, summary="长" * 70_000)).status_code == 422
    assert [draft.data for draft in await FormDraft.all()] == [[["title", "甲"]]]


async def test_nobody_signed_in_keeps_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("/drafts", data={"_draft": "x"})
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")


async def test_a_bid_is_kept_sealed_to_the_session(client: httpx.AsyncClient) -> None:
    supplier = await tendering.make_supplier()
    firm = await signed_in_client(client, supplier.person_id)
    job = await tendering.published_job()
    path = f"/jobs/{job.number}/bids/new"
    await keep(firm, path, unit_price="77.7777", proposal="三甲医院团队")
    kept = await FormDraft.get()
    written = repr(dict(kept))
    for told in (
        "77.7777",
        "三甲",
        job.number,
        str(supplier.person_id),
        str(supplier.organisation_id),
    ):
        assert told not in written
    assert 'value="77.7777"' in (await firm.get(path)).text
    assert await Bid.all().count() == 0
    another_session = await signed_in_client(client, supplier.person_id)
    assert "77.7777" not in (await another_session.get(path)).text


async def test_every_tick_of_a_list_is_restored(client: httpx.AsyncClient) -> None:
    firm = await signed_in_client(client, (await tendering.make_supplier()).person_id)
    await keep(firm, "/my/talents/new", name="李四", modalities=["文本", "视频"])
    page = await firm.get("/my/talents/new")
    assert re.findall(r'name="modalities" value="(\w+)" checked', page.text) == ["视频", "文本"]
