"""Fees for others' work: paid pilots and third readers, paid into custody and out once the work is there."""

from collections.abc import Sequence
from uuid import UUID

from billing import holdings, labour
from billing.deposit_models import Holding
from billing.deposit_states import (
    FEES,
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
    ReturnGround,
)
from billing.labour_models import LabourPayee
from market.disputes.models import Dispute, Reading
from market.disputes.states import ReadingStatus
from market.kit import outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.money import allocate
from market.kit.outbox import Message
from market.orders.models import Order
from market.pilots.models import Pilot, PilotSubmission
from market.pilots.states import PilotStatus, SubmissionStatus
from market.tendering.models import Job
from market.tendering.states import JobStatus

CLOCK = Actor.system("fees")
Part = tuple[UUID | LabourPayee, int]  # an organisation or a person, and the gross in fen
HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.SCORED)


async def on_pilot_opened(message: Message) -> None:
    """pilot.opened: its owner pays the fee of every firm that takes part into custody."""
    await ask_for_pilot(UUID(message.payload["pilot"]))


@atomic()
async def ask_for_pilot(pilot_id: UUID) -> Holding | None:
    """The fees of a paid pilot: so much for each firm (fen); None of an unpaid one. Once."""
    pilot = await Pilot.get(id=pilot_id)
    job = await lock(await Job.get(id=pilot.job_id))
    firms = await PilotSubmission.filter(pilot=pilot).count()
    if not pilot.fee_fen or not firms:
        return None
    return await holdings.ask_for(
        HoldingPurpose.PILOT_FEE, job=job, subject_id=pilot.id, payer_id=job.owner_id,
        amount_fen=pilot.fee_fen * firms, due_at=pilot.closes_at,
    )  # fmt: skip


async def on_dispute_resolved(message: Message) -> None:
    """dispute.resolved: each side pays its share of the third readers' fee into custody."""
    await ask_for_readers(UUID(message.payload["dispute"]))


@atomic()
async def ask_for_readers(dispute_id: UUID) -> list[Holding]:
    """The shares of a measured dispute's readers' fee, by how wrong each side was. Once."""
    dispute = await Dispute.get(id=dispute_id)
    order = await Order.get(id=dispute.order_id)
    job = await lock(await Job.get(id=order.job_id))
    shares = (
        (order.buyer_id, dispute.buyer_fee_fen),
        (order.supplier_id, dispute.supplier_fee_fen),
    )
    return [
        await holdings.ask_for(
            HoldingPurpose.READER_FEE, job=job, subject_id=dispute.id, payer_id=payer_id,
            amount_fen=fen,
        )
        for payer_id, fen in shares
        if fen
    ]  # fmt: skip


async def pay_due_fees() -> int:
    """The clock's: what is in custody goes to whom it is for once the work is there; returns how many."""
    paid = 0
    for holding in await Holding.filter(status=HoldingStatus.HELD, purpose__in=FEES).order_by("id"):
        paid += await pay_fee(holding)
    await _give_up_cancelled()
    return paid


@atomic()
async def pay_fee(holding: Holding) -> bool:
    """Instruct a fee: each firm that handed in its fee, each reader an equal part; the rest goes back.

    What is a person's goes out less income tax. A cancelled pilot's goes back as a whole. False while
    the work is not done.
    """
    holding = await lock(holding)
    if holding.status != HoldingStatus.HELD:
        return False
    if holding.purpose == HoldingPurpose.PILOT_FEE:
        parts = await _parts_of_pilot(holding)
    else:
        parts = await _parts_of_dispute(holding)
    if parts is None:
        return False
    rest = holding.amount_fen - sum(fen for _payee, fen in parts)
    if not parts:
        holding.return_ground = ReturnGround.WORK_CANCELLED
        await holding.save(update_fields=["return_ground"])
    await holding.move_to(HoldingStatus.LEAVING, by=CLOCK)
    for payee, fen in parts:
        if isinstance(payee, LabourPayee):
            await labour.pay_person(holding, payee, fen=fen)
        else:
            await holdings.instruct(holding, HoldingPayoutKind.FEE, payee_id=payee, fen=fen)
    if rest:
        await holdings.instruct(
            holding, HoldingPayoutKind.PRINCIPAL, payee_id=holding.payer_id, fen=rest,
            account=await holdings.payers_account(holding),
        )  # fmt: skip
    await outbox.record("holding.changed", holding=holding.id, what="paying")
    return True


async def _parts_of_pilot(holding: Holding) -> Sequence[Part] | None:
    pilot = await Pilot.get(id=holding.subject_id).select_related("job")
    if _is_cancelled(pilot):
        return []
    if pilot.status != PilotStatus.RELEASED:
        return None
    rows = await PilotSubmission.filter(pilot=pilot, status__in=HANDED_IN).order_by("position")
    return [(row.bidder_id, pilot.fee_fen) for row in rows]


async def _parts_of_dispute(holding: Holding) -> Sequence[Part]:
    rows = await Reading.filter(
        measurement__dispute_id=holding.subject_id, status=ReadingStatus.MARKED
    ).order_by("id")
    shares = allocate(holding.amount_fen, [1] * len(rows)) if rows else []
    return [
        (await labour.payee_of(row) or row.organisation_id, fen)
        for row, fen in zip(rows, shares, strict=True)
        if fen
    ]


def _is_cancelled(pilot: Pilot) -> bool:
    """Whether it ended, by itself or with its job, before there were results."""
    ended = pilot.job.status in (JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)
    return pilot.status == PilotStatus.CANCELLED or (ended and not pilot.is_released)


async def _give_up_cancelled() -> None:
    """What was never paid for a pilot that was cancelled is asked for no more."""
    asked = Holding.filter(status=HoldingStatus.AWAITED, purpose=HoldingPurpose.PILOT_FEE)
    for holding in await asked:
        pilot = await Pilot.get(id=holding.subject_id).select_related("job")
        if _is_cancelled(pilot) and not await holdings.come_of(holding):
            await holdings.cancel_holding(holding, by=CLOCK)
