"""Projects of the reserve, services and quotes, made through the verbs."""

import datetime as dt
from typing import Any

from market.kit import clock
from market.kit.actor import Actor
from market.reserve import projects
from market.reserve.forms import AdmissionInput, ProjectInput
from market.reserve.models import ReserveProject
from market.services import quotes
from market.services.forms import RequestInput, ServiceInput
from market.services.models import QuoteRequest, ServiceListing

PROJECT = {
    "title": "三甲医院影像数据集二期", "industry": "医疗健康", "summary": "扩充至一万例胸部CT并建立复核机制。",
    "goal": "两年内通过质量评级并服务三个模型。", "investment_fen": "800万", "starts_on": "2026-01-01",
    "ends_on": "2027-12-31",
}  # fmt: skip
SERVICE = {
    "kind": "compliance", "title": "医疗数据合规评估", "text": "个人信息保护影响评估与去标识化核查。",
    "price_note": "每次 3 万元起",
}  # fmt: skip
OPINION = "符合入库条件，同意。"


async def make_project(
    by: Actor, *, admitted_by: Actor | None = None, **values: Any
) -> ReserveProject:
    """A project handed in, or admitted to the basic tier."""
    row = await projects.submit_project(ProjectInput.model_validate(PROJECT | values), by=by)
    if admitted_by is None:
        return row
    content = AdmissionInput(decision="admit", opinion=OPINION)
    return await projects.answer_project(row, content, by=admitted_by)


async def make_service(by: Actor, **values: Any) -> ServiceListing:
    """A listed compliance service."""
    return await quotes.save_service(ServiceInput.model_validate(SERVICE | values), by=by)


async def ask(listing: ServiceListing, by: Actor) -> QuoteRequest:
    """A request for a quote."""
    wanted = RequestInput(
        text="三千例影像数据的合规评估，含现场访谈。",
        wanted_on=clock.today() + dt.timedelta(days=30),
    )
    return await quotes.ask_for_quote(listing, wanted, by=by)
