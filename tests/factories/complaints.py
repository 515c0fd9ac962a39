"""Complaints and violation reports for tests, made through the verbs."""

from typing import Any

from market.accounts.models import Organisation
from market.complaints import complaints, decisions, violations
from market.complaints.forms import ComplaintInput, MeasureInput, ReportInput, RulingInput
from market.complaints.models import Complaint, ViolationReport
from market.kit.actor import Actor
from market.tendering.models import Award, Job
from tests.factories.accounts import actor, make_organisation

STATEMENT = "文件第三条要求投标人必须使用指定品牌的标注平台，排斥其他供应商。"
REASONS = "经核查评审记录与公布标准，作出如下认定。"


def complaint_input(**values: Any) -> ComplaintInput:
    """An objection to documents that name a brand."""
    defaults = {
        "ground": "brand_named", "statement": STATEMENT, "demand": "删除指定品牌的条款"
    }  # fmt: skip
    return ComplaintInput.model_validate({**defaults, **values})


async def make_complaint(
    job: Job, *, by: Actor, award: Award | None = None, objection: Complaint | None = None,
    filed: bool = True, **values: Any,
) -> Complaint:  # fmt: skip
    """A complaint of `by`, filed unless told otherwise."""
    if award or (objection and objection.award_id):
        values.setdefault("ground", "wrong_evaluation")
    row = await complaints.draft_complaint(
        job, complaint_input(**values), award=award, objection=objection, by=by
    )
    return await complaints.file_complaint(row, by=by) if filed else row


async def decide(complaint: Complaint, ruling: str, *, by: Actor) -> Complaint:
    """The decision, with reasons."""
    given = RulingInput.model_validate({"ruling": ruling, "reasons": REASONS})
    return await decisions.decide_complaint(complaint, given, by=by)


async def make_bureau(region_code: str = "370000") -> Actor:
    """An owner of a new bureau."""
    return await actor(await make_organisation(kind="bureau", region_code=region_code))


async def make_report(
    accused: Organisation, *, by: Actor, filed: bool = True, **values: Any
) -> ViolationReport:
    """A report of a data leak."""
    defaults = {"kind": "data_leak", "statement": "其员工在公开群聊中转发了客户的影像截图。"}
    content = ReportInput.model_validate({**defaults, **values})
    row = await violations.draft_report(content, accused=accused, by=by)
    return await violations.file_report(row, by=by) if filed else row


def measure_input(**values: Any) -> MeasureInput:
    """Upheld with a warning unless told otherwise."""
    defaults = {"is_upheld": True, "measure": "warning", "reasons": REASONS}
    return MeasureInput.model_validate({**defaults, **values})
