"""Dataset needs, made through the verbs."""

import datetime as dt
from typing import Any

from market.accounts.models import Organisation
from market.datasets import needs
from market.datasets.forms import NeedInput
from market.datasets.models import DatasetNeed
from market.kit import clock
from market.kit.actor import Actor
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
