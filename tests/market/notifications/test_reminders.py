"""Reminders come once, in time, to who can act; optional ones as each person wishes, binding ones always."""

import datetime as dt

import httpx
import pytest

from market.accounts.models import Organisation, Person
from market.kit import clock
from market.kit.actor import Actor
from market.kit.outbox import OutboxMessage
from market.notifications import choices, digests
from market.notifications.models import Frequency, InboxNotice, Reminder
from market.notifications.reminders import look_for_reminders
from market.tendering import jobs
from market.tendering.models import Job
from market.tendering.states import CancelReason
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.complaints import make_complaint
from tests.factories.mail import address_of, deliver_mail

START = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


async def followed() -> tuple[Job, Actor, Actor]:
    """A job, its owner, and a supplier that keeps an eye on it; mail so far is delivered."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    await jobs.toggle_favourite(job, by=firm)
    await look_for_reminders()
    await deliver_mail()
    return job, owner, firm


async def looked_at(moment: dt.datetime) -> list[tuple[str, str]]:
    """The clock looks just before and at a moment; what mail goes out then."""
    with clock.frozen_at(moment - dt.timedelta(minutes=1)):
        await look_for_reminders()
        await deliver_mail()
    with clock.frozen_at(moment):
        await look_for_reminders()
        return sorted((mail.recipient, mail.subject) for mail in await deliver_mail())


async def test_a_day_before_bids_close_once_and_to_who_acts(rollback: None) -> None:
    with clock.frozen_at(START):
        job, owner, firm = await followed()
        await actor(await Organisation.get(id=firm.organisation_id), "finance")
        sales = await actor(await Organisation.get(id=firm.organisation_id), "sales")
    at = job.bid_deadline_at
    assert at is not None
    when = f"{clock.in_china(at):%Y-%m-%d %H:%M}"

    mails = await looked_at(at - DAY)

    assert mails == sorted(
        [
            (await address_of(firm), f"提醒：投标截止 {when}"),
            (await address_of(sales), f"提醒：投标截止 {when}"),
            (await address_of(owner), f"提醒：开标 {when}"),
        ]
    )
    with clock.frozen_at(at - DAY):
        assert await look_for_reminders() == 0
    with clock.frozen_at(at - DAY + HOUR):
        assert await look_for_reminders() == 0


async def test_nothing_is_recorded_when_nothing_is_due(rollback: None) -> None:
    with clock.frozen_at(START):
        await followed()
        messages = await OutboxMessage.all().count()
        assert await look_for_reminders() == 0
    with clock.frozen_at(START + HOUR):
        assert await look_for_reminders() == 0
    assert await OutboxMessage.all().count() == messages
    assert await Reminder.all().count() == 0


async def test_a_deadline_that_fell_away_is_not_reminded_of(rollback: None) -> None:
    with clock.frozen_at(START):
        job, owner, _firm = await followed()
    at = job.bid_deadline_at
    assert at is not None
    with clock.frozen_at(at - DAY - HOUR):
        await look_for_reminders()
        await deliver_mail()
    with clock.frozen_at(at - DAY):
        assert await look_for_reminders() == 2
        await jobs.cancel_job(await Job.get(id=job.id), CancelReason.POLICY_CHANGED, by=owner)
        subjects = [mail.subject for mail in await deliver_mail()]
    assert [one for one in subjects if one.startswith("提醒")] == []


async def test_a_moved_deadline_is_reminded_of_again(rollback: None) -> None:
    with clock.frozen_at(START):
        job, _owner, _firm = await followed()
    at = job.bid_deadline_at
    assert at is not None
    assert len(await looked_at(at - DAY)) == 2
    with clock.frozen_at(at - DAY):
        await Job.filter(id=job.id).update(bid_deadline_at=at + 2 * DAY)
    assert len(await looked_at(at + DAY)) == 2


async def test_muted_kinds_are_left_out_and_binding_ones_are_not(rollback: None) -> None:
    with clock.frozen_at(START):
        job, owner, firm = await followed()
        await choices.choose([], Frequency.AT_ONCE, by=firm)
        await choices.choose([], Frequency.AT_ONCE, by=owner)
        objection = await make_complaint(job, by=firm)
        await deliver_mail()
    at, due = job.bid_deadline_at, objection.due_at
    assert at is not None
    assert due is not None

    answer = await looked_at(due - DAY)
    opening = await looked_at(at - DAY)

    assert [address for address, _subject in opening] == [await address_of(owner)]
    assert [address for address, _subject in answer] == [await address_of(owner)]


async def test_one_click_ends_optional_reminders(client: httpx.AsyncClient) -> None:
    with clock.frozen_at(START):
        job, _owner, firm = await followed()
    at = job.bid_deadline_at
    assert at is not None
    with clock.frozen_at(at - DAY - HOUR):
        await look_for_reminders()
        await deliver_mail()
    with clock.frozen_at(at - DAY):
        await look_for_reminders()
        mails = {mail.recipient: mail for mail in await deliver_mail()}
        mail = mails.pop(await address_of(firm))
        (binding,) = mails.values()
        path = mail.unsubscribe_url.removeprefix("http://testserver")
        answer = await client.post(path, data={"List-Unsubscribe": "One-Click"})

    assert binding.unsubscribe_url == ""
    assert "不能关闭" in binding.text
    assert (answer.status_code, answer.text) == (200, "unsubscribed")
    assert (await Person.get(id=firm.person_id)).muted_mail == ["reminders"]
    assert await looked_at(at - 2 * HOUR) != []
    assert await address_of(firm) not in dict(await looked_at(at - 2 * HOUR))


async def test_who_chose_the_digest_gets_one_mail_in_the_morning(rollback: None) -> None:
    with clock.frozen_at(START):
        job, owner, firm = await followed()
        await choices.choose(choices.OPTIONAL, Frequency.DAILY, by=firm)
        await choices.choose(choices.OPTIONAL, Frequency.DAILY, by=owner)
    at = job.bid_deadline_at
    assert at is not None
    assert await address_of(firm) not in dict(await looked_at(at - DAY))
    day = clock.start_of_day(clock.in_china(at).date() - DAY)
    with clock.frozen_at(day + 7 * HOUR):
        assert await digests.ask_for_digests() == 0
    with clock.frozen_at(day + 8 * HOUR):
        assert await digests.ask_for_digests() == 2
        assert await digests.ask_for_digests() == 0
        (mail,) = await deliver_mail()

    assert (mail.recipient, mail.subject) == (await address_of(firm), "近日到期事项：1 项")
    assert job.title in mail.text
    assert mail.is_confidential


async def test_a_sealed_list_of_bidders_is_in_no_notice(rollback: None) -> None:
    with clock.frozen_at(START):
        job, owner, firm = await followed()
    at = job.bid_deadline_at
    assert at is not None
    await looked_at(at - DAY)
    people = await InboxNotice.filter(topic="deadline.near").values_list("person_id", flat=True)
    assert people == [owner.person_id]
    payloads = await OutboxMessage.filter(topic="deadline.near").values_list("payload", flat=True)
    for payload in payloads:
        assert str(firm.organisation_id) not in str(payload)


async def test_after_a_long_rest_only_the_last_day_is_looked_at(rollback: None) -> None:
    with clock.frozen_at(START):
        job, _owner, _firm = await followed()
    at = job.bid_deadline_at
    assert at is not None
    with clock.frozen_at(at - 3 * HOUR):
        assert await look_for_reminders() == 2  # the day before, once; three days before is stale
        assert len(await deliver_mail()) == 2
    with clock.frozen_at(at + HOUR):
        await look_for_reminders()
        assert await deliver_mail() == []


async def test_preferences_page_shows_what_cannot_be_switched_off(
    client: httpx.AsyncClient,
) -> None:
    firm = await tendering.make_supplier()
    await signed_in_client(client, firm.person_id)
    page = await client.get("/my/reminders")
    typed = {"wanted": ["bids_close", "payment"], "frequency": "daily"}
    saved = await client.post("/my/reminders", data=typed)
    choice = await choices.choice_of(firm.person_id)

    assert 'value="bids_close" checked' in page.text
    assert 'value="payment"' not in page.text
    assert "支付到期" in page.text
    assert saved.status_code == 303
    assert choice.frequency == Frequency.DAILY
    assert set(choice.muted_kinds) == set(choices.OPTIONAL) - {"bids_close"}


@pytest.mark.parametrize("kind", choices.BINDING)
async def test_no_choice_mutes_a_binding_kind(rollback: None, kind: str) -> None:
    firm = await tendering.make_supplier()
    choice = await choices.choose([], Frequency.DAILY, by=firm)
    assert kind not in choice.muted_kinds
