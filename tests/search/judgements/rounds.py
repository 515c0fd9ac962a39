"""Rounds of judged records and queries, each written before the search had seen any of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.search.judgements.records import HERE, Record

NAMES = (
    "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
)  # fmt: skip
_FLAGS = {
    "onsite": "onsite", "hospital": "in_hospital", "vlan": "vlan_isolation",
    "deploy": "private_deploy", "xc": "xinchuang", "deid": "deid_service", "vpn": "vpn",
}  # fmt: skip
_GATES = {"mlps": "mlps", "grade": "max_data_grade", "health": "health_level_max"}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _supplier(row: Sequence[Any]) -> Record:
    (key, name, code, region, staff, experts, modalities, tasks, industries, languages, kinds,
     domains, capacity, certs, security, prices, delivery, summary) = row  # fmt: skip
    held: Record = {"onsite": False, "in_hospital": False}
    for word in security.split():
        gate, _, value = word.partition("=")
        if gate == "health":
            held["health_level_max"] = int(value)
        else:
            held[_GATES[gate] if value else _FLAGS[gate]] = value or True
    return {
        "id": key, "name": name, "uscc": "", "org_type": "企业", "region_code": code,
        "region": region, "staff_total": staff, "annotators": staff * 4 // 5, "experts": experts,
        "modalities": _words(modalities), "task_types": _words(tasks),
        "industries": _words(industries), "languages": _words(languages),
        "annotator_types": _words(kinds), "domains": _words(domains),
        "daily_capacity": [
            {"unit": unit, "qty": _number(quantity)}
            for unit, _, quantity in (one.partition(":") for one in capacity.split(";") if one)
        ],
        "certs": _words(certs), "security": held,
        "prices": [
            {"task": task, "unit": unit, "min": low, "max": high, "currency": "CNY"}
            for task, unit, low, high in (one.split("|") for one in prices.split(";") if one)
        ],
        "delivery": _words(delivery), "summary": summary,
    }  # fmt: skip


def _owner(name: str, code: str, region: str) -> Record:
    return {"name": name, "uscc": "", "org_type": "企业", "region_code": code, "region": region}


def _volume(text: str) -> Record:
    quantity, unit = text.split("|")
    return {"qty": _number(quantity), "unit": unit}


def _requires(text: str) -> Record:
    names = {"type": "annotator_type", "level": "min_level", "xc": "xinchuang"}
    made: Record = {"certs": []}
    for word in text.split():
        name, _, value = word.partition("=")
        if name == "certs":
            made["certs"] = _words(value)
        elif name == "staff":
            made["min_staff"] = int(value)
        else:
            made[names.get(name, name)] = value or True
    return made


def _job(row: Sequence[Any]) -> Record:
    (key, title, owner, code, region, industry, modality, tasks, summary, volume, grade, health,
     place, requires, price, procurement) = row  # fmt: skip
    mode, ceiling, budget = price.split("|")
    constraint, place_code = place.split("|")
    return {
        "id": key, "title": title, "owner": _owner(owner, code, region), "industry": industry,
        "modality": modality, "task_types": _words(tasks), "summary": summary,
        "volume": _volume(volume), "data_grade": grade, "health_level": health or None,
        "place": {"constraint": constraint, "region_code": place_code or None},
        "requires": _requires(requires), "price_mode": mode, "ceiling_unit_price": ceiling,
        "budget_wan": _number(budget), "procurement": procurement,
        "bid_deadline": "2027-01-15", "delivery_deadline": "2027-12-15", "status": "招标中",
    }  # fmt: skip


def _talent(row: Sequence[Any]) -> Record:
    (key, name, code, region, occupation, work, level, degree, title, years, modalities, tasks,
     domains, languages, rate, availability, summary) = row  # fmt: skip
    unit, low, high = rate.split("|")
    return {
        "id": key, "name": name, "region_code": code, "region": region, "occupation": occupation,
        "work_type": work or None, "skill_level": level or None, "degree": degree,
        "title": title or None, "years": years, "modalities": _words(modalities),
        "task_types": _words(tasks), "domains": _words(domains), "languages": _words(languages),
        "rate": {"unit": unit, "min": low, "max": high}, "availability": availability,
        "summary": summary,
    }  # fmt: skip


def _need(row: Sequence[Any]) -> Record:
    (key, title, owner, code, region, mode, industry, modality, tasks, purpose, volume, licence,
     price, budget, summary) = row  # fmt: skip
    return {
        "id": key, "title": title, "owner": _owner(owner, code, region), "supply_mode": mode,
        "industry": industry, "modality": modality, "task_types": _words(tasks),
        "purpose": purpose, "volume": _volume(volume), "license": licence, "price_model": price,
        "budget_wan": budget, "data_grade": "一般数据", "deadline": "2027-10-31",
        "summary": summary,
    }  # fmt: skip


def _case(number: int, target: str, query: str, wanted: Mapping[str, int], *rest: Any) -> Record:
    hard = rest[0] if rest else []
    return {
        "id": f"{number:02}", "target": target, "query": query, "relevance": wanted,
        "hard_constraints": [
            {"field": field, "op": comparison, "value": value} for field, comparison, value in hard
        ],
        "held_out": number % 2 == 0,
    }  # fmt: skip


def _records(rows: Sequence[Any], made: Callable[[Sequence[Any]], Record]) -> list[Record]:
    """Rows as records; a sparse record is written out whole, with what it lacks."""
    return [row if isinstance(row, dict) else made(row) for row in rows]


def round_of(name: str) -> tuple[dict[str, list[Record]], Record]:
    """The records of a round, as an import file holds them, and its judgements/1 object."""
    rows = json.loads((HERE / "rounds" / f"{name}.json").read_text(encoding="utf-8"))
    records = {
        "suppliers": _records(rows["suppliers"], _supplier),
        "jobs": _records(rows["jobs"], _job),
        "talents": _records(rows["talents"], _talent),
        "dataset_needs": _records(rows["datasets"], _need),
    }
    return records, {
        "queries": [_case(number, *row) for number, row in enumerate(rows["queries"], 1)],
        "job_to_supplier": rows["job_to_supplier"],
        "synonym_probes": [{"query": query, "any_of_top": keys} for query, keys in rows["probes"]],
    }
