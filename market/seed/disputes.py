"""Two disputes of the demo: one waits in mediation, one was measured again and its money moved."""

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from billing import refunds
from billing.models import Refund
from billing.states import RefundStatus
from market.accounts.models import Organisation
from market.disputes import disputes, measurements, mediation
from market.disputes.forms import AnswerInput, AppointmentInput, ClaimInput, ProposalInput
from market.disputes.models import Dispute, Remeasurement
from market.disputes.states import Ground
from market.kit import files
from market.kit.actor import Actor
from market.kit.money import apply_bp
from market.orders import inspections
from market.orders.forms import Finding
from market.orders.models import DeliveryBatch, Order

After = Callable[[dt.timedelta], AbstractContextManager[None]]
Drain = Callable[[], Awaitable[None]]
DAY = dt.timedelta(days=1)
REJECTED_BY = 15  # nonconforming items of the sample, far above Ac


async def dispute_in_mediation(
    order: Order, *, buyer: Actor, supplier: Actor, operator: Actor, after: After, drain: Drain
) -> Dispute:
    """A rejected batch whose supplier asks for nearly the full price; the mediator has proposed."""
    dispute = await _answered(order, buyer=buyer, supplier=supplier, after=after, drain=drain)
    with after(DAY):
        await mediation.take_up(dispute, by=operator)
        proposal = ProposalInput(
            amount_fen=apply_bp(dispute.value_fen, 8500),
            text="指南第3.2条对毛刺征未给反例，双方均有理由；建议按85%结算，不再返工。",
        )
        await mediation.propose(dispute, proposal, by=operator)
        await drain()
    return dispute


async def dispute_measured(
    order: Order, *, buyer: Actor, supplier: Actor, operator: Actor, readers: list[Actor],
    after: After, drain: Drain,
) -> Dispute:  # fmt: skip
    """The same, but third readers find a tenth of the sub-sample nonconforming: nine tenths are due."""
    dispute = await _answered(order, buyer=buyer, supplier=supplier, after=after, drain=drain)
    with after(DAY):
        dispute = await mediation.take_up(dispute, by=operator)
        await mediation.order_measurement(dispute, by=operator)
        drawn = await Remeasurement.get(dispute=dispute)
        await drain()
    with after(2 * DAY):
        for reader in readers[: drawn.readers]:
            await _read(dispute, drawn, reader, operator)
        await drain()
        for refund in await Refund.filter(order=order, status=RefundStatus.PENDING):
            reference = f"DEMO{refund.number}"
            await refunds.confirm_bank_refund(refund, reference=reference, by=operator)
        await drain()
    return await Dispute.get(id=dispute.id)


async def _answered(
    order: Order, *, buyer: Actor, supplier: Actor, after: After, drain: Drain
) -> Dispute:
    with after(2 * DAY):
        batch = await DeliveryBatch.get(order_id=order.id)
        sample = await inspections.draw_sample(batch, by=buyer)
        found = [Finding(item=name, defect="boundary") for name in sample.items[:REJECTED_BY]]
        await inspections.record_inspection(batch, found, by=buyer)
        await drain()
    with after(DAY):
        file = await files.store("判定对照.txt", "见附表：15件边界判定对照".encode(), by=supplier)
        value = (await DeliveryBatch.get(id=batch.id)).quantity * order.unit_price * 100
        claim = ClaimInput(
            ground=Ground.GUIDELINE,
            text="被判不合格的15件按指南第3.2条属容差以内，抽检未按指南执行。",
            amount_fen=apply_bp(int(value), 9600),
        )
        dispute = await disputes.open_dispute(batch, claim, files=[file], by=supplier)
        await drain()
    with after(2 * DAY):
        answer = AnswerInput(
            text="边界偏移均超过2个像素，影响训练，我方只接受六成价款。",
            amount_fen=apply_bp(dispute.value_fen, 6000),
        )
        dispute = await disputes.answer_dispute(dispute, answer, by=buyer)
        await drain()
    return dispute


async def _read(dispute: Dispute, drawn: Remeasurement, reader: Actor, operator: Actor) -> None:
    organisation = await Organisation.get(id=reader.organisation_id)
    appointment = AppointmentInput(organisation=organisation.number)
    reading = await measurements.appoint_reader(dispute, appointment, by=operator)
    await measurements.accept_reading(reading, by=reader)
    marked = drawn.items[: drawn.sample_size // 10]
    findings = [Finding(item=name, defect="boundary") for name in marked]
    await measurements.mark_items(reading, findings, by=reader)
