"""Pools and locked rules for tests, made through the verbs."""

import datetime as dt
from typing import Any

from market.kit import clock
from market.kit.actor import Actor
from market.pools import memberships, pools
from market.pools.forms import AdmissionInput, PoolInput
from market.pools.models import Pool, PoolMembership
from market.tendering import locks
from market.tendering.locks import LockInput
from market.tendering.posting_models import ProcedureLock
from tests.factories.accounts import actor, make_organisation


def pool_input(**values: Any) -> PoolInput:
    """A pool that any supplier of pictures may enter, for a year."""
    defaults: dict[str, Any] = {
        "title": "图像标注预选库", "summary": "道路与工业图像的拉框与分割，按季度比选。",
        "modalities": ["图像"], "valid_until": clock.today() + dt.timedelta(days=365),
    }  # fmt: skip
    return PoolInput.model_validate({**defaults, **values})


async def make_pool(*, by: Actor | None = None, is_open: bool = True, **values: Any) -> Pool:
    """A pool of `by`, or of a new demand organisation."""
    owner = by or await actor(await make_organisation(kind="demand"))
    pool = await pools.draft_pool(pool_input(**values), by=owner)
    return await pools.open_pool(pool, by=owner) if is_open else pool


async def admit(pool: Pool, supplier: Actor, *, by: Actor) -> PoolMembership:
    """A supplier that has applied and was let in."""
    place = await memberships.apply_to_pool(pool, "三年同类经验。", by=supplier)
    decision = AdmissionInput(decision="admit", reason="材料齐全，准予入库。")
    return await memberships.decide_application(place, decision, by=by)


async def set_lock(field: str, *, by: Actor, **values: Any) -> ProcedureLock:
    """A bureau's rule with a reason."""
    defaults = {
        "field": field,
        "reason": "按省级政府采购规范执行",
        "document": "鲁数发〔2026〕12号",
    }
    return await locks.set_lock(LockInput.model_validate({**defaults, **values}), by=by)
