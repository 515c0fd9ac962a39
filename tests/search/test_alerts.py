"""Saved searches: what is new is sent once, nothing is lost or leaked, and one click ends it."""

import datetime as dt
from typing import Any
from uuid import UUID

import httpx
import pytest

from market.accounts.models import Membership, Organisation, Person
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.mail import SentMail
from market.notifications.models import InboxNotice
from market.tendering import jobs
from market.tendering.models import Job
from market.tendering.states import CancelReason, JobStatus
from search import alert_news, alerts, engines, indexing, saved_searches, saved_views, versions
from search.alert_models import AlertedVersion, AlertFrequency, SavedSearch
from search.engine import Query
from search.entries import index_document
from search.results import SearchQuery
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier
from tests.factories.mail import address_of
from tests.factories.tendering import make_job, owner_of, published_job

CHINA = clock.CHINA
HANDLERS = {
    topic: (*(indexing.HANDLERS if topic in indexing.TOPICS else ()), *handlers)
    for topic, handlers in alerts.HANDLERS.items()
}


async def work() -> None:
    """What the worker does: index, arm, ask, send."""
    await outbox.drain(HANDLERS)
    await alerts.ask_for_alerts()
    await outbox.drain(HANDLERS)


async def medical_job(title: str = "胸部CT肺结节分割", **values: Any) -> Job:
    return await published_job(
        title=title, modality="图像", task_types=["关键点"], unit="例", **values
    )


async def save(
    by: Actor,
    query: SearchQuery | None = None,
    frequency: AlertFrequency = AlertFrequency.IMMEDIATELY,
) -> SavedSearch:
    await outbox.drain(HANDLERS)
    asked = saved_views.search_asked(query or SearchQuery("肺结节", "jobs"), "jobs")
    seen = await alert_news.versions_now(asked.draft())
    return await saved_searches.save_search(asked, "肺结节需求", frequency, seen=seen, by=by)


async def mails() -> list[SentMail]:
    return await SentMail.filter(subject__contains="条新结果").order_by("created_at", "id")


@pytest.fixture
async def reader(http: httpx.AsyncClient) -> Actor:
    """Who saves searches."""
    return await actor(await make_organisation(kind="demand"))


async def test_only_what_is_new_is_sent_and_only_once(reader: Actor) -> None:
    old = await medical_job("早先的肺结节需求")
    row = await save(reader)
    await work()
    assert await mails() == []

    new = await medical_job("新的肺结节需求")
    await work()
    (mail,) = await mails()
    assert (mail.recipient, mail.subject) == (await address_of(reader), "1 条新结果：肺结节需求")
    assert f"/jobs/{new.number}" in mail.text
    assert f"/jobs/{old.number}" not in mail.text
    assert f'href="http://testserver/jobs/{new.number}"' in mail.html
    notice = await InboxNotice.get(person_id=reader.person_id)
    assert notice.url == saved_views.query_of(row).url()

    with clock.shifted_by(dt.timedelta(hours=2)):
        await work()
    assert len(await mails()) == 1


async def test_a_change_is_news_but_a_change_of_status_is_not(reader: Actor) -> None:
    job = await medical_job()
    await save(reader)
    (document,) = (await alert_news.fresh("jobs", [str(job.id)])).values()
    moved = {**document, "status": "evaluation"}
    assert versions.version_of(moved) == versions.version_of(document)
    await Job.filter(id=job.id).update(budget_fen=3_000_000_00)
    await outbox.record("job.changed", job=job.id)
    await work()
    assert len(await mails()) == 1


async def test_drafts_and_other_peoples_words_never_leak(reader: Actor) -> None:
    await save(reader)
    draft = await make_job(title="保密的肺结节草稿")
    published = await medical_job("肺结节需求将撤回")
    await outbox.drain(HANDLERS)
    await jobs.cancel_job(published, CancelReason.POLICY_CHANGED, by=await owner_of(published))
    assert draft.number not in str(await alert_news.found_by(await SavedSearch.get()))
    await alerts.ask_for_alerts()
    # The index still holds the cancelled job; the database decides.
    await outbox.drain({alerts.TOPIC: (alerts.send_alert,)})
    assert await mails() == []
    assert await AlertedVersion.filter().count() == 0


