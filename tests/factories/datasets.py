"""Dataset needs, datasets on offer and ratings, made through the verbs."""

import datetime as dt
from typing import Any

from market.accounts.models import Organisation, Person
from market.datasets import needs, offering, ratings
from market.datasets.dataset_forms import AssignInput, DatasetInput, SheetInput
from market.datasets.dataset_models import Dataset, DatasetRating, RatingSheet
from market.datasets.forms import NeedInput
from market.datasets.models import DatasetNeed
from market.kit import clock, files
from market.kit.actor import Actor
from market.vocabulary.datasets import INDICATORS
from tests.factories.accounts import make_organisation

SEED = Actor.system("test")


def need_input(**values: Any) -> NeedInput:
    """A wish for 500 hours of 闽南语 speech, bought out for 200,000 yuan."""
    defaults: dict[str, Any] = {
        "title": "求购闽南语客服对话语音数据集", "summary": "双人客服场景，闽南语与普通话混说，带意图与时间戳",
        "supply_mode": "电商模式", "dataset_type": "行业通识数据集", "industry": "商贸流通",
        "modality": "语音", "task_types": ["语音转写"], "volume": "500", "unit": "有效小时",
        "license": "商用、可再训练", "price_model": "一次性买断", "budget_fen": "20万",
        "tc609_min": "90", "cer_max": "5%", "deadline": clock.today() + dt.timedelta(days=90),
    }  # fmt: skip
    return NeedInput.model_validate({**defaults, **values})


async def make_need(
    *, owner: Organisation | None = None, published: bool = True, **values: Any
) -> DatasetNeed:
    """A need of a demand organisation, open unless told otherwise."""
    owner = owner or await make_organisation(kind="demand")
    need = await needs.save_need(need_input(**values), owner_id=owner.id, by=SEED)
    return await needs.publish_need(need, by=SEED) if published else need


DATASET: dict[str, Any] = {
    "title": "胸部CT肺结节标注数据集", "summary": "三千例胸部CT，双人标注、专家仲裁，含结节位置与良恶性。",
    "version": "1.0.0", "supply_mode": "电商模式", "price_model": "订阅", "price_fen": "30万",
    "origin": "own", "dataset_type": "行业专识数据集", "industry": "医疗健康", "modality": "医学影像",
    "task_types": ["病灶分割"], "volume": "3000", "unit": "例", "health_level": 3,
    "update_frequency": "每年", "license": "研究与商用许可，可训练模型，不可转售", "may_train": True,
    "license_url": "https://licence.example/ct", "models": "肺结节检测模型\n肺炎分诊模型",
    "columns": "case_id | 文本 | 病例编号\nsize_mm | number | 结节直径\nis_malignant | boolean | 是否恶性",
    "dataCollection": "三家三甲医院，去标识化后使用。", "annotationPlatform": "院内私有化标注平台",
    "annotationsPerItem": "2", "personalSensitiveInformation": "已按基本方案去标识。",
}  # fmt: skip
SAMPLE = b"case_id,size_mm,is_malignant\nC-001,6.5,false\nC-002,11.2,true\n"


async def make_dataset(by: Actor, *, listed: bool = True, **values: Any) -> Dataset:
    """A dataset with a public sample, on offer unless told otherwise."""
    row = await offering.save_dataset(DatasetInput.model_validate(DATASET | values), by=by)
    row = await offering.attach_sample(row, await files.store("样例.csv", SAMPLE, by=by), by=by)
    return await offering.list_dataset(row, by=by) if listed else row


def sheet_of(points: str = "95", **changes: str) -> SheetInput:
    """A whole sheet, the same points everywhere but for the indicators named i0101=…"""
    given = {code: {"points": points, "evidence": "抽查样本与说明文档。"} for code in INDICATORS}
    for name, other in changes.items():
        given[name.removeprefix("i")]["points"] = other
    return SheetInput.model_validate({"indicators": given})


async def make_rating(
    row: Dataset, *, owner: Actor, bureau: Actor, reviewer: Actor
) -> tuple[DatasetRating, RatingSheet]:
    """A rating that is being scored by one reviewer."""
    rating = await ratings.request_rating(row, by=owner)
    return await name_reviewer(rating, bureau=bureau, reviewer=reviewer)


async def name_reviewer(
    rating: DatasetRating, *, bureau: Actor, reviewer: Actor
) -> tuple[DatasetRating, RatingSheet]:
    """The rating with its one reviewer named."""
    person = await Person.get(id=reviewer.person_id)
    rating = await ratings.assign_reviewers(rating, AssignInput(reviewers=person.email), by=bureau)
    return rating, await RatingSheet.get(rating=rating)
