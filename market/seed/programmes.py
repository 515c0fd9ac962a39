"""What a bureau's programmes hold: a benchmark firm, a published case, a rated dataset, the reserve, a service."""

import datetime as dt
from typing import Any

from market.accounts.models import Person
from market.accounts.states import OrganisationKind
from market.datasets import offering, ratings
from market.datasets.dataset_forms import AssignInput, DatasetInput, PublishInput, SheetInput
from market.datasets.dataset_models import RatingSheet
from market.imports.organisations import Identity, organisation_for
from market.kit import clock, files
from market.kit.actor import Actor
from market.library import reports
from market.library.forms import ReportInput
from market.reserve import projects
from market.reserve.forms import AdmissionInput, MoveInput, ProjectInput
from market.seed.deals import Cast, drain
from market.selection import entries, reviews
from market.selection.forms import CallInput, EntryDecision, EntryInput, ReviewPoints
from market.services import quotes
from market.services.forms import RequestInput, ServiceInput
from market.vocabulary import uscc
from market.vocabulary.datasets import INDICATORS

OPINION = "材料真实完整，做法可复制推广，同意。"
ENTRY = {
    "title": "影像标注助力基层肺结节筛查", "industry": "医疗健康",
    "summary": "医院与标注企业共建胸部CT数据集，双人标注、专家仲裁，全程院内作业。",
    "effect": "单例阅片用时明显缩短，漏诊率下降，已在十二家基层医院使用。",
    "figures": "单例阅片用时 | 15 | 6 | 分钟\n漏诊率 | 8.5 | 3.2 | %",
}  # fmt: skip
DATASET: dict[str, Any] = {
    "title": "胸部CT肺结节标注数据集", "summary": "三千例胸部CT，双人标注、专家仲裁，含结节位置与良恶性。",
    "supply_mode": "电商模式", "price_model": "订阅", "price_fen": "30万", "origin": "own",
    "dataset_type": "行业专识数据集", "industry": "医疗健康", "modality": "医学影像",
    "task_types": ["病灶分割"], "volume": "3000", "unit": "例", "health_level": 3,
    "update_frequency": "每年", "license": "研究与商用许可，可训练模型，不可转售", "may_train": True,
    "models": "肺结节检测模型", "annotationsPerItem": "2", "dataCollection": "三家三甲医院，去标识化后使用。",
    "columns": "病例编号 | 文本 | 散列后的编号\n结节直径 | 数值 | 单位毫米",
}  # fmt: skip
FREE = DATASET | {
    "title": "地铁报站语音数据集（公益开放）", "supply_mode": "保障模式", "price_model": "无偿",
    "price_fen": 0, "origin": "scenario", "dataset_type": "行业通识数据集", "industry": "交通运输",
    "modality": "语音", "task_types": ["语音转写"], "volume": "120", "unit": "有效小时",
    "summary": "各线路报站语音与转写文本，供公共服务研究使用。", "models": "", "columns": "",
}  # fmt: skip
PROJECT = {
    "title": "胸部影像数据集二期", "industry": "医疗健康", "summary": "扩充至一万例并建立季度复核机制。",
    "goal": "两年内通过质量评级并服务三个模型。", "investment_fen": "800万",
}  # fmt: skip


async def play_programmes(cast: Cast, province: Actor) -> None:
    """Everything of a month ago, so that publications have run out; one call is open now."""
    firm = cast.suppliers[min(cast.suppliers)]
    start = clock.now() - dt.timedelta(days=45)
    with clock.frozen_at(start):
        await _report(firm)
        await _enter(
            province, firm, kind="benchmark", title="2026年省级数据标注标杆企业遴选", months=24
        )
        await _enter(
            province, cast.hospital, kind="case", title="典型应用案例征集（第一批）", months=0
        )
        await _rate(cast, firm, province)
        await _project(cast.hospital, province)
        await _service(cast)
        await drain()
    with clock.frozen_at(start + dt.timedelta(days=30)):
        await reviews.select_due()
        await drain()
    await _call(
        province, "case", "典型应用案例征集（第二批）", 0, clock.now() + dt.timedelta(days=30)
    )


