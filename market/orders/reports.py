"""The acceptance report (验收报告): what was delivered, how it was inspected, what was decided."""

from typing import Any

from market.kit.documents import digest_of
from market.orders.models import AcceptanceSample, DeliveryBatch

_PLAN = (
    "round", "lot_size", "level", "aql", "severity", "letter", "sample_size", "acceptance_number",
    "rejection_number", "manifest_digest", "seed", "items", "nonconforming", "verdict", "inspected_at",
)  # fmt: skip


async def rounds_of(batch: DeliveryBatch) -> list[AcceptanceSample]:
    """The inspected rounds of a batch, first to last."""
    return await AcceptanceSample.filter(batch_id=batch.id, inspected_at__isnull=False).order_by(
        "round"
    )


def report_digest(batch: DeliveryBatch, rounds: list[AcceptanceSample]) -> str:
    """SHA-256 of everything that the report states."""
    return digest_of(
        {
            "batch": batch.number, "order": batch.order.number, "quantity": batch.quantity,
            "items": batch.item_count, "manifest_digest": batch.manifest_digest,
            "guideline": batch.guideline_version, "submitted_at": batch.submitted_at,
            "status": batch.status, "decided_at": batch.decided_at,
            "by_silence": batch.is_accepted_by_silence,
            "rounds": [_round(sample) for sample in rounds],
        }
    )  # fmt: skip


def _round(sample: AcceptanceSample) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in _PLAN}