async def test_a_killed_worker_sends_the_same_again_and_loses_nothing(
    reader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(reader)
    first = await medical_job("第一个肺结节需求")
    await outbox.drain(HANDLERS)
    assert await alerts.ask_for_alerts() == 1
    message = await outbox.OutboxMessage.get(topic=alerts.TOPIC)
    view = outbox.Message(str(message.id), message.topic, message.payload)

    async def die(*_args: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(alerts, "_mail", die)
        with pytest.raises(ConnectionError):
            await alerts.send_alert(view)
    second = await medical_job("第二个肺结节需求")
    await outbox.drain({topic: handlers for topic, handlers in HANDLERS.items()
                        if topic != alerts.TOPIC})  # fmt: skip
    await alerts.send_alert(view)
    await alerts.send_alert(view)
    (mail,) = await mails()
    assert first.number in mail.text
    assert second.number not in mail.text
    with clock.shifted_by(dt.timedelta(hours=2)):
        await work()
    assert [second.number in one.text for one in await mails()] == [False, True]


async def test_two_mails_of_one_search_are_a_while_apart(reader: Actor) -> None:
    await save(reader)
    await medical_job("第一个肺结节需求")
    await work()
    await medical_job("第二个肺结节需求")
    await work()
    assert len(await mails()) == 1
    with clock.shifted_by(alerts.PAUSE):
        await work()
    assert len(await mails()) == 2


async def test_matched_jobs_follow_the_job_and_the_profile(http: httpx.AsyncClient) -> None:
    profile = await make_supplier(task_types=["病灶分割"], published=True)
    firm = await Organisation.get(id=profile.organisation_id)
    seller = await actor(firm)
    job = await medical_job()
    await outbox.drain(HANDLERS)
    asked = saved_views.matched_jobs_asked(seller)
    seen = await alert_news.versions_now(asked.draft())
    assert seen == {}
    await saved_searches.save_search(
        asked, "匹配需求", AlertFrequency.IMMEDIATELY, seen=seen, by=seller
    )
    profile.task_types = ["病灶分割", "关键点"]
    await profile.save(update_fields=["task_types"])
    await outbox.record("supplier.changed", organisation=firm.id)
    await work()
    (mail,) = await mails()
    assert job.number in mail.text

    await Membership.filter(person_id=seller.person_id).update(revoked_at=clock.now())
    await medical_job("又一个胸部CT需求")
    with clock.shifted_by(dt.timedelta(hours=2)):
        await work()
    assert len(await mails()) == 1


async def test_matched_suppliers_of_ones_own_job(http: httpx.AsyncClient) -> None:
    job = await medical_job()
    owner = await owner_of(job)
    stranger = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, stranger.person_id)
    assert (await http.get(f"/my/searches/new?job={job.number}")).status_code == 404
    await signed_in_client(http, owner.person_id)
    typed = {"name": "供给方", "frequency": "immediately", "kind": "suppliers"}
    saved = await http.post(f"/my/searches/new?job={job.number}", data=typed)
    assert saved.status_code == 303
    firm = await Organisation.get(id=(await make_supplier()).organisation_id)
    await work()
    (mail,) = await mails()
    assert firm.name in mail.text
    assert f"/jobs/{job.number}/suppliers" in mail.text


MONDAY = dt.datetime(2026, 11, 23, 8, 59, tzinfo=CHINA)
NATIONAL_DAY = dt.datetime(2026, 9, 30, 10, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("frequency", "after", "due"),
    [
        ("daily", MONDAY, "2026-11-23 09:00"),
        ("daily", MONDAY + dt.timedelta(minutes=1), "2026-11-24 09:00"),
        ("daily", dt.datetime(2026, 11, 27, 9, 0, tzinfo=CHINA), "2026-11-30 09:00"),
        ("daily", NATIONAL_DAY, "2026-10-08 09:00"),
        ("weekly", MONDAY, "2026-11-23 09:00"),
        ("weekly", MONDAY + dt.timedelta(minutes=1), "2026-11-30 09:00"),
        ("weekly", NATIONAL_DAY, "2026-10-08 09:00"),
        ("weekly", dt.datetime(2026, 10, 8, 9, 0, tzinfo=CHINA), "2026-10-12 09:00"),
        ("immediately", MONDAY, "2026-11-23 09:59"),
        ("never", MONDAY, ""),
    ],
)
def test_when_mail_comes(frequency: str, after: dt.datetime, due: str) -> None:
    found = saved_searches.next_due(AlertFrequency(frequency), after.astimezone(dt.UTC))
    assert (f"{clock.in_china(found):%Y-%m-%d %H:%M}" if found else "") == due


async def test_one_click_stops_it_without_logging_in(
    http: httpx.AsyncClient, reader: Actor
) -> None:
    row = await save(reader)
    path = alerts.stop_url(row).removeprefix("http://testserver")
    shown = await http.get(path)
    assert "停止邮件" in shown.text
    assert (await SavedSearch.get(id=row.id)).frequency == AlertFrequency.IMMEDIATELY
    answer = await http.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.text) == (200, "unsubscribed")
    stopped = await SavedSearch.get(id=row.id)
    assert (stopped.frequency, stopped.next_due_at) == (AlertFrequency.NEVER, None)
    await medical_job()
    await work()
    assert await mails() == []
    await saved_searches.delete_saved_search(stopped)
    assert (await http.post(path)).status_code == 303
    assert (await http.get(f"{path}x")).status_code == 404


