"""By when sheets are due: set at the opening, in the judge's calendar and desk, and told to the owner when late."""

import datetime as dt

import httpx
import pytest

from market.calendar.deadlines import Span
from market.calendar.registry import deadlines_of, deadlines_of_kind
from market.kit import clock
from market.notifications.reminders import look_for_reminders
from market.tendering import judging_tasks
from market.tendering.models import Job
from tests.factories import signed_in_client, tendering
from tests.factories.mail import address_of, deliver_mail

RULES = {"minimum_bids": 1, "judging_days": 4}


async def opened(**rules: object) -> Job:
    job = await tendering.published_job(procedure_config={**RULES, **rules})
    await tendering.place_bid(job)
    return await tendering.open_bids(job)


@pytest.mark.usefixtures("rollback")
async def test_the_opening_sets_the_end_of_the_fourth_working_day() -> None:
    job = await opened()
    assert job.opened_at is not None
    day = clock.add_working_days(clock.in_china(job.opened_at).date(), 4)
    assert job.judging_due_at == clock.end_of_day(day)
    by_price = await opened(weights={"price": 100})
    assert by_price.judging_due_at is None


@pytest.mark.usefixtures("rollback")
async def test_it_is_the_judges_deadline_until_the_sheets_are_in() -> None:
    job = await opened()
    owner = await tendering.owner_of(job)
    await tendering.sit(job, by=owner)
    due = job.judging_due_at
    assert due is not None
    around = (due - dt.timedelta(hours=1), due + dt.timedelta(hours=1))
    (deadline,) = [one for one in await deadlines_of(owner, *around) if one.kind == "judging"]
    assert (deadline.at, deadline.person_id) == (due, owner.person_id)
    (task,) = await judging_tasks.tasks_of(owner)
    assert task.due_at == due
    (bid,) = await job.bids.all()
    await tendering.score(bid, by=owner)
    assert await deadlines_of_kind("judging", Span(*around)) == []


@pytest.mark.usefixtures("rollback")
async def test_the_judge_alone_is_reminded_a_day_before() -> None:
    job = await opened()
    owner = await tendering.owner_of(job)
    await tendering.sit(job, by=owner)
    assert job.judging_due_at is not None
    with clock.frozen_at(job.judging_due_at - dt.timedelta(hours=24, minutes=1)):
        await look_for_reminders()
        await deliver_mail()
    with clock.frozen_at(job.judging_due_at - dt.timedelta(hours=24)):
        await look_for_reminders()
        (mail,) = await deliver_mail()
    assert mail.recipient == await address_of(owner)
    assert "提交您的评分表" in mail.subject


async def test_the_owner_reads_who_is_late(client: httpx.AsyncClient) -> None:
    job = await opened()
    owner = await tendering.owner_of(job)
    await tendering.sit(job, by=owner)
    await signed_in_client(client, owner.person_id)
    assert "评审时限已过" not in (await client.get(f"/jobs/{job.number}/evaluation")).text
    late = clock.now() - dt.timedelta(minutes=1)
    await Job.filter(id=job.id).update(judging_due_at=late)
    page = (await client.get(f"/jobs/{job.number}/evaluation")).text
    assert f"评审时限已过，尚未提交：{owner.name}。" in page
