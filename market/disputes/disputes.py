"""Verbs of the two sides: raise a dispute, answer it, take it back, commit to a seed."""

import datetime as dt
from collections.abc import Sequence

from market.disputes.amounts import meeting_point
from market.disputes.forms import AnswerInput, ClaimInput
from market.disputes.models import Dispute, Evidence
from market.disputes.parties import (
    NEGOTIATORS,
    locked,
    require_in_price,
    require_party,
    working_days_on,
)
from market.disputes.resolutions import resolve
from market.disputes.rules import rules
from market.disputes.states import LIVE, DisputeStatus, Way
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import Conflict, InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number
from market.orders import seeds
from market.orders.models import DeliveryBatch, Milestone, Order
from market.orders.parties import require_side
from market.orders.rulings import give_back_batch, hold_batch, lock_batch, price_of
from market.orders.states import BatchStatus, OrderStatus

DISPUTABLE = (BatchStatus.ACCEPTED, BatchStatus.REJECTED)
OVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


class NotDisputable(Conflict):
    """The batch has no verdict, or its time to be disputed is over."""

    title = "This batch cannot be disputed"


class AlreadyDisputed(Conflict):
    """A round of a batch is disputed once."""

    title = "This batch is or was in dispute"


class SampleDrawn(Conflict):
    """A secret may be changed only before the sub-sample is drawn."""

    title = "The seeds are fixed"


@atomic()
async def open_dispute(
    batch: DeliveryBatch, claim: ClaimInput, *, files: Sequence[StoredFile] = (), by: Actor
) -> Dispute:
    """Dispute the verdict on a batch, naming the amount of its price one accepts (fen).

    The buyer disputes an accepted batch and names less than its price, either side a rejected one.
    The batch's money is held from now on; the other side has its working days to answer. Raises
    NotDisputable, AlreadyDisputed, InvalidInput, NotPermitted.
    """
    order, batch = await lock_batch(batch)
    is_buyer = require_party(order, by)
    await require_disputable(order, batch, is_buyer=is_buyer)
    value = price_of(order, batch)
    _require_sensible(claim.amount_fen, value, is_buyer=is_buyer)
    dispute = Dispute(
        id=uuid7(),
        number=await next_number("DP"),
        order=order,
        batch=batch,
        round=batch.round,
        claimant_id=by.organisation_id,
        respondent_id=order.supplier_id if is_buyer else order.buyer_id,
        rules_version=rules().version,
        opened_from=batch.status,
        ground=claim.ground,
        text=claim.text,
        value_fen=value,
        due_at=working_days_on(rules().answer_working_days),
    )
    _name(dispute, claim.amount_fen, is_buyer=is_buyer)
    _draw_secrets(dispute)
    await dispute.save(force_create=True)
    await _keep(dispute, files, by=by)
    await hold_batch(order, batch, by=by, reason=dispute.number)
    await audit.record(dispute, "opened", by=by, after={"ground": claim.ground})
    await outbox.record("dispute.opened", dispute=dispute.id)
    return dispute


async def require_disputable(order: Order, batch: DeliveryBatch, *, is_buyer: bool) -> None:
    """Refuse what has no verdict, was disputed in this round, or is settled for good."""
    if batch.status not in DISPUTABLE or order.status in OVER:
        raise NotDisputable(_("Only a batch with a verdict can be disputed"))
    if await Dispute.exists(
        batch_id=batch.id, round=batch.round, status__not=DisputeStatus.WITHDRAWN
    ):
        raise AlreadyDisputed(_("This round of the batch is or was in dispute"))
    if batch.status == BatchStatus.ACCEPTED:
        if not is_buyer:
            raise NotDisputable(_("The batch is accepted at its full price"))
        await _require_in_time(order, batch)


async def _require_in_time(order: Order, batch: DeliveryBatch) -> None:
    """An acceptance may be disputed while money of the order is not released, or soon after it."""
    is_open = await Milestone.exists(order_id=order.id, released_at=None)
    until = (batch.decided_at or clock.now()) + dt.timedelta(days=rules().objection_days)
    if not is_open and clock.now() > until:
        raise NotDisputable(_("The money is released and the days of objection are over"))


