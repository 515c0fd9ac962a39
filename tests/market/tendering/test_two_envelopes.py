"""Two envelopes: qualification before price, the shortlist between them, the pilot before the prices."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.tendering import ceremony, opening_access, stages
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import (
    BidStatus,
    Envelope,
    JobStatus,
    RefusalReason,
)
from tests.factories import (
    actor,
    make_organisation,
    signed_in_client,
    tendering,
)
from tests.factories.ceremony import after, share_of

pytestmark = pytest.mark.usefixtures("rollback")
PILOT: dict[str, Any] = {"metric": "f1", "days": 3}


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
            await ceremony.release_share(share, await tendering.unlocked(share), by=buyer)
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
