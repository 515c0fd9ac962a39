"""How a dispute ends: an amount is fixed, the batch follows it, and billing is told."""

from typing import Any

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.disputes.amounts import fee_shares
from market.disputes.forms import DecisionInput
from market.disputes.models import Dispute, Reading, Remeasurement
from market.disputes.parties import locked, require_in_price, require_unrelated
from market.disputes.rules import rules
from market.disputes.states import MEDIATED, DisputeStatus, ReadingStatus, Way
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.models import DeliveryBatch, Order
from market.orders.rulings import rule_on_batch


class NotReferred(Conflict):
    """The bureau decides what a party referred to it, while the procedure runs."""

    title = "This dispute was not referred to the bureau"


async def resolve(
    order: Order, dispute: Dispute, *, amount_fen: int, way: Way, by: Actor, **changes: Any
) -> Dispute:
    """Fix the amount of a locked dispute on its locked order; part of the resolving verb.

    Who pays the readers follows from the amount; `dispute.resolved` makes billing settle it.
    """
    batch = await lock_id(DeliveryBatch, dispute.batch_id)
    reduction = await rule_on_batch(
        order, batch, amount_fen=amount_fen, is_measured=way == Way.MEASUREMENT, by=by
    )
    await dispute.move_to(
        DisputeStatus.RESOLVED,
        by=by,
        way=way,
        amount_fen=amount_fen,
        reduction_fen=reduction,
        resolved_at=clock.now(),
        due_at=None,
        **await _fees(dispute, amount_fen),
        **changes,
    )
    await outbox.record("dispute.resolved", dispute=dispute.id)
    return dispute


def named(dispute: Dispute) -> tuple[int, int]:
    """What buyer and supplier named; a silent buyer would pay nothing, a silent supplier takes all."""
    buyer = dispute.buyer_fen if dispute.buyer_fen is not None else 0
    supplier = dispute.supplier_fen if dispute.supplier_fen is not None else dispute.value_fen
    return buyer, supplier


async def _fees(dispute: Dispute, amount_fen: int) -> dict[str, Any]:
    measurement = await Remeasurement.get_or_none(dispute=dispute)
    if measurement is None:
        return {}
    marked = await Reading.filter(measurement=measurement, status=ReadingStatus.MARKED).count()
    fee = rules().fee_fen(measurement.sample_size, marked)
    buyer_fen, supplier_fen = named(dispute)
    buyer, supplier = fee_shares(
        fee, amount_fen=amount_fen, buyer_fen=buyer_fen, supplier_fen=supplier_fen
    )
    return {"reader_fee_fen": fee, "buyer_fee_fen": buyer, "supplier_fee_fen": supplier}


@atomic()
async def decide_dispute(dispute: Dispute, decision: DecisionInput, *, by: Actor) -> Dispute:
    """The bureau's last word on a dispute that a party referred to it, with a code and reasons.

    Raises NotReferred, AmountOutOfRange, NotPermitted.
    """
    require(by, Role.QUALITY, Role.PROJECT, kind=OrganisationKind.BUREAU)
    order, dispute = await locked(dispute)
    await require_unrelated(order, by)
    if dispute.referred_at is None or dispute.status not in MEDIATED:
        raise NotReferred(_("The bureau decides once a party has referred the dispute to it"))
    require_in_price(dispute, decision.amount_fen)
    return await resolve(
        order, dispute, amount_fen=decision.amount_fen, way=Way.DECISION, by=by,
        decision_code=decision.code, decision_text=decision.text,
    )  # fmt: skip
