"""Suppliers and talents of an import, through the directory's verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind
from market.directory import profiles, talents
from market.directory.forms import (
    METRICS,
    CapacityInput,
    ConsentInput,
    DeclaredProfile,
    PriceInput,
    TalentInput,
)
from market.directory.models import SupplierProfile, Talent
from market.imports.fields import checked, group, renamed, rows, text, texts, wan, yuan
from market.imports.organisations import Identity, acting_for, identity_of, organisation_for
from market.kit.actor import Actor
from market.kit.errors import AppError, InvalidInput
from market.kit.i18n import gettext as _

# Our field -> the record's, where they differ.
_SUPPLIER_NAMES = {
    "revenue_fen": "revenue_wan", "min_order_fen": "min_order_yuan",
    **{name: f"quality.{name}" for name in (*METRICS, "acceptance")},
    "mlps": "security.mlps", "max_data_grade": "security.max_data_grade",
    "health_level_max": "security.health_level_max", "cctv_months": "security.cctv_months",
    **{f"level_{rank}": "levels" for rank in range(1, 6)},
}  # fmt: skip
_FLAGS = {
    "is_onsite": "onsite", "is_in_hospital": "in_hospital", "is_private_deploy": "private_deploy",
    "is_vlan_isolated": "vlan_isolation", "is_xinchuang": "xinchuang",
    "has_deid_service": "deid_service", "vpn": "vpn", "anti_tailgating": "anti_tailgating",
}  # fmt: skip
_SAME = (
    "summary", "park", "founded", "staff_total", "annotators", "experts", "levels", "modalities",
    "task_types", "industries", "languages", "annotator_types", "domains", "formats", "delivery",
    "certs", "storage_tb", "in_certified_base",
)  # fmt: skip
_PRICE_NAMES = {"min_price": "min", "max_price": "max", "is_tax_included": "tax_included"}
_TALENT_SAME = (
    "name", "gender", "region_code", "occupation", "occupation_code", "work_type", "skill_level",
    "degree", "title", "years", "modalities", "task_types", "domains", "languages", "availability",
    "summary",
)  # fmt: skip
_TALENT_NAMES = {
    "certificate_number": "cert_no", "trained_on": "confidentiality_training",
    "talent_class": "city_talent_class", "rate_unit": "rate.unit", "rate_min": "rate.min",
    "rate_max": "rate.max",
}  # fmt: skip
# What an import shows of a talent whose record does not say: everything but these.
WITHHELD = ("gender", "certificate_number")


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """A supplier's record, checked."""

    identity: Identity
    profile: DeclaredProfile
    prices: list[PriceInput]
    capacities: list[CapacityInput]


def read_supplier(data: Mapping[str, Any]) -> SupplierRecord:
    """Check a supplier's record. Raises InvalidInput with the record's field names."""
    security, quality = group(data, "security"), group(data, "quality")
    values = {
        **{name: data.get(name) for name in _SAME},
        **{name: quality.get(name) for name in (*METRICS, "acceptance")},
        **{ours: security.get(theirs) for ours, theirs in _FLAGS.items()},
        **{name: security.get(name) for name in
           ("mlps", "max_data_grade", "health_level_max", "cctv_months", "dicom_profile")},
        "revenue_fen": wan(data.get("revenue_wan")),
        "min_order_fen": yuan(data.get("min_order_yuan")),
    }  # fmt: skip
    return SupplierRecord(
        identity_of(data),
        checked(DeclaredProfile, values, {**_SUPPLIER_NAMES, **_security_names()}),
        [_price(row, number) for number, row in enumerate(rows(data, "prices"), 1)],
        [_capacity(row, number) for number, row in enumerate(rows(data, "daily_capacity"), 1)],
    )


def _security_names() -> dict[str, str]:
    return {ours: f"security.{theirs}" for ours, theirs in _FLAGS.items()}


