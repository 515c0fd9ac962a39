"""The opening ceremony: who releases when and how often, on the page, and who is reminded."""

import httpx
import pytest

from market.accounts import opening_keys
from market.accounts.models import Organisation
from market.kit import boxes
from market.kit.audit import LogEntry
from market.kit.errors import NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import ceremony
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import KeyShare
from market.tendering.states import (
    BidStatus,
    JobStatus,
    ShareHolder,
)
from tests.factories import (
    actor,
    signed_in_client,
    tendering,
)
from tests.factories.ceremony import after, share_of, with_bureau

pytestmark = pytest.mark.usefixtures("rollback")


async def test_nobody_releases_before_the_deadline() -> None:
    buyer, city, job = await with_bureau()
    for by in (buyer, city):
        share = await share_of(by, job)
        with pytest.raises(ceremony.StillSealed):
            await ceremony.release_share(share, await tendering.unlocked(share), by=by)
    platform = await KeyShare.get(key__job=job, holder=ShareHolder.PLATFORM).select_related("key")
    with pytest.raises(ceremony.StillSealed):
        await ceremony._release_platform(job, platform.key, platform)
    assert await KeyShare.filter(released_at__isnull=False).count() == 0
    assert {bid.status for bid in await Bid.filter(job=job)} == {BidStatus.SUBMITTED}


async def test_only_the_holders_people_release_and_only_once() -> None:
    buyer, city, job = await with_bureau()
    job = await tendering.close_bidding(job)
    share = await share_of(buyer, job)
    private = await tendering.unlocked(share)
    firm = await Organisation.get(id=buyer.organisation_id)
    viewer = await actor(firm, role="viewer")
    with after(job, hours=1):
        with pytest.raises(NotPermitted):
            await ceremony.release_share(share, private, by=viewer)
        with pytest.raises(NotFound):
            await ceremony.release_share(share, private, by=city)
        assert (await KeyShare.get(id=share.id)).released_at is None
        await ceremony.release_share(share, private, by=buyer)
        with pytest.raises(ceremony.AlreadyReleased):
            await ceremony.release_share(share, private, by=buyer)
    released = LogEntry.filter(subject_id=job.id, action="share released").order_by("id")
    assert [entry.after["holder"] for entry in await released] == ["platform", "buyer"]


async def test_a_wrong_passphrase_is_a_field_error_and_throttled(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from market.settings import settings

    buyer, _city, job = await with_bureau()
    await tendering.close_bidding(job)
    await signed_in_client(client, buyer.person_id)
    monkeypatch.setattr(settings, "rate_limits", True)
    with after(job, hours=2):
        answers = [
            await client.post(
                f"/jobs/{job.number}/ceremony", data={"passphrase": "not the right one"}
            )
            for _attempt in range(11)
        ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "口令不正确" in answers[0].text
    assert "not the right one" not in answers[0].text
    assert (await Job.get(id=job.id)).status == JobStatus.OPENING


async def test_the_page_releases_with_passphrase_or_file(client: httpx.AsyncClient) -> None:
    buyer, city, job = await with_bureau()
    await tendering.close_bidding(job)
    for by in (buyer, city):
        await signed_in_client(client, by.person_id)
        assert job.number in (await client.get(f"/jobs/{job.number}/ceremony")).text
    assert job.number in (await client.get("/openings")).text
    share = await share_of(city, job)
    text = opening_keys.recovery_file(await tendering.unlocked(share), name="市局")
    files = {"file": ("recovery.json", text.encode(), "application/json")}
    with after(job, hours=2):
        foreign = {"file": ("recovery.json", opening_keys.recovery_file(
            boxes.new_private(), name="x").encode(), "application/json")}  # fmt: skip
        refused = await client.post(f"/jobs/{job.number}/ceremony", files=foreign)
        assert refused.status_code == 422
        done = await client.post(f"/jobs/{job.number}/ceremony", files=files)
    assert done.headers["location"] == f"/jobs/{job.number}/opening"
    client.cookies.clear()
    assert (await client.get(f"/jobs/{job.number}/opening")).status_code == 200
    transcript = (await client.get(f"/jobs/{job.number}/opening.json")).json()
    released = [row["holder"] for row in transcript["keys"][0]["shares"] if row["released_at"]]
    assert released == ["platform", "bureau"]
    assert "def findings" in (await client.get("/openings/verify_opening.py")).text


async def test_missing_shares_are_asked_for_after_an_hour_and_daily() -> None:
    _buyer, _city, job = await with_bureau()
    job = await tendering.close_bidding(job)
    asked = OutboxMessage.filter(topic="share.wanted")
    missing = OutboxMessage.filter(topic="share.missing")
    assert (await asked.count(), await missing.count()) == (2, 0)
    for hours, expected in ((0.5, 0), (1.1, 2), (2, 2), (26, 4)):
        with after(job, hours=hours):
            await ceremony.remind_holders()
        assert await missing.count() == expected, hours
    await tendering.release(job)
    with after(job, hours=80):
        assert await ceremony.remind_holders() == 0
