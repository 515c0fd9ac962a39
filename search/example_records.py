"""Documents from records of the examples.json shape, the form of `market import` files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from search.documents import (
    Capacity,
    DatasetDocument,
    Document,
    JobDocument,
    Kind,
    Price,
    SupplierDocument,
    TalentDocument,
)
from search.grades import split_unit
from search.numerals import scaled_price

_WAN_FEN = 1_000_000
Record = Mapping[str, Any]


def _price(entry: Record, task: str) -> Price:
    unit, of = split_unit(entry["unit"])
    low = scaled_price(Decimal(str(entry["min"])))
    return {"task": task or of, "unit": unit, "low": low,
            "high": scaled_price(Decimal(str(entry.get("max", entry["min"]))))}  # fmt: skip


def _capacity(entry: Record) -> Capacity:
    unit, of = split_unit(entry["unit"])
    return {"unit": unit, "of": of, "per_day": float(entry["qty"])}


def _budget(record: Record) -> int:
    return int(Decimal(str(record.get("budget_wan") or 0)) * _WAN_FEN)


def from_example_supplier(record: Record) -> SupplierDocument:
    """A supplier record as a document."""
    quality = record.get("quality") or {}
    return {
        "id": record["id"],
        "kind": "suppliers",
        "name": record["name"],
        "summary": record.get("summary") or "",
        "uscc": record.get("uscc") or "",
        "region_code": record.get("region_code") or "",
        "region": record.get("region") or "",
        "park": record.get("park") or "",
        "modalities": list(record.get("modalities") or ()),
        "task_types": list(record.get("task_types") or ()),
        "domains": list(record.get("domains") or ()),
        "industries": list(record.get("industries") or ()),
        "languages": list(record.get("languages") or ()),
        "annotator_types": list(record.get("annotator_types") or ()),
        "certs": list(record.get("certs") or ()),
        "delivery": list(record.get("delivery") or ()),
        "scale_class": record.get("scale_class") or "",
        "staff": int(record.get("staff_total") or 0),
        "experts": int(record.get("experts") or 0),
        "levels": dict(record.get("levels") or {}),
        "security": dict(record.get("security") or {}),
        "quality": {k: float(v) for k, v in quality.items() if isinstance(v, int | float)},
        "capacities": [_capacity(entry) for entry in record.get("daily_capacity") or ()],
        "prices": [_price(entry, entry["task"]) for entry in record.get("prices") or ()],
        "storage_tb": float(record.get("storage_tb") or 0),
        "min_order": float(record.get("min_order_yuan") or 0),
        "formats": list(record.get("formats") or ()),
        "in_certified_base": bool(record.get("in_certified_base")),
    }


def from_example_job(record: Record) -> JobDocument:
    """A job record as a document."""
    requires, place = record.get("requires") or {}, record.get("place") or {}
    owner, volume = record["owner"], record["volume"]
    unit = split_unit(volume["unit"])[0]
    ceiling_unit = split_unit(_priced_unit(record.get("price_mode") or "") or unit)[0]
    return {
        "id": record["id"],
        "kind": "jobs",
        "title": record["title"],
        "summary": record.get("summary") or "",
        "owner": owner["name"],
        "owner_uscc": owner.get("uscc") or "",
        "owner_is_hospital": "医院" in (owner.get("org_type") or ""),
        "region_code": owner.get("region_code") or "",
        "region": owner.get("region") or "",
        "industry": record.get("industry") or "",
        "modality": record.get("modality") or "",
        "task_types": list(record.get("task_types") or ()),
        "quantity": float(volume["qty"]),
        "unit": unit,
        "place": place.get("constraint") or "不限",
        "place_region_code": place.get("region_code") or "",
        "data_grade": record.get("data_grade") or "",
        "health_level": int(record.get("health_level") or 0),
        "certs": list(requires.get("certs") or ()),
        "annotator_type": requires.get("annotator_type") or "",
        "min_level": requires.get("min_level") or "",
        "min_staff": int(requires.get("min_staff") or 0),
        "vlan": bool(requires.get("vlan")),
        "xinchuang": bool(requires.get("xinchuang")),
        "cctv_months": int(requires.get("cctv_months") or 0),
        "ceiling": scaled_price(Decimal(str(record.get("ceiling_unit_price") or 0))),
        "ceiling_unit": unit if unit.startswith(ceiling_unit) else ceiling_unit,
        "budget_fen": _budget(record),
        "procurement": record.get("procurement") or "",
        "vouchers": list(record.get("vouchers") or ()),
        "starts_on": record.get("bid_deadline") or "",
        "due_on": record.get("delivery_deadline") or "",
    }


def _priced_unit(price_mode: str) -> str:
    """The unit in 按框计价; empty where the mode names none."""
    inner = price_mode.removeprefix("按").removesuffix("计价")
    return inner if inner != price_mode else ""


def from_example_talent(record: Record) -> TalentDocument:
    """A talent record as a document; a rate it does not state is left out."""
    document: TalentDocument = {
        "id": record["id"],
        "kind": "talents",
        "name": record["name"],
        "summary": record.get("summary") or "",
        "region_code": record.get("region_code") or "",
        "region": record.get("region") or "",
        "occupation": record.get("occupation") or "",
        "work_type": record.get("work_type") or "",
        "level": record.get("skill_level") or "",
        "degree": record.get("degree") or "",
        "title": record.get("title") or "",
        "years": int(record.get("years") or 0),
        "modalities": list(record.get("modalities") or ()),
        "task_types": list(record.get("task_types") or ()),
        "domains": list(record.get("domains") or ()),
        "languages": list(record.get("languages") or ()),
        "availability": record.get("availability") or "",
    }
    if record.get("rate"):
        document["rate"] = _price(record["rate"], "")
    return document


def from_example_dataset(record: Record) -> DatasetDocument:
    """A dataset need record as a document."""
    return {
        "id": record["id"],
        "kind": "datasets",
        "side": "need",
        "title": record["title"],
        "summary": record.get("summary") or "",
        "owner": record["owner"]["name"],
        "region_code": record["owner"].get("region_code") or "",
        "region": record["owner"].get("region") or "",
        "industry": record.get("industry") or "",
        "modality": record.get("modality") or "",
        "task_types": list(record.get("task_types") or ()),
        "dataset_type": record.get("dataset_type") or "",
        "supply_mode": record.get("supply_mode") or "",
        "price_model": record.get("price_model") or "",
        "purpose": record.get("purpose") or "",
        "license": record.get("license") or "",
        "data_grade": record.get("data_grade") or "",
        "health_level": int(record.get("health_level") or 0),
        "quantity": float(record["volume"]["qty"]),
        "unit": split_unit(record["volume"]["unit"])[0],
        "budget_fen": _budget(record),
    }


def documents_of(examples: Mapping[str, Any]) -> dict[Kind, list[Document]]:
    """All records of an examples.json-shaped object, by kind."""
    return {
        "suppliers": [from_example_supplier(r) for r in examples.get("suppliers", ())],
        "jobs": [from_example_job(r) for r in examples.get("jobs", ())],
        "talents": [from_example_talent(r) for r in examples.get("talents", ())],
        "datasets": [from_example_dataset(r) for r in examples.get("dataset_needs", ())],
    }
