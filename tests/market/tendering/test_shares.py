"""Keys and their shares: who holds them, how many open, what is lost with one, keys that come late."""

import httpx
import pytest

from market.accounts import opening_keys
from market.accounts.models import Organisation
from market.kit import boxes, clock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import Message, OutboxMessage
from market.tendering import ceremony, jobs, shares, stages
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import (
    BidStatus,
    Envelope,
    JobStatus,
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
from tests.factories.ceremony import after, share_of, with_bureau

pytestmark = pytest.mark.usefixtures("rollback")


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


async def test_not_even_with_every_share_in_the_database_before_the_deadline() -> None:
    buyer, city, job = await with_bureau()
    for by in (buyer, city):
        share = await share_of(by, job)
        share.secret = shares.part_of(share, share.key, await tendering.unlocked(share))
        await share.save(update_fields=["secret"])
    share = await share_of(buyer, job)
    with pytest.raises(ceremony.StillSealed):
        await ceremony.release_share(share, await tendering.unlocked(share), by=buyer)
    with clock.frozen_at(job.published_at or clock.now()):
        assert await stages.close_bidding(job.id) is False
    assert (await Job.get(id=job.id)).status == JobStatus.OPEN_BIDDING


async def test_one_share_alone_decrypts_nothing() -> None:
    buyer, _city, job = await with_bureau()
    key = (await shares.keys_of(job))[0]
    share = await share_of(buyer, job)
    own = next(one for one in key.shares if one.id == share.id)
    own.secret = shares.part_of(share, key, await tendering.unlocked(share))
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
        await ceremony.release_share(share, await tendering.unlocked(share), by=buyer)
    assert (await KeyShare.get(id=share.id)).released_at is None
    assert (await tendering.release(job, by=city)).status == JobStatus.EVALUATION


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
