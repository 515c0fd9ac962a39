"""Which records the messages of the outbox are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from market.datasets.models import DatasetNeed
from market.orders.models import Order
from market.tendering.models import Award, Job
from search import sources
from search.documents import Kind

Subjects = dict[Kind, set[UUID]]


async def subjects_of(payloads: Iterable[Mapping[str, Any]]) -> Subjects:
    """The records that messages are about: a supplier for its orders, a job for its awards."""
    named: defaultdict[str, set[UUID]] = defaultdict(set)
    for payload in payloads:
        for noun in ("organisation", "talent", "job", "need", "award", "order"):
            if noun in payload:
                named[noun].add(UUID(str(payload[noun])))
    found: Subjects = {
        "suppliers": named["organisation"], "jobs": named["job"], "talents": named["talent"],
        "datasets": named["need"],
    }  # fmt: skip
    if owners := sorted(named["organisation"]):
        found["jobs"] |= set(await _ids(Job, "id", owner_id__in=owners))
        found["datasets"] |= set(await _ids(DatasetNeed, "id", owner_id__in=owners))
    if awards := sorted(named["award"]):
        found["jobs"] |= set(await _ids(Award, "job_id", id__in=awards))
    if orders := sorted(named["order"]):
        found["suppliers"] |= set(await _ids(Order, "supplier_id", id__in=orders))
    return found


async def _ids(model: Any, field: str, **where: list[UUID]) -> list[UUID]:
    keys: list[UUID] = []
    ((name, wanted),) = where.items()
    for start in range(0, len(wanted), sources.BATCH):
        part = {name: wanted[start : start + sources.BATCH]}
        keys += await model.filter(**part).values_list(field, flat=True)
    return keys
