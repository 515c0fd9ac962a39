"""What each version of a published job changed, as data and in words everyone may read."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.kit import audit, clock
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan
from market.tendering import terms
from market.tendering.models import Job
from market.tendering.posting_models import JobVersion

LABELS: Mapping[str, str] = {
    "title": N_("Title"), "summary": N_("Description"), "kind": N_("Kind of call"),
    "industry": N_("Industry"), "modality": N_("Kind of data"),
    "task_types": N_("Labelling tasks"), "dataset_type": N_("Dataset type"),
    "volume": N_("Volume"), "unit": N_("Unit"), "data_size_tb": N_("Size of the data"),
    "readers_per_item": N_("Readers per item"), "arbitration": N_("Arbitration"),
    "quality": N_("Thresholds"), "sampling_level": N_("Inspection level (GB/T 2828.1)"),
    "aql": "AQL", "minor_aql": N_("AQL of minor items"), "delivery_format": N_("Delivery format"),
    "data_grade": N_("Data grade"), "personal_info": N_("Personal information"),
    "health_level": N_("Health data level"), "has_no_state_secrets": N_("No state secrets"),
    "is_deid_required": N_("De-identified before handing over"),
    "deid_profile": N_("De-identification"), "place": N_("Place of work"),
    "place_region_code": N_("Region of that place"), "required_certs": N_("Certificates"),
    "requirements": N_("Further requirements"), "annotator_type": N_("Annotators"),
    "min_level": N_("Lowest skill level"), "min_staff": N_("Annotators at least"),
    "languages": N_("Languages and dialects"), "budget_fen": N_("Budget"),
    "ceiling_unit_price": N_("Ceiling unit price"), "price_mode": N_("Price mode"),
    "procurement": N_("Procurement method of record"), "vouchers_wished": N_("Vouchers wished"),
    "question_deadline_at": N_("Questions close"),
    "bid_deadline_at": N_("Bids close and are opened"), "delivery_deadline": N_("Delivery due"),
    "deid_proof": N_("De-identification proof"), "guideline": N_("Labelling guideline"),
    "lots": N_("Lots"),
}  # fmt: skip
_FLAGS: Mapping[str, str] = {
    "vlan": N_("Isolated network (VLAN)"), "xinchuang": N_("Domestic IT stack (信创)"),
    "private_deploy": N_("Private deployment"), "cctv_months": N_("Surveillance recordings kept"),
}  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields whose stored value changed, with both values."""
    old, new = _stored(before), _stored(after)
    return [
        {"field": name, "before": old[name], "after": new[name]}
        for name in LABELS
        if name in new and old[name] != new[name]
    ]


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    flat = {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in values.items()
    }
    stored: dict[str, Any] = json.loads(audit.canonical(flat))
    return stored


async def keep(job: Job, changes: list[dict[str, Any]]) -> None:
    """Keep what the job's present version changed; in the caller's transaction."""
    await JobVersion.create(job=job, number=job.version, changes=changes, published_at=clock.now())


async def versions_of(job: Job) -> list[JobVersion]:
    """The amendments of a job, the newest first."""
    return await JobVersion.filter(job=job).order_by("-number")


def readable(changes: list[dict[str, Any]], unit: str = "") -> list[dict[str, Any]]:
    """Changes in the reader's language: what, before, after, each as lines of text."""
    return [
        {
            "label": _(LABELS[change["field"]]),
            "before": _lines(change["field"], change["before"], unit),
            "after": _lines(change["field"], change["after"], unit),
        }
        for change in changes
    ]


def _lines(field: str, value: Any, unit: str) -> list[str]:
    if value in (None, "", [], {}):
        return ["—"]
    if field == "lots":
        return [_lot(place, lot, unit) for place, lot in enumerate(value, 1)]
    if field == "quality":
        pairs = terms.in_order(value, terms.METRICS)
        return [f"{terms.metric_label(code)} {number}" for code, number in pairs]
    if field == "requirements":
        return [f"{_(_FLAGS.get(name, name))} {_shown(name, item)}" for name, item in value.items()]
    if isinstance(value, list):
        return [terms.label(field, item) if field in terms.FIELDS else item for item in value]
    return str(_shown(field, value)).splitlines() or ["—"]


def _lot(place: int, lot: Mapping[str, str], unit: str) -> str:
    return _(
        "%(place)s. %(title)s: %(volume)s %(unit)s, ¥%(budget)s", place=place, title=lot["title"],
        volume=lot["volume"], unit=unit, budget=format_yuan(int(lot["budget_fen"])),
    )  # fmt: skip


def _shown(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.endswith("_fen"):
        return f"¥{format_yuan(value)}"
    if field.endswith("_at"):
        return f"{clock.in_china(dt.datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    if field == "place_region_code":
        return terms.place_name(value)
    return terms.label(field, value) if field in terms.FIELDS and isinstance(value, str) else value
