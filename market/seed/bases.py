"""The province's call for bases: one is certified, one just meets every condition, one is a person short."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from market.accounts.models import Organisation
from market.certification import applications, reviews
from market.certification.conditions import AREA, FIRMS, PAPERS, STAFF
from market.certification.forms import (
    BaseForm,
    DecisionInput,
    FirmInput,
    PlanForm,
    PledgeInput,
    RoundInput,
)
from market.certification.models import Certification, CertificationFirm, CertificationRound
from market.directory import profiles
from market.directory.forms import ProfilePart
from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.seed.deals import Cast, demo_code, drain

Tenant = tuple[str, str, int, str, int]  # name, business, turnover in 10,000 yuan, clients, staff


@dataclass(frozen=True)
class Park:
    """A base and what it states."""

    email: str
    person: str
    name: str
    region: str
    form: dict[str, Any]
    tenants: tuple[Tenant, ...]


MEMBER = "DS01"  # of the records; its profile says that it sits in a certified base
CERTIFIED = Park(
    "base1@demo.example", "主任 程远", "历下医疗数据标注园", "370102",
    {
        "address": "济南市历下区解放东路88号", "manager": "历下医疗数据标注园管理委员会（演示）",
        "founded_on": "2023-05-18", "contact": "程远", "phone": "0531-55500111", "area": 6800,
        "services": ["collection", "annotation", "analysis", "inspection"],
        "data_kinds": ["image", "text", "speech"], "concurrency": 1200, "data_tb": "326.5",
        "platform": "园区公共标注平台：影像、文本、语音三类工具，院内专网可用。", "planned_fen": "8000万",
        "invested_fen": "5200万", "industries": "医疗健康、科技创新", "clients": 42,
        "talent_service": "与三所高校共建实训基地，每年培训四百人次。",
        "market_service": "每季度举办供需对接会，为入驻企业统一对接医院需求。", "clean_record": True,
    },
    (
        (MEMBER, "医学影像标注", 1620, "省内三甲医院", 140),
        ("济南杏林数据标注有限公司（演示）", "病历结构化标注", 480, "医院与医保机构", 62),
        ("济南听泉语音科技有限公司（演示）", "语音转写与标注", 350, "政务热线", 48),
        ("济南明湖质检数据有限公司（演示）", "标注质检", 210, "标注企业", 30),
    ),
)  # fmt: skip
AT_THE_EDGES = Park(
    "base2@demo.example", "主任 徐莱", "嬴牟智能制造数据标注基地（演示）", "370116",
    {
        "address": "济南市莱芜区凤城西大街9号", "manager": "嬴牟智能制造产业园运营有限公司（演示）",
        "founded_on": "2024-09-01", "contact": "徐莱", "phone": "0531-55500222", "area": AREA,
        "services": ["annotation", "inspection"], "data_kinds": ["image", "video"],
        "platform": "产线视频标注平台。", "concurrency": 300, "data_tb": "48", "planned_fen": "3000万",
        "invested_fen": "900万", "industries": "工业制造、智慧能源", "clients": 11,
        "talent_service": "与莱芜职业技术学院合办标注员班。", "market_service": "与两家链主企业签有框架协议。",
        "clean_record": True,
    },
    (
        ("莱芜锻造视觉数据有限公司（演示）", "缺陷检测标注", 260, "钢铁与锻造企业", 45),
        ("济南嬴城数智科技有限公司（演示）", "视频行为标注", 190, "矿山企业", 35),
        ("济南雪野数据服务有限公司（演示）", "点云标注", 120, "装备企业", STAFF - 80),
    ),
)  # fmt: skip
SHORT = Park(
    "base3@demo.example", "主任 纪平", "小清河文本数据标注园（演示）", "370105",
    {
        "address": "济南市天桥区小清河北路21号", "manager": "小清河数据园运营有限公司（演示）",
        "founded_on": "2024-03-10", "contact": "纪平", "phone": "0531-55500333", "area": 1260,
        "services": ["annotation", "processing"], "data_kinds": ["text"], "platform": "文本标注平台。",
        "concurrency": 200, "data_tb": "6.5", "planned_fen": "1200万", "invested_fen": "460万",
        "industries": "政务服务、教育教学", "clients": 9, "talent_service": "每月一期公益培训。",
        "market_service": "承接街道与学校的语料整理。", "clean_record": True,
    },
    (
        ("济南文澜语料科技有限公司（演示）", "语料清洗与标注", 180, "学校", 41),
        ("济南津浦数据服务有限公司（演示）", "公文要素标注", 150, "机关单位", 38),
        ("济南洛口智标科技有限公司（演示）", "对话标注", 90, "软件企业", STAFF - 79),
    ),
)  # fmt: skip
PARKS = (CERTIFIED, AT_THE_EDGES, SHORT)
PLAN = {
    "overall_goal": "三年内建成省内领先、服务全国的专业化数据标注基地。",
    "specific_goals": "企业聚集、人才培养与公共平台三项任务逐年落实，年度目标见下表。",
    "measures": "办公租金减免、实训补贴、公共平台免费使用，按季度公布进度。",
    "firms": [5, 10, 20], "revenue_wan": [3000, 8000, 20000], "staff": [300, 800, 2000],
    "data_tb": [400, 800, 1500], "models": [2, 5, 9],
}  # fmt: skip
# A blank sheet: what a scan of a sealed paper would be.
SHEET = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
COMPLETE = "材料齐全，与现场核对一致，同意推荐。"
VISIT = "入驻企业较多，请实地核查场地与在岗人数。"
ONE_LEFT = "花名册中一人的劳动合同已于上月终止，在岗标注从业人员为 99 人，不足 100 人，退回补正。"


class Tenancy(ProfilePart):
    """The one part of a profile that names the base a supplier sits in."""

    base_number: str


async def play_bases(cast: Cast, bases: dict[str, Actor], *, city: Actor, province: Actor) -> None:
    """Six weeks of a round that stays open for six more; each verb at its own day."""
    now = clock.now()
    closes_at = clock.end_of_day(clock.today() + dt.timedelta(days=45))
    with _ago(now, 40):
        call = await _call(province, closes_at=closes_at)
        await _settle(cast, bases[CERTIFIED.email])
    with _ago(now, 30):
        certified = await _hand_in(call, CERTIFIED, cast, by=bases[CERTIFIED.email])
    await _certify(certified, now, city=city, province=province)
    with _ago(now, 8):
        at_the_edges = await _hand_in(call, AT_THE_EDGES, cast, by=bases[AT_THE_EDGES.email])
        short = await _hand_in(call, SHORT, cast, by=bases[SHORT.email])
    with _ago(now, 5):
        await _decide(at_the_edges, "recommend", COMPLETE, by=city)
        await _decide(short, "return", ONE_LEFT, by=city)
    with _ago(now, 4):
        await _correct(short, by=bases[SHORT.email])


def _ago(now: dt.datetime, days: int) -> Any:
    return clock.frozen_at(now - dt.timedelta(days=days))


async def _call(province: Actor, *, closes_at: dt.datetime) -> CertificationRound:
    """A round with the published minimums."""
    content = {
        "title": "省级数据标注基地认定", "closes_at": closes_at,
        "firms_min": FIRMS, "staff_min": STAFF, "area_min": AREA,
    }  # fmt: skip
    return await reviews.open_round(RoundInput.model_validate(content), by=province)


async def _settle(cast: Cast, base: Actor) -> None:
    """The supplier of the records names the base on its own page."""
    supplier = cast.suppliers[MEMBER]
    assert supplier.organisation_id is not None
    organisation = await Organisation.get(id=base.organisation_id)
    part = Tenancy(base_number=organisation.number)
    await profiles.save_profile(supplier.organisation_id, part, by=supplier)


async def _hand_in(call: CertificationRound, park: Park, cast: Cast, *, by: Actor) -> Certification:
    """Annexes 2 to 4, the list of firms and three papers: the seven materials."""
    row = await applications.begin_application(call, by=by)
    await applications.keep_form(row, BaseForm.model_validate(park.form), by=by)
    await applications.keep_plan(row, PlanForm.model_validate(PLAN), by=by)
    for tenant in park.tenants:
        await applications.list_firm(row, await _firm(tenant, park, cast), by=by)
    for kind, title in PAPERS.items():
        paper = SHEET + f"% {park.email} {kind}\n".encode()
        stored = await files.store(f"{_(title)}.pdf", paper, by=by)
        await applications.attach_material(row, kind, stored, by=by)
    pledge = PledgeInput(signer=park.form["contact"], is_true=True)
    row = await applications.submit_application(row, pledge, by=by)
    await drain()
    return row


async def _firm(tenant: Tenant, park: Park, cast: Cast) -> FirmInput:
    name, business, turnover, clients, staff = tenant
    if name == MEMBER:
        known = await Organisation.get(id=cast.suppliers[MEMBER].organisation_id)
        name, code = known.name, known.uscc
    else:
        code = demo_code("91", park.region)
    content = {
        "name": name, "uscc": code, "main_business": business, "revenue_fen": f"{turnover}万",
        "industries": park.form["industries"], "clients": clients, "staff": staff,
    }  # fmt: skip
    return FirmInput.model_validate(content)


async def _certify(row: Certification, now: dt.datetime, *, city: Actor, province: Actor) -> None:
    with _ago(now, 27):
        await _decide(row, "recommend", COMPLETE, by=city)
    with _ago(now, 23):
        await _decide(row, "visit", VISIT, by=province)
    with _ago(now, 20):
        row = await _decide(row, "publicise", "", by=province)
    assert row.public_until is not None
    with clock.frozen_at(row.public_until + dt.timedelta(minutes=5)):
        await reviews.certify_due()
        await drain()


async def _decide(row: Certification, word: str, opinion: str, *, by: Actor) -> Certification:
    content = DecisionInput.model_validate({"decision": word, "opinion": opinion})
    row = await reviews.decide(row, content, by=by)
    await drain()
    return row


async def _correct(row: Certification, *, by: Actor) -> None:
    """The base takes the person who left off the list: the page says what is missing now."""
    listed = await CertificationFirm.get(certification=row, name=SHORT.tenants[-1][0])
    line = {name: getattr(listed, name) for name in FirmInput.model_fields}
    await applications.unlist_firm(row, listed.id, by=by)
    firm = FirmInput.model_construct(**line | {"staff": listed.staff - 1})
    await applications.list_firm(row, firm, by=by)
