"""Verbs of the labelling guideline: publish a version, find what it touches, ask for the re-work."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict, InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.orders.changes import locked_in_force, propose_change, require_no_pending
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, DeliveredItem, DeliveryBatch, Order
from market.orders.parties import require_side
from market.orders.states import IN_DISPUTE, BatchStatus, Rationale
from market.orders.terms import plain_number
from market.orders.work_forms import GuidelineInput
from market.orders.work_models import GuidelineVersion

WRITERS = (Role.BUYER, Role.PROJECT, Role.QUALITY)
# A batch that is to be delivered again anyway follows the new version then.
STANDING = (
    BatchStatus.SUBMITTED, BatchStatus.SAMPLING, BatchStatus.ACCEPTED,
    BatchStatus.PARTIALLY_ACCEPTED, *IN_DISPUTE,
)  # fmt: skip
SHOWN_ITEMS = 200


class NothingAffected(Conflict):
    """Re-work is asked for only where a delivered item is affected."""

    title = "No delivered item is affected"


@dataclass(frozen=True, slots=True)
class Affected:
    """What of one delivered batch a guideline touches; `quantity` in priced units."""

    batch: str
    status: str
    version: str
    items: tuple[str, ...]
    of: int
    quantity: Decimal


async def affected_by(order: Order, label_classes: Collection[str]) -> list[Affected]:
    """Delivered items made under earlier versions that show one of the classes; all when none is named.

    An item whose manifest names no class may show any, so it counts. The quantity is the batch's,
    in proportion to its items.
    """
    found = []
    batches = DeliveryBatch.filter(order_id=order.id, status__in=STANDING)
    for batch in await batches.order_by("sequence"):
        rows = await DeliveredItem.filter(batch_id=batch.id).order_by("position")
        names = tuple(row.name for row in rows if _shows(row.label_class, label_classes))
        if names:
            share = batch.quantity * len(names) / len(rows)
            quantity = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
            found.append(
                Affected(
                    batch.number, batch.status.value, batch.guideline_version, names, len(rows),
                    quantity,
                )
            )  # fmt: skip
    return found


def _shows(label_class: str, wanted: Collection[str]) -> bool:
    if not wanted or not label_class:
        return True
    return bool({part.strip() for part in label_class.split("|")} & set(wanted))


def quantity_of(found: Iterable[Affected]) -> Decimal:
    """The priced units affected in all."""
    return sum((row.quantity for row in found), Decimal(0))


@atomic()
async def publish_guideline(
    order: Order, content: GuidelineInput, *, file: StoredFile | None = None, by: Actor
) -> GuidelineVersion:
    """Publish the next version, the buyer's act; with re-work wished, open the change order for it.

    The version before may be delivered to the end of the transition's working days. Raises
    NothingAffected, ContractNotInForce, ChangePending, InvalidInput (label taken), NotPermitted.
    """
    require_side(by, order.buyer_id, *WRITERS)
    contract, order = await locked_in_force(await Contract.get(id=order.contract_id))
    if await GuidelineVersion.exists(order_id=order.id, label=content.label):
        raise InvalidInput(fields={"label": _("There is a version with this name already")})
    found = await affected_by(order, content.label_classes)
    change = None
    if content.asks_rework:
        await require_no_pending(contract)
        change = await propose_change(contract, await _rework(content, found, order), by=by)
    until = clock.add_working_days(clock.today(), content.transition_days)
    last = await GuidelineVersion.filter(order_id=order.id).count()
    version = await GuidelineVersion.create(
        order=order,
        sequence=last + 1,
        file=file,
        change=change,
        published_at=clock.now(),
        transition_ends_at=clock.end_of_day(until) if content.transition_days else clock.now(),
        affected=[_row(row) for row in found],
        **content.model_dump(exclude={"asks_rework", "rework_unit_price", "transition_days"}),
    )
    after = {"version": version.label, "items": sum(len(row.items) for row in found)}
    await audit.record(order, "guideline_published", by=by, after=after)
    await outbox.record("guideline.published", guideline=version.id)
    return version


async def _rework(
    content: GuidelineInput, found: Collection[Affected], order: Order
) -> ChangeInput:
    if not found:
        raise NothingAffected(_("No delivered item is affected: there is nothing to re-work"))
    contract = await lock_id(Contract, order.contract_id)
    agreed = Decimal(contract.terms["acceptance"]["rework_unit_price"])
    price = content.rework_unit_price
    if price is None:
        price = agreed or order.unit_price
    return ChangeInput(
        rationale=Rationale.GUIDELINE_CHANGED,
        explanation=content.changes[:500],
        rework_quantity=quantity_of(found),
        rework_unit_price=price,
        guideline=content.label,
    )


def _row(found: Affected) -> dict[str, Any]:
    return {
        "batch": found.batch, "status": found.status, "version": found.version,
        "items": list(found.items[:SHOWN_ITEMS]), "count": len(found.items), "of": found.of,
        "quantity": plain_number(found.quantity),
    }  # fmt: skip
