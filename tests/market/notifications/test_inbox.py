"""The bell: one notice for each mail, for its reader alone, until it is read."""

import httpx

from market.kit.outbox import OutboxMessage
from market.notifications.models import InboxNotice
from market.tendering import questions
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.mail import deliver_mail
from tests.journeys.bearers import bearer


async def asked() -> tuple[object, object]:
    """An owner who was asked a question, and the asker."""
    owner = await actor(await make_organisation(kind="demand"))
    firm = await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    await questions.ask_question(job, "是否需要双人复核？请说明。", by=firm)
    await deliver_mail()
    return owner, firm


async def test_a_notice_is_counted_opened_and_read(client: httpx.AsyncClient) -> None:
    owner, firm = await asked()
    row = await InboxNotice.get(person_id=owner.person_id)
    await signed_in_client(client, owner.person_id)
    page = await client.get("/my/notices")
    opened = await client.post(f"/my/notices/{row.id}")
    read = await InboxNotice.get(id=row.id)

    assert row.title in page.text
    assert 'class="count count-urgent"' in page.text
    assert opened.headers["location"] == row.url
    assert read.read_at is not None
    assert 'class="count count-urgent"' not in (await client.get("/my/notices")).text
    await signed_in_client(client, firm.person_id)
    assert (await client.post(f"/my/notices/{row.id}")).status_code == 404


async def test_a_second_run_of_the_handler_writes_no_second_notice(rollback: None) -> None:
    owner, _firm = await asked()
    await OutboxMessage.filter(topic="question.asked").update(done_at=None, handled=[])
    await deliver_mail()
    assert await InboxNotice.filter(person_id=owner.person_id).count() == 1


async def test_a_receipt_of_a_sealed_bid_leaves_no_notice(rollback: None) -> None:
    firm = await tendering.make_supplier()
    await tendering.place_bid(await tendering.published_job(), by=firm)
    await deliver_mail()
    assert await InboxNotice.filter(person_id=firm.person_id).count() == 0


async def test_api_lists_and_marks(client: httpx.AsyncClient) -> None:
    owner, firm = await asked()
    headers = await bearer(owner)
    listed = await client.get("/api/v1/notices", headers=headers)
    (item,) = listed.json()["items"]
    others = await client.post(
        "/api/v1/notices/read", json={"ids": [item["id"]]}, headers=await bearer(firm)
    )
    unread = await InboxNotice.filter(person_id=owner.person_id, read_at=None).count()
    marked = await client.post("/api/v1/notices/read", json={}, headers=headers)
    chosen = await client.put(
        "/api/v1/reminders", json={"wanted": ["bids_close"], "frequency": "daily"}, headers=headers
    )

    assert item["read_at"] is None
    assert (others.json(), unread, marked.json()) == ({"read": 0}, 1, {"read": 1})
    assert chosen.json()["wanted"] == ["bids_close"]
    assert "signing" in chosen.json()["always"]