async def test_the_pages_save_rename_and_delete(http: httpx.AsyncClient, reader: Actor) -> None:
    await signed_in_client(http, reader.person_id)
    assert "还没有保存的检索" in (await http.get("/my/searches")).text
    address = "/my/searches/new?q=肺结节&kind=jobs&status=open_bidding"
    assert "肺结节" in (await http.get(address)).text
    typed = {"name": "每周看看", "frequency": "weekly", "kind": "jobs"}
    assert (await http.post(address, data=typed)).status_code == 303
    row = await SavedSearch.get(person_id=reader.person_id)
    assert row.query == {"q": "肺结节", "without": [], "chosen": {"status": ["open_bidding"]}}
    twice = await http.post(address, data=typed)
    assert (twice.status_code, "该检索已保存过" in twice.text) == (409, True)
    changed = await http.post(f"/my/searches/{row.id}", data={"name": "改名", "frequency": "never"})
    assert changed.status_code == 303
    page = await http.get("/my/searches")
    assert "改名" in page.text
    assert "不发送邮件" in page.text
    other = await actor(await make_organisation(kind="supplier"))
    await signed_in_client(http, other.person_id)
    assert (await http.post(f"/my/searches/{row.id}/delete")).status_code == 404
    assert await SavedSearch.filter(id=row.id).exists()
    await signed_in_client(http, reader.person_id)
    assert (await http.post(f"/my/searches/{row.id}/delete")).status_code == 303
    assert await SavedSearch.filter().count() == await AlertedVersion.filter().count() == 0


async def test_a_person_keeps_a_limited_number(
    reader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 1)
    await save(reader)
    with pytest.raises(saved_searches.TooManySaved):
        await save(reader, SearchQuery("点云", "jobs"))
    assert await SavedSearch.filter(person_id=reader.person_id).count() == 1


async def test_the_api_does_the_same(http: httpx.AsyncClient, reader: Actor) -> None:
    await signed_in_client(http, reader.person_id)
    body = {"name": "云", "q": "点云", "kind": "jobs", "chosen": {"unit": ["帧"]}}
    made = await http.post("/api/v1/saved-searches", json=body)
    assert made.status_code == 201
    assert made.json()["url"] == "/search?q=%E7%82%B9%E4%BA%91&kind=jobs&unit=%E5%B8%A7"
    wrong = await http.post("/api/v1/saved-searches", json={**body, "chosen": {"paid": ["1"]}})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["chosen"])
    refused = await http.post("/api/v1/saved-searches", json={"name": "x", "matched_jobs": True})
    assert refused.status_code == 403
    key = made.json()["id"]
    put = await http.put(f"/api/v1/saved-searches/{key}", json={"name": "n", "frequency": "never"})
    assert put.json()["next_due_at"] is None
    listed = (await http.get("/api/v1/saved-searches")).json()
    assert [one["name"] for one in listed["items"]] == ["n"]
    assert (await http.delete(f"/api/v1/saved-searches/{key}")).status_code == 204
    assert (await http.delete(f"/api/v1/saved-searches/{key}")).status_code == 404


async def test_the_mail_can_be_stopped_by_the_mail_program(
    reader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await save(reader)
    posted = []

    async def send(letter: Any) -> None:
        posted.append(letter)

    monkeypatch.setattr("market.kit.mail.send", send)
    await medical_job()
    await work()
    (letter,) = posted
    assert letter.unsubscribe_url == alerts.stop_url(row)
    assert letter.unsubscribe_url in letter.text
    assert (await Person.get(id=reader.person_id)).email == letter.recipient
    assert await engines.embedded().health()


async def test_a_new_record_behind_five_hundred_better_ones_is_sent(reader: Actor) -> None:
    other = await medical_job("另一个需求")
    await work()
    # more relevant by far, and not of this database: an alert never asks for them
    held = await engines.embedded().scan("jobs", offset=0, limit=9)
    source: Any = next(iter(held.values()))
    crowd = [index_document({**source, "id": str(UUID(int=n)), "title": "征象"})
             for n in range(510)]  # fmt: skip
    await engines.embedded().upsert("jobs", crowd)
    row = await save(reader, SearchQuery("征象", "jobs"))
    new = await medical_job(
        "多中心影像项目",
        summary="胸部影像，标注其中的肺结节与其他征象，双人双盲，按批次交付并抽样验收。",
    )
    await outbox.drain(HANDLERS)
    ranked = await engines.embedded().search("jobs", Query("征象", per_page=700))
    assert [hit.id for hit in ranked.hits].index(str(new.id)) >= 510
    assert str(new.id) not in await alert_news.found_by(row)
    await work()
    (mail,) = await mails()
    assert new.number in mail.text
    assert other.number not in mail.text
    with clock.shifted_by(dt.timedelta(hours=2)):
        await outbox.record("job.changed", job=new.id)
        await work()
    assert len(await mails()) == 1


async def test_a_status_is_news_to_who_asked_for_it(reader: Actor) -> None:
    job = await medical_job()
    await save(reader)
    chosen = SearchQuery("肺结节", "jobs", chosen={"status": ("opening",)})
    await save(reader, chosen)
    await job.move_to(JobStatus.OPENING, by=Actor.system("test"))
    await outbox.record("job.changed", job=job.id)
    await work()
    (mail,) = await mails()
    assert "status=opening" in mail.text
