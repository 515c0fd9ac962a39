"""Red-flag cases: found on the published releases, seen by the region's bureau, decided once."""

import httpx
import pytest

from market.kit import audit
from market.kit.errors import NotFound, NotPermitted
from market.ocds.publishing import publish_release
from market.risks import access, cases, views
from market.risks.models import FlagCase, FlagRun
from market.risks.states import CaseStatus, Decision
from market.tendering.models import Bid, Job
from market.worker import PERIODIC
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.tendering import open_bids, place_bid, published_job

pytestmark = pytest.mark.usefixtures("rollback")


async def collusive_job(region: str = "370100") -> Job:
    """Two of three bidders ask the same price."""
    owner = await actor(await make_organisation(kind="demand", region_code=region))
    job = await published_job(by=owner)
    for price in ("80", "80", "79"):
        await place_bid(job, unit_price=price)
    job = await open_bids(job)
    await publish_release(job.id)
    return job


async def identical_price_case() -> FlagCase:
    job = await collusive_job()
    await cases.review_market()
    return await FlagCase.get(code="R028", group="OCID", job=job)


async def test_a_run_opens_a_case_for_the_process_and_each_party() -> None:
    job = await collusive_job()
    opened = await cases.review_market()
    mine = await FlagCase.filter(code="R028")
    assert {case.group for case in mine} == {"OCID", "Tenderer"}
    assert len(mine) == 3
    assert opened == await FlagCase.all().count()
    process = next(case for case in mine if case.group == "OCID")
    assert (process.job_id, process.subject_name, process.status) == (job.id, job.title, "open")
    bids = process.evidence["processes"][0]["bids"]
    assert [bid["amount"] for bid in bids].count(bids[0]["amount"]) >= 1
    assert {bid["id"] for bid in bids} == set(
        await Bid.filter(job=job).values_list("number", flat=True)
    )
    run = await FlagRun.all().order_by("-id").first()
    assert run is not None
    assert (run.opened, run.flags) == (opened, opened)


def test_the_clock_reviews_the_market() -> None:
    assert cases.review_market in [task for _seconds, task in PERIODIC]


async def test_nothing_new_is_not_computed_again() -> None:
    await collusive_job()
    await cases.review_market()
    runs = await FlagRun.all().count()
    assert await cases.review_market() == 0
    assert await FlagRun.all().count() == runs


async def test_a_decision_is_kept_until_the_evidence_changes() -> None:
    case = await identical_price_case()
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    await cases.decide_case(case, Decision.LEGITIMATE, "报价均按政府指导价", by=bureau)
    kept = await FlagCase.get(id=case.id)
    assert (kept.status, kept.decision, kept.reasons) == (
        CaseStatus.DISMISSED, Decision.LEGITIMATE, "报价均按政府指导价",
    )  # fmt: skip
    with pytest.raises(cases.NotOpen):
        await cases.decide_case(case, Decision.REMIND, "再看一次", by=bureau)
    await collusive_job()
    await cases.review_market()
    assert (await FlagCase.get(id=case.id)).status == CaseStatus.DISMISSED, "another process"
    await Job.filter(id=case.job_id).update(title="改名后的标注任务")
    assert case.job_id is not None
    await publish_release(case.job_id)
    await cases.review_market()
    again = await FlagCase.get(id=case.id)
    assert again.status == CaseStatus.OPEN
    assert [entry.action for entry in await audit.history(again)] == [
        "found", "status:dismissed", "status:open",
    ]  # fmt: skip


async def test_a_flag_found_no_more_keeps_its_case() -> None:
    case = await identical_price_case()
    await Job.filter(id=case.job_id).update(budget_fen=1)
    for bid in await Bid.filter(job_id=case.job_id):
        await Bid.filter(id=bid.id).update(total_fen=int(bid.id.int % 10_000_019))
    assert case.job_id is not None
    await publish_release(case.job_id)
    await cases.review_market()
    kept = await FlagCase.get(id=case.id)
    assert (kept.is_current, kept.status) == (False, CaseStatus.OPEN)


async def test_only_the_authority_of_the_region_sees_and_decides() -> None:
    case = await identical_price_case()
    stranger = await actor(await make_organisation(kind="bureau", region_code="320000"))
    firm = await actor(await make_organisation(kind="supplier"))
    with pytest.raises(NotFound):
        await access.case_to_see(case.number, stranger)
    with pytest.raises(NotPermitted):
        access.cases_to_see(firm)
    with pytest.raises(NotPermitted):
        await cases.decide_case(case, Decision.REMIND, "不应允许", by=firm)
    assert (await FlagCase.get(id=case.id)).status == CaseStatus.OPEN


async def test_false_positives_are_counted() -> None:
    case = await identical_price_case()
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    await cases.decide_case(case, Decision.LEGITIMATE, "查明无异常", by=bureau)
    other = await FlagCase.filter(code="R028", group="Tenderer").first()
    assert other is not None
    await cases.decide_case(other, Decision.SUMMON, "约谈两家企业", by=await actor(
        await make_organisation(kind="operator")))  # fmt: skip
    operator = await actor(await make_organisation(kind="operator"))
    tally = next(row for row in await views.tallies(operator) if row.code == "R028")
    assert (tally.confirmed, tally.dismissed, tally.dismissed_bp) == (1, 1, 5_000)


async def test_a_clerk_decides_on_the_page(client: httpx.AsyncClient) -> None:
    case = await identical_price_case()
    bureau = await make_organisation(kind="bureau", region_code="370100")
    await signed_in_client(client, (await actor(bureau)).person_id)
    page = await client.get("/bureau/risks")
    assert "报价相同" in page.text
    assert case.number in page.text
    shown = await client.get(f"/bureau/risks/{case.number}")
    assert "从未" not in shown.text
    empty = await client.post(f"/bureau/risks/{case.number}", data={"decision": "remind"})
    assert empty.status_code == 422
    answer = await client.post(
        f"/bureau/risks/{case.number}", data={"decision": "remind", "reasons": "已电话提醒两家企业"}
    )
    assert answer.status_code == 303
    assert (await FlagCase.get(id=case.id)).status == CaseStatus.CONFIRMED
    file = await client.get("/bureau/risks?status=confirmed&format=csv")
    assert case.number in file.text
