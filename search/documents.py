"""The records people search for, as plain shapes; matching reads them and engines store them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

Kind = Literal["suppliers", "jobs", "talents", "datasets"]
KINDS: tuple[Kind, ...] = ("suppliers", "jobs", "talents", "datasets")


class Price(TypedDict):
    """A unit price range in ten-thousandths of a yuan."""

    task: str
    unit: str
    low: int
    high: int


class Capacity(TypedDict):
    """How many units a supplier finishes in a calendar day."""

    unit: str
    of: str
    per_day: float


class SupplierDocument(TypedDict, total=False):
    """A supplier: what it does, where, how safely, at what price."""

    id: str
    kind: Literal["suppliers"]
    number: str
    external_id: str
    name: str
    summary: str
    uscc: str
    region_code: str
    region: str
    park: str
    modalities: list[str]
    task_types: list[str]
    domains: list[str]
    industries: list[str]
    languages: list[str]
    annotator_types: list[str]
    certs: list[str]
    delivery: list[str]
    scale_class: str
    staff: int
    experts: int
    levels: dict[str, int]
    security: dict[str, Any]
    quality: dict[str, float]
    capacities: list[Capacity]
    prices: list[Price]
    storage_tb: float
    min_order: float
    formats: list[str]
    in_certified_base: bool
    suspended: bool
    related_parties: list[str]
    load: dict[str, float]


class JobDocument(TypedDict, total=False):
    """A call for annotation work with its hard requirements; the ceiling is a unit price."""

    id: str
    kind: Literal["jobs"]
    number: str
    external_id: str
    status: str
    title: str
    summary: str
    owner: str
    owner_uscc: str
    owner_is_hospital: bool
    region_code: str
    region: str
    industry: str
    modality: str
    task_types: list[str]
    quantity: float
    unit: str
    place: str
    place_region_code: str
    data_grade: str
    health_level: int
    certs: list[str]
    annotator_type: str
    min_level: str
    min_staff: int
    vlan: bool
    xinchuang: bool
    cctv_months: int
    ceiling: int
    ceiling_unit: str
    budget_fen: int
    procurement: str
    vouchers: list[str]
    starts_on: str
    due_on: str
    invited: list[str]


class TalentDocument(TypedDict, total=False):
    """A person's consented profile; the rate is a unit price range."""

    id: str
    kind: Literal["talents"]
    number: str
    external_id: str
    name: str
    summary: str
    region_code: str
    region: str
    occupation: str
    work_type: str
    level: str
    degree: str
    title: str
    years: int
    modalities: list[str]
    task_types: list[str]
    domains: list[str]
    languages: list[str]
    availability: str
    rate: Price


class DatasetDocument(TypedDict, total=False):
    """A dataset need or offer under one of the four supply modes."""

    id: str
    kind: Literal["datasets"]
    number: str
    external_id: str
    status: str
    side: Literal["need", "offer"]
    title: str
    summary: str
    owner: str
    region_code: str
    region: str
    industry: str
    modality: str
    task_types: list[str]
    dataset_type: str
    supply_mode: str
    price_model: str
    purpose: str
    license: str
    data_grade: str
    health_level: int
    quantity: float
    unit: str
    budget_fen: int
    rating: float


Document = SupplierDocument | JobDocument | TalentDocument | DatasetDocument


def public_id(document: Mapping[str, Any]) -> str:
    """The id by which people and files know a record: that of its import, else its number."""
    return str(document.get("external_id") or document.get("number") or document["id"])
