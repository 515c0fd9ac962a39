"""What a claimant does for a voucher its issuer reviews: apply, correct, withdraw, claim payment."""

from collections.abc import Mapping, Sequence

from billing import review_steps
from billing.models import VoucherProgramme
from billing.offers import offer_for, side_of
from billing.order_claims import facts_of
from billing.redemption_guards import VoucherNotRedeemable
from billing.reviews import NotAtThisStep, go_on, locked, told, write_down
from billing.states import ProgrammeStatus
from billing.voucher_models import VoucherApplication, VoucherEvidence
from billing.voucher_states import ApplicationStatus, ReviewOutcome
from billing.vouchers.rules import Programme
from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Order
from market.orders.parties import require_side

OPEN = (ApplicationStatus.UNDER_REVIEW, ApplicationStatus.RETURNED, ApplicationStatus.GRANTED)
Documents = Mapping[str, Sequence[StoredFile]]  # kind of evidence -> files


@atomic()
async def apply_for_voucher(
    order: Order, *, programme: VoucherProgramme, documents: Documents, by: Actor
) -> VoucherApplication:
    """Ask a reviewing issuer for what the rule grants an order; nothing is reserved yet.

    One live application per order and programme. Raises VoucherNotRedeemable with the rule's own
    reasons, InvalidInput for a missing document, NotPermitted.
    """
    side = side_of(order, by)
    claimant_id = order.supplier_id if side == "supplier" else order.buyer_id
    require_side(by, claimant_id, Role.BUYER, Role.FINANCE)
    order, programme = await lock(order), await lock(programme)
    if programme.status != ProgrammeStatus.OPEN or programme.reviewed_since is None:
        raise VoucherNotRedeemable(_("This programme takes no applications now"))
    offer = await offer_for(await facts_of(order), programme, claimant=side)
    if not offer.is_usable:
        raise VoucherNotRedeemable(" ".join(offer.reasons))
    key = f"{order.id}:{programme.code}"
    if await VoucherApplication.exists(live_key=key):
        raise VoucherNotRedeemable(_("An application for this order is under way already"))
    _require_documents(offer.rule, "submit", documents)
    application = await VoucherApplication.create(
        number=await next_number("VA"),
        programme=programme,
        order=order,
        claimant_id=claimant_id,
        side=side,
        live_key=key,
        quoted_fen=offer.quote.grant_fen,
        trace=dict(offer.quote.trace),
        submitted_at=clock.now(),
    )
    await _keep(application, offer.rule, documents)
    return await go_on(application, offer.rule, by=by)


@atomic()
async def resubmit(
    application: VoucherApplication, *, documents: Documents, by: Actor
) -> VoucherApplication:
    """The claimant answers a return; the same step begins again, with its full time.

    Raises InvalidTransition, NotPermitted.
    """
    require_side(by, application.claimant_id, Role.BUYER, Role.FINANCE)
    application, rule = await locked(application)
    step = review_steps.step_of(rule, application.step)
    back = (
        ApplicationStatus.GRANTED if application.redemption_id else ApplicationStatus.UNDER_REVIEW
    )
    await application.move_to(back, by=by, due_at=review_steps.due(step))
    await _keep(application, rule, documents)
    return await told(application)


@atomic()
async def withdraw(application: VoucherApplication, *, by: Actor) -> VoucherApplication:
    """The claimant takes an application back before it is granted. Raises InvalidTransition, NotPermitted."""
    require_side(by, application.claimant_id, Role.BUYER, Role.FINANCE)
    application, _rule = await locked(application)
    await application.move_to(ApplicationStatus.WITHDRAWN, by=by, live_key=None, due_at=None)
    return await told(application)


@atomic()
async def claim_payment(
    application: VoucherApplication, *, documents: Documents, by: Actor
) -> VoucherApplication:
    """The claimant asks the treasury to pay (兑付), with the documents that now exist.

    Raises NotAtThisStep, InvalidInput for a missing document, NotPermitted.
    """
    require_side(by, application.claimant_id, Role.BUYER, Role.FINANCE)
    application, rule = await locked(application)
    if application.step != "claim" or application.status != ApplicationStatus.GRANTED:
        raise NotAtThisStep(_("Payment is claimed once the use has been verified"))
    _require_documents(rule, "claim", documents)
    await _keep(application, rule, documents)
    await write_down(application, "subject", ReviewOutcome.PASSED, by=by)
    return await go_on(application, rule, by=by)


@atomic()
async def add_evidence(
    application: VoucherApplication, *, documents: Documents, by: Actor
) -> VoucherApplication:
    """The claimant adds documents while the application is open, of kinds the rule asks for.

    Raises NotAtThisStep, InvalidInput for another kind, NotPermitted.
    """
    require_side(by, application.claimant_id, Role.BUYER, Role.FINANCE)
    application, rule = await locked(application)
    if application.status not in OPEN:
        raise NotAtThisStep(_("This application is over"))
    if set(documents) - {one.kind for one in rule.evidence}:
        raise InvalidInput(fields={"kind": _("The programme does not ask for this document")})
    await _keep(application, rule, documents)
    await audit.record(application, "evidence added", by=by, after={"kinds": sorted(documents)})
    return application


def _require_documents(rule: Programme, step: str, documents: Documents) -> None:
    missing = {
        f"evidence_{one.kind}": _("This document is required")
        for one in review_steps.required_at(rule, step)
        if not documents.get(one.kind)
    }
    if missing:
        raise InvalidInput(fields=missing)


async def _keep(application: VoucherApplication, rule: Programme, documents: Documents) -> None:
    checkers: dict[str, str] = {one.kind: one.checker for one in rule.evidence}
    for kind, files in documents.items():
        for file in files:
            await VoucherEvidence.create(
                application=application,
                kind=kind,
                checker=checkers.get(kind, "city"),
                file_id=file.id,
            )