def _price(row: Mapping[str, Any], number: int) -> PriceInput:
    values = {
        "task": row.get("task"), "unit": row.get("unit"), "min_price": yuan(row.get("min")),
        "max_price": yuan(row.get("max", row.get("min"))), "note": row.get("note"),
        "is_tax_included": row.get("tax_included", True),
    }  # fmt: skip
    if row.get("currency", "CNY") != "CNY":
        raise InvalidInput(fields={f"prices.{number}.currency": _("Prices are in CNY")})
    names = {name: f"prices.{number}.{_PRICE_NAMES.get(name, name)}" for name in values}
    return checked(PriceInput, values, names)


def _capacity(row: Mapping[str, Any], number: int) -> CapacityInput:
    names = {"unit": f"daily_capacity.{number}.unit", "quantity": f"daily_capacity.{number}.qty"}
    return checked(CapacityInput, {"unit": row.get("unit"), "quantity": row.get("qty")}, names)


async def load_supplier(record: SupplierRecord, record_id: str, *, by: Actor) -> bool:
    """Create or update a supplier with its published profile; whether it is new."""
    listed = await SupplierProfile.exists(organisation__external_id=record_id)
    organisation = await organisation_for(
        record.identity, kind=OrganisationKind.SUPPLIER, external_id=record_id, by=by
    )
    actor = acting_for(by, organisation)
    profile = await profiles.save_profile(
        organisation.id, record.profile, prices=record.prices, capacities=record.capacities,
        by=actor,
    )  # fmt: skip
    if not listed:
        await profiles.publish_profile(profile, by=actor)
    return not listed


@dataclass(frozen=True, slots=True)
class TalentRecord:
    """A talent's record, checked; `consent` None means the record does not say."""

    content: TalentInput
    consent: list[str] | None
    supplier_uscc: str


def read_talent(data: Mapping[str, Any]) -> TalentRecord:
    """Check a talent's record. Raises InvalidInput with the record's field names."""
    rate = group(data, "rate")
    values = {
        **{name: data.get(name) for name in _TALENT_SAME},
        "region_code": data.get("region_code") or data.get("region"),
        "certificate_number": data.get("cert_no"),
        "trained_on": data.get("confidentiality_training"),
        "talent_class": data.get("city_talent_class"),
        "rate_unit": rate.get("unit"),
        "rate_min": yuan(rate.get("min")),
        "rate_max": yuan(rate.get("max")),
    }
    said = data.get("consent") is not None
    consent = texts(data, "consent") if said else None
    return TalentRecord(
        checked(TalentInput, values, _TALENT_NAMES), consent, text(data, "supplier_uscc")
    )


async def load_talent(record: TalentRecord, record_id: str, *, by: Actor) -> bool:
    """Create or update a talent; whether it is new.

    Consent (个人信息保护法 13, 14): the importing party answers for having it. A record that lists
    `consent` opens those fields, an empty list none; a new record that does not say opens all but
    the withheld ones. An update that does not say leaves consent, and its withdrawal, as it is.
    """
    talent = await Talent.get_or_none(external_id=record_id)
    is_new = talent is None
    supplier = await _supplier(record.supplier_uscc)
    talent = await talents.save_talent(
        record.content, talent=talent, organisation_id=supplier.id if supplier else None,
        external_id=record_id, by=by,
    )  # fmt: skip
    fields = record.consent
    if fields is None and is_new:
        fields = [name for name in talents.CONSENT if name not in WITHHELD]
    if fields:
        await _consent(talent, fields, by)
    elif fields == []:
        await talents.withdraw_consent(talent, by=by)
    return is_new


async def _consent(talent: Talent, fields: list[str], by: Actor) -> None:
    evidence = _("Declared by the importing party for the record %(id)s", id=talent.external_id)
    try:
        await talents.give_consent(talent, ConsentInput(fields=fields, evidence=evidence), by=by)
    except AppError as exc:
        raise InvalidInput(fields=renamed({"fields": exc.message}, {"fields": "consent"})) from None


async def _supplier(code: str) -> Organisation | None:
    if not code:
        return None
    found = await Organisation.get_or_none(uscc=code, kind=OrganisationKind.SUPPLIER)
    if found is None:
        raise InvalidInput(fields={"supplier_uscc": _("There is no supplier with this code")})
    return found