async def _report(firm: Actor) -> None:
    kept = await files.store("年度审计摘要.csv", "项目,金额\n营业收入,12000000\n".encode(), by=firm)
    content = {
        "year": clock.today().year - 1, "revenue_fen": "1200万", "staff": 160, "annotators": 130,
        "trained": 40, "data_tb": "36.5", "datasets": 3, "models_served": 2,
    }  # fmt: skip
    await reports.report_year(ReportInput.model_validate(content), evidence=kept, by=firm)


async def _call(by: Actor, kind: str, title: str, months: int, closes_at: dt.datetime) -> Any:
    content = {
        "kind": kind, "title": title, "text": "面向全省征集，按做法、成效、可复制性评审。",
        "closes_at": closes_at, "places": 10 if kind == "benchmark" else 100, "valid_months": months,
    }  # fmt: skip
    return await reviews.open_call(CallInput.model_validate(content), by=by)


async def _enter(bureau: Actor, by: Actor, *, kind: str, title: str, months: int) -> None:
    call = await _call(bureau, kind, title, months, clock.now() + dt.timedelta(days=5))
    row = await entries.enter(call, EntryInput.model_validate(ENTRY), by=by)
    sheet = ReviewPoints(points=92, is_recommended=True, opinion=OPINION)
    await reviews.review_entry(row, sheet, by=bureau)
    await reviews.decide(row, EntryDecision(decision="publicise"), by=bureau)


async def _rate(cast: Cast, firm: Actor, bureau: Actor) -> None:
    row = await offering.save_dataset(DatasetInput.model_validate(DATASET), by=firm)
    sample = "病例编号,结节直径\nC-001,6.5\nC-002,11.2\n".encode()
    await offering.attach_sample(row, await files.store("样例.csv", sample, by=firm), by=firm)
    await offering.list_dataset(row, by=firm)
    free = await offering.save_dataset(DatasetInput.model_validate(FREE), by=firm)
    await offering.list_dataset(free, by=firm)
    rating = await ratings.request_rating(row, by=firm)
    expert = await Person.get(id=cast.people["expert1"].id)
    rating = await ratings.assign_reviewers(rating, AssignInput(reviewers=expert.email), by=bureau)
    points = {code: {"points": "94", "evidence": "抽查样本与说明文档。"} for code in INDICATORS}
    sheet = await RatingSheet.get(rating=rating)
    reviewer = Actor(person_id=expert.id, name=expert.name)
    await ratings.hand_in_sheet(
        sheet, SheetInput.model_validate({"indicators": points}), by=reviewer
    )
    said = PublishInput(statement="三个维度均达到合格分。", review_months=12)
    await ratings.publish_rating(rating, said, by=bureau)


async def _project(owner: Actor, bureau: Actor) -> None:
    day = clock.today()
    dates = {"starts_on": day, "ends_on": day + dt.timedelta(days=700)}
    row = await projects.submit_project(ProjectInput.model_validate(PROJECT | dates), by=owner)
    await projects.answer_project(row, AdmissionInput(decision="admit", opinion=OPINION), by=bureau)
    move = MoveInput(target="special", reason="年度复核进度领先，建议晋级。")
    await projects.propose_move(row, move, by=bureau)


async def _service(cast: Cast) -> None:
    identity = Identity(
        name="齐鲁数据合规咨询有限公司（演示）", uscc=uscc.compose("91", "370100", "MAFW0001"),
        region_code="370100",
    )  # fmt: skip
    system = Actor.system("seed")
    firm = await organisation_for(identity, kind=OrganisationKind.SERVICE, by=system)
    by = Actor(
        name="顾问 方澄", organisation_id=firm.id, kind=firm.kind.value, role="owner", verified=True,
        region_code=firm.region_code, person_id=cast.people["expert2"].id,
    )  # fmt: skip
    content = {
        "kind": "compliance", "title": "医疗数据合规评估", "price_note": "每次 3 万元起",
        "text": "个人信息保护影响评估、去标识化核查与整改建议，两周内出具报告。",
    }  # fmt: skip
    listing = await quotes.save_service(ServiceInput.model_validate(content), by=by)
    wanted = RequestInput(text="三千例影像数据的合规评估，含一次现场访谈。")
    await quotes.ask_for_quote(listing, wanted, by=cast.hospital)
