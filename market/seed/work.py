"""Of two running orders: trained annotators, a contract changed by both, a guideline change awaiting its answer."""

import datetime as dt
from typing import Any

from market.directory import talents
from market.directory.forms import TalentInput
from market.directory.models import Talent
from market.kit import clock
from market.kit.actor import Actor
from market.orders import assignments, changes, guidelines
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, Order
from market.orders.states import OrderStatus, Rationale
from market.orders.work_forms import AssignmentInput, GroupInput, GuidelineInput
from market.seed.deals import Cast, drain
from market.training import modules
from market.training.forms import AttemptInput, CredentialInput, ModuleInput
from market.training.models import TrainingModule

CHANGED = "乳腺MRI病灶分割标注"
REFINED = "胸部CT磨玻璃结节属性标注"
QUIZ = """可以把病例截图发到工作群里吗？
可以
* 不可以

发现影像上残留患者姓名怎么办？
自行涂抹后继续
* 立即停止并在24小时内通知甲方

标注结果可以带出院区吗？
* 不可以，按合同约定的方式移交
可以存入个人移动硬盘"""
PEOPLE = (("周岚", False), ("郑可", False), ("冯雪", True))
CREDENTIALS: dict[str, dict[str, Any]] = {
    "clearance": {"data_grade": "重要数据", "health_level": 4, "reference": "授权书 SQ-2026-07"},
    "certificate": {"reference": "职业技能等级证书，原件存人事"},
    "consent": {"reference": "知情同意书，原件存人事"},
}


async def play_work(cast: Cast) -> None:
    """What the demo shows of work under way."""
    module = await _module(cast)
    for title in (CHANGED, REFINED):
        order = await Order.filter(job__title=title, status__in=_RUNNING).first()
        if order is None:
            continue
        firm = next(by for by in cast.suppliers.values() if by.organisation_id == order.supplier_id)
        await _staff(order, firm, module)
        await (_change(order, cast, firm) if title == CHANGED else _refine(order, cast))
    await drain()


_RUNNING = (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


async def _module(cast: Cast) -> TrainingModule:
    content = ModuleInput(
        title="医疗影像数据保密与安全",
        text="依据 GB/T 45674-2025 与合同约定：不得截图、拍照、外传；残留标识符须停止处理并报告。",
        questions=QUIZ,
    )
    return await modules.write_module(content, by=cast.operator)


async def _staff(order: Order, firm: Actor, module: TrainingModule) -> None:
    """Two annotators and a reviewer of the firm, trained, cleared and assigned."""
    group = await assignments.open_group(order, GroupInput(name="影像一组"), by=firm)
    for name, is_reviewer in PEOPLE:
        talent = await _talent(name, firm, module)
        content = AssignmentInput(group=group.code, talent=talent.id, is_reviewer=is_reviewer)
        await assignments.assign_talent(order, content, by=firm)


async def _talent(name: str, firm: Actor, module: TrainingModule) -> Talent:
    known = await Talent.get_or_none(name=name, organisation_id=firm.organisation_id)
    if known is not None:
        return known
    profile = TalentInput(
        name=name, region_code="370100", occupation="人工智能训练师", skill_level="三级/高级工",
        certificate_number="DEMO-3701-" + name, years=4, modalities=["医学影像"],
    )  # fmt: skip
    talent = await talents.save_talent(profile, organisation_id=firm.organisation_id, by=firm)
    await modules.take_quiz(module, AttemptInput(talent=talent.id, answers=[1, 1, 0]), by=firm)
    until = clock.today() + dt.timedelta(days=365)
    for kind, values in CREDENTIALS.items():
        held = {"talent": talent.id, "kind": kind, "valid_until": until, **values}
        await modules.keep_credential(CredentialInput.model_validate(held), by=firm)
    return talent


async def _change(order: Order, cast: Cast, firm: Actor) -> None:
    """A tenth more, a month later, signed by both: version 2."""
    content = ChangeInput(
        rationale=Rationale.VOLUME_CHANGED,
        explanation="新增东院区影像，数量增加一成，工期相应顺延。",
        quantity=order.quantity * 11 / 10,
        delivery_deadline=clock.today() + dt.timedelta(days=120),
    )
    contract = await Contract.get(id=order.contract_id)
    change = await changes.propose_change(contract, content, by=cast.hospital)
    for side in (cast.hospital, firm):
        await changes.sign_change(change, digest=change.digest, by=side)


async def _refine(order: Order, cast: Cast) -> None:
    """A guideline refined after the delivery; the re-work awaits the supplier's answer."""
    content = GuidelineInput.model_validate(
        {
            "label": "v1.1",
            "changes": "磨玻璃结节的实性成分占比改为四档，已交付件须按新分档复核。",
            "text": "实性成分占比分为：0、1%—24%、25%—49%、50%及以上，四档。",
            "positive": "边缘模糊的纯磨玻璃结节：占比记为0\n中心实性约三分之一：记为25%—49%",
            "negative": "把穿行血管计入实性成分\n按单层最大面积而非整体估计",
            "transition_days": 5,
            "asks_rework": True,
            "rework_unit_price": "12",
        }
    )
    await guidelines.publish_guideline(order, content, by=cast.hospital)
