"""Records in the shape of an import file, generated without chance: two firms and two jobs, a person
and a dataset need for each of thirty specialities, none of them in the examples."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from market.vocabulary.regions import full_name

HERE = Path(__file__).parent
Record = dict[str, Any]

HOMES = (
    "330106 440106 310115 420111 510107 110108 340104 500112 610113 210112 440305 410105 430104 "
    "330212 440103 540102 130108 360102 230103 120116 370212 620102 520115 450103 440306 530102 "
    "150105 640104 630102 460106"
).split()
"""Where the large firm of each speciality sits; its person and its first job's owner are there too."""
BRANCHES = (
    "130606 330302 420503 410311 510704 620502 130203 340207 610402 210202 441900 640302 360702 "
    "350503 440604 653101 430211 370602 511502 230602 330402 520302 150203 450305 320303 532901 "
    "460203 220202 540202 630202"
).split()
_LEVELS = ("五级/初级工", "四级/中级工", "三级/高级工", "二级/技师")
_MODES = ("电商模式", "定制模式", "保障模式", "结对子模式")
_PRICE_MODELS = ("一次性买断", "按例计价", "无偿", "收益分成")
_LICENCES = (
    "商用、可再训练、不可转售", "仅限科研评测、可用不可见", "有条件无偿开放", "共建双方共享、收益按比例分配",
)  # fmt: skip
_PROCUREMENTS = ("公开招标", "竞争性磋商", "询价", "邀请招标")


@cache
def specialities() -> tuple[Record, ...]:
    """The thirty specialities, as written down in specialities.json."""
    return tuple(json.loads((HERE / "specialities.json").read_text(encoding="utf-8")))


def _times(price: str, factor: str) -> str:
    return str((Decimal(price) * Decimal(factor)).quantize(Decimal("0.01")))


