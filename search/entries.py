"""How each kind of document lies in an index: its fields, and its words by importance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from search.documents import (
    DatasetDocument,
    Document,
    JobDocument,
    Kind,
    Price,
    SupplierDocument,
    TalentDocument,
)
from search.engine import IndexDocument, IndexSettings
from search.grades import (
    ANY_LEVEL,
    CREDENTIAL_FIELDS,
    SKILLED_FIELDS,
    UNIT_NAMES,
    credential_field,
    data_grade_rank,
    degree_rank,
    held_credentials,
    skill_rank,
)
from search.lexicon import lexicon, renewed
from search.normalisation import normalise

_RESEARCH_ONLY = re.compile(r"仅限?于?科研|非商用|不可商用|不得商用")
_TRAINABLE = re.compile(r"(?:可|不可|不得)(?:用于|再)?训练")
_PRICES = tuple(f"price_{unit}" for unit in UNIT_NAMES)
OPEN_JOBS = ("open_enquiries", "open_bidding")
"""Statuses in which a job still takes offers; such jobs come first among equally relevant ones."""
_OPEN_PRIOR = 0.1
PRICE_FIELDS = frozenset(("lowest_price", *_PRICES))
_CAPACITIES = tuple(f"capacity_{unit}" for unit in UNIT_NAMES)
SETTINGS: Mapping[Kind, IndexSettings] = {
    "suppliers": IndexSettings(
        keywords=(
            "regions", "modalities", "task_types", "industries", "languages", "annotator_types",
            "certs", "delivery", "scale_class",
        ),
        flags=(
            "onsite", "in_hospital", "private_deploy", "vlan", "vpn", "xinchuang", "deid_service",
            "anti_tailgating", "in_certified_base",
        ),
        numbers=(
            "staff", "experts", "data_grade", "health_level", "cctv_months", "accuracy",
            "lowest_price", "storage_tb", "min_order", *CREDENTIAL_FIELDS, *SKILLED_FIELDS, *_PRICES,
            *_CAPACITIES,
        ),
    ),
    "jobs": IndexSettings(
        keywords=(
            "regions", "modalities", "task_types", "industries", "procurement", "vouchers", "unit",
            "status",
        ),
        flags=("onsite", "vlan", "xinchuang"),
        numbers=("budget_fen", "data_grade", "quantity", "lowest_price", *_PRICES),
    ),
    "talents": IndexSettings(
        keywords=("regions", "modalities", "task_types", "languages", "degrees", "availability"),
        numbers=("years", "skill", "degree", "lowest_price", *_PRICES),
    ),
    "datasets": IndexSettings(
        keywords=(
            "regions", "modalities", "task_types", "industries", "supply_mode", "dataset_type",
            "price_model", "side",
        ),
        flags=("commercial", "research_only", "trainable"),
        numbers=("budget_fen", "data_grade", "health_level", "quantity", "rating"),
    ),
}  # fmt: skip


@lru_cache(maxsize=8_192)
def region_path(code: str) -> tuple[str, ...]:
    """The codes of a region from its province down: 370102 lies in 370000, 370100, 370102."""
    if len(code) != 6 or code == "100000":
        return ()
    return tuple(dict.fromkeys((code[:2] + "0000", code[:4] + "00", code)))


@renewed
@lru_cache(maxsize=4_096)
def _language_name(name: str) -> str:
    return lexicon().languages.get(normalise(name), name)


def _language_names(languages: Iterable[str]) -> list[str]:
    """One name per language, so that a filter on 闽南语 finds who wrote 闽南话."""
    return list(dict.fromkeys(map(_language_name, languages)))


def _lowest(prices: Iterable[Price]) -> dict[str, float]:
    lowest: dict[str, float] = {}
    for price in prices:
        for name in (f"price_{price['unit']}", "lowest_price"):
            lowest[name] = min(price["low"], lowest.get(name, price["low"]))
    return lowest


def _heads_from(levels: Mapping[str, int]) -> dict[str, int]:
    """How many annotators have each skill rank or a higher one."""
    found: dict[str, int] = {}
    for level, heads in levels.items():
        for field in SKILLED_FIELDS[: skill_rank(level)]:
            found[field] = found.get(field, 0) + heads
    return found


@lru_cache(maxsize=4_096)
def _certified(mlps: str | None, *certs: str) -> tuple[tuple[str, ...], Mapping[str, float]]:
    """What certificates are called and their index ranks; the same few stand together on most records."""
    held = held_credentials(certs, mlps)
    ranks = {credential_field(kind): one.rank or ANY_LEVEL for kind, one in held.items()}
    return tuple(one.label() for one in held.values()), ranks


def _supplier_entry(doc: SupplierDocument) -> IndexDocument:
    security, quality = doc["security"], doc["quality"]
    certificates, ranks = _certified(security.get("mlps"), *doc["certs"])
    numbers: dict[str, float] = {
        "staff": doc["staff"],
        "experts": doc["experts"],
        "data_grade": data_grade_rank(security.get("max_data_grade")),
        "health_level": security.get("health_level_max") or 0,
        "cctv_months": security.get("cctv_months") or 0,
        "accuracy": quality.get("accuracy", 0),
        "storage_tb": doc["storage_tb"],
        "min_order": doc.get("min_order", 0),
        **ranks,
        **_heads_from(doc["levels"]),
        **_lowest(doc["prices"]),
    }
    for capacity in doc["capacities"]:
        name = f"capacity_{capacity['unit']}"
        numbers[name] = max(capacity["per_day"], numbers.get(name, 0))
    return IndexDocument(
        id=doc["id"],
        strong=(doc["name"], *doc["task_types"], *doc["domains"], *doc["modalities"],
                *doc["industries"], *doc["languages"]),
        weak=(doc["summary"], doc["region"], doc.get("park", ""), *doc["certs"], *doc["delivery"],
              *doc.get("formats", ()), *(price["task"] for price in doc["prices"]),
              *(capacity["of"] for capacity in doc["capacities"])),
        keywords={
            "regions": region_path(doc["region_code"]),
            "certs": certificates,
            "scale_class": [doc["scale_class"]],
            **{name: doc[name] for name in ("modalities", "task_types", "industries",
                                            "annotator_types", "delivery")},
            "languages": _language_names(doc["languages"]),
        },
        flags={
            "vlan": bool(security.get("vlan_isolation")),
            "in_certified_base": doc["in_certified_base"],
            **{name: bool(security.get(name)) for name in (
                "onsite", "in_hospital", "private_deploy", "vpn", "xinchuang", "deid_service",
                "anti_tailgating")},
        },
        numbers={name: value for name, value in numbers.items() if value},
        prior=round(0.1 * max(0.0, quality.get("accuracy", 0.0) - 0.9) / 0.1, 4),
        source=doc,
    )  # fmt: skip


def _job_entry(doc: JobDocument) -> IndexDocument:
    price = {}
    if doc.get("ceiling"):
        price = {f"price_{doc['ceiling_unit']}": doc["ceiling"], "lowest_price": doc["ceiling"]}
    return IndexDocument(
        id=doc["id"],
        strong=(doc["title"], *doc["task_types"], doc["modality"], doc["industry"]),
        weak=(doc["summary"], doc["owner"], doc["region"], doc["procurement"], doc["data_grade"],
              *doc["certs"], *doc["vouchers"]),
        keywords={
            "regions": region_path(doc["region_code"]),
            "modalities": [doc["modality"]],
            "task_types": doc["task_types"],
            "industries": [doc["industry"]],
            "procurement": [doc["procurement"]],
            "vouchers": doc["vouchers"],
            "unit": [doc["unit"]],
            "status": [doc.get("status", "")],
        },
        flags={"onsite": doc["place"] == "现场作业", "vlan": doc["vlan"],
               "xinchuang": doc["xinchuang"]},
        prior=_OPEN_PRIOR if doc.get("status") in OPEN_JOBS else 0.0,
        numbers={
            "budget_fen": doc["budget_fen"],
            "quantity": doc["quantity"],
            "data_grade": data_grade_rank(doc["data_grade"]),
            **price,
        },
        source=doc,
    )  # fmt: skip


def _talent_entry(doc: TalentDocument) -> IndexDocument:
    return IndexDocument(
        id=doc["id"],
        strong=(doc["name"], *doc["task_types"], *doc["domains"], *doc["modalities"],
                *doc["languages"], doc["occupation"]),
        weak=(doc["summary"], doc["title"], doc["work_type"], doc["degree"], doc["region"],
              doc["level"]),
        keywords={
            "regions": region_path(doc["region_code"]),
            "availability": [doc["availability"][:2]],
            "degrees": [doc["degree"]],
            "languages": _language_names(doc["languages"]),
            "modalities": doc["modalities"],
            "task_types": doc["task_types"],
        },
        numbers={
            "years": doc["years"],
            "skill": skill_rank(doc["level"]),
            "degree": degree_rank(doc["degree"]),
            **_lowest([doc["rate"]] if "rate" in doc else []),
        },
        source=doc,
    )  # fmt: skip


def _licence_flags(licence: str) -> dict[str, bool]:
    """What a licence says in words; of what it does not mention nothing is known, so no flag."""
    flags: dict[str, bool] = {}
    if _RESEARCH_ONLY.search(licence):
        flags |= {"research_only": True, "commercial": False}
    elif "商用" in licence or "商业" in licence:
        flags |= {"research_only": False, "commercial": True}
    if trained := _TRAINABLE.search(licence):
        flags["trainable"] = trained[0][0] == "可"
    return flags


def _dataset_entry(doc: DatasetDocument) -> IndexDocument:
    return IndexDocument(
        id=doc["id"],
        strong=(doc["title"], *doc["task_types"], doc["modality"], doc["industry"]),
        weak=(doc["summary"], doc["owner"], doc["region"], doc["license"], doc["purpose"],
              doc["supply_mode"], doc["dataset_type"], doc["price_model"]),
        keywords={
            "regions": region_path(doc["region_code"]),
            "modalities": [doc["modality"]],
            "task_types": doc["task_types"],
            "industries": [doc["industry"]],
            **{name: [doc[name]] for name in (
                "supply_mode", "dataset_type", "price_model", "side")},
        },
        flags=_licence_flags(doc["license"]),
        numbers={
            "budget_fen": doc["budget_fen"],
            "quantity": doc["quantity"],
            "data_grade": data_grade_rank(doc["data_grade"]),
            "health_level": doc.get("health_level", 0),
            "rating": doc.get("rating", 0),
        },
        source=doc,
    )  # fmt: skip


_BUILDERS: Mapping[str, Callable[[Any], IndexDocument]] = {
    "suppliers": _supplier_entry,
    "jobs": _job_entry,
    "talents": _talent_entry,
    "datasets": _dataset_entry,
}


def index_document(document: Document) -> IndexDocument:
    """The engine's form of a document of any kind."""
    return _BUILDERS[document["kind"]](document)
