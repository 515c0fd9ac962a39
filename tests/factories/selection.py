"""Calls of a bureau, entries of organisations, and a firm's own figures, made through the verbs."""

from typing import Any

from market.kit import files
from market.kit.actor import Actor
from market.library import reports
from market.library.forms import ReportInput
from market.library.models import FirmReport
from market.selection import entries, reviews
from market.selection.forms import CallInput, EntryDecision, EntryInput, ReviewPoints
from market.selection.models import SelectionCall, SelectionEntry
from tests.factories.certification import PDF

CALL = {
    "kind": "case", "title": "2026年典型应用案例征集", "text": "面向全省征集可复制可推广的数据标注应用案例。",
    "closes_at": "2099-12-15", "places": 100,
}  # fmt: skip
ENTRY = {
    "title": "肺结节标注数据集助力基层筛查", "industry": "医疗健康",
    "summary": "三甲医院与标注企业共建胸部CT数据集，双人标注、专家仲裁。",
    "effect": "阅片时间缩短，漏诊率下降，已在十二家基层医院使用。",
    "figures": "单例阅片用时 | 15 | 6 | 分钟\n漏诊率 | 8.5 | 3.2 | %",
}  # fmt: skip
OPINION = "做法扎实，成效有据，可复制推广。"
REPORT = {
    "year": 2025, "revenue_fen": "1200万", "staff": 120, "annotators": 100, "data_tb": "36.5",
    "trained": 40,
}  # fmt: skip


async def make_call(by: Actor, **changes: Any) -> SelectionCall:
    """A call for cases of the bureau's region."""
    return await reviews.open_call(CallInput.model_validate(CALL | changes), by=by)


async def make_entry(call: SelectionCall, by: Actor, **changes: Any) -> SelectionEntry:
    """An entry that was handed in, with a paper."""
    row = await entries.enter(call, EntryInput.model_validate(ENTRY | changes), by=by)
    await entries.attach_evidence(row, await files.store("成效.pdf", PDF, by=by), by=by)
    return row


async def publicise_entry(row: SelectionEntry, bureau: Actor) -> SelectionEntry:
    """An entry during its publication, reviewed once."""
    sheet = ReviewPoints(points=90, is_recommended=True, opinion=OPINION)
    await reviews.review_entry(row, sheet, by=bureau)
    return await reviews.decide(row, EntryDecision(decision="publicise"), by=bureau)


async def make_report(by: Actor, **changes: Any) -> FirmReport:
    """A firm's figures of a year, with evidence."""
    content = ReportInput.model_validate(REPORT | changes)
    return await reports.report_year(
        content, evidence=await files.store("审计报告.pdf", PDF, by=by), by=by
    )
