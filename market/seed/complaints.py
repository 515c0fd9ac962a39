"""Objections, a complaint and reports of the demo: one waits, the others are decided."""

import datetime as dt

from market.accounts.models import Organisation
from market.complaints import complaints, decisions, violations
from market.complaints.forms import ComplaintInput, MeasureInput, ReportInput, RulingInput
from market.complaints.models import Complaint, ViolationReport
from market.kit import clock
from market.kit.actor import Actor
from market.seed.deals import Cast, drain
from market.tendering.models import Job

CONTESTED = "遥感影像地块分割标注（竞争性磋商）"
DECIDED = "交通标志拉框标注（询价）"


async def play_complaints(cast: Cast, province: Actor) -> None:
    """An objection that waits for the owner; one that went on to the bureau; two reports."""
    now = clock.now()
    with clock.frozen_at(now - dt.timedelta(hours=30)):
        objection = await _contest(DECIDED, "too_little_time", cast.suppliers["DS01"])
        refusal = "响应时间自公告之日起满五个工作日，符合本采购方式的规定。"
        objection = await _rule(objection, "no_breach", refusal, by=cast.company)
    with clock.frozen_at(now - dt.timedelta(hours=28)):
        complaint = await _contest(
            DECIDED, "too_little_time", cast.suppliers["DS01"], objection=objection
        )
        found = "经查，采购文件的响应时间符合规定，投诉事项缺乏事实依据，予以驳回。"
        await _rule(complaint, "no_breach", found, by=province)
    with clock.frozen_at(now - dt.timedelta(hours=5)):
        await _contest(CONTESTED, "brand_named", cast.suppliers["DS02"])
    await _reports(cast, now)
    await drain()


async def _contest(
    title: str, ground: str, by: Actor, *, objection: Complaint | None = None
) -> Complaint:
    job = await Job.get(title=title)
    content = ComplaintInput.model_validate(
        {
            "ground": ground,
            "statement": "采购文件第三部分的要求缺少依据，使本公司无法在同等条件下参加，请予核查。",
            "demand": "修改相应条款，并相应顺延截止时间",
        }
    )
    row = await complaints.draft_complaint(job, content, objection=objection, by=by)
    return await complaints.file_complaint(row, by=by)


async def _rule(row: Complaint, ruling: str, reasons: str, *, by: Actor) -> Complaint:
    given = RulingInput.model_validate({"ruling": ruling, "reasons": reasons})
    return await decisions.decide_complaint(row, given, by=by)


async def _reports(cast: Cast, now: dt.datetime) -> None:
    """A warning that is public by now, and a report about which the reported may still speak."""
    with clock.frozen_at(now - dt.timedelta(days=40)):
        row = await _report(
            cast, "DS05", "off_platform_payment", "其商务人员多次提出绕过平台托管直接转账付款。"
        )
        view = "该员工系个人行为，我司已处分并重申平台付款纪律。"
        row = await violations.give_view(row, view, by=cast.suppliers["DS05"])
        warning = MeasureInput.model_validate(
            {"is_upheld": True, "measure": "warning", "reasons": "事实清楚，首次违规，予以警告。"}
        )
        await violations.decide_report(row, warning, by=cast.operator)
    with clock.frozen_at(now - dt.timedelta(hours=6)):
        await _report(
            cast, "DS01", "false_information", "其资料页所列的一项资质在发证机构查询不到，请核实。"
        )


async def _report(cast: Cast, name: str, kind: str, statement: str) -> ViolationReport:
    accused = await Organisation.get(id=cast.suppliers[name].organisation_id)
    content = ReportInput.model_validate({"kind": kind, "statement": statement})
    row = await violations.draft_report(content, accused=accused, by=cast.hospital)
    return await violations.file_report(row, by=cast.hospital)
