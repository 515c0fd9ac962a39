"""Objections in the publication period: anybody in the market may raise one, the issuing bureau decides."""

from billing import review_steps
from billing.reviews import NotAtThisStep, locked, refuse, require_reviewer, told, write_down
from billing.voucher_models import VoucherApplication, VoucherObjection
from billing.voucher_states import ApplicationStatus, ObjectionOutcome, ReviewOutcome
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, NotPermitted
from market.kit.i18n import gettext as _

OBJECTORS = tuple(role for role in Role if role is not Role.VIEWER)


@atomic()
async def raise_objection(
    application: VoucherApplication, *, text: str, by: Actor
) -> VoucherObjection:
    """One objection an organisation, while the application is published; the claimant has none.

    Raises NotAtThisStep, Conflict, NotPermitted.
    """
    require(by, *OBJECTORS)
    if by.organisation_id == application.claimant_id:
        raise NotPermitted(_("You cannot object to your own application"))
    application, _rule = await locked(application)
    is_published = (
        application.step == review_steps.PUBLICATION
        and application.status == ApplicationStatus.UNDER_REVIEW
        and application.due_at is not None
        and clock.now() <= application.due_at
    )
    if not is_published:
        raise NotAtThisStep(_("Objections are raised in the publication period"))
    if await VoucherObjection.exists(application=application, organisation_id=by.organisation_id):
        raise Conflict(_("Your organisation has objected already"))
    objection = await VoucherObjection.create(
        application=application, organisation_id=by.organisation_id, text=text
    )
    await outbox.record("voucher.objected", objection=objection.id)
    await told(application)
    return objection


@atomic()
async def answer_objection(
    objection: VoucherObjection, *, is_upheld: bool, answer: str, by: Actor
) -> VoucherObjection:
    """The issuing bureau upholds an objection, which refuses the application, or dismisses it.

    Raises NotAtThisStep for an answered one, NotPermitted.
    """
    application = await VoucherApplication.get(id=objection.application_id)
    await require_reviewer(application, "city", by=by)
    application, rule = await locked(application)
    objection = await lock(objection)
    if objection.outcome != ObjectionOutcome.OPEN:
        raise NotAtThisStep(_("This objection has been answered"))
    objection.outcome = ObjectionOutcome.UPHELD if is_upheld else ObjectionOutcome.DISMISSED
    objection.answer, objection.answered_at = answer, clock.now()
    objection.answered_by_id = by.person_id
    await objection.save()
    if is_upheld:
        role = review_steps.step_of(rule, application.step).role
        await write_down(application, role, ReviewOutcome.REFUSED, note=answer, by=by)
        source = rule.document or rule.reference
        await refuse(application, reason=answer, source=source, by=by)
    return objection
