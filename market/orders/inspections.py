"""Verbs of a delivery batch on the buyer's side: draw, inspect, and acceptance by silence."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import structlog

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.orders import classes, sampling, seeds
from market.orders.floors import is_refused, measured
from market.orders.forms import Finding, Measurement
from market.orders.models import AcceptanceSample, DeliveredItem, DeliveryBatch, Order
from market.orders.orders import count_acceptance
from market.orders.parties import require_side
from market.orders.sampling import Severity
from market.orders.severities import (
    InspectionStopped,
    require_inspection_goes_on,
    switching_of,
)
from market.orders.states import BatchStatus, OrderStatus

ACCEPTED, REJECTED = "accepted", "rejected"
BUYER_ROLES = (Role.QUALITY, Role.PROJECT, Role.BUYER)

log = structlog.get_logger(__name__)


class OrderNotUnderWay(Conflict):
    """Deliveries are inspected while the order is under way."""

    title = "The order is not under way"


class NotBeingInspected(Conflict):
    """An inspection is recorded of a batch whose sample is drawn."""

    title = "The batch is not being inspected"


class InspectionRunning(Conflict):
    """Only a discontinued inspection can be resumed."""

    title = "Inspection is not discontinued"


@atomic()
async def draw_sample(batch: DeliveryBatch, *, by: Actor) -> AcceptanceSample:
    """Draw the items to inspect from a submitted batch, by the plan of its lot size (GB/T 2828.1)
    and the seed both sides committed to. Anybody can repeat the draw from the row it leaves.

    Raises InspectionStopped, InvalidTransition, NotPermitted.
    """
    order = await lock_id(Order, batch.order_id)
    require_side(by, order.buyer_id, *BUYER_ROLES)
    _require_under_way(order)
    batch = await lock(batch)
    await batch.move_to(BatchStatus.SAMPLING, by=by)
    severity = await _severity(order, batch)
    level, size = order.inspection_level, batch.item_count
    plans = classes.plans_for(size, level, severity, order.aql, order.minor_aql)
    plan, drawn = plans[classes.MAJOR], max(one.n for one in plans.values())
    proof: Any = _proof(batch)
    indices = sampling.draw_sample(size, drawn, bytes.fromhex(proof["seed"]))
    sample = await AcceptanceSample.create(
        batch=batch,
        round=batch.round,
        lot_size=size,
        level=level,
        aql=plan.aql,
        minor_aql=order.minor_aql,
        severity=severity.value,
        letter=plan.letter,
        sample_size=drawn,
        acceptance_number=plan.ac,
        rejection_number=plan.re,
        indices=indices,
        items=await _names(batch, indices),
        **proof,
    )
    await audit.record(batch, "sampled", by=by, after={"n": drawn, "ac": plan.ac, **proof})
    return sample


def _require_under_way(order: Order) -> None:
    if order.status != OrderStatus.IN_PROGRESS:
        raise OrderNotUnderWay(_("The order is not under way any more"))


async def _severity(order: Order, batch: DeliveryBatch) -> Severity:
    """Of the next lot; a lot submitted again is never inspected under the reduced plan."""
    state = await require_inspection_goes_on(order)
    is_reduced = state.severity is Severity.REDUCED
    return Severity.NORMAL if is_reduced and batch.round > 1 else state.severity


def _proof(batch: DeliveryBatch) -> dict[str, str]:
    """What anybody needs to check the commitments and to repeat the draw."""
    assert batch.buyer_secret is not None, "a planned batch has both secrets"
    assert batch.supplier_secret is not None, "a planned batch has both secrets"
    buyer = seeds.open_sealed(batch.id, bytes(batch.buyer_secret))
    supplier = seeds.open_sealed(batch.id, bytes(batch.supplier_secret))
    return {
        "manifest_digest": batch.manifest_digest,
        "buyer_commitment": batch.buyer_commitment,
        "supplier_commitment": batch.supplier_commitment,
        "buyer_secret": buyer,
        "supplier_secret": supplier,
        "seed": seeds.seed_of(buyer, supplier, batch.manifest_digest).hex(),
    }


async def _names(batch: DeliveryBatch, indices: Sequence[int]) -> list[str]:
    rows = DeliveredItem.filter(batch_id=batch.id).order_by("position")
    names: Any = await rows.values_list("name", flat=True)
    return [names[index] for index in indices]


@atomic()
async def record_inspection(
    batch: DeliveryBatch, findings: Sequence[Finding], measurements: Sequence[Measurement] = (), *,
    by: Actor,
) -> DeliveryBatch:  # fmt: skip
    """Record every drawn item that does not conform; their number against Ac decides the batch, class
    by class where minor items have an AQL of their own. One critical item, or a metric below the
    contract's floor for a single batch, refuses it as well.

    Accepting the order's last quantity completes it. Raises InvalidInput for an item that was not
    drawn or is listed twice, for a metric left out; InvalidTransition, NotPermitted.
    """
    order = await lock_id(Order, batch.order_id)
    require_side(by, order.buyer_id, *BUYER_ROLES)
    _require_under_way(order)
    batch = await lock(batch)
    if batch.status != BatchStatus.SAMPLING:
        raise NotBeingInspected(_("Draw the sample of this batch first"))
    sample = await AcceptanceSample.get(batch_id=batch.id, round=batch.round)
    _require_drawn(sample, findings)
    sample.measurements = await measured(order, measurements)
    sample.nonconforming = [finding.model_dump(mode="json") for finding in findings]
    passes = all(one.passes for one in classes.results_of(sample, sample.nonconforming))
    accepts = passes and not is_refused(findings, sample)
    sample.verdict = ACCEPTED if accepts else REJECTED
    sample.inspected_by_id, sample.inspected_at = by.person_id, clock.now()
    await sample.save()
    await _decide(order, batch, BatchStatus.ACCEPTED if accepts else BatchStatus.REJECTED, by=by)
    return batch


def _require_drawn(sample: AcceptanceSample, findings: Sequence[Finding]) -> None:
    counts = Counter(finding.item for finding in findings)
    foreign = sorted(counts.keys() - set(sample.items))
    twice = sorted(item for item, count in counts.items() if count > 1)
    if foreign:
        text = _("Not among the drawn items: %(items)s", items=", ".join(foreign[:5]))
        raise InvalidInput(fields={"nonconforming": text})
    if twice:
        text = _("Listed more than once: %(items)s", items=", ".join(twice[:5]))
        raise InvalidInput(fields={"nonconforming": text})


async def _decide(
    order: Order, batch: DeliveryBatch, status: BatchStatus, *, by: Actor, **changes: Any
) -> None:
    await batch.move_to(status, by=by, decided_at=clock.now(), **changes)
    await outbox.record(f"batch.{status.value}", batch=batch.id)
    if status == BatchStatus.ACCEPTED:
        await count_acceptance(order, by=by)


@atomic()
async def resume_inspection(order: Order, *, by: Actor) -> Order:
    """The buyer agrees that the supplier's remedy works: deliveries go on, tightened (clause 9.4).

    Raises InspectionRunning, NotPermitted.
    """
    require_side(by, order.buyer_id, Role.QUALITY)
    order = await lock(order)
    if (await switching_of(order)).severity is not Severity.STOPPED:
        raise InspectionRunning(_("Inspection is not discontinued"))
    order.inspection_resumed_at = clock.now()
    await order.save(update_fields=["inspection_resumed_at"])
    await audit.record(order, "inspection_resumed", by=by)
    return order


@atomic()
async def allow_reduction(order: Order, *, is_allowed: bool, by: Actor) -> Order:
    """The buyer agrees to reduced inspection once the score is earned, or takes that back (clauses
    9.3.3.1 and 9.3.4). Raises NotPermitted.
    """
    require_side(by, order.buyer_id, Role.QUALITY)
    order = await lock(order)
    if order.is_reduction_allowed != is_allowed:
        order.is_reduction_allowed = is_allowed
        await order.save(update_fields=["is_reduction_allowed"])
        await audit.record(order, "reduction_allowed" if is_allowed else "reduction_ended", by=by)
    return order


async def accept_silent_batches() -> int:
    """Accept every batch whose window passed without an inspection (contract clause 10); how many.

    A batch caught by a discontinued inspection waits for the buyer.
    """
    accepted = 0
    overdue = DeliveryBatch.filter(
        status__in=[BatchStatus.SUBMITTED, BatchStatus.SAMPLING],
        accept_by__lt=clock.now(),
        order__status=OrderStatus.IN_PROGRESS,
    ).order_by("accept_by")
    for batch in await overdue.limit(200):
        try:
            accepted += await _accept_by_silence(batch)
        except InspectionStopped:
            log.info("batch waits: inspection is discontinued", batch=batch.number)
    return accepted


@atomic()
async def _accept_by_silence(batch: DeliveryBatch) -> bool:
    by = Actor.system("acceptance window")
    order = await lock_id(Order, batch.order_id)
    batch = await lock(batch)
    if batch.status == BatchStatus.SUBMITTED:
        await draw_sample(batch, by=by)
        batch = await lock(batch)
    if batch.status != BatchStatus.SAMPLING or order.status != OrderStatus.IN_PROGRESS:
        return False  # decided since the list was read
    await AcceptanceSample.filter(batch_id=batch.id, round=batch.round).update(verdict=ACCEPTED)
    await _decide(order, batch, BatchStatus.ACCEPTED, by=by, is_accepted_by_silence=True)
    return True
