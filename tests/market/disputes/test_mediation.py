"""Mediation: who may stand between the parties, a proposal both must accept, and what ends it."""

import datetime as dt

import pytest

from market.accounts.models import Membership
from market.disputes import deadlines, mediation, resolutions
from market.disputes.forms import DecisionInput, ProposalInput, ReferralInput
from market.disputes.mediation import HasMediator, NoProposal, NotInMediation
from market.disputes.models import Dispute
from market.disputes.parties import AmountOutOfRange
from market.disputes.resolutions import NotReferred
from market.disputes.states import DecisionCode, DisputeStatus, Way
from market.kit import clock
from market.kit.errors import NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.orders.models import DeliveryBatch
from market.orders.states import BatchStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.disputes import TEXT, Case, answer, make_dispute, mediated, proposed

pytestmark = pytest.mark.usefixtures("rollback")


async def refer(case: Case, by: str = "supplier") -> Dispute:
    referral = ReferralInput(text=TEXT)
    return await mediation.refer_dispute(case.dispute, referral, by=case.side(by))


def decision(amount_fen: int) -> DecisionInput:
    return DecisionInput(amount_fen=amount_fen, code=DecisionCode.NO_READER, text=TEXT)


async def test_a_mediator_takes_an_answered_dispute_up() -> None:
    case = await make_dispute()
    with pytest.raises(InvalidTransition):
        await mediation.take_up(await proposed_nothing(case), by=case.mediator)
    dispute = await mediated(case)
    assert dispute.status == DisputeStatus.MEDIATION
    assert dispute.mediator_organisation_id == case.mediator.organisation_id
    assert dispute.due_at == clock.end_of_day(clock.add_working_days(clock.today(), 10))
    with pytest.raises(HasMediator):
        await mediation.take_up(dispute, by=case.mediator)


async def proposed_nothing(case: Case) -> Dispute:
    """A dispute already resolved cannot be taken up."""
    other = await make_dispute(amount_fen=1)
    return await answer(other, 24_000_000)


async def test_nobody_related_to_a_party_mediates() -> None:
    case = await make_dispute()
    dispute = await answer(case, 0)
    bureau = await actor(await make_organisation(kind="bureau", region_code="370100"), "quality")
    await Membership.create(
        person_id=bureau.person_id, organisation_id=case.order.supplier_id, role="viewer"
    )
    firm = await actor(await make_organisation(kind="supplier"))
    viewer = await actor(await make_organisation(kind="operator"), "viewer")
    for by in (case.deal.buyer, bureau, firm, viewer):
        with pytest.raises(NotPermitted):
            await mediation.take_up(dispute, by=by)
    assert (await Dispute.get(id=dispute.id)).status == DisputeStatus.ANSWERED


async def test_a_proposal_both_accept_resolves_the_dispute() -> None:
    case = await make_dispute()
    dispute = await proposed(case, 21_000_001)
    await mediation.agree_to_proposal(dispute, amount_fen=21_000_001, by=case.deal.buyer)
    await mediation.agree_to_proposal(dispute, amount_fen=21_000_001, by=case.deal.buyer)
    assert (await Dispute.get(id=dispute.id)).status == DisputeStatus.MEDIATION
    await mediation.agree_to_proposal(dispute, amount_fen=21_000_001, by=case.deal.supplier)
    dispute = await Dispute.get(id=dispute.id)
    assert (dispute.way, dispute.amount_fen, dispute.reduction_fen) == (
        Way.PROPOSAL, 21_000_001, 2_999_999,
    )  # fmt: skip
    assert dispute.reader_fee_fen == 0
    batch = await DeliveryBatch.get(id=dispute.batch_id)
    assert (batch.status, batch.settled_fen) == (BatchStatus.PARTIALLY_ACCEPTED, 21_000_001)


async def test_a_new_proposal_asks_both_again() -> None:
    case = await make_dispute()
    dispute = await proposed(case, 21_000_000)
    await mediation.agree_to_proposal(dispute, amount_fen=21_000_000, by=case.deal.buyer)
    again = ProposalInput(amount_fen=20_000_000, text=TEXT)
    dispute = await mediation.propose(dispute, again, by=case.mediator)
    assert dispute.buyer_agreed_at is None
    with pytest.raises(NoProposal):
        await mediation.agree_to_proposal(dispute, amount_fen=21_000_000, by=case.deal.supplier)
    above = ProposalInput(amount_fen=24_000_001, text=TEXT)
    with pytest.raises(AmountOutOfRange):
        await mediation.propose(dispute, above, by=case.mediator)
    assert (await Dispute.get(id=dispute.id)).proposal_fen == 20_000_000


async def test_only_the_case_s_mediator_proposes() -> None:
    case = await make_dispute()
    dispute = await mediated(case)
    other = await actor(await make_organisation(kind="operator", name="另一平台"), "quality")
    for by in (other, case.deal.buyer):
        with pytest.raises(NotPermitted):
            await mediation.propose(dispute, ProposalInput(amount_fen=1, text=TEXT), by=by)
    assert (await Dispute.get(id=dispute.id)).proposal_fen is None


async def test_a_party_has_it_measured_only_after_a_proposal() -> None:
    case = await make_dispute()
    dispute = await mediated(case)
    with pytest.raises(NoProposal):
        await mediation.order_measurement(dispute, by=case.deal.supplier)
    proposal = ProposalInput(amount_fen=1, text=TEXT)
    dispute = await mediation.propose(dispute, proposal, by=case.mediator)
    dispute = await mediation.order_measurement(dispute, by=case.deal.supplier)
    assert dispute.status == DisputeStatus.RE_MEASUREMENT
    with pytest.raises(NotInMediation):
        await mediation.agree_to_proposal(dispute, amount_fen=1, by=case.deal.buyer)


async def test_mediation_without_agreement_ends_in_measurement() -> None:
    case = await make_dispute()
    dispute = await mediated(case)
    assert dispute.due_at is not None
    with clock.frozen_at(dispute.due_at + dt.timedelta(seconds=1)):
        assert await deadlines.move_overdue_disputes() == 1
    assert (await Dispute.get(id=dispute.id)).status == DisputeStatus.RE_MEASUREMENT


async def test_the_bureau_decides_what_was_referred_to_it_with_a_code() -> None:
    case = await make_dispute()
    bureau = await actor(await make_organisation(kind="bureau", region_code="370100"))
    dispute = await mediated(case)
    with pytest.raises(NotReferred):
        await resolutions.decide_dispute(dispute, decision(5), by=bureau)
    await refer(case)
    with pytest.raises(NotInMediation):
        await refer(case, "buyer")
    with pytest.raises(NotPermitted):
        await resolutions.decide_dispute(dispute, decision(5), by=case.mediator)
    dispute = await resolutions.decide_dispute(dispute, decision(22_000_000), by=bureau)
    assert (dispute.status, dispute.way) == (DisputeStatus.RESOLVED, Way.DECISION)
    assert (dispute.amount_fen, dispute.decision_code) == (22_000_000, DecisionCode.NO_READER)
    rows = await OutboxMessage.all().order_by("-id").limit(4)
    assert {row.topic for row in rows} == {
        "dispute.referred", "dispute.resolved", "batch.partially_accepted", "order.completed",
    }  # fmt: skip
