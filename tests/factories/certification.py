"""Rounds, applications that just meet every condition, and publicised ones."""

from typing import Any

from market.certification import applications, reviews
from market.certification import forms as f
from market.certification.models import Certification, CertificationRound
from market.certification.states import MaterialKind
from market.kit import files
from market.kit.actor import Actor
from tests.factories.accounts import actor, make_organisation, make_uscc

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FORM = {
    "address": "济南市历下区数据街1号", "manager": "济南数据产业园管理委员会", "founded_on": "2023-05-01",
    "contact": "=王主任", "phone": "0531-88000000", "area": 1000,
    "services": ["annotation", "inspection"], "data_kinds": ["image"], "platform": "泉城标注平台",
    "concurrency": 1200, "data_tb": "320.50", "planned_fen": "8000万", "invested_fen": "3000万",
    "industries": "医疗健康、智能驾驶", "clients": 42, "talent_service": "与三所高校共建实训基地",
    "market_service": "每季度举办供需对接会", "clean_record": True,
}  # fmt: skip
PLAN = {
    "overall_goal": "三年内建成省内领先的数据标注基地。", "specific_goals": "企业三十家，营收两亿元。",
    "measures": "办公补贴、人才公寓、实训补贴。", "firms": [5, 10, 30], "revenue_wan": [3000, 9000, 20000],
    "staff": [300, 900, 2000], "data_tb": [500, 900, 1500], "models": [2, 5, 9],
}  # fmt: skip
OPINION = {"opinion": "材料齐全，符合条件。"}


async def make_base(region: str = "370100") -> Actor:
    """The owner of a base."""
    return await actor(await make_organisation(kind="base", region_code=region))


async def make_round(by: Actor, **changes: Any) -> CertificationRound:
    """A round of the bureau's province."""
    return await reviews.open_round(
        f.RoundInput.model_validate({
            "title": "2026年省级数据标注基地认定", "closes_at": "2099-12-15", "firms_min": 3,
            "staff_min": 100, "area_min": 1000, **changes,
        }),
        by=by,
    )  # fmt: skip


async def fill_application(call: CertificationRound, by: Actor, **changes: Any) -> Certification:
    """An application whose every condition is just met."""
    row = await applications.begin_application(call, by=by)
    await applications.keep_form(row, f.BaseForm.model_validate(FORM | changes), by=by)
    await applications.keep_plan(row, f.PlanForm.model_validate(PLAN), by=by)
    for number, staff in enumerate((40, 40, 20)):
        firm = {
            "name": f"标注企业{number}", "uscc": make_uscc("370100"), "main_business": "医学影像标注",
            "revenue_fen": "120万", "industries": "医疗健康", "clients": "三甲医院", "staff": staff,
        }  # fmt: skip
        await applications.list_firm(row, f.FirmInput.model_validate(firm), by=by)
    for kind in MaterialKind:
        file = await files.store(f"{kind}.pdf", PDF, by=by)
        await applications.attach_material(row, kind, file, by=by)
    return await Certification.get(id=row.id)


async def submit_application(call: CertificationRound, by: Actor) -> Certification:
    """An application that was handed in."""
    row = await fill_application(call, by)
    pledge = f.PledgeInput(signer="李建国", is_true=True)
    return await applications.submit_application(row, pledge, by=by)


def decision(word: str) -> f.DecisionInput:
    """What an authority sends."""
    return f.DecisionInput.model_validate({"decision": word, **OPINION})


async def publicise(by: Actor, province: Actor) -> Certification:
    """An application during its publication."""
    row = await submit_application(await make_round(province), by)
    await reviews.decide(row, decision("recommend"), by=province)
    return await reviews.decide(row, decision("publicise"), by=province)
