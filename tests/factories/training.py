"""Training, credentials and assignments for tests, made through the verbs."""

import datetime as dt
from typing import Any

from market.accounts.models import Organisation
from market.directory.models import Talent
from market.kit import clock
from market.kit.actor import Actor
from market.orders import assignments
from market.orders.work_forms import AssignmentInput, GroupInput
from market.orders.work_models import Assignment
from market.training import modules
from market.training.forms import AttemptInput, CredentialInput, ModuleInput
from market.training.models import TrainingModule
from tests.factories.accounts import actor, make_organisation
from tests.factories.directory import make_talent
from tests.factories.orders import Deal

QUESTIONS = (
    "能把影像截图发到群里吗？\n能\n* 不能\n\n发现残留姓名怎么办？\n* 停止处理并报告\n自行删除"
)
RIGHT = [1, 0]
YEAR = dt.timedelta(days=365)


async def make_module(*, by: Actor | None = None, **values: Any) -> TrainingModule:
    """A module with two questions; the platform's unless `by` is a client."""
    by = by or await actor(await make_organisation(kind="operator"))
    content = {"title": "数据保密须知", "text": "不得截图，不得外传。", "questions": QUESTIONS}
    return await modules.write_module(ModuleInput.model_validate(content | values), by=by)


async def make_fit_talent(
    deal: Deal, *trained: TrainingModule, name: str = "周晓", **values: Any
) -> Talent:
    """A talent of the deal's supplier with everything an order may ask for, valid for a year."""
    firm = await Organisation.get(id=deal.supplier.organisation_id)
    talent = await make_talent(organisation=firm, name=name, **({"skill_level": "三级"} | values))
    for module in trained:
        attempt = AttemptInput(talent=talent.id, answers=RIGHT)
        await modules.take_quiz(module, attempt, by=deal.supplier)
    for kind in ("clearance", "certificate", "consent"):
        await keep(deal, talent, kind)
    return talent


async def keep(
    deal: Deal, talent: Talent, kind: str, *, until: dt.date | None = None, **values: Any
) -> None:
    """One credential of a talent, up to important data and health level 4 for a clearance."""
    cleared = {"data_grade": "重要数据", "health_level": 4} if kind == "clearance" else {}
    content = {
        "talent": talent.id, "kind": kind, "reference": f"{kind}-001",
        "valid_until": until or clock.today() + YEAR,
    }  # fmt: skip
    given = CredentialInput.model_validate(content | cleared | values)
    await modules.keep_credential(given, by=deal.supplier)


async def make_group(deal: Deal, *talents: Talent, reviewers: tuple[Talent, ...] = ()) -> str:
    """A group of the deal's order with these people in it; its code."""
    assert deal.order is not None
    group = await assignments.open_group(deal.order, GroupInput(name="一组"), by=deal.supplier)
    for talent in (*talents, *reviewers):
        await assign(deal, talent, group=group.code, is_reviewer=talent in reviewers)
    return group.code


async def assign(
    deal: Deal, talent: Talent, *, group: str = "G1", is_reviewer: bool = False
) -> Assignment:
    """One person into a group."""
    assert deal.order is not None
    content = AssignmentInput(group=group, talent=talent.id, is_reviewer=is_reviewer)
    return await assignments.assign_talent(deal.order, content, by=deal.supplier)
