"""Disputes for tests, made through the verbs on a delivered batch."""

from dataclasses import dataclass, replace
from typing import Any

from market.accounts.models import Organisation
from market.disputes import disputes, measurements, mediation
from market.disputes.forms import AnswerInput, AppointmentInput, ClaimInput, ProposalInput
from market.disputes.models import Dispute, Reading, Remeasurement
from market.kit.actor import Actor
from market.orders.forms import Finding
from market.orders.models import DeliveryBatch, Order
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import Deal, deliver, inspect, make_items, make_order

TEXT = "抽检判定与标注指南第三条不符，见附件。"


@dataclass(frozen=True)
class Case:
    """A dispute with everybody in it; `mediator` and `reader` are of third organisations."""

    dispute: Dispute
    deal: Deal
    batch: DeliveryBatch
    mediator: Actor
    reader: Actor

    @property
    def order(self) -> Order:
        """The order it is about."""
        assert self.deal.order is not None
        return self.deal.order

    def side(self, name: str) -> Actor:
        """The buyer's or the supplier's owner."""
        return self.deal.buyer if name == "buyer" else self.deal.supplier


def claim(amount_fen: int, **values: Any) -> ClaimInput:
    """A claim that names an amount."""
    return ClaimInput.model_validate(
        {"ground": "quality", "text": TEXT, "amount_fen": amount_fen, **values}
    )


async def decided_batch(
    deal: Deal | None = None,
    *,
    nonconforming: int = 8,
    lot: int = 200,
    quantity: str = "",
    **values: Any,
) -> tuple[Deal, DeliveryBatch]:
    """A batch with a verdict: rejected by eight nonconforming items, accepted by none."""
    deal = deal or await make_order(**values)
    assert deal.order is not None
    items = make_items(lot, prefix=deal.order.number)
    batch = await deliver(deal, items=items, quantity=quantity or str(deal.order.quantity))
    return deal, await inspect(deal, batch, nonconforming=nonconforming)


async def make_dispute(
    *, by: str = "supplier", amount_fen: int | None = None, deal: Deal | None = None,
    nonconforming: int | None = None, **values: Any,
) -> Case:  # fmt: skip
    """A dispute just raised: by the supplier on a rejected batch, by the buyer on an accepted one."""
    found = nonconforming if nonconforming is not None else (8 if by == "supplier" else 0)
    deal, batch = await decided_batch(deal, nonconforming=found, **values)
    assert deal.order is not None
    named = amount_fen if amount_fen is not None else (24_000_000 if by == "supplier" else 0)
    raised = await disputes.open_dispute(
        batch, claim(named), by=deal.supplier if by == "supplier" else deal.buyer
    )
    return Case(
        raised,
        replace(deal, order=await Order.get(id=deal.order.id)),
        await DeliveryBatch.get(id=batch.id),
        await actor(await make_organisation(kind="operator", name="平台调解组"), "quality"),
        await actor(await make_organisation(kind="supplier", name="第三方复测有限公司"), "quality"),
    )


async def answer(case: Case, amount_fen: int) -> Dispute:
    """The other side's answer."""
    by = case.deal.buyer
    if case.dispute.respondent_id != by.organisation_id:
        by = case.deal.supplier
    return await disputes.answer_dispute(
        case.dispute, AnswerInput(text=TEXT, amount_fen=amount_fen), by=by
    )


async def mediated(case: Case, *, answered_fen: int | None = None) -> Dispute:
    """An answered dispute with its mediator."""
    if answered_fen is None:
        answered_fen = 0 if case.dispute.buyer_fen is None else case.dispute.value_fen
    return await mediation.take_up(await answer(case, answered_fen), by=case.mediator)


async def proposed(case: Case, amount_fen: int) -> Dispute:
    """A mediator's proposal."""
    proposal = ProposalInput(amount_fen=amount_fen, text=TEXT)
    return await mediation.propose(await mediated(case), proposal, by=case.mediator)


async def being_measured(case: Case) -> tuple[Dispute, Remeasurement]:
    """A dispute whose sub-sample is drawn."""
    dispute = await mediation.order_measurement(await mediated(case), by=case.mediator)
    return dispute, await Remeasurement.get(dispute=dispute)


async def engaged(case: Case, dispute: Dispute, by: Actor | None = None) -> Reading:
    """A third reader who has declared to be independent."""
    reader = by or case.reader
    organisation = await Organisation.get(id=reader.organisation_id)
    reading = await measurements.appoint_reader(
        dispute, AppointmentInput(organisation=organisation.number), by=case.mediator
    )
    return await measurements.accept_reading(reading, by=reader)


async def measured(case: Case, *, defects: int) -> Dispute:
    """A dispute resolved by as many readers as it needs, who all find the same."""
    dispute, measurement = await being_measured(case)
    marks = [Finding(item=name, defect="missed") for name in measurement.items[:defects]]
    for number in range(measurement.readers):
        by = case.reader
        if number:
            name = f"第三方复测{number}"
            by = await actor(await make_organisation(kind="supplier", name=name), "quality")
        await measurements.mark_items(await engaged(case, dispute, by), marks, by=by)
    return await Dispute.get(id=dispute.id)