def _require_sensible(amount_fen: int, value_fen: int, *, is_buyer: bool) -> None:
    limit = value_fen - 1 if is_buyer else value_fen
    least = 0 if is_buyer else 1
    if not least <= amount_fen <= limit:
        text = (
            _("Name less than the price of the batch")
            if is_buyer
            else _("Name more than nothing and at most the price of the batch")
        )
        raise InvalidInput(fields={"amount_fen": text})


def _name(dispute: Dispute, amount_fen: int, *, is_buyer: bool) -> None:
    if is_buyer:
        dispute.buyer_fen = amount_fen
    else:
        dispute.supplier_fen = amount_fen


def _draw_secrets(dispute: Dispute) -> None:
    for side in ("buyer", "supplier"):
        secret = seeds.fresh_secret()
        setattr(dispute, f"{side}_commitment", seeds.commitment(secret))
        setattr(dispute, f"{side}_secret", seeds.seal(dispute.id, secret))


async def _keep(dispute: Dispute, files: Sequence[StoredFile], *, by: Actor) -> None:
    for file in files:
        await Evidence.create(dispute=dispute, organisation_id=by.organisation_id, file=file)


@atomic()
async def answer_dispute(
    dispute: Dispute, answer: AnswerInput, *, files: Sequence[StoredFile] = (), by: Actor
) -> Dispute:
    """Answer with the amount one accepts (fen); amounts that meet or cross settle at their middle.

    Raises AmountOutOfRange, InvalidTransition, NotPermitted.
    """
    order, dispute = await locked(dispute)
    require_side(by, dispute.respondent_id, *NEGOTIATORS)
    require_in_price(dispute, answer.amount_fen)
    is_buyer = dispute.respondent_id == order.buyer_id
    await dispute.move_to(
        DisputeStatus.ANSWERED,
        by=by,
        answer_text=answer.text,
        answered_at=clock.now(),
        due_at=working_days_on(rules().take_up_working_days),
    )
    _name(dispute, answer.amount_fen, is_buyer=is_buyer)
    await dispute.save(update_fields=["buyer_fen", "supplier_fen"])
    await _keep(dispute, files, by=by)
    await outbox.record("dispute.answered", dispute=dispute.id)
    assert dispute.buyer_fen is not None, "both sides have named an amount"
    assert dispute.supplier_fen is not None, "both sides have named an amount"
    amount = meeting_point(dispute.buyer_fen, dispute.supplier_fen)
    if amount is not None:
        await resolve(order, dispute, amount_fen=amount, way=Way.AMOUNTS, by=by)
    return dispute


@atomic()
async def withdraw_dispute(dispute: Dispute, *, by: Actor) -> Dispute:
    """Take a dispute back before mediation: the verdict stands again. InvalidTransition, NotPermitted."""
    order, dispute = await locked(dispute)
    require_side(by, dispute.claimant_id, *NEGOTIATORS)
    await dispute.move_to(DisputeStatus.WITHDRAWN, by=by, due_at=None)
    batch = await DeliveryBatch.select_for_update().get(id=dispute.batch_id)
    await give_back_batch(order, batch, dispute.opened_from, by=by)
    await outbox.record("dispute.withdrawn", dispute=dispute.id)
    return dispute


@atomic()
async def commit_own_seed(dispute: Dispute, *, secret: str, by: Actor) -> Dispute:
    """Put one side's own secret of the sub-sample in place of the one drawn for it.

    Raises SampleDrawn, NotPermitted.
    """
    order, dispute = await locked(dispute)
    side = "buyer" if require_party(order, by) else "supplier"
    if dispute.status not in LIVE or dispute.status == DisputeStatus.RE_MEASUREMENT:
        raise SampleDrawn(_("The seeds were fixed when the sub-sample was drawn"))
    setattr(dispute, f"{side}_commitment", seeds.commitment(secret))
    setattr(dispute, f"{side}_secret", seeds.seal(dispute.id, secret))
    await dispute.save(update_fields=[f"{side}_commitment", f"{side}_secret"])
    await audit.record(
        dispute, "seed_committed", by=by, after={side: getattr(dispute, f"{side}_commitment")}
    )
    return dispute
