"""Checked input of the directory: profile parts, prices, capacities, certificates, talents."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, model_validator

from market.directory.words import (
    AnnotatorTypes,
    CertificateName,
    Certificates,
    DataGrade,
    Industries,
    Modalities,
    RegionCode,
    Short,
    SkillLevel,
    TaskTypes,
    UnitName,
    Words,
)
from market.kit.forms import LocalDate, UnitPrice, YuanAsFen
from market.kit.i18n import gettext as _

LEVELS = ("五级", "四级", "三级", "二级", "一级")  # low to high
METRICS = ("accuracy", "consistency", "kappa", "iou", "dice", "cer")
EXTRA_SECURITY = ("vpn", "anti_tailgating", "dicom_profile")
Count = Annotated[int, Field(ge=0, le=10_000_000)]


def _split(value: Any) -> Any:
    """Words typed in one field, separated by commas, 顿号 or line breaks."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return re.split(r"[,，、;；\n]+\s*", value.strip()) if isinstance(value, str) else value


def _ratio(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return value
    text = value.strip().replace("％", "%")
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        number = Decimal(-1)
    if text.endswith("%"):
        number /= 100
    if not 0 <= number <= 1:
        raise ValueError(_("Enter a share such as 98.5% or 0.985"))
    return number


TypedWords = Annotated[Words, BeforeValidator(_split)]
# A share from 0 to 1; people may type 98.5%.
Ratio = Annotated[Decimal, BeforeValidator(_ratio), Field(ge=0, le=1, decimal_places=6),
                  PlainSerializer(float, return_type=float)]  # fmt: skip


class ProfilePart(BaseModel):
    """Some columns of a profile; `changes` is what to write."""

    def changes(self) -> dict[str, Any]:
        """Column -> value, JSON columns in their stored form."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class WhoInput(ProfilePart):
    """Who we are: people, sites, size."""

    summary: str = Field(default="", max_length=2000)
    founded: str = Field(default="", pattern=r"^(\d{4}(-(0[1-9]|1[0-2]))?)?$")
    park: str = Field(default="", max_length=120)
    base_number: str = Field(default="", max_length=20)
    staff_total: Count = 0
    annotators: Count = 0
    experts: Count = 0
    level_5: Count = 0
    level_4: Count = 0
    level_3: Count = 0
    level_2: Count = 0
    level_1: Count = 0
    revenue_fen: Annotated[YuanAsFen, Field(ge=0)] = 0
    storage_tb: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)] = Decimal(0)

    @model_validator(mode="before")
    @classmethod
    def _spread_levels(cls, data: Any) -> Any:
        """Take `levels` {三级: 34} as well as one field for each level."""
        if not isinstance(data, dict) or not isinstance(data.get("levels"), dict):
            return data
        spread = {f"level_{5 - rank}": data["levels"].get(level, 0)
                  for rank, level in enumerate(LEVELS)}  # fmt: skip
        return {**spread, **{key: value for key, value in data.items() if key != "levels"}}

    @model_validator(mode="after")
    def _people_add_up(self) -> Self:
        if 0 < self.staff_total < self.annotators:
            raise ValueError(_("There cannot be more annotators than staff"))
        return self

    @property
    def levels(self) -> dict[str, int]:
        """Head count for each occupational level."""
        return {level: getattr(self, f"level_{5 - rank}") for rank, level in enumerate(LEVELS)}

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        for rank in range(1, 6):
            del values[f"level_{rank}"]
        return {**values, "levels": self.levels}


class WhatInput(ProfilePart):
    """What we do: modalities, tasks, domains, languages."""

    modalities: Annotated[Modalities, Field(min_length=1)]
    task_types: Annotated[TaskTypes, Field(min_length=1)]
    industries: Industries = []
    domains: TypedWords = []
    languages: TypedWords = []
    annotator_types: AnnotatorTypes = []
    formats: TypedWords = []


class SecurityInput(ProfilePart):
    """Security and place: what jobs with secrets ask for."""

    mlps: Literal["", "一级", "二级", "三级", "四级", "五级"] = ""
    max_data_grade: DataGrade = "一般数据"
    health_level_max: Annotated[int, Field(ge=1, le=5)] | None = None
    is_onsite: bool = False
    is_in_hospital: bool = False
    is_private_deploy: bool = False
    is_vlan_isolated: bool = False
    is_xinchuang: bool = False
    has_deid_service: bool = False
    cctv_months: Annotated[int, Field(ge=0, le=120)] = 0
    vpn: bool = False
    anti_tailgating: bool = False
    dicom_profile: str = Field(default="", max_length=200)

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        extra = {name: values.pop(name) for name in EXTRA_SECURITY}
        return {**values, "security": {name: value for name, value in extra.items() if value}}


class QualityInput(ProfilePart):
    """Quality as declared: shares from 0 to 1, and how acceptance works."""

    accuracy: Ratio | None = None
    consistency: Ratio | None = None
    kappa: Ratio | None = None
    iou: Ratio | None = None
    dice: Ratio | None = None
    cer: Ratio | None = None
    acceptance: str = Field(default="", max_length=200)

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        declared = {name: values.pop(name) for name in METRICS}
        quality: dict[str, Any] = {
            name: float(value) for name, value in declared.items() if value is not None
        }
        if acceptance := values.pop("acceptance"):
            quality["acceptance"] = acceptance
        return {**values, "quality": quality}


class DeliveryInput(ProfilePart):
    """How we deliver, and from which amount."""

    delivery: Words = []
    min_order_fen: Annotated[YuanAsFen, Field(ge=0)] = 0


class ProfileInput(WhoInput, WhatInput, SecurityInput, QualityInput, DeliveryInput):
    """A whole profile, as the API takes it."""


class DeclaredProfile(ProfileInput):
    """A whole profile of an import, with what a supplier may not say of itself here."""

    certs: Certificates = []
    in_certified_base: bool = False


SECTIONS: dict[str, type[ProfilePart]] = {
    "who": WhoInput,
    "what": WhatInput,
    "security": SecurityInput,
    "quality": QualityInput,
    "delivery": DeliveryInput,
}


def _ordered(low: Decimal, high: Decimal) -> None:
    if low > high:
        raise ValueError(_("The lower price must not be above the higher one"))


class PriceInput(BaseModel):
    """A price band for one task and unit, in yuan with at most four decimals."""

    task: str = Field(min_length=1, max_length=80)
    unit: UnitName
    min_price: UnitPrice
    max_price: UnitPrice
    is_tax_included: bool = False
    note: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _band(self) -> Self:
        _ordered(self.min_price, self.max_price)
        return self


class CapacityInput(BaseModel):
    """Units a day; the unit may name the object (例CT)."""

    unit: UnitName
    quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2),
                        PlainSerializer(str, return_type=str)]  # fmt: skip


class PricesInput(BaseModel):
    """All price bands of a supplier."""

    prices: list[PriceInput] = Field(max_length=200)


class CertificateInput(BaseModel):
    """A credential as the certificate states it."""

    name: CertificateName = Field(min_length=1)
    number: str = Field(default="", max_length=80)
    issuer: str = Field(default="", max_length=120)
    valid_until: LocalDate | None = None


class TalentInput(BaseModel):
    """A talent's profile; what of it is public is a matter of consent."""

    name: str = Field(min_length=1, max_length=80)
    gender: Literal["", "男", "女"] = ""
    region_code: RegionCode
    occupation: str = Field(default="", max_length=80)
    occupation_code: str = Field(default="", max_length=16)
    work_type: str = Field(default="", max_length=40)
    skill_level: SkillLevel = ""
    certificate_number: str = Field(default="", max_length=80)
    degree: str = Field(default="", max_length=32)
    title: str = Field(default="", max_length=40)
    years: Annotated[int, Field(ge=0, le=80)] = 0
    modalities: Modalities = []
    task_types: TaskTypes = []
    domains: TypedWords = []
    languages: TypedWords = []
    trained_on: LocalDate | None = None
    rate_unit: Annotated[str, Field(max_length=16)] = ""
    rate_min: UnitPrice | None = None
    rate_max: UnitPrice | None = None
    availability: str = Field(default="", max_length=16)
    talent_class: Literal["", "A", "B", "C", "D"] = ""
    summary: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _whole_rate(self) -> Self:
        if self.rate_min is not None and self.rate_max is not None:
            _ordered(self.rate_min, self.rate_max)
        if self.rate_min is not None and not self.rate_unit:
            raise ValueError(_("Say what the rate is for: 人时, 人天 or a unit"))
        if self.skill_level and not self.certificate_number:
            raise ValueError(_("An occupational level needs its certificate number"))
        return self


class ConsentInput(BaseModel):
    """The fields a talent agreed to show, and how the agreement was given."""

    fields: Annotated[list[Short], Field(min_length=1)]
    evidence: str = Field(min_length=1, max_length=200)
