"""From the draft of a fair to what came of its meetings: verbs, pages, documents, races with the clock."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from icalendar import Calendar

from market.fairs import access, computing, fairs, meetings, printing, registrations
from market.fairs.forms import BlockInput, MeetingInput
from market.fairs.models import Fair, FairMeeting, FairRegistration, FairTimetable
from market.fairs.states import FairStatus, Outcome, RegistrationStatus, TimetableStatus
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.worker import HANDLERS
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier
from tests.factories.fairs import fair_input, host_of, make_fair, register
from tests.factories.tendering import published_job

pytestmark = pytest.mark.usefixtures("rollback")


@dataclass
class Setting:
    """A fair with a buyer that links a job, another buyer, and three suppliers of whom two suit the job."""

    fair: Fair
    host: Actor
    buyer: Actor
    other: Actor
    firms: list[Actor]


@pytest.fixture
async def setting(rollback: None) -> Setting:
    host = await actor(await make_organisation(kind="bureau"))
    fair = await make_fair(by=host)
    buyer = await actor(await make_organisation(kind="demand"))
    job = await published_job(by=buyer)
    other = await actor(await make_organisation(kind="demand"))
    await register(fair, by=buyer, interests=["图像"], jobs=[job.number])
    firms = []
    for n in range(3):
        kinds = ["图像"] if n < 2 else ["文本"]
        profile = await make_supplier(modalities=kinds, task_types=["2D框"])
        firms.append(await actor(await profile.organisation))
        await register(fair, by=firms[-1], interests=kinds, max_meetings=1)
    wish = await (await FairRegistration.get(organisation_id=firms[2].organisation_id)).organisation
    await register(fair, by=other, interests=["语音"], wishes=[wish.number], away=[1])
    return Setting(fair, host, buyer, other, firms)


async def solved(setting: Setting) -> FairTimetable:
    """The timetable, computed after registration."""
    asked = await computing.request_timetable(setting.fair, by=setting.host, is_now=True)
    return await computing.compute(asked)


@pytest.fixture
async def after(setting: Setting) -> AsyncIterator[Setting]:
    """The moment at which registration has ended."""
    with clock.frozen_at(setting.fair.closes_at):
        yield setting


async def test_the_timetable_is_proven_and_each_reads_only_its_own(after: Setting) -> None:
    found = await solved(after)
    assert (found.status, found.is_proven, found.model) == (
        TimetableStatus.SOLVED,
        True,
        "flow+slots",
    )
    assert (found.buyers, found.suppliers, found.pairs, found.share_bp) == (2, 3, 3, 10_000)
    rows = await access.meetings_to_see(after.host, after.fair)
    met = {(r.buyer.organisation_id, r.supplier.organisation_id) for r in rows}
    assert met == {
        (after.buyer.organisation_id, after.firms[0].organisation_id),
        (after.buyer.organisation_id, after.firms[1].organisation_id),
        (after.other.organisation_id, after.firms[2].organisation_id),
    }
    wished = next(r for r in rows if r.supplier.organisation_id == after.firms[2].organisation_id)
    assert (wished.score, wished.slot != 0) == (2_000, True)
    assert await access.meetings_to_see(after.buyer, after.fair) == []
    await fairs.publish_fair(after.fair, by=after.host)
    assert len(await access.meetings_to_see(after.buyer, after.fair)) == 2
    assert len(await access.meetings_to_see(after.firms[2], after.fair)) == 1
    stranger = await actor(await make_organisation(kind="demand"))
    with pytest.raises(NotFound):
        await access.fair_with_timetable(stranger, after.fair.number)


async def test_registration_ends_to_the_second_and_only_then_is_computed(setting: Setting) -> None:
    late = await actor(await (await make_supplier()).organisation)
    with clock.frozen_at(setting.fair.closes_at - dt.timedelta(seconds=1)):
        with pytest.raises(computing.RegistrationStillOpen):
            await computing.request_timetable(setting.fair, by=setting.host)
        await register(setting.fair, by=late)
    with clock.frozen_at(setting.fair.closes_at):
        with pytest.raises(registrations.RegistrationClosed):
            await registrations.withdraw(setting.fair, by=late)
        with pytest.raises(registrations.RegistrationClosed):
            await register(setting.fair, by=late)
        assert (await solved(setting)).suppliers == 4


async def test_one_computation_at_a_time_and_a_block_overtakes_it(after: Setting) -> None:
    first = await computing.request_timetable(after.fair, by=after.host)
    with pytest.raises(computing.ComputingAlready):
        await computing.request_timetable(after.fair, by=after.host)
    numbers = [
        (await row.organisation).number
        for row in await FairRegistration.filter(
            organisation_id__in=[after.buyer.organisation_id, after.firms[0].organisation_id]
        ).order_by("side")
    ]
    pair = BlockInput(buyer=numbers[0], supplier=numbers[1], reason="同一集团")
    block = await registrations.block_pair(after.fair, pair, by=after.host)
    assert (await computing.compute(first)).status == TimetableStatus.OVERTAKEN
    with pytest.raises(fairs.NoTimetable):
        await fairs.publish_fair(after.fair, by=after.host)
    again = await solved(after)
    assert (again.pairs, len(await access.meetings_to_see(after.host, after.fair))) == (2, 2)
    await registrations.unblock_pair(after.fair, block, by=after.host)
    assert (await FairTimetable.get(id=again.id)).status == TimetableStatus.OVERTAKEN
    assert (await solved(after)).pairs == 3


async def test_a_computation_whose_process_died_is_replaced(after: Setting) -> None:
    lost = await computing.request_timetable(after.fair, by=after.host, is_now=True)
    with clock.frozen_at(clock.now() + computing.STALE + dt.timedelta(seconds=1)):
        assert (await solved(after)).status == TimetableStatus.SOLVED
    assert (await FairTimetable.get(id=lost.id)).status == TimetableStatus.OVERTAKEN


async def test_what_was_overtaken_while_it_was_solved_writes_nothing(
    after: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await computing.request_timetable(after.fair, by=after.host, is_now=True)
    documents = computing._documents

    async def overtaking(material: computing.Material) -> computing.Documents:
        await computing.overtake(after.fair, by=after.host)
        return await documents(material)

    monkeypatch.setattr(computing, "_documents", overtaking)
    assert (await computing.compute(asked)).status == TimetableStatus.OVERTAKEN
    assert await FairMeeting.all().count() == 0


async def test_a_failure_is_kept_and_told(after: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await computing.request_timetable(after.fair, by=after.host, is_now=True)

    def broken(*_args: object) -> None:
        raise RuntimeError("no solver")

    monkeypatch.setattr(computing, "_solve", broken)
    with pytest.raises(RuntimeError):
        await computing.compute(asked)
    row = await FairTimetable.get(id=asked.id)
    assert (row.status, row.failure) == (TimetableStatus.FAILED, "no solver")


async def test_who_may_not_come_is_refused_and_nothing_is_written(setting: Setting) -> None:
    far = await make_fair(is_regional=True, region_code="140100")
    special = await make_fair(modalities=["语音"])
    firm = setting.firms[0]
    for fair, kinds in ((far, ["图像"]), (special, ["图像"])):
        with pytest.raises(NotPermitted):
            await register(fair, by=firm, interests=kinds)
    with pytest.raises(NotPermitted):
        await register(setting.fair, by=setting.host)
    other_job = await published_job()
    for wrong, field in (
        ({"jobs": [other_job.number]}, "jobs"), ({"wishes": ["O-0"]}, "wishes"),
        ({"away": [1, 2, 3]}, "away"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            await register(setting.fair, by=setting.buyer, **wrong)
        assert set(caught.value.fields) == {field}
    assert await FairRegistration.filter(fair_id__in=[far.id, special.id]).count() == 0


async def test_withdrawing_and_coming_back(setting: Setting) -> None:
    row = await registrations.withdraw(setting.fair, by=setting.other)
    assert row.status == RegistrationStatus.WITHDRAWN
    assert len(await fairs.registered(setting.fair)) == 4
    back = await register(setting.fair, by=setting.other, interests=["文本"])
    assert (back.id, back.status, back.interests) == (row.id, "registered", ["文本"])


async def test_dates_of_a_fair_follow_each_other() -> None:
    now = clock.now()
    for wrong, field in (
        ({"closes_at": now - dt.timedelta(1)}, "closes_at"),
        ({"starts_at": now + dt.timedelta(1)}, "starts_at"), ({"min_meetings": 9}, "min_meetings"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            await make_fair(**wrong)
        assert set(caught.value.fields) == {field}
    fair = await make_fair()
    with pytest.raises(fairs.FairIsOpen):
        await fairs.change_fair(fair, fair_input(), by=await host_of(fair))
    firm = await actor(await make_organisation(kind="supplier"))
    with pytest.raises(NotPermitted):
        await make_fair(by=firm)


async def test_what_came_of_a_meeting_and_the_totals(after: Setting) -> None:
    await solved(after)
    await fairs.publish_fair(after.fair, by=after.host)
    row = (await access.meetings_to_see(after.other, after.fair))[0]
    intent = MeetingInput(attendance="both", outcome="intent", intent_fen=30_000_000)
    with pytest.raises(meetings.NotYetMet):
        await meetings.record_meeting(row, intent, by=after.other)
    with clock.frozen_at(after.fair.slot_start(row.slot)):
        await meetings.record_meeting(row, intent, by=after.other)
        for wrong, field in ((MeetingInput(outcome="deal"), "contract"),
                             (MeetingInput(outcome="intent"), "intent_fen"),
                             (MeetingInput(contract="C-0"), "contract"),
                             (MeetingInput(job="J-0"), "job")):  # fmt: skip
            with pytest.raises(InvalidInput) as caught:
                await meetings.record_meeting(row, wrong, by=after.other)
            assert set(caught.value.fields) == {field}
        own = await published_job(by=after.other)
        deal = intent.model_copy(update={"outcome": Outcome.DEAL, "job": own.number})
        saved = await meetings.record_meeting(row, deal, by=after.host)
        assert (saved.job_id, saved.outcome) == (own.id, Outcome.DEAL)
    expected = meetings.Totals(1, 3, 1, 1, 30_000_000, 1)
    assert await meetings.totals() == await meetings.totals("37") == expected
    assert await meetings.totals(fair_id=after.fair.id) == expected
    assert await meetings.totals("14") == meetings.Totals()


async def test_everybody_is_told(after: Setting) -> None:
    await outbox.drain({k: v for k, v in HANDLERS.items() if k.startswith("fair.")})
    await computing.request_timetable(after.fair, by=after.host)
    await outbox.drain({k: v for k, v in HANDLERS.items() if k.startswith("fair.")})
    assert (await FairTimetable.get()).status == TimetableStatus.SOLVED
    await fairs.publish_fair(after.fair, by=after.host)
    await fairs.cancel_fair(after.fair, "会场临时无法使用", by=after.host)
    await outbox.drain({k: v for k, v in HANDLERS.items() if k.startswith("fair.")})
    subjects = [mail.subject for mail in await SentMail.all()]
    title = after.fair.title
    assert {s: subjects.count(s) for s in set(subjects) if title in s} == {
        f"{title}：报名回执": 5, f"{title}：排期表已算出": 1, f"{title}：贵单位的排期表": 5,
        f"已取消：{title}": 5,
    }  # fmt: skip


async def test_a_fair_has_been_held_when_its_last_slot_is_over(after: Setting) -> None:
    await solved(after)
    await fairs.publish_fair(after.fair, by=after.host)
    with clock.frozen_at(after.fair.ends_at - dt.timedelta(seconds=1)):
        await fairs.hold_ended_fairs()
        assert (await Fair.get(id=after.fair.id)).status == FairStatus.PUBLISHED
    with clock.frozen_at(after.fair.ends_at):
        await fairs.hold_ended_fairs()
        assert (await Fair.get(id=after.fair.id)).status == FairStatus.HELD
        with pytest.raises(Conflict):
            await fairs.cancel_fair(after.fair, "已经办完了才取消", by=after.host)


async def test_the_calendar_file_keeps_its_identifiers(after: Setting) -> None:
    await solved(after)
    fair = await fairs.publish_fair(after.fair, by=after.host)
    fair = await access.visible_fair(after.buyer, fair.number)
    rows = await access.meetings_to_see(after.buyer, fair)
    read = [
        Calendar.from_ical(printing.calendar_of(fair, rows, after.buyer.organisation_id)).walk("VEVENT")
        for _time in range(2)
    ]  # fmt: skip
    uids = [sorted(str(event["UID"]) for event in events) for events in read]
    assert uids[0] == uids[1]
    assert len(uids[0]) == 2
    assert read[0][0].decoded("DTSTART") == fair.slot_start(rows[0].slot)
    assert str(read[0][0]["STATUS"]) == "CONFIRMED"


async def test_the_pages_from_draft_to_print(client: httpx.AsyncClient, after: Setting) -> None:
    await solved(after)
    await signed_in_client(client, after.host.person_id)
    number = after.fair.number
    shown = await client.get(f"/fairs/{number}/timetable")
    assert "已证明" in shown.text
    assert "发布排期表" in shown.text
    published = await client.post(f"/fairs/{number}/publish")
    assert published.status_code == 303
    page = await client.get(f"/fairs/{number}/print")
    assert "对接会排期表" in page.text
    file = await client.get(f"/fairs/{number}/timetable?format=csv")
    assert file.text.count("\n") == 4
    event = await client.get(f"/fairs/{number}/calendar")
    assert event.headers["content-type"].startswith("text/calendar")
    listed = await client.get("/fairs")
    assert after.fair.title in listed.text
