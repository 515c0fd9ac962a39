"""Rules of a job: the procedure's, the owner's, the bureau's, and the review a bureau asks for."""

import datetime as dt
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kit import clock
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import job_reviews, jobs, locks, rules
from market.tendering.forms import JobVerdictInput
from market.tendering.models import Job
from market.tendering.posting_models import JobReview, ProcedureLock
from market.tendering.procedures import PROCEDURES, ProcedureConfig, config_of
from market.tendering.states import JobStatus
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.pools import set_lock

pytestmark = pytest.mark.usefixtures("rollback")


async def bureau_of(region: str) -> Any:
    return await actor(await make_organisation(kind="bureau", region_code=region))


async def owner_in(region: str) -> Any:
    return await actor(await make_organisation(kind="demand", region_code=region))


async def test_a_lock_binds_the_jobs_of_its_region_and_procedure_only() -> None:
    province = await bureau_of("370000")
    await set_lock("stand_still_days", by=province, value="6", procedure="open")
    inside = await tendering.published_job(by=await owner_in("370102"))
    assert config_of(inside).stand_still_days == 6
    source = inside.procedure_sources["stand_still_days"]
    assert (source["from"], source["by"]) == ("lock", province.organisation_name)
    outside = await tendering.published_job(by=await owner_in("140200"))
    assert config_of(outside).stand_still_days == 3
    other = await tendering.published_job(by=await owner_in("370102"), procedure="enquiry")
    assert config_of(other).stand_still_days == 1


async def test_a_limit_lifts_the_procedure_and_refuses_the_owner() -> None:
    province, owner = await bureau_of("370000"), await owner_in("370100")
    await set_lock("bidding_days", by=province, minimum=6)
    job = await tendering.published_job(by=owner)
    assert config_of(job).bidding_days == 6
    config = {"minimum_bids": 1, "bidding_days": 2}
    draft = await tendering.make_job(by=owner, procedure_config=config)
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(draft, by=owner)
    assert set(refusal.value.fields) == {"bidding_days"}
    assert "不低于 6个工作日" in refusal.value.fields["bidding_days"]
    assert province.organisation_name in refusal.value.fields["bidding_days"]


async def test_the_higher_bureau_has_the_last_word() -> None:
    province, city = await bureau_of("370000"), await bureau_of("370100")
    await set_lock("minimum_bids", by=city, value="4")
    assert config_of(await tendering.published_job(by=await owner_in("370100"))).minimum_bids == 4
    await set_lock("minimum_bids", by=province, value="5")
    assert config_of(await tendering.published_job(by=await owner_in("370100"))).minimum_bids == 5
    with pytest.raises(locks.LockInForce):
        await set_lock("minimum_bids", by=city, value="2")
    assert await ProcedureLock.filter(bureau_id=city.organisation_id).count() == 1


async def test_an_ended_or_expired_lock_binds_no_more() -> None:
    province, owner = await bureau_of("370000"), await owner_in("370100")
    lock = await set_lock("minimum_bids", by=province, value="5")
    with pytest.raises(NotFound):
        await locks.end_lock(lock, by=await bureau_of("370100"))
    await locks.end_lock(lock, by=province)
    await set_lock(
        "stand_still_days", by=province, value="9", valid_until=clock.today().isoformat()
    )
    with clock.frozen_at(clock.now() + dt.timedelta(days=1)):
        job = await tendering.published_job(by=owner)
    assert (config_of(job).minimum_bids, config_of(job).stand_still_days) == (1, 3)


