"""How good a search is: P@1, nDCG@k, hard-constraint violations and per-query misses."""

from __future__ import annotations

import math
import operator
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Ranked = Callable[[str, str], Awaitable[Sequence[str]]]
"""(target, query) -> record ids, best first."""
Violates = Callable[[str, Mapping[str, Any]], bool]
"""(record id, hard constraint) -> whether the record breaks it."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One judged query that was not answered perfectly."""

    id: str
    query: str
    ndcg: float
    expected: Mapping[str, int]
    got: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures over a judgements file; an expected empty answer counts as 1 when it is empty."""

    precision_at_1: float
    ndcg: float
    violations: tuple[tuple[str, str, str], ...]
    misses: tuple[Miss, ...]
    probes_passed: int = 0
    probes: int = 0
    probe_misses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int = 5) -> float:
    """Normalised discounted gain with gains 2^grade - 1; an empty judgement wants an empty answer."""
    if not any(grades.values()):
        return 0.0 if ranked else 1.0
    gained = _dcg([grades.get(record_id, 0) for record_id in ranked[:k]])
    return gained / _dcg(sorted(grades.values(), reverse=True)[:k])


def _dcg(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def _is_first(ranked: Sequence[str], grades: Mapping[str, int]) -> bool:
    if not any(grades.values()):
        return not ranked
    return bool(ranked) and grades.get(ranked[0], 0) == max(grades.values())


async def evaluate(
    judgements: Mapping[str, Any], search: Ranked, *, violates: Violates | None = None, k: int = 5
) -> Evaluation:
    """Measure `search` on a judgements/1 object: its queries, then its one-word probes."""
    firsts: list[bool] = []
    gains: list[float] = []
    violations: list[tuple[str, str, str]] = []
    misses: list[Miss] = []
    for case in judgements.get("queries", ()):
        ranked = tuple(await search(case["target"], case["query"]))
        grades = case["relevance"]
        firsts.append(_is_first(ranked, grades))
        gains.append(ndcg(ranked, grades, k))
        if gains[-1] < 1 or not firsts[-1]:
            misses.append(Miss(case["id"], case["query"], gains[-1], grades, ranked[:k]))
        violations += [
            (case["id"], record_id, constraint["field"])
            for record_id in ranked[:k]
            for constraint in case["hard_constraints"]
            if violates is not None and violates(record_id, constraint)
        ]
    probe_misses: dict[str, tuple[str, ...]] = {}
    probes = judgements.get("synonym_probes", ())
    for probe in probes:
        ranked = tuple(await search("suppliers", probe["query"]))
        if not ranked or ranked[0] not in probe["any_of_top"]:
            probe_misses[probe["query"]] = ranked[:k]
    return Evaluation(
        sum(firsts) / max(len(firsts), 1), sum(gains) / max(len(gains), 1), tuple(violations),
        tuple(misses), len(probes) - len(probe_misses), len(probes), probe_misses,
    )  # fmt: skip


def violates_example(record: Mapping[str, Any], constraint: Mapping[str, Any]) -> bool:
    """Whether a record of the examples.json shape breaks a judged hard constraint."""
    name, wanted = constraint["field"], constraint["value"]
    held = _held(record, name)
    comparison = constraint["op"]
    if comparison in ("contains", "not_contains"):
        return (wanted in (held or ())) is (comparison == "not_contains")
    if comparison == "contains_prefix":
        return not any(value.startswith(wanted) for value in held or ())
    if comparison == "!=":
        return bool(held == wanted)
    if held is None:
        return True
    return not _COMPARISONS[comparison](_ordinal(held), _ordinal(wanted))


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_ORDERS = (("一级", "二级", "三级", "四级", "五级"), ("一般数据", "重要数据", "核心数据"))


def _ordinal(value: Any) -> Any:
    for order in _ORDERS:
        if value in order:
            return order.index(value)
    return value


def _held(record: Mapping[str, Any], name: str) -> Any:
    if name.startswith("price:"):
        _, unit, *task = name.split(":")
        prices = [p for p in record["prices"] if p["unit"] == unit and p["task"] in (*task, p["task"])
                  and (not task or p["task"] == task[0])]  # fmt: skip
        return min((float(p["min"]) for p in prices), default=None)
    if name.startswith("capacity:"):
        unit = name.partition(":")[2]
        return max((c["qty"] for c in record["daily_capacity"] if c["unit"] == unit), default=None)
    if name == "region_city":
        return record["region_code"][:4] + "00"
    if name == "region_province":
        return record["region_code"][:2] + "0000"
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if value else None
    return value if value is not None else (False if constraint_is_flag(name) else None)


def constraint_is_flag(name: str) -> bool:
    """Security flags a record leaves out are false."""
    return name.startswith("security.") and not name.endswith(("mlps", "grade", "level_max"))
