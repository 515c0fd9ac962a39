"""Verbs of mediation: take a dispute up, propose an amount, agree to it or have it measured."""

from market.disputes.forms import ProposalInput, ReferralInput
from market.disputes.measurements import begin_measurement
from market.disputes.models import Dispute
from market.disputes.parties import (
    locked,
    require_in_price,
    require_mediator,
    require_party,
    working_days_on,
)
from market.disputes.resolutions import resolve
from market.disputes.rules import rules
from market.disputes.states import MEDIATED, DisputeStatus, Way
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import Conflict, NotPermitted
from market.kit.i18n import gettext as _
from market.orders.models import Order


class NotInMediation(Conflict):
    """Proposals and referrals belong to mediation."""

    title = "The dispute is not in mediation"


class HasMediator(Conflict):
    """One mediator stands between the parties."""

    title = "Somebody mediates already"


class NoProposal(Conflict):
    """There is nothing to agree to, or another amount than the one read."""

    title = "There is no such proposal"


@atomic()
async def take_up(dispute: Dispute, *, by: Actor) -> Dispute:
    """Become the mediator of an answered dispute, or of one that has none, declaring independence.

    Raises HasMediator, InvalidTransition, NotPermitted.
    """
    order, dispute = await locked(dispute)
    await require_mediator(order, by)
    if dispute.mediator_organisation_id is not None:
        raise HasMediator(_("Somebody mediates this dispute already"))
    if dispute.status not in MEDIATED:
        await enter_mediation(dispute, by=by)
    dispute.mediator_id, dispute.mediator_organisation_id = by.person_id, by.organisation_id
    await dispute.save(update_fields=["mediator_id", "mediator_organisation_id"])
    await audit.record(dispute, "taken_up", by=by, after={"declared": "unrelated to both parties"})
    return dispute


async def enter_mediation(dispute: Dispute, *, by: Actor) -> None:
    """Move a locked dispute into mediation for its working days."""
    due = working_days_on(rules().mediation_working_days)
    await dispute.move_to(DisputeStatus.MEDIATION, by=by, due_at=due)
    await outbox.record("dispute.mediation", dispute=dispute.id)


async def _require_own_case(order: Order, dispute: Dispute, by: Actor) -> None:
    await require_mediator(order, by)
    if by.organisation_id != dispute.mediator_organisation_id:
        raise NotPermitted(_("Another organisation mediates this dispute"))


def _require_mediation(dispute: Dispute) -> None:
    if dispute.status != DisputeStatus.MEDIATION:
        raise NotInMediation(_("The dispute is not in mediation"))


@atomic()
async def propose(dispute: Dispute, proposal: ProposalInput, *, by: Actor) -> Dispute:
    """The mediator's amount (fen) and why; a new proposal takes the place of the last.

    Raises NotInMediation, AmountOutOfRange, NotPermitted.
    """
    order, dispute = await locked(dispute)
    _require_mediation(dispute)
    await _require_own_case(order, dispute, by)
    require_in_price(dispute, proposal.amount_fen)
    dispute.proposal_fen, dispute.proposal_text = proposal.amount_fen, proposal.text
    dispute.buyer_agreed_at = dispute.supplier_agreed_at = None
    await dispute.save(
        update_fields=["proposal_fen", "proposal_text", "buyer_agreed_at", "supplier_agreed_at"]
    )
    await audit.record(dispute, "proposed", by=by, after={"amount_fen": proposal.amount_fen})
    await outbox.record("dispute.proposed", dispute=dispute.id)
    return dispute


@atomic()
async def agree_to_proposal(dispute: Dispute, *, amount_fen: int, by: Actor) -> Dispute:
    """Agree to the amount read; when both sides have, the dispute is resolved by it.

    Raises NotInMediation, NoProposal, NotPermitted.
    """
    order, dispute = await locked(dispute)
    is_buyer = require_party(order, by)
    _require_mediation(dispute)
    if dispute.proposal_fen is None or dispute.proposal_fen != amount_fen:
        raise NoProposal(_("The proposal has changed; read it again"))
    side = "buyer" if is_buyer else "supplier"
    setattr(dispute, f"{side}_agreed_at", clock.now())
    await dispute.save(update_fields=[f"{side}_agreed_at"])
    await audit.record(dispute, "agreed", by=by, after={"amount_fen": amount_fen})
    if dispute.buyer_agreed_at and dispute.supplier_agreed_at:
        await resolve(order, dispute, amount_fen=amount_fen, way=Way.PROPOSAL, by=by)
    return dispute


@atomic()
async def order_measurement(dispute: Dispute, *, by: Actor) -> Dispute:
    """End mediation: the mediator, or a party that was proposed an amount, has the batch measured.

    Raises NotInMediation, NoProposal, NotPermitted.
    """
    order, dispute = await locked(dispute)
    _require_mediation(dispute)
    if by.organisation_id in (order.buyer_id, order.supplier_id):
        require_party(order, by)
        if dispute.proposal_fen is None:
            raise NoProposal(_("Wait for the mediator's proposal"))
    else:
        await _require_own_case(order, dispute, by)
    await begin_measurement(order, dispute, by=by)
    return dispute


@atomic()
async def refer_dispute(dispute: Dispute, referral: ReferralInput, *, by: Actor) -> Dispute:
    """Ask the bureau to decide a dispute that is in mediation or being measured, once.

    Raises NotInMediation, NotPermitted.
    """
    order, dispute = await locked(dispute)
    require_party(order, by)
    if dispute.status not in MEDIATED or dispute.referred_at is not None:
        raise NotInMediation(_("A dispute is referred once, from mediation on"))
    dispute.referred_at, dispute.referral_text = clock.now(), referral.text
    await dispute.save(update_fields=["referred_at", "referral_text"])
    await audit.record(dispute, "referred", by=by, reason=referral.text)
    await outbox.record("dispute.referred", dispute=dispute.id)
    return dispute