async def test_a_weight_that_is_set_leaves_the_rest_to_the_others() -> None:
    province, owner = await bureau_of("370000"), await owner_in("370100")
    await set_lock("weights.price", by=province, minimum=55)
    job = await tendering.published_job(by=owner)
    assert config_of(job).weights == {"price": 55, "technical": 26, "quality": 11, "schedule": 8}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": "", "minimum": None}, "value"),
        ({"value": "5", "minimum": 2}, "value"),
        ({"value": "many"}, "value"),
        ({"value": "99"}, "value"),
        ({"minimum": 5, "maximum": 3}, "maximum"),
        ({"value": "5", "region_code": "140000"}, "region_code"),
        ({"value": "5", "procedure": "barter"}, "procedure"),
        ({"value": "5", "valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "valid_until"),
        ({"field": "reason", "value": "x"}, "field"),
        ({"field": "needs_review", "value": "maybe"}, "value"),
        ({"field": "tie_rule", "value": "heads or tails"}, "value"),
    ],
)
async def test_a_lock_that_makes_no_sense_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await set_lock(**{"field": "minimum_bids", **values}, by=await bureau_of("370000"))
    assert set(refusal.value.fields) == {field}
    assert await ProcedureLock.all().count() == 0


async def test_a_lock_is_typed_in_the_readers_words() -> None:
    province = await bureau_of("370000")
    assert (await set_lock("needs_review", by=province, value="否")).value is False
    assert (await set_lock("tie_rule", by=province, value="先提交者优先")).value == "earlier"


async def test_only_a_bureau_locks() -> None:
    with pytest.raises(NotPermitted):
        await set_lock("minimum_bids", by=await owner_in("370000"), value="5")
    assert await ProcedureLock.all().count() == 0


async def test_what_makes_a_procedure_what_it_is_cannot_be_set_by_a_job() -> None:
    draft = await tendering.make_job(
        procedure="direct", procedure_config={"needs_reason": False, "invited_only": False}
    )
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(draft)
    assert "procedure" in refusal.value.fields


@given(st.integers(1, 99), st.sampled_from(sorted(PROCEDURES)))
def test_any_price_weight_leaves_a_valid_config(points: int, code: str) -> None:
    job = Job(procedure=code, procedure_config={}, industry="交通运输")
    bureau = type("Bureau", (), {"name": "省局"})()
    lock = ProcedureLock(field="weights.price", fixed={"value": points}, region_code="370000")
    lock._bureau = bureau
    found = rules.effective(job, [lock])
    if PROCEDURES[code].config["weights"] == {"price": 100}:
        assert found.config is None  # a price enquiry has nothing else to weigh
        return
    assert found.config is not None
    assert (sum(found.config.weights.values()), found.config.weights["price"]) == (100, points)


async def reviewed_job() -> tuple[Job, JobReview, Any, Any]:
    bureau, owner = await bureau_of("370000"), await owner_in("370102")
    await set_lock("needs_review", by=bureau, value="yes")
    job = await tendering.published_job(by=owner)
    return job, await JobReview.get(job=job).select_related("job"), bureau, owner


async def test_a_job_under_review_is_not_public_until_the_bureau_approves() -> None:
    job, review, bureau, _owner = await reviewed_job()
    assert (job.status, job.published_at) == (JobStatus.REVIEW, None)
    assert await OutboxMessage.filter(topic="job.published").count() == 0
    assert await OutboxMessage.filter(topic="job.review_asked").count() == 1
    with pytest.raises(NotFound):
        await job_reviews.approve_job(review, by=await bureau_of("370102"))
    opened = await job_reviews.approve_job(review, by=bureau)
    assert (opened.status, opened.is_public) == (JobStatus.OPEN_BIDDING, True)
    with pytest.raises(job_reviews.AlreadyDecided):
        await job_reviews.approve_job(review, by=bureau)
    assert await OutboxMessage.filter(topic="job.published").count() == 1


async def test_the_days_of_the_review_are_added_to_the_deadlines() -> None:
    monday = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
    with clock.frozen_at(monday):
        job, review, bureau, _owner = await reviewed_job()
    before = job.bid_deadline_at
    with clock.frozen_at(monday + dt.timedelta(days=4)):
        await JobReview.filter(id=review.id).update(created_at=monday)
        opened = await job_reviews.approve_job(await JobReview.get(id=review.id), by=bureau)
    assert before is not None
    assert opened.bid_deadline_at is not None
    days = clock.working_days_between(
        clock.in_china(before).date(), clock.in_china(opened.bid_deadline_at).date()
    )
    assert (days, clock.in_china(opened.bid_deadline_at).hour) == (4, 10)


