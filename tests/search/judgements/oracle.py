"""What a right answer is: the specialities a query means, among the records its hard words leave."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.search.judgements.records import HERE, Record, generated

KEYS = {"suppliers": "suppliers", "jobs": "jobs", "talents": "talents", "datasets": "dataset_needs"}
_ORDERS: Mapping[str, tuple[str, ...]] = {
    "mlps": ("一级", "二级", "三级", "四级"),
    "grade": ("一般数据", "重要数据", "核心数据"),
    "degree": ("大专", "本科", "硕士", "博士"),
    "level": ("五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师"),
}


def judgements(name: str = "queries") -> list[dict[str, Any]]:
    """The queries of a file as judgements/1 cases; every second one is held out from tuning."""
    cases = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return [_case(number, *case) for number, case in enumerate(cases, 1)]


def _case(
    number: int, target: str, query: str, wanted: Mapping[str, int], hard: Sequence[Any] = ()
) -> dict[str, Any]:
    records = generated()[KEYS[target]]
    grades = {
        record["id"]: wanted[topic]
        for record in records
        if (topic := record["id"].split("-")[0]) in wanted and holds(record, hard)
    }
    return {
        "id": f"{target[0].upper()}{number:03}", "query": query, "target": target,
        "relevance": grades, "hard": hard, "held_out": number % 2 == 0,
    }  # fmt: skip


def holds(record: Record, hard: Sequence[Sequence[Any]]) -> bool:
    """Whether a record keeps every hard word: (field, comparison, value)."""
    return all(_compare(_value(record, field), how, wanted) for field, how, wanted in hard)


def _compare(held: Any, how: str, wanted: Any) -> bool:
    if held is None:
        return False
    comparisons: dict[str, Callable[[Any, Any], bool]] = {
        "=": operator.eq, "!=": operator.ne, ">=": operator.ge, "<=": operator.le,
        "in": lambda one, several: one in several,
        "contains": lambda several, start: any(str(one).startswith(start) for one in several),
        "excludes": lambda several, one: one not in several,
        "commercial": lambda licence, is_allowed: licence.startswith("商用") is is_allowed,
    }  # fmt: skip
    return comparisons[how](held, wanted)


def _value(record: Record, field: str) -> Any:
    name, _, unit = field.partition(":")
    if name in ("city", "province"):
        code = record.get("region_code") or record["owner"]["region_code"]
        return code[:2] + "0000" if name == "province" or code[:2] in _CITIES else code[:4] + "00"
    if name == "price":
        return min((float(p["min"]) for p in record["prices"] if p["unit"] == unit), default=None)
    if name == "capacity":
        return max((c["qty"] for c in record["daily_capacity"] if c["unit"] == unit), default=None)
    if name == "ceiling":
        is_unit = record["price_mode"] == f"按{unit}计价"
        return float(record["ceiling_unit_price"]) if is_unit else None
    if name in _ORDERS:
        return _rank(record, name)
    found: Any = record
    for part in {"cert": "certs"}.get(name, name).split("."):
        found = found.get(part) if found else None
    return found


_CITIES = ("11", "12", "31", "50")


def _rank(record: Record, name: str) -> int | None:
    held: str | None
    if name == "mlps":
        held = record["security"]["mlps"]
    elif name == "grade":
        held = record.get("data_grade") or record["security"]["max_data_grade"]
    else:
        held = record["degree" if name == "degree" else "skill_level"]
    return _ORDERS[name].index(held) + 1 if held in _ORDERS[name] else None
