"""The first screen: what an owner must judge and decide, and what it waits for; the notices of the home page."""

import httpx
import pytest

from market.kit.actor import Actor
from market.tendering import notices
from market.tendering.models import Award, Job
from market.tendering.states import NoticeKind
from market.workspace import desk_of
from tests.factories import tendering

pytestmark = pytest.mark.usefixtures("rollback")


async def lines(by: Actor, noun: str) -> tuple[list[str], list[str]]:
    """What the desk says about one kind of thing: to do, and awaited of others."""
    todo, waiting = await desk_of(by)
    return (
        [task.action for task in todo if task.noun == noun],
        [task.action for task in waiting if task.noun == noun],
    )


async def test_an_evaluation_asks_for_a_judge_then_waits_then_asks_for_the_award() -> None:
    job = await tendering.published_job(procedure_config={"minimum_bids": 1})
    owner = await tendering.owner_of(job)
    bid = await tendering.place_bid(job, by=await tendering.make_supplier())
    job = await tendering.open_bids(job)
    assert await lines(owner, "job") == (["评审投标"], [])
    await tendering.sit(job, by=owner)
    assert await lines(owner, "job") == ([], ["等待评委提交评分"])
    await bid.refresh_from_db()
    await tendering.score(bid, by=owner)
    assert await lines(owner, "job") == (["确认定标"], [])
    await tendering.award(await Job.get(id=job.id), bid, by=owner, is_active=False)
    assert await lines(owner, "award") == ([], ["公示期满后生成合同"])


async def test_notices_of_the_first_page_tell_lots_apart_and_repeat_nothing(
    client: httpx.AsyncClient,
) -> None:
    job = await tendering.published_job(procedure_config={"minimum_bids": 1})
    firms = [await tendering.make_supplier() for _ in range(2)]
    bids = [await tendering.place_bid(job, by=firm) for firm in firms]
    await tendering.award(job, bids[0])
    first = await Award.get().select_related("bid__bidder")
    page = (await client.get("/")).text
    assert page.count(f"/awards/{first.number}") == 2  # decided, in force
    assert f"{first.bid.bidder.name} · {first.number}" in page
    for _ in range(2):
        await notices.publish(job, NoticeKind.COMPLAINT_DECIDED)
    assert (await client.get("/")).text.count(f"/complaints?job={job.number}") == 1
