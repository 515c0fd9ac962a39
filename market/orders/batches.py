"""Verbs of a delivery batch on the supplier's side: plan, commit, submit, rework."""

from decimal import Decimal

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders import manifests, seeds
from market.orders.assignments import working_group
from market.orders.forms import DeliveryInput
from market.orders.guideline_versions import require_deliverable
from market.orders.manifests import Item
from market.orders.models import DeliveredItem, DeliveryBatch, Order
from market.orders.parties import require_side
from market.orders.severities import require_inspection_goes_on
from market.orders.states import BatchStatus, OrderStatus
from market.orders.terms import plain_number

CHUNK = 500


class OrderNotFunded(Conflict):
    """Work is delivered only on an order whose first stage is in custody."""

    title = "The order is not funded"


class BatchPlanned(Conflict):
    """One batch is prepared at a time."""

    title = "A batch is being prepared already"


class DrawFixed(Conflict):
    """A secret may be changed only before the delivery."""

    title = "The seeds are fixed"


class ReworkExhausted(Conflict):
    """The contract allows no further round."""

    title = "No rework round is left"


@atomic()
async def plan_batch(order: Order, *, by: Actor) -> DeliveryBatch:
    """Open an order's next batch and commit both sides to their seeds before anything is delivered.

    The platform draws both secrets; each side may put its own in its place. Raises OrderNotFunded,
    BatchPlanned, NotPermitted.
    """
    require_side(by, order.supplier_id, Role.PROJECT)
    order = await lock(order)
    _require_funded(order)
    if await DeliveryBatch.exists(order_id=order.id, status=BatchStatus.PLANNED):
        raise BatchPlanned(_("Deliver the batch that is being prepared first"))
    batch = DeliveryBatch(
        number=await next_number("DB"),
        order=order,
        sequence=1 + await DeliveryBatch.filter(order_id=order.id).count(),
    )
    _draw_secrets(batch)
    await batch.save(force_create=True)
    await audit.record(batch, "planned", by=by, after=_commitments(batch))
    return batch


@atomic()
async def commit_seed(batch: DeliveryBatch, *, secret: str, by: Actor) -> DeliveryBatch:
    """Put one side's own secret in place of the one drawn for it, until the batch is delivered.

    Raises DrawFixed, NotPermitted.
    """
    order = await lock_id(Order, batch.order_id)
    batch = await lock(batch)
    is_buyer = by.organisation_id == order.buyer_id
    require_side(by, order.buyer_id if is_buyer else order.supplier_id, Role.PROJECT, Role.QUALITY)
    if batch.status not in (BatchStatus.PLANNED, BatchStatus.REWORK):
        raise DrawFixed(_("The seeds were fixed by the delivery"))
    before = _commitments(batch)
    side = "buyer" if is_buyer else "supplier"
    setattr(batch, f"{side}_commitment", seeds.commitment(secret))
    setattr(batch, f"{side}_secret", seeds.seal(batch.id, secret))
    await batch.save(update_fields=[f"{side}_commitment", f"{side}_secret"])
    await audit.record(batch, "seed_committed", by=by, before=before, after=_commitments(batch))
    return batch


@atomic()
async def submit_batch(
    batch: DeliveryBatch, delivery: DeliveryInput, *, items: list[Item], file: StoredFile, by: Actor
) -> DeliveryBatch:
    """Deliver a batch, or deliver it again after rework, by its manifest.

    The buyer has its working days from now. Raises InvalidInput (quantity, manifest) for more than
    is left of the order or for a file delivered before, (guideline_version) for one outdated,
    (group) where the contract asks for one; OrderNotFunded, InspectionStopped, InvalidTransition,
    NotPermitted.
    """
    order = await lock_id(Order, batch.order_id)
    require_side(by, order.supplier_id, Role.PROJECT)
    batch = await lock(batch)
    _require_funded(order)
    await require_inspection_goes_on(order)
    await _require_room(order, batch, delivery.quantity)
    await _require_new(order, batch, items)
    guideline = await require_deliverable(order, delivery.guideline_version)
    group = await working_group(order, delivery.group)
    until = clock.add_working_days(clock.today(), order.acceptance_days)
    await batch.move_to(
        BatchStatus.SUBMITTED,
        by=by,
        quantity=delivery.quantity,
        item_count=len(items),
        manifest_file_id=file.id,
        manifest_digest=manifests.digest_of(items),
        guideline_version=guideline.label,
        group_id=group.id if group else None,
        note=delivery.note,
        submitted_at=clock.now(),
        accept_by=clock.end_of_day(until),
        first_submitted_at=batch.first_submitted_at or clock.now(),
    )
    await _keep(order, batch, items)
    if order.status == OrderStatus.FUNDED:
        await order.move_to(OrderStatus.IN_PROGRESS, by=by)
    await outbox.record("batch.submitted", batch=batch.id)
    return batch


