"""A row as a document: the same shape an import file gives, with nothing that is not public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from market.accounts.models import Organisation
from market.datasets.models import DatasetNeed
from market.directory.models import CapabilityPrice, DailyCapacity, SupplierProfile, Talent
from market.directory.talents import consented, shown_name
from market.kit import clock
from market.tendering.models import Job
from market.vocabulary.regions import full_name
from search.documents import (
    Capacity,
    DatasetDocument,
    JobDocument,
    Price,
    SupplierDocument,
    TalentDocument,
)
from search.grades import split_unit
from search.numerals import scaled_price

_IN_HOSPITAL, _ON_SITE = "院内驻场", "现场作业"
_HOSPITAL = "医院"
_unit_of = lru_cache(maxsize=4_096)(split_unit)
_region_of = lru_cache(maxsize=8_192)(full_name)


def _price(task: str, unit: str, low: Decimal, high: Decimal) -> Price:
    named, of = _unit_of(unit)
    return {"task": task or of, "unit": named, "low": scaled_price(low), "high": scaled_price(high)}


def _capacity(unit: str, quantity: Decimal) -> Capacity:
    named, of = _unit_of(unit)
    return {"unit": named, "of": of, "per_day": float(quantity)}


def supplier_document(
    profile: SupplierProfile,
    prices: Iterable[CapabilityPrice],
    capacities: Iterable[DailyCapacity],
    *,
    load: dict[str, float],
    measured: dict[str, float],
) -> SupplierDocument:
    """A profile with its organisation and rows; `load` is bound output a day, `measured` its record here."""
    firm: Organisation = profile.organisation
    declared = {k: float(v) for k, v in profile.quality.items() if isinstance(v, int | float)}
    return {
        "id": str(firm.id),
        "kind": "suppliers",
        "number": firm.number,
        "external_id": firm.external_id or "",
        "name": firm.name,
        "summary": profile.summary or firm.summary,
        "uscc": firm.uscc or "",
        "region_code": firm.region_code,
        "region": _region_of(firm.region_code),
        "park": profile.park,
        "modalities": profile.modalities,
        "task_types": profile.task_types,
        "domains": profile.domains,
        "industries": profile.industries,
        "languages": profile.languages,
        "annotator_types": profile.annotator_types,
        "certs": profile.certs,
        "delivery": profile.delivery,
        "scale_class": firm.scale_class,
        "staff": profile.staff_total,
        "experts": profile.experts,
        "levels": profile.levels,
        "security": _security(profile),
        "quality": {**declared, **measured},
        "capacities": [_capacity(row.unit, row.quantity) for row in capacities],
        "prices": [_price(row.task, row.unit, row.min_price, row.max_price) for row in prices],
        "storage_tb": float(profile.storage_tb),
        "min_order": profile.min_order_fen / 100,
        "formats": profile.formats,
        "in_certified_base": profile.in_certified_base,
        "load": load,
    }


def _security(profile: SupplierProfile) -> dict[str, Any]:
    return {
        **profile.security,
        "mlps": profile.mlps or None,
        "max_data_grade": profile.max_data_grade,
        "health_level_max": profile.health_level_max,
        "onsite": profile.is_onsite,
        "in_hospital": profile.is_in_hospital,
        "private_deploy": profile.is_private_deploy,
        "vlan_isolation": profile.is_vlan_isolated,
        "xinchuang": profile.is_xinchuang,
        "deid_service": profile.has_deid_service,
        "cctv_months": profile.cctv_months,
    }


def job_document(job: Job, invited: Sequence[str] = ()) -> JobDocument:
    """A job as a document; its owner is fetched. A draft's too, for the preview beside the wizard."""
    owner: Organisation = job.owner
    unit = _unit_of(job.unit)[0]
    in_hospital = job.place == _IN_HOSPITAL
    requirements = job.requirements or {}
    return {
        "id": str(job.id),
        "kind": "jobs",
        "number": job.number,
        "external_id": job.external_id or "",
        "status": str(job.status.value),
        "title": job.title,
        "summary": job.summary,
        "owner": owner.name,
        "owner_uscc": owner.uscc or "",
        "owner_is_hospital": in_hospital or _HOSPITAL in owner.name or _HOSPITAL in owner.tags,
        "region_code": owner.region_code,
        "region": _region_of(owner.region_code),
        "industry": job.industry,
        "modality": job.modality,
        "task_types": job.task_types,
        "quantity": float(job.volume),
        "unit": unit,
        "place": _ON_SITE if in_hospital else job.place,
        "place_region_code": job.place_region_code,
        "data_grade": job.data_grade,
        "health_level": job.health_level or 0,
        "certs": job.required_certs,
        "annotator_type": job.annotator_type,
        "min_level": job.min_level,
        "min_staff": job.min_staff,
        "vlan": bool(requirements.get("vlan")),
        "xinchuang": bool(requirements.get("xinchuang")),
        "cctv_months": int(requirements.get("cctv_months") or 0),
        "ceiling": scaled_price(job.ceiling_unit_price or Decimal(0)),
        "ceiling_unit": unit,
        "budget_fen": job.budget_fen,
        "procurement": job.procurement,
        "vouchers": job.vouchers_wished,
        "starts_on": (
            f"{clock.in_china(job.bid_deadline_at):%Y-%m-%d}" if job.bid_deadline_at else ""
        ),
        "due_on": f"{job.delivery_deadline:%Y-%m-%d}" if job.delivery_deadline else "",
        "invited": list(invited),
    }


def talent_document(talent: Talent) -> TalentDocument:
    """A talent as far as it consented to be shown."""
    shown = consented(talent)
    code = shown.get("region_code", "")
    document: TalentDocument = {
        "id": str(talent.id),
        "kind": "talents",
        "number": talent.number,
        "external_id": talent.external_id or "",
        "name": shown_name(talent),
        "summary": shown.get("summary", ""),
        "region_code": code,
        "region": _region_of(code),
        "occupation": shown.get("occupation", ""),
        "work_type": shown.get("work_type", ""),
        "level": shown.get("skill_level", ""),
        "degree": shown.get("degree", ""),
        "title": shown.get("title", ""),
        "years": shown.get("years", 0),
        "modalities": shown.get("modalities", []),
        "task_types": shown.get("task_types", []),
        "domains": shown.get("domains", []),
        "languages": shown.get("languages", []),
        "availability": shown.get("availability", ""),
    }
    if (low := shown.get("rate_min")) is not None:
        high = shown.get("rate_max") or low
        document["rate"] = _price("", shown["rate_unit"], low, high)
    return document


def need_document(need: DatasetNeed) -> DatasetDocument:
    """A dataset need; its owner is fetched."""
    return {
        "id": str(need.id),
        "kind": "datasets",
        "number": need.number,
        "external_id": need.external_id or "",
        "status": str(need.status.value),
        "side": "need",
        "title": need.title,
        "summary": need.summary,
        "owner": need.owner.name,
        "region_code": need.owner.region_code,
        "region": _region_of(need.owner.region_code),
        "industry": need.industry,
        "modality": need.modality,
        "task_types": need.task_types,
        "dataset_type": need.dataset_type,
        "supply_mode": need.supply_mode,
        "price_model": need.price_model,
        "purpose": need.purpose,
        "license": need.license,
        "data_grade": need.data_grade,
        "health_level": need.health_level or 0,
        "quantity": float(need.volume),
        "unit": _unit_of(need.unit)[0],
        "budget_fen": need.budget_fen,
    }
