"""What the API says of suppliers and talents."""

import datetime as dt
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from market.directory.forms import CapacityInput, PriceInput, TalentInput
from market.kit.paging import CursorQuery


class SupplierQuery(CursorQuery):
    """Narrow the list by words of the vocabularies (Chinese names) and a region code."""

    region: str = Field(default="", max_length=6)
    modality: str = Field(default="", max_length=80)
    task: str = Field(default="", max_length=80)
    certificate: str = Field(default="", max_length=80)


class TalentQuery(CursorQuery):
    """Narrow the list by words the talents consented to show."""

    region: str = Field(default="", max_length=6)
    modality: str = Field(default="", max_length=80)
    task: str = Field(default="", max_length=80)
    level: str = Field(default="", max_length=8)


class PriceOut(PriceInput):
    """A price band; prices are decimal strings in yuan."""

    currency: str


class CertificateOut(BaseModel):
    """A credential: valid, expired, or declared without a certificate."""

    name: str
    state: str
    valid_until: dt.date | None
    is_verified: bool


class SupplierSummary(BaseModel):
    """A supplier as a list shows it."""

    number: str
    external_id: str | None
    name: str
    region_code: str
    scale_class: str
    summary: str
    modalities: list[str]
    task_types: list[str]
    industries: list[str]
    certs: list[str]
    staff_total: int
    published_at: dt.datetime | None


class SupplierOut(SupplierSummary):
    """A supplier with everything it lists; amounts in fen, shares from 0 to 1."""

    uscc: str | None
    park: str
    in_certified_base: bool
    founded: str
    annotators: int
    experts: int
    levels: dict[str, int]
    languages: list[str]
    annotator_types: list[str]
    domains: list[str]
    formats: list[str]
    delivery: list[str]
    mlps: str
    max_data_grade: str
    health_level_max: int | None
    is_onsite: bool
    is_in_hospital: bool
    is_private_deploy: bool
    is_vlan_isolated: bool
    is_xinchuang: bool
    has_deid_service: bool
    cctv_months: int
    security: dict[str, Any]
    quality: dict[str, Any]
    revenue_fen: int
    storage_tb: Decimal
    min_order_fen: int
    prices: list[PriceOut]
    capacities: list[CapacityInput]
    certificates: list[CertificateOut]


class TalentCard(BaseModel):
    """A talent in public; a field that was not consented to is absent from `shown`."""

    number: str
    name: str
    organisation: str | None
    shown: dict[str, Any]


class TalentOut(TalentInput):
    """A talent as its own organisation sees it."""

    number: str
    consented_fields: list[str]
    consented_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