@atomic()
async def start_rework(batch: DeliveryBatch, *, by: Actor) -> DeliveryBatch:
    """Take a batch that was not accepted back for its next round, with fresh seeds on both sides.

    Raises ReworkExhausted, InvalidTransition, NotPermitted.
    """
    order = await lock_id(Order, batch.order_id)
    require_side(by, order.supplier_id, Role.PROJECT)
    batch = await lock(batch)
    if batch.round > order.rework_limit:
        raise ReworkExhausted(_("The contract allows no further rework of this batch"))
    await batch.move_to(BatchStatus.REWORK, by=by, round=batch.round + 1)
    _draw_secrets(batch)
    await batch.save()
    await audit.record(batch, "planned", by=by, after=_commitments(batch))
    return batch


async def quantity_left(order: Order, *, apart_from: DeliveryBatch | None = None) -> Decimal:
    """Priced units of an order that no delivered batch (another than `apart_from`) holds."""
    delivered = await DeliveryBatch.filter(order_id=order.id).exclude(status=BatchStatus.PLANNED)
    skipped = apart_from.id if apart_from else None
    return order.quantity - sum(
        (batch.quantity for batch in delivered if batch.id != skipped), Decimal(0)
    )


def _require_funded(order: Order) -> None:
    if order.status not in (OrderStatus.FUNDED, OrderStatus.IN_PROGRESS):
        raise OrderNotFunded(_("Delivery begins once the first payment is in custody"))


async def _require_room(order: Order, batch: DeliveryBatch, quantity: Decimal) -> None:
    left = await quantity_left(order, apart_from=batch)
    if quantity > left:
        text = _("At most %(left)s %(unit)s are left", left=plain_number(left), unit=order.unit)
        raise InvalidInput(fields={"quantity": text})


async def _require_new(order: Order, batch: DeliveryBatch, items: list[Item]) -> None:
    """Refuse files that another batch of the order delivered."""
    others = DeliveredItem.filter(order_id=order.id).exclude(batch_id=batch.id)
    known: dict[str, str] = {}
    for start in range(0, len(items), CHUNK):
        digests = [item.sha256 for item in items[start : start + CHUNK]]
        known.update(await others.filter(sha256__in=digests).values_list("sha256", "batch__number"))
    problems = [
        (item.row, _("delivered before in batch %(batch)s", batch=known[item.sha256]))
        for item in items
        if item.sha256 in known
    ]
    if problems:
        raise manifests.row_errors(problems)


async def _keep(order: Order, batch: DeliveryBatch, items: list[Item]) -> None:
    await DeliveredItem.filter(batch_id=batch.id).delete()
    await DeliveredItem.bulk_create(
        (
            DeliveredItem(
                batch=batch,
                order=order,
                position=position,
                name=item.name,
                sha256=item.sha256,
                label_class=item.label_class,
            )
            for position, item in enumerate(items)
        ),
        batch_size=CHUNK,
    )


def _draw_secrets(batch: DeliveryBatch) -> None:
    for side in ("buyer", "supplier"):
        secret = seeds.fresh_secret()
        setattr(batch, f"{side}_commitment", seeds.commitment(secret))
        setattr(batch, f"{side}_secret", seeds.seal(batch.id, secret))


def _commitments(batch: DeliveryBatch) -> dict[str, str | int]:
    return {
        "round": batch.round,
        "buyer_commitment": batch.buyer_commitment,
        "supplier_commitment": batch.supplier_commitment,
    }
