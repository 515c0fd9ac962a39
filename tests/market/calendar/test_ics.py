"""The file for calendar programs parses back, moves and cancels events, and its address is secret."""

import datetime as dt
import re
from typing import Any

import httpx
from icalendar import Calendar

from market.calendar import feeds
from market.calendar.models import CalendarFeed
from market.kit import clock
from market.kit.actor import Actor
from market.tendering import jobs
from market.tendering.drafts import JobDraft
from market.tendering.models import Job
from market.tendering.states import CancelReason
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.orders import make_contract
from tests.journeys.bearers import bearer

START = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)


async def followed() -> tuple[Job, Actor, Actor]:
    """A job, its owner, and a supplier that keeps an eye on it."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    await jobs.toggle_favourite(job, by=firm)
    return job, owner, firm


def events(answer: httpx.Response) -> dict[str, Any]:
    """The events of a file, by the beginning of their UID."""
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    return {str(event["uid"]).split("-")[0]: event for event in calendar.walk("VEVENT")}


async def test_events_keep_their_uid_move_and_are_cancelled(client: httpx.AsyncClient) -> None:
    with clock.frozen_at(START):
        job, owner, firm = await followed()
        token = await feeds.open_feed(by=firm)
        first = events(await client.get(f"/calendar/{token}.ics"))["bids_close"]
        again = events(await client.get(f"/calendar/{token}.ics"))["bids_close"]
    later = clock.add_working_days(clock.in_china(job.bid_deadline_at).date(), 3)
    with clock.frozen_at(START + dt.timedelta(hours=1)):
        moved_to = clock.end_of_day(later)
        await jobs.amend_job(job, JobDraft(bid_deadline_at=moved_to), by=owner)
        moved = events(await client.get(f"/calendar/{token}.ics"))["bids_close"]
    with clock.frozen_at(START + dt.timedelta(hours=2)):
        await jobs.cancel_job(await Job.get(id=job.id), CancelReason.POLICY_CHANGED, by=owner)
        gone = events(await client.get(f"/calendar/{token}.ics"))["bids_close"]

    assert first["dtstart"].dt == job.bid_deadline_at
    assert first["dtstart"].dt.utcoffset() == dt.timedelta(0)
    assert b"DTSTART:" in first.to_ical()
    assert job.title in first["summary"]
    assert {str(one["uid"]) for one in (first, again, moved, gone)} == {
        f"bids_close-{job.id}@testserver"
    }
    assert moved["dtstart"].dt == moved_to.replace(microsecond=0)
    assert first["sequence"] == again["sequence"]
    assert first["sequence"] < moved["sequence"] < gone["sequence"]
    assert [str(one["status"]) for one in (first, moved, gone)] == [
        "CONFIRMED", "CONFIRMED", "CANCELLED",
    ]  # fmt: skip


async def test_the_address_is_kept_as_a_digest_and_can_be_revoked(
    client: httpx.AsyncClient,
) -> None:
    _job, _owner, firm = await followed()
    await signed_in_client(client, firm.person_id)
    page = await client.post("/my/calendar/subscription")
    shown = await client.get(page.headers["location"])
    (token,) = set(re.findall(r"/calendar/([\w-]+)\.ics", shown.text))
    row = await CalendarFeed.get(person_id=firm.person_id)
    client.cookies.clear()
    fed = await client.get(f"/calendar/{token}.ics")
    unchanged = await client.get(
        f"/calendar/{token}.ics", headers={"if-none-match": fed.headers["etag"]}
    )
    await feeds.open_feed(by=firm)
    ended = await client.get(f"/calendar/{token}.ics")

    assert fed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert token not in row.token_hash
    assert len(events(fed)) == 2
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert ended.status_code == 404
    assert await CalendarFeed.filter(person_id=firm.person_id, revoked_at=None).count() == 1


async def test_single_events_of_a_public_job_and_of_ones_own_contract(
    client: httpx.AsyncClient,
) -> None:
    job, _owner, _firm = await followed()
    deal = await make_contract()
    public = await client.get(f"/calendar/events/{job.number}.ics")
    hidden = await client.get(f"/calendar/events/{deal.contract.number}.ics")
    await signed_in_client(client, deal.supplier.person_id)
    own = await client.get(f"/calendar/events/{deal.contract.number}.ics")

    assert set(events(public)) == {"questions_close", "bids_close"}
    assert hidden.status_code == 404
    assert set(events(own)) == {"signing"}


async def test_the_page_shows_days_months_and_a_file(client: httpx.AsyncClient) -> None:
    job, _owner, firm = await followed()
    await signed_in_client(client, firm.person_id)
    page = await client.get("/my/calendar")
    assert job.bid_deadline_at is not None
    month = f"{clock.in_china(job.bid_deadline_at):%Y-%m}"
    one = await client.get("/my/calendar", params={"month": month})
    nonsense = await client.get("/my/calendar", params={"month": "2026-99"})
    sheet = await client.get("/my/calendar", params={"format": "csv"})

    assert page.text.count(job.number) >= 2
    assert job.title in one.text
    assert nonsense.status_code == 200
    assert job.title in sheet.text


async def test_api_lists_what_is_due(client: httpx.AsyncClient) -> None:
    deal = await make_contract()
    headers = await bearer(deal.buyer)
    soon = await client.get("/api/v1/deadlines", params={"days": 29}, headers=headers)
    later = await client.get("/api/v1/deadlines", params={"days": 31}, headers=headers)
    opened = await client.post("/api/v1/calendar-feed", headers=headers)
    ended = await client.delete("/api/v1/calendar-feed", headers=headers)
    gone = await client.get(opened.json()["url"].removeprefix("http://testserver"))

    assert soon.json() == {"items": []}
    (item,) = later.json()["items"]
    assert (item["kind"], item["number"], item["is_binding"]) == (
        "signing", deal.contract.number, True,
    )  # fmt: skip
    assert (opened.status_code, ended.status_code, gone.status_code) == (201, 204, 404)
