"""Suppliers with published profiles, and talents, made through the verbs."""

from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.directory import profiles, talents
from market.directory.forms import (
    CapacityInput,
    ConsentInput,
    DeclaredProfile,
    PriceInput,
    TalentInput,
)
from market.directory.models import SupplierProfile, Talent
from market.kit.actor import Actor
from tests.factories.accounts import make_organisation

SEED = Actor.system("test")


def price_input(**values: Any) -> PriceInput:
    """A price band of 35 to 90 yuan for a CT case."""
    defaults: dict[str, Any] = {
        "task": "胸部CT肺结节分割", "unit": "例", "min_price": "35", "max_price": "90",
        "is_tax_included": True,
    }  # fmt: skip
    return PriceInput.model_validate({**defaults, **values})


def profile_input(**values: Any) -> DeclaredProfile:
    """A medical imaging firm of 220 people cleared to 等保三级."""
    defaults: dict[str, Any] = {
        "summary": "医学影像标注团队，执业医师参与", "staff_total": 220, "annotators": 168,
        "experts": 26, "levels": {"五级": 64, "三级": 34}, "modalities": ["医学影像", "图像"],
        "task_types": ["病灶分割", "关键点"], "industries": ["医疗健康"], "languages": ["普通话"],
        "domains": ["胸部CT"], "certs": ["等保三级", "ISO/IEC 27001"], "mlps": "三级",
        "health_level_max": 4, "is_onsite": True, "accuracy": "98.5%", "delivery": ["远程", "驻场"],
    }  # fmt: skip
    return DeclaredProfile.model_validate({**defaults, **values})


async def make_supplier(
    *, organisation: Organisation | None = None, published: bool = True,
    prices: list[PriceInput] | None = None, organisation_values: dict[str, Any] | None = None,
    **values: Any,
) -> SupplierProfile:  # fmt: skip
    """A supplier's profile with one price and one capacity, published unless told otherwise."""
    organisation = organisation or await make_organisation(
        kind="supplier", **(organisation_values or {})
    )
    profile = await profiles.save_profile(
        organisation.id, profile_input(**values),
        prices=prices if prices is not None else [price_input()],
        capacities=[CapacityInput(unit="例CT", quantity=Decimal(180))], by=SEED,
    )  # fmt: skip
    return await profiles.publish_profile(profile, by=SEED) if published else profile


def talent_input(**values: Any) -> TalentInput:
    """A senior point-cloud annotator of 苏州."""
    defaults: dict[str, Any] = {
        "name": "周岚希", "gender": "女", "region_code": "320506", "occupation": "人工智能训练师",
        "skill_level": "三级/高级工", "certificate_number": "DEMO-3205-0001", "years": 5,
        "modalities": ["点云"], "task_types": ["3D框"], "domains": ["激光雷达"],
        "languages": ["普通话"], "rate_unit": "人时", "rate_min": "38", "rate_max": "55",
    }  # fmt: skip
    return TalentInput.model_validate({**defaults, **values})


async def make_talent(
    *, organisation: Organisation | None = None, consent: list[str] | None = None, **values: Any
) -> Talent:
    """A talent, shown with the `consent` fields (none of them unless given)."""
    talent = await talents.save_talent(
        talent_input(**values), organisation_id=organisation.id if organisation else None, by=SEED
    )
    if consent:
        given = ConsentInput(fields=consent, evidence="书面同意书 TY-0031")
        talent = await talents.give_consent(talent, given, by=SEED)
    return talent
