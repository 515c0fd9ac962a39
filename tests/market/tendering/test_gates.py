"""Gates before publishing: secrets, medical data, money, deadlines in working days."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from market.kit import clock
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import gates, jobs
from market.tendering.drafts import JobDraft
from market.tendering.job_templates import TEMPLATES
from market.tendering.models import Job, Notice
from market.tendering.procedures import PROCEDURES, ProcedureConfig, config_of
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import CancelReason, JobStatus
from tests.factories import actor, make_organisation, tendering

pytestmark = pytest.mark.usefixtures("rollback")
MONDAY = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # 10:00 in China


async def refused(**values: Any) -> dict[str, str]:
    """The gates a draft with these values does not pass."""
    with clock.frozen_at(MONDAY):
        job = await tendering.make_job(**values)
        with pytest.raises(InvalidInput) as refusal:
            await tendering.publish(job)
    assert (await Job.get(id=job.id)).status == JobStatus.DRAFT
    assert await OutboxMessage.filter(topic="job.published").count() == 0
    return refusal.value.fields


async def test_a_complete_job_is_published_with_its_rules_frozen() -> None:
    with clock.frozen_at(MONDAY):
        job = await tendering.published_job()
    assert job.status == JobStatus.OPEN_BIDDING
    assert job.published_at == MONDAY
    (key,) = await JobKey.filter(job=job)
    assert (key.envelope, key.threshold, await KeyShare.filter(key=key).count()) == ("offer", 2, 2)
    assert job.procedure_config == config_of(job).model_dump(mode="json")
    assert (await Notice.get(job=job)).kind == "published"
    message = await OutboxMessage.get(topic="job.published")
    assert message.payload == {"job": str(job.id)}


async def test_an_empty_draft_lacks_everything() -> None:
    job = await jobs.draft_job(JobDraft(), by=await actor(await make_organisation(kind="demand")))
    assert set(gates.problems_of(job)) == {
        "title", "summary", "industry", "modality", "task_types", "volume", "unit", "accuracy",
        "budget_fen", "delivery_deadline", "bid_deadline_at", "question_deadline_at",
        "has_no_state_secrets",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "is_refused"),
    [
        ("对涉密图纸逐页标注要素，由保密室派员监督完成。", True),
        ("机密级影像判读标注，逐帧勾画目标并复核属性。", True),
        ("本数据不涉及国家秘密，逐张拉框标注车辆与行人。", False),
        ("公开非涉密公文，逐篇标注要素与篇章结构，双人互检。", False),
    ],
)
async def test_state_secrets_are_refused(summary: str, is_refused: bool) -> None:
    with clock.frozen_at(MONDAY):
        job = await tendering.make_job(summary=summary)
        assert ("summary" in gates.problems_of(job)) is is_refused


async def test_core_data_and_a_missing_declaration_are_refused() -> None:
    fields = await refused(data_grade="核心数据", has_no_state_secrets=False)
    assert set(fields) == {"data_grade", "has_no_state_secrets"}


@pytest.mark.parametrize(
    "medical",
    [{"industry": "医疗健康"}, {"modality": "医学影像"}, {"task_types": ["病灶分割"]}],
)
async def test_medical_jobs_need_a_level_and_a_proof(medical: dict[str, Any]) -> None:
    assert set(await refused(**medical)) == {"health_level", "deid_proof"}


async def test_a_medical_job_with_level_and_proof_is_published() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner, industry="医疗健康", health_level=3)
    assert set(gates.problems_of(job)) == {"deid_proof"}
    job = await tendering.attach_proof(job, by=owner)
    assert (await tendering.publish(job, by=owner)).status == JobStatus.OPEN_BIDDING


@pytest.mark.parametrize(("ceiling", "is_refused"), [("300", False), ("300.0001", True)])
async def test_the_ceiling_must_be_near_the_budget(ceiling: str, is_refused: bool) -> None:
    """10,000 units against 2,000,000 yuan: up to one and a half times the budget."""
    with clock.frozen_at(MONDAY):
        job = await tendering.make_job(ceiling_unit_price=Decimal(ceiling))
        assert ("ceiling_unit_price" in gates.problems_of(job)) is is_refused
        assert len(gates.advice_on(job)) == 2  # above the budget, and no guideline


async def test_deadlines_keep_their_working_days() -> None:
    """Published on Monday: three working days for questions end on Thursday, five for bids on Monday."""
    thursday = dt.datetime(2026, 11, 26, 0, 0, tzinfo=clock.CHINA)
    fields = await refused(question_deadline_at=thursday - dt.timedelta(seconds=1))
    assert set(fields) == {"question_deadline_at"}
    fields = await refused(
        question_deadline_at=thursday, bid_deadline_at=thursday + dt.timedelta(days=3)
    )
    assert set(fields) == {"bid_deadline_at"}
    with clock.frozen_at(MONDAY):
        job = await tendering.make_job(
            question_deadline_at=thursday, bid_deadline_at=thursday + dt.timedelta(days=4)
        )
        assert gates.problems_of(job) == {}


async def test_bids_close_after_the_questions_and_delivery_after_both() -> None:
    asked = dt.datetime(2026, 12, 10, 17, 0, tzinfo=clock.CHINA)
    fields = await refused(
        question_deadline_at=asked, bid_deadline_at=asked + dt.timedelta(hours=1),
        delivery_deadline=dt.date(2026, 12, 10),
    )  # fmt: skip
    assert set(fields) == {"bid_deadline_at", "delivery_deadline"}


async def test_procedures_ask_for_what_they_need() -> None:
    assert set(await refused(procedure="quote")) == {"procedure"}
    assert set(await refused(procedure="direct")) == {"reason", "invited"}
    config = {"weights": {"price": 50, "technical": 49}}
    assert set(await refused(procedure_config=config)) == {"procedure"}


@pytest.mark.parametrize("code", list(PROCEDURES))
def test_every_procedure_has_valid_rules(code: str) -> None:
    config = ProcedureConfig.model_validate(PROCEDURES[code].config)
    assert sum(config.weights.values()) == 100


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"pilot": {"metric": "f1"}}, "须与双信封同时采用"),
        ({"weights": {"price": 60, "pilot": 40}}, "设有试标时"),
        ({"two_envelopes": True, "pilot": {"is_paid": True}}, "有偿试标须写明试标费"),
        ({"two_envelopes": True, "pilot": {"metric": "vibes"}}, "平台能够测量的指标"),
    ],
)
def test_a_pilot_is_measured_paid_as_said_and_between_two_envelopes(
    rules: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ProcedureConfig.model_validate(rules)


@pytest.mark.parametrize("code", list(TEMPLATES))
async def test_every_template_is_made_of_known_terms(code: str) -> None:
    template = TEMPLATES[code]
    draft = JobDraft.model_validate(template.fields)
    known = draft.changes()
    assert {name: known[name] for name in ("modality", "unit", "task_types", "place")} == {
        name: template.fields[name] for name in ("modality", "unit", "task_types", "place")
    }
    job = await jobs.draft_job(
        JobDraft(), by=await actor(await make_organisation(kind="demand")), template=template
    )
    assert (
        set(gates.problems_of(job)) & {"title", "summary", "unit", "accuracy", "procedure"} == set()
    )


async def test_only_the_owners_buyers_post_and_only_when_verified() -> None:
    organisation = await make_organisation(kind="demand", verified=False)
    by = await actor(organisation)
    job = await tendering.make_job(by=by)
    with pytest.raises(NotPermitted):
        await jobs.publish_job(job, by=by)
    with pytest.raises(NotFound):
        await jobs.publish_job(job, by=await actor(await make_organisation(kind="demand")))
    with pytest.raises(NotPermitted):
        await jobs.publish_job(job, by=await actor(await make_organisation(), role="viewer"))
    assert (await Job.get(id=job.id)).status == JobStatus.DRAFT


async def test_a_published_job_is_no_draft_and_can_be_cancelled() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    with pytest.raises(jobs.NotDraft):
        await jobs.save_draft(job, JobDraft(title="另一个题目"), by=owner)
    job = await jobs.cancel_job(job, CancelReason.BUDGET_WITHDRAWN, "预算收回", by=owner)
    assert (job.status, job.closing_reason) == (JobStatus.CANCELLED, "budget_withdrawn: 预算收回")
    with pytest.raises(jobs.NotAmendable):
        await jobs.amend_job(job, JobDraft(title="另一个题目"), by=owner)


async def test_an_amendment_extends_the_deadline_whether_or_not_there_are_bids() -> None:
    with clock.frozen_at(MONDAY):
        owner = await actor(await make_organisation(kind="demand"))
        job = await tendering.published_job(by=owner)
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at - dt.timedelta(hours=1)):
        amended = await jobs.amend_job(job, JobDraft(budget_fen=210_000_000), by=owner)
        assert amended.bid_deadline_at == clock.end_of_day(clock.add_working_days(clock.today(), 3))
    assert (amended.version, amended.procedure_config) == (2, job.procedure_config)
