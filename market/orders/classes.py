"""Classes of nonconformity (GB/T 2828.1, 3.1.8): what each class's own plan says of a drawn lot.

Without an AQL of their own minor items count together with the major ones. With one, each class has
the plan of its AQL: the sample is as large as the larger plan's, and the class with the smaller
plan is judged on that plan's own draw, which by `sampling.draw_sample` is part of the larger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.orders import sampling
from market.orders.models import AcceptanceSample
from market.orders.sampling import Plan, Severity

FULL_INSPECTION = "全检"
MAJOR, MINOR = "major", "minor"


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class of a drawn lot: its plan and how many nonconforming items it counts."""

    name: str
    plan: Plan
    count: int

    @property
    def passes(self) -> bool:
        """Whether the class accepts the lot."""
        return self.plan.accepts(self.count)


def plan_for(lot: int, level: str, aql: Decimal, severity: str) -> Plan:
    """The plan of a lot. Under full inspection (全检) every item is inspected and the nonconforming
    may not exceed the AQL's share of the lot."""
    if level != FULL_INSPECTION:
        return sampling.plan(lot, level, aql, severity)
    return Plan("", "", aql, Severity.NORMAL, lot, int(lot * aql / 100), inspects_all=True)


def plans_for(
    lot: int, level: str, severity: str, aql: Decimal, minor_aql: Decimal | None
) -> dict[str, Plan]:
    """The plan of each class with an AQL of its own; "major" alone counts every item."""
    plans = {MAJOR: plan_for(lot, level, aql, severity)}
    if minor_aql is not None:
        plans[MINOR] = plan_for(lot, level, minor_aql, severity)
    return plans


def minor_plan(sample: AcceptanceSample) -> Plan | None:
    """The plan of minor items, where they have an AQL of their own."""
    plans = plans_for(sample.lot_size, sample.level, sample.severity, sample.aql, sample.minor_aql)
    return plans.get(MINOR)


def results_of(
    sample: AcceptanceSample, findings: Sequence[Mapping[str, Any]]
) -> list[ClassResult]:
    """Each class of a stored sample, with its items among the findings (`item`, `gravity`)."""
    plans = plans_for(sample.lot_size, sample.level, sample.severity, sample.aql, sample.minor_aql)
    return [
        ClassResult(name, plan, _count(sample, findings, name, plans))
        for name, plan in plans.items()
    ]


def _count(
    sample: AcceptanceSample,
    findings: Sequence[Mapping[str, Any]],
    name: str,
    plans: Mapping[str, Plan],
) -> int:
    if MINOR not in plans:
        return len(findings)
    drawn = set(items_of(sample, plans[name]))
    return sum(
        row["item"] in drawn and (row["gravity"] == MINOR) == (name == MINOR) for row in findings
    )


def items_of(sample: AcceptanceSample, plan: Plan) -> list[str]:
    """The drawn items a plan judges: all, or those of its own smaller draw from the same seed."""
    if plan.n >= sample.sample_size:
        return list(sample.items)
    own = set(sampling.draw_sample(sample.lot_size, plan.n, bytes.fromhex(sample.seed)))
    return [item for index, item in zip(sample.indices, sample.items, strict=True) if index in own]
