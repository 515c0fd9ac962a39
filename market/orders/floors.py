"""What refuses a batch besides its count: a critical item, or a metric below the floor of the contract."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.orders.forms import Finding, Gravity, Measurement
from market.orders.models import AcceptanceSample, Contract, DeliveryBatch, Order
from market.orders.states import BatchStatus

FIELD = "measurements"


def floors_of(terms: dict[str, Any]) -> list[dict[str, Any]]:
    """The contract's metrics that no single batch may miss."""
    return [rule for rule in terms["quality"] if rule["floor"]]


async def floors_for(order: Order) -> list[dict[str, Any]]:
    """The same, of an order's contract."""
    return floors_of((await Contract.get(id=order.contract_id)).terms)


async def measured(order: Order, measurements: Sequence[Measurement]) -> list[dict[str, str]]:
    """The batch's metrics beside their floors, as they are kept. InvalidInput when one is left out."""
    values = {row.metric: row.value for row in measurements}
    rules = await floors_for(order)
    if missing := [rule["name"] for rule in rules if rule["metric"] not in values]:
        text = _("Measure on the gold set: %(names)s", names=", ".join(missing))
        raise InvalidInput(fields={FIELD: text})
    return [
        {
            "metric": rule["metric"], "name": rule["name"], "floor": rule["floor"],
            "value": f"{values[rule['metric']]:f}", "gold_set": rule["gold_set"],
        }
        for rule in rules
    ]  # fmt: skip


def is_refused(findings: Sequence[Finding], sample: AcceptanceSample) -> bool:
    """Whether a critical item or a metric below its floor refuses the batch, whatever the count."""
    is_critical = any(finding.gravity == Gravity.CRITICAL for finding in findings)
    return is_critical or falls_short(sample)


def falls_short(sample: AcceptanceSample) -> bool:
    """Whether a metric of the batch lies below its floor."""
    return any(Decimal(row["value"]) < Decimal(row["floor"]) for row in sample.measurements)


async def averages_of(order: Order) -> list[dict[str, Any]]:
    """Each measured metric over the accepted batches, weighted by quantity, beside what was agreed."""
    rules = await floors_for(order)
    samples = await AcceptanceSample.filter(
        batch__order_id=order.id, batch__status=BatchStatus.ACCEPTED
    ).prefetch_related("batch")
    latest = {sample.batch_id: sample for sample in sorted(samples, key=lambda row: row.round)}
    return [
        {**rule, "average": average}
        for rule in rules
        if (average := _average(rule["metric"], list(latest.values()))) is not None
    ]


def _average(metric: str, samples: Sequence[AcceptanceSample]) -> Decimal | None:
    weighed = [
        (Decimal(row["value"]), _weight(sample.batch))
        for sample in samples
        for row in sample.measurements
        if row["metric"] == metric
    ]
    whole = sum((weight for _value, weight in weighed), Decimal(0))
    if not whole:
        return None
    total = sum((value * weight for value, weight in weighed), Decimal(0))
    return (total / whole).quantize(Decimal("0.0001"))


def _weight(batch: DeliveryBatch) -> Decimal:
    return batch.quantity
