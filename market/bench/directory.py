"""Suppliers and jobs by the ten thousand in a database, written straight to the tables to measure search on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bench.fill import BATCH
from market.directory.models import CapabilityPrice, DailyCapacity, SupplierProfile
from market.kit import clock
from market.tendering.models import Job
from market.tendering.states import JobStatus
from search import made_up
from search.documents import JobDocument, SupplierDocument
from search.numerals import YUAN_SCALE

_T = TypeVar("_T")


async def fill_directory(records: int) -> None:
    """As many listed suppliers, and as many published jobs of one owner."""
    owner = await Organisation.create(
        **_organisation(OrganisationKind.DEMAND, "O-BENCH", "测试医院")
    )
    for suppliers in _batches(made_up.suppliers(records)):
        await _write_suppliers(suppliers)
    for jobs in _batches(made_up.jobs(records)):
        await Job.bulk_create([_job(owner, one) for one in jobs])


def _batches(documents: Iterator[_T]) -> Iterator[list[_T]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _organisation(kind: OrganisationKind, number: str, name: str) -> dict[str, Any]:
    return {
        "number": number, "name": name, "kind": kind, "status": OrganisationStatus.ACTIVE,
        "org_type": "enterprise", "region_code": "370100", "verified_at": clock.now(),
    }  # fmt: skip


async def _write_suppliers(documents: Sequence[SupplierDocument]) -> None:
    firms, profiles, prices, capacities = [], [], [], []
    for one in documents:
        own = _organisation(OrganisationKind.SUPPLIER, one["number"], one["name"])
        own |= {"region_code": one["region_code"], "scale_class": one["scale_class"]}
        firms.append(Organisation(**own))
        profiles.append(_profile(firms[-1], one))
        (price,), (capacity,) = one["prices"], one["capacities"]
        low, high = Decimal(price["low"]) / YUAN_SCALE, Decimal(price["high"]) / YUAN_SCALE
        prices.append(CapabilityPrice(
            profile_id=profiles[-1].id, task=price["task"], unit=price["unit"], min_price=low,
            max_price=high,
        ))  # fmt: skip
        capacities.append(DailyCapacity(
            profile_id=profiles[-1].id, unit=capacity["unit"], quantity=Decimal(capacity["per_day"]),
        ))  # fmt: skip
    await Organisation.bulk_create(firms)
    await SupplierProfile.bulk_create(profiles)
    await CapabilityPrice.bulk_create(prices)
    await DailyCapacity.bulk_create(capacities)


def _profile(firm: Organisation, one: SupplierDocument) -> SupplierProfile:
    return SupplierProfile(
        organisation_id=firm.id, summary=one["summary"], staff_total=one["staff"],
        modalities=one["modalities"], task_types=one["task_types"], domains=one["domains"],
        industries=one["industries"], languages=one["languages"], certs=one["certs"],
        annotator_types=one["annotator_types"], delivery=one["delivery"],
        is_onsite=one["security"]["onsite"], quality=one["quality"], published_at=clock.now(),
    )  # fmt: skip


def _job(owner: Organisation, one: JobDocument) -> Job:
    return Job(
        number=one["number"], owner_id=owner.id, status=JobStatus(one["status"]),
        title=one["title"], summary=one["summary"], region_code=one["region_code"],
        industry=one["industry"], modality=one["modality"], task_types=one["task_types"],
        volume=Decimal(one["quantity"]), unit=one["unit"], place=one["place"],
        place_region_code=one["place_region_code"], required_certs=one["certs"],
        budget_fen=one["budget_fen"], procurement=one["procurement"],
        ceiling_unit_price=Decimal(one["ceiling"]) / YUAN_SCALE,
        bid_deadline_at=clock.now() + dt.timedelta(days=30), published_at=clock.now(),
        delivery_deadline=clock.today() + dt.timedelta(days=120),
    )  # fmt: skip
