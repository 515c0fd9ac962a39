"""The opening ceremony: who releases when, wrong shares, two envelopes, lots, reminders, keys that come late."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.accounts import opening_keys
from market.accounts.models import Organisation
from market.kit import boxes, clock
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import Message, OutboxMessage
from market.tendering import bids, ceremony, jobs, opening_access, shares, stages
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid, Job, Lot
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import (
    BidStatus,
    Envelope,
    JobStatus,
    LotStatus,
    RefusalReason,
    ShareHolder,
)
from tests.factories import (
    PASSPHRASE,
    actor,
    make_opening_key,
    make_organisation,
    signed_in_client,
    tendering,
)

pytestmark = pytest.mark.usefixtures("rollback")
PILOT: dict[str, Any] = {"metric": "f1", "days": 3}


@contextmanager
def after(job: Job, **span: float) -> Iterator[None]:
    """The clock some time after the deadline."""
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(**span)):
        yield


async def private_of(share: KeyShare) -> bytes:
    return await opening_keys.unlock(share.opening_key, PASSPHRASE)


async def share_of(by: Actor, job: Job) -> KeyShare:
    share = await opening_access.own_share(by, job)
    assert share is not None
    return share


async def with_bureau() -> tuple[Actor, Actor, Job]:
    """A buyer, the bureau above it, and an open job with a bid."""
    city = await actor(await make_organisation(kind="bureau", region_code="370100"))
    await make_organisation(kind="bureau", region_code="370000")
    buyer = await actor(await make_organisation(region_code="370102"))
    job = await tendering.published_job(by=buyer)
    await tendering.place_bid(job)
    return buyer, city, job


async def test_shares_are_of_buyer_platform_and_the_nearest_bureau() -> None:
    buyer, city, job = await with_bureau()
    key = await JobKey.get(job=job)
    held = await KeyShare.filter(key=key).order_by("position")
    assert [(share.holder, share.organisation_id) for share in held] == [
        (ShareHolder.BUYER, buyer.organisation_id), (ShareHolder.PLATFORM, None),
        (ShareHolder.BUREAU, city.organisation_id),
    ]  # fmt: skip
    assert (key.envelope, key.threshold) == (Envelope.OFFER, 2)


async def test_without_a_bureau_the_operators_recovery_key_holds_the_third_share() -> None:
    recovery = await make_opening_key(None)
    job = await tendering.published_job()
    await tendering.place_bid(job)
    third = await KeyShare.get(key__job=job, holder=ShareHolder.OPERATOR)
    assert third.opening_key_id == recovery.id
    job = await tendering.close_bidding(job)
    operator = await actor(await make_organisation(kind="operator"))
    assert (await tendering.release(job, by=operator)).status == JobStatus.EVALUATION


async def test_nobody_releases_before_the_deadline() -> None:
    buyer, city, job = await with_bureau()
    for by in (buyer, city):
        share = await share_of(by, job)
        with pytest.raises(ceremony.StillSealed):
            await ceremony.release_share(share, await private_of(share), by=by)
    platform = await KeyShare.get(key__job=job, holder=ShareHolder.PLATFORM).select_related("key")
    with pytest.raises(ceremony.StillSealed):
        await ceremony._release_platform(job, platform.key, platform)
    assert await KeyShare.filter(released_at__isnull=False).count() == 0
    assert {bid.status for bid in await Bid.filter(job=job)} == {BidStatus.SUBMITTED}


async def test_not_even_with_every_share_in_the_database_before_the_deadline() -> None:
    buyer, city, job = await with_bureau()
    for by in (buyer, city):
        share = await share_of(by, job)
        share.secret = shares.part_of(share, share.key, await private_of(share))
        await share.save(update_fields=["secret"])
    share = await share_of(buyer, job)
    with pytest.raises(ceremony.StillSealed):
        await ceremony.release_share(share, await private_of(share), by=buyer)
    with clock.frozen_at(job.published_at or clock.now()):
        assert await stages.close_bidding(job.id) is False
    assert (await Job.get(id=job.id)).status == JobStatus.OPEN_BIDDING


async def test_one_share_alone_decrypts_nothing() -> None:
    buyer, _city, job = await with_bureau()
    key = (await shares.keys_of(job))[0]
    share = await share_of(buyer, job)
    own = next(one for one in key.shares if one.id == share.id)
    own.secret = shares.part_of(share, key, await private_of(share))
    assert shares.combine(key, list(key.shares)) is None
    lowered = JobKey(id=key.id, job_id=job.id, envelope=key.envelope, threshold=1,
                     public_key=key.public_key)  # fmt: skip
    with pytest.raises(shares.WrongShare):
        shares.combine(lowered, [own])


async def test_any_two_of_three_open_and_one_may_be_lost() -> None:
    for lost in (ShareHolder.BUYER, ShareHolder.PLATFORM, ShareHolder.BUREAU):
        buyer, city, job = await with_bureau()
        share = await KeyShare.get(key__job=job, holder=lost)
        share.sealed = b"lost"
        await share.save(update_fields=["sealed"])
        job = await tendering.close_bidding(job)
        for by in (buyer, city):
            if job.status == JobStatus.OPENING and lost != (await share_of(by, job)).holder:
                job = await tendering.release(job, by=by)
        assert job.status == JobStatus.EVALUATION, lost
        await Organisation.filter(id=city.organisation_id).update(region_code="110000")


async def test_a_damaged_share_is_named_and_spoils_nothing() -> None:
    buyer, city, job = await with_bureau()
    job = await tendering.close_bidding(job)
    share = await share_of(buyer, job)
    other = boxes.seal(bytes(share.opening_key.public_key), b"0" * 16,
                       bound_to=shares._context(job.id, Envelope.OFFER, share.position))  # fmt: skip
    share.sealed = other
    await share.save(update_fields=["sealed"])
    with after(job, hours=1), pytest.raises(shares.WrongShare, match=r"1"):
        await ceremony.release_share(share, await private_of(share), by=buyer)
    assert (await KeyShare.get(id=share.id)).released_at is None
    assert (await tendering.release(job, by=city)).status == JobStatus.EVALUATION


async def test_only_the_holders_people_release_and_only_once() -> None:
    buyer, city, job = await with_bureau()
    job = await tendering.close_bidding(job)
    share = await share_of(buyer, job)
    private = await private_of(share)
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
    text = opening_keys.recovery_file(await private_of(share), name="市局")
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


async def two_envelopes(**config: Any) -> tuple[Actor, Job, list[Bid]]:
    """A job of two envelopes with three bids, its first envelopes opened."""
    buyer = await actor(await make_organisation())
    values = {"minimum_bids": 2, "two_envelopes": True, **config}
    job = await tendering.published_job(by=buyer, procedure_config=values)
    for price in ("60", "70", "80"):
        await tendering.place_bid(job, unit_price=price, proposal=f"方案{price}")
    job = await tendering.open_bids(job)
    return buyer, job, await Bid.filter(job=job).order_by("proposal")


async def test_the_first_envelopes_tell_no_price() -> None:
    _buyer, job, found = await two_envelopes()
    assert job.status == JobStatus.PREQUALIFICATION
    assert [(b.status, b.proposal, b.delivery_days, b.unit_price, b.total_fen, b.content) for b in found] == [
        (BidStatus.OPENED, f"方案{price}", 60, None, None, None) for price in ("60", "70", "80")
    ]  # fmt: skip
    assert all(bid.bidder_id and bid.checks for bid in found)
    price = await JobKey.get(job=job, envelope=Envelope.PRICE)
    assert await KeyShare.filter(key=price, released_at__isnull=False).count() == 0
    assert {row["bidder"] for row in (await tendering.transcript_of(job))["bids"]} == {""}


async def test_prices_open_after_the_shortlist_for_who_passed() -> None:
    buyer, job, (bad, *good) = await two_envelopes()
    why = (RefusalReason.REQUIREMENTS_NOT_MET, "缺少等级保护证明。")
    with after(job, hours=3):
        job = await stages.shortlist(job, good, {bad.id: why}, by=buyer)
    assert job.status == JobStatus.OPENING
    job = await tendering.release(job)
    assert job.status == JobStatus.EVALUATION
    found = await Bid.filter(job=job).order_by("proposal")
    assert [(b.status, b.is_shortlisted, b.unit_price) for b in found] == [
        (BidStatus.DISQUALIFIED, False, None), (BidStatus.OPENED, True, Decimal(70)),
        (BidStatus.OPENED, True, Decimal(80)),
    ]  # fmt: skip
    assert found[0].reason == "缺少等级保护证明。", "its bidder reads the sentence"
    rows = {row["number"]: row for row in (await tendering.transcript_of(job))["bids"]}
    assert (rows[bad.number]["outcome"], rows[bad.number]["unit_price"]) == (
        "not_shortlisted",
        None,
    )


async def test_a_pilot_comes_before_the_prices() -> None:
    buyer, job, found = await two_envelopes(
        pilot=PILOT,
        weights={"price": 40, "pilot": 20, "technical": 25, "quality": 10, "schedule": 5},
    )
    with after(job, hours=3):
        with pytest.raises(stages.NotAtThisStage):
            await stages.end_pilot(job, by=buyer)
        job = await stages.shortlist(job, found, {}, by=buyer)
        assert job.status == JobStatus.PILOT
        assert await opening_access.own_share(buyer, job) is not None
        share = await share_of(buyer, job)
        with pytest.raises(ceremony.StillSealed):
            await ceremony.release_share(share, await private_of(share), by=buyer)
        job = await stages.end_pilot(job, by=buyer)
    assert job.status == JobStatus.OPENING
    assert (await tendering.release(job)).status == JobStatus.EVALUATION


async def test_a_shortlist_decides_about_every_bid() -> None:
    buyer, job, (first, *rest) = await two_envelopes()
    with after(job, hours=3):
        with pytest.raises(InvalidInput):
            await stages.shortlist(job, rest, {}, by=buyer)
        why = (RefusalReason.NOT_RESPONSIVE, "未按要求应答。")
        everybody = {bid.id: why for bid in (first, *rest)}
        job = await stages.shortlist(job, [], everybody, by=buyer)
    assert job.status == JobStatus.UNSUCCESSFUL
    assert stages.why_unsuccessful(job) != "no_award"


async def test_the_shortlist_page(client: httpx.AsyncClient) -> None:
    buyer, job, found = await two_envelopes()
    await signed_in_client(client, buyer.person_id)
    page = f"/jobs/{job.number}/shortlist"
    with after(job, hours=3):
        assert found[0].proposal in (await client.get(page)).text
        assert "/shortlist" in (await client.get(f"/jobs/{job.number}")).text
        data = {f"decision-{bid.number}": "pass" for bid in found}
        data[f"decision-{found[0].number}"] = "not_responsive"
        refused = await client.post(page, data=data)
        assert refused.status_code == 422
        data[f"why-{found[0].number}"] = "未按要求应答。"
        done = await client.post(page, data=data)
    assert (done.status_code, (await Job.get(id=job.id)).status) == (303, JobStatus.OPENING)


async def lots_job(minimum: int = 1) -> tuple[Job, list[Lot]]:
    """A job of two lots."""
    job = await tendering.make_job(procedure_config={"minimum_bids": minimum})
    rows = [
        await Lot.create(job=job, position=n, title=f"第{n}包", volume=Decimal(1000 * n),
                         budget_fen=10_000_000 * n, ceiling_unit_price=Decimal(90))
        for n in (1, 2)
    ]  # fmt: skip
    await Job.filter(id=job.id).update(volume=Decimal(3000), budget_fen=30_000_000)
    return await tendering.publish(await Job.get(id=job.id)), rows


async def test_lots_are_bid_for_one_by_one() -> None:
    job, (one, two) = await lots_job()
    firm = await tendering.make_supplier()
    with pytest.raises(InvalidInput) as refusal:
        await bids.place_bid(job, tendering.offer(), by=firm)
    assert list(refusal.value.fields) == ["lot"]
    first = await bids.place_bid(job, tendering.offer(), lot=one, by=firm)
    second = await bids.place_bid(job, tendering.offer(unit_price="70"), lot=two, by=firm)
    assert first.bidder_tag != second.bidder_tag
    with pytest.raises(bids.AlreadyBid):
        await bids.place_bid(job, tendering.offer(), lot=one, by=firm)
    with pytest.raises(InvalidInput):
        await bids.place_bid(job, tendering.offer(extra_lines=[
            {"spend_category": "算力租用", "description": "算力", "amount_fen": 3_000_000}
        ]), lot=one, by=await tendering.make_supplier())  # fmt: skip
    job = await tendering.open_bids(job)
    totals = await Bid.filter(job=job).order_by("lot__position").values_list("total_fen", flat=True)
    assert list(totals) == [8_000_000, 14_000_000]
    assert {lot.status for lot in await Lot.filter(job=job)} == {LotStatus.EVALUATION}


async def test_a_lot_with_too_few_bids_ends_alone() -> None:
    job, (one, two) = await lots_job(minimum=2)
    lonely = await bids.place_bid(
        job, tendering.offer(), lot=one, by=await tendering.make_supplier()
    )
    for _ in range(2):
        await bids.place_bid(job, tendering.offer(), lot=two, by=await tendering.make_supplier())
    job = await tendering.open_bids(job)
    assert job.status == JobStatus.EVALUATION
    statuses = await Lot.filter(job=job).order_by("position").values_list("status", flat=True)
    assert list(statuses) == [LotStatus.UNSUCCESSFUL, LotStatus.EVALUATION]
    lonely = await Bid.get(id=lonely.id)
    assert (lonely.status, lonely.reason_code, lonely.bidder_id) == (
        BidStatus.UNSUCCESSFUL, "returned_unopened", None,
    )  # fmt: skip


async def test_a_confirmed_bid_beyond_the_amended_ceiling_is_refused_at_the_opening() -> None:
    buyer = await actor(await make_organisation())
    job = await tendering.published_job(by=buyer)
    firm = await tendering.make_supplier()
    bid = await tendering.place_bid(job, by=firm, unit_price="80")
    job = await jobs.amend_job(job, JobDraft(ceiling_unit_price="75"), by=buyer)
    await bids.reconfirm_bid(await Bid.get(id=bid.id), by=firm)
    job = await tendering.open_bids(job)
    bid = await Bid.get(id=bid.id)
    assert (bid.status, bid.reason_code, bid.unit_price) == (
        BidStatus.DISQUALIFIED, "not_responsive", Decimal(80),
    )  # fmt: skip


async def test_a_job_published_before_its_buyer_has_a_key_waits_for_it() -> None:
    firm = await make_organisation(opening_key=False)
    buyer = await actor(firm)
    draft = await tendering.make_job(by=buyer)
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(draft, by=buyer)
    assert list(refusal.value.fields) == ["opening_key"]
    job = await jobs.publish_job(draft, by=buyer, may_wait_for_keys=True)
    with pytest.raises(shares.NoKeys):
        await tendering.place_bid(job)
    assert await Bid.all().count() == 0
    pair = await opening_keys.new_pair(PASSPHRASE, cost=opening_keys.Cost(1, 8, 1))
    await opening_keys.keep_key(pair, by=buyer)
    row = await OutboxMessage.get(topic="opening_key.created")
    await shares.draw_keys_of_waiting_jobs(Message(str(row.id), row.topic, row.payload))
    assert (await tendering.place_bid(job)).status == BidStatus.SUBMITTED
    assert await shares.draw_missing_keys(job.id) is False


async def test_a_key_is_replaced_by_the_owner_and_running_openings_keep_theirs() -> None:
    buyer, _city, job = await with_bureau()
    firm = await Organisation.get(id=buyer.organisation_id)
    pair = await opening_keys.new_pair("another long passphrase", cost=opening_keys.Cost(1, 8, 1))
    clerk = await actor(firm, role="buyer")
    with pytest.raises(opening_keys.KeyExists):
        await opening_keys.keep_key(pair, by=clerk)
    with pytest.raises(NotPermitted):
        await opening_keys.keep_key(pair, by=clerk, replace=True)
    kept = await opening_keys.keep_key(pair, by=buyer, replace=True)
    current = await opening_keys.current_key(firm.id)
    assert current is not None
    assert current.id == kept.id
    job = await tendering.close_bidding(job)
    with pytest.raises(InvalidInput):
        await opening_keys.unlock(
            (await share_of(buyer, job)).opening_key, "another long passphrase"
        )
    assert (await tendering.release(job)).status == JobStatus.EVALUATION


async def test_the_settings_page_gives_the_recovery_file_once(client: httpx.AsyncClient) -> None:
    firm = await make_organisation(opening_key=False)
    buyer = await actor(firm)
    draft = await tendering.make_job(by=buyer)
    await signed_in_client(client, buyer.person_id)
    review = f"/jobs/{draft.number}/review"
    assert "opening-key" in (await client.get(review)).text
    page = f"/organisation/opening-key?next={review}"
    short = await client.post(page, data={"passphrase": "short", "again": "short"})
    assert (short.status_code, await opening_keys.current_key(firm.id)) == (422, None)
    differs = await client.post(page, data={"passphrase": PASSPHRASE, "again": PASSPHRASE + "x"})
    assert differs.status_code == 422
    made = await client.post(page, data={
        "passphrase": PASSPHRASE, "again": PASSPHRASE, "next": review
    })  # fmt: skip
    assert made.status_code == 200
    assert "data:application/json;base64," in made.text
    assert f'href="{review}"' in made.text
    assert "data:application/json" not in (await client.get(page)).text
    assert f"/jobs/{draft.number}/publish" in (await client.get(review)).text
