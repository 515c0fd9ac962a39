"""Records of words drawn from the vocabularies, the same ones every time: what search is measured on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from market.vocabulary import regions
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from search.documents import JobDocument, SupplierDocument

_CITIES = tuple(c.code for p in regions.children("100000") for c in regions.children(p.code))
_CERTS = ("等保二级", "等保三级", "ISO 9001", "ISO/IEC 27001")
_CLASSES = ("微型企业", "小型企业", "中型企业", "大型企业")
_STATUSES = ("open_bidding", "open_bidding", "open_enquiries", "evaluation", "completed")


class _Words(NamedTuple):
    tasks: list[str]
    modalities: list[str]
    industries: list[str]


def _words() -> _Words:
    tasks, modalities, industries = (
        [term.zh for term in words.values()] for words in (TASK_TYPES, MODALITIES, INDUSTRIES)
    )
    return _Words(tasks, modalities, industries)


def suppliers(records: int) -> Iterator[SupplierDocument]:
    """Firms, each of a name of its own."""
    draw, words = random.Random(20261121), _words()  # noqa: S311 - test data, and it must repeat
    return (_supplier(n, draw, words) for n in range(records))


def jobs(records: int) -> Iterator[JobDocument]:
    """Published jobs, each of a title of its own."""
    draw, words = random.Random(20261122), _words()  # noqa: S311 - test data, and it must repeat
    return (_job(n, draw, words) for n in range(records))


def _supplier(n: int, draw: random.Random, words: _Words) -> SupplierDocument:
    code, own = draw.choice(_CITIES), draw.sample(words.tasks, 4)
    price = draw.randint(500, 900_000)
    return {
        "id": f"B{n:07d}", "kind": "suppliers", "number": f"B-{n}", "external_id": "",
        "name": f"测试数据标注{n}号有限公司", "uscc": "", "region_code": code,
        "region": regions.full_name(code), "park": "",
        "summary": "，".join(draw.sample(words.tasks, 3)) + "，双人互检",
        "modalities": draw.sample(words.modalities, 2), "task_types": own, "domains": own[:2],
        "industries": draw.sample(words.industries, 2), "languages": ["普通话"],
        "annotator_types": ["专业标注员"], "delivery": ["远程"], "staff": draw.randint(5, 3000),
        "certs": draw.sample(_CERTS, 2), "scale_class": draw.choice(_CLASSES), "experts": 0,
        "levels": {}, "security": {"onsite": draw.random() < 0.3}, "storage_tb": 1.0, "min_order": 0.0,
        "formats": [],
        "quality": {"accuracy": draw.uniform(0.9, 0.99)}, "in_certified_base": False,
        "capacities": [{"unit": "张", "of": "", "per_day": float(draw.randint(100, 90_000))}],
        "prices": [{"task": own[0], "unit": "张", "low": price, "high": price * 2}],
    }  # fmt: skip


def _job(n: int, draw: random.Random, words: _Words) -> JobDocument:
    code, tasks = draw.choice(_CITIES), draw.sample(words.tasks, 2)
    modality, industry = draw.choice(words.modalities), draw.choice(words.industries)
    return {
        "id": f"J{n:07d}", "kind": "jobs", "number": f"J-{n}", "external_id": "",
        "status": draw.choice(_STATUSES), "title": f"{modality}{tasks[0]}项目第{n}批",
        "summary": f"{industry}场景，" + "，".join(draw.sample(words.tasks, 2)) + "，三级质检",
        "owner": "测试需求单位", "owner_uscc": "", "owner_is_hospital": False,
        "region_code": code, "region": regions.full_name(code), "industry": industry,
        "modality": modality, "task_types": tasks, "quantity": float(draw.randint(100, 90_000)),
        "unit": "张", "place": draw.choice(("远程", "现场作业")), "place_region_code": code,
        "data_grade": "一般数据", "health_level": 0, "certs": draw.sample(_CERTS, 1),
        "annotator_type": "", "min_level": "", "min_staff": 0, "vlan": False, "xinchuang": False,
        "cctv_months": 0, "ceiling": draw.randint(500, 900_000), "ceiling_unit": "张",
        "budget_fen": draw.randint(10**6, 10**9), "procurement": "公开招标", "vouchers": [],
        "starts_on": "2026-12-01", "due_on": "2027-06-30", "invited": [],
    }  # fmt: skip