def _firm(number: int, topic: Record, *, is_large: bool) -> Record:
    """The large firm is secure, near and dear; the small one works remotely, cheaper and slower."""
    is_health = "医疗健康" in topic["industries"]
    region = (HOMES if is_large else BRANCHES)[number]
    unit, output = topic["capacity"]
    task, priced, low, high = topic["price"]
    factor = "1.25" if is_large else "0.8"
    domains = topic["domains"] if is_large else topic["domains"][:2]
    certs = ["等保三级", "ISO/IEC 27001"] if is_large else (["等保二级"] if number % 3 else [])
    if is_large and is_health:
        certs.append("ISO/IEC 27701")
    if is_large and topic.get("surveying"):
        certs.append("测绘资质乙级")
    return {
        "id": f"{topic['key']}-{'a' if is_large else 'b'}",
        "name": f"{full_name(region)[-3:-1]}{'衡' if is_large else '禾'}{number + 10}号数据有限公司",
        "uscc": "", "org_type": "企业", "scale_class": "龙头企业" if is_large else "小微企业",
        "region_code": region, "region": full_name(region), "park": None,
        "in_certified_base": is_large and number % 2 == 0,
        "staff_total": 120 + 13 * number if is_large else 20 + 2 * number,
        "experts": topic["experts"] if is_large else topic["experts"] // 3,
        "levels": {"五级": 20, "四级": 40 if is_large else 4, "三级": 20 if is_large else 1},
        "modalities": topic["modalities"],
        "task_types": topic["tasks"] if is_large else topic["tasks"][:2],
        "industries": topic["industries"], "languages": topic.get("languages", ["普通话"]),
        "annotator_types": ["专业标注员", *(["行业领域专家"] if topic["experts"] > 4 else [])],
        "domains": domains,
        "daily_capacity": [{"unit": unit, "qty": output if is_large else output // 2}],
        "certs": certs,
        "security": {
            "mlps": "三级" if is_large else ("二级" if number % 3 else None),
            "max_data_grade": "重要数据" if is_large and number % 2 == 0 else "一般数据",
            "health_level_max": (4 if is_large else 3) if is_health else 1,
            "onsite": is_large, "in_hospital": is_large and is_health,
            "private_deploy": is_large, "vlan_isolation": is_large,
            "cctv_months": 6 if is_large else 1,
            "xinchuang": is_large and bool(topic.get("xinchuang") or number % 7 == 0),
            "deid_service": is_large,
        },
        "quality": {"accuracy": 0.975 if is_large else 0.955, "consistency": 0.9},
        "prices": [{"task": task, "unit": priced, "min": _times(low, factor),
                    "max": _times(high, factor), "currency": "CNY"}],
        "storage_tb": 20, "delivery": ["远程", "驻场", "私有化部署"] if is_large else ["远程"],
        "summary": topic["summary"],
    }  # fmt: skip


def _job(number: int, topic: Record, *, is_large: bool) -> Record:
    """The large job asks for the large firm; the small one for either."""
    region = (HOMES if is_large else BRANCHES)[number]
    quantity, unit = topic["qty"]
    _, priced, _, high = topic["price"]
    title, summary = topic["job"]
    is_health = "医疗健康" in topic["industries"]
    return {
        "id": f"{topic['key']}-{'j' if is_large else 'k'}",
        "title": title if is_large else f"{topic['domains'][0]}小批量试标",
        "owner": {"name": f"{full_name(region)[:2]}需求单位{number}", "uscc": "",
                  "org_type": "企业", "region_code": region, "region": full_name(region)},
        "industry": topic["industries"][0], "modality": topic["modalities"][0],
        "task_types": topic["job_tasks"] if is_large else topic["tasks"][:1],
        "summary": summary if is_large else f"先做少量{topic['domains'][0]}数据，合格后追加。",
        "volume": {"qty": quantity if is_large else max(quantity // 20, 10), "unit": unit},
        "data_grade": "重要数据" if is_large and number % 2 == 0 else "一般数据",
        "health_level": 3 if is_health else None,
        "place": {"constraint": "现场作业" if is_large and number % 3 == 0 else "不限",
                  "region_code": region if is_large and number % 3 == 0 else None},
        "requires": {"certs": ["等保三级"] if is_large else [], "annotator_type": "",
                     "min_level": None, "min_staff": 60 if is_large else 5, "vlan": is_large},
        "price_mode": f"按{priced}计价", "ceiling_unit_price": _times(high, "1"),
        "budget_wan": 20 + 15 * number if is_large else 3 + number,
        "procurement": _PROCUREMENTS[number % 4] if is_large else "询价",
        "vouchers": ["算力券", "数据券"] if number % 2 == 0 else ["数据券"],
        "bid_deadline": "2027-01-15", "delivery_deadline": "2027-12-15", "status": "招标中",
    }  # fmt: skip


def _talent(number: int, topic: Record) -> Record:
    occupation, title, degree, domain = topic["talent"]
    return {
        "id": f"{topic['key']}-t", "name": f"试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}",
        "region_code": HOMES[number], "region": full_name(HOMES[number]),
        "occupation": occupation, "work_type": "数据标注员" if not title else None,
        "skill_level": _LEVELS[number % 4] if not title else None,
        "degree": degree, "title": title or None, "years": 2 + number % 13,
        "modalities": topic["modalities"][:2], "task_types": topic["tasks"][:2],
        "domains": [domain, topic["domains"][0]],
        "languages": topic.get("languages", ["普通话"]),
        "rate": {"unit": "人时", "min": "40", "max": "90"},
        "availability": "兼职" if number % 2 == 0 else "全职",
        "summary": f"从事{domain}相关标注与复核。",
    }  # fmt: skip


def _need(number: int, topic: Record) -> Record:
    title, summary = topic["need"]
    mode = number % 4
    return {
        "id": f"{topic['key']}-d", "title": title,
        "owner": {"name": f"数据需求方{number}", "uscc": "", "org_type": "企业",
                  "region_code": BRANCHES[number], "region": full_name(BRANCHES[number])},
        "supply_mode": _MODES[mode], "dataset_type": "行业专识数据集",
        "industry": topic["industries"][0], "modality": topic["modalities"][0],
        "task_types": topic["tasks"][:2], "purpose": "训练",
        "volume": {"qty": 500, "unit": topic["qty"][1]}, "license": _LICENCES[mode],
        "price_model": _PRICE_MODELS[mode], "budget_wan": 0 if mode == 2 else 10 + 2 * number,
        "data_grade": "一般数据", "deadline": "2027-10-31", "summary": summary,
    }  # fmt: skip


def generated() -> dict[str, list[Record]]:
    """60 firms, 60 jobs, 30 people and 30 dataset needs, as an import file holds them."""
    topics = list(enumerate(specialities()))
    both = (True, False)
    return {
        "suppliers": [_firm(n, topic, is_large=size) for n, topic in topics for size in both],
        "jobs": [_job(n, topic, is_large=size) for n, topic in topics for size in both],
        "talents": [_talent(n, topic) for n, topic in topics],
        "dataset_needs": [_need(n, topic) for n, topic in topics],
    }