async def test_a_returned_job_is_a_draft_with_the_owners_own_rules() -> None:
    job, review, bureau, owner = await reviewed_job()
    assert config_of(job).minimum_bids == 1
    with pytest.raises(InvalidInput):
        await job_reviews.decide(review, JobVerdictInput(decision="return"), by=bureau)
    back = await job_reviews.return_job(review, "请补充验收标准与样例。", by=bureau)
    assert (back.status, back.procedure_config) == (JobStatus.DRAFT, {"minimum_bids": 1})
    again = await jobs.publish_job(await Job.get(id=job.id), by=owner)
    assert again.status == JobStatus.REVIEW
    assert await JobReview.filter(job=job).count() == 2
    taken = await job_reviews.take_back(again, by=owner)
    assert taken.status == JobStatus.DRAFT
    assert await JobReview.filter(job=job, decided_at=None).count() == 0


async def test_the_bureaus_pages(client: httpx.AsyncClient) -> None:
    bureau, owner = await bureau_of("370000"), await owner_in("370102")
    await signed_in_client(client, bureau.person_id)
    typed = {
        "field": "needs_review",
        "procedure": "*",
        "value": "yes",
        "reason": "新办单位先审后发",
    }
    assert (await client.post("/bureau/rules", data=typed)).status_code == 303
    lock = await ProcedureLock.get()
    assert "新办单位先审后发" in (await client.get("/bureau/rules")).text
    job = await tendering.published_job(by=owner, title="待审核的标注需求")
    review = await JobReview.get(job=job)
    assert "待审核的标注需求" in (await client.get("/bureau/job-reviews")).text
    assert "本需求的规则" in (await client.get(f"/bureau/job-reviews/{review.id}")).text
    sent = await client.post(
        f"/bureau/job-reviews/{review.id}", data={"decision": "return", "reasons": "请补充样例说明"}
    )
    assert sent.status_code == 303
    assert (await client.post(f"/bureau/rules/{lock.id}/end")).status_code == 303
    await signed_in_client(client, owner.person_id)
    assert "请补充样例说明" in (await client.get(f"/jobs/{job.number}/review")).text


async def test_the_wizard_shows_a_fixed_value_and_who_fixed_it(client: httpx.AsyncClient) -> None:
    bureau, owner = await bureau_of("370000"), await owner_in("370102")
    await set_lock("stand_still_days", by=bureau, value="7")
    await set_lock("bidding_days", by=bureau, minimum=6)
    job = await tendering.make_job(by=owner)
    await signed_in_client(client, owner.person_id)
    page = (await client.get(f"/jobs/{job.number}/edit/procedure")).text
    assert f"由{bureau.organisation_name}规定：7个工作日" in page
    assert "object at" not in page
    assert 'name="stand_still_days"' not in page
    assert f"由{bureau.organisation_name}规定：不低于 6个工作日" in page
    assert 'name="bidding_days"' in page


async def test_the_form_makes_a_pilot_between_two_envelopes(client: httpx.AsyncClient) -> None:
    job = await tendering.make_job()
    owner = await tendering.owner_of(job)
    await signed_in_client(client, owner.person_id)
    typed = {"procedure": "open", "pilot_wanted": "yes", "pilot_metric": "dice", "pilot_days": "4",
             "pilot_threshold": "0.7", "pilot_fee_fen": "2000", "price": "40", "pilot": "40",
             "technical": "20", "judges_needed": "5", "maximum_awards": "2"}  # fmt: skip
    saved = await client.post(f"/jobs/{job.number}/edit/procedure", data=typed)
    assert saved.status_code == 303
    config = rules.effective(await Job.get(id=job.id)).config
    assert isinstance(config, ProcedureConfig)
    assert config.two_envelopes
    assert config.pilot is not None
    assert config.pilot.model_dump(mode="json") == {
        "metric": "dice", "days": 4, "is_paid": True, "fee_fen": 200_000, "threshold": "0.7",
    }  # fmt: skip
    assert (config.judges_needed, config.maximum_awards) == (5, 2)
    page = (await client.get(f"/jobs/{job.number}/edit/procedure")).text
    assert 'value="2,000.00"' in page
