"""The review of an application: each step decided by its role, the platform's own steps taken between."""

from billing import review_steps
from billing.models import VoucherProgramme, VoucherRedemption
from billing.order_claims import Claimant
from billing.programmes import rule_of
from billing.redemption_guards import VoucherNotRedeemable
from billing.redemptions import give_back, reserve_grant
from billing.states import RedemptionStatus
from billing.voucher_models import VoucherApplication, VoucherObjection, VoucherReview
from billing.voucher_states import ApplicationStatus, ObjectionOutcome, ReviewOutcome
from billing.vouchers.rules import Programme
from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.vocabulary.regions import is_within


class NotAtThisStep(Conflict):
    """The application waits for somebody else, or is over."""

    title = "This application is not at that step"


@atomic()
async def decide_step(
    application: VoucherApplication,
    *,
    outcome: ReviewOutcome,
    note: str,
    source: str = "",
    by: Actor,
) -> VoucherApplication:
    """A reviewer passes, returns or refuses the step an application is at.

    Returning and refusing need a reason, refusing also its source; who approves has taken no
    earlier step. Raises NotAtThisStep, InvalidInput, NotPermitted.
    """
    application, rule = await locked(application)
    step = review_steps.step_of(rule, application.step)
    await require_reviewer(application, step.role, by=by)
    if step.step in (*review_steps.AUTOMATIC, "claim", "pay") or step.role == "subject":
        raise NotAtThisStep(_("The application does not wait for a reviewer"))
    if step.step == review_steps.PUBLICATION and outcome == ReviewOutcome.PASSED:
        raise NotAtThisStep(_("The publication period ends by itself"))
    _require_reasons(outcome, note, source)
    if step.step == "approve":
        await _require_other_eyes(application, by=by)
    await write_down(application, step.role, outcome, note=note, source=source, by=by)
    if outcome == ReviewOutcome.PASSED:
        return await go_on(application, rule, by=by)
    if outcome == ReviewOutcome.REFUSED:
        return await refuse(application, reason=note, source=source, by=by)
    await application.move_to(
        ApplicationStatus.RETURNED,
        by=by,
        reason=note,
        due_at=review_steps.due(review_steps.step_of(rule, "submit")),
    )
    return await told(application)


def _require_reasons(outcome: ReviewOutcome, note: str, source: str) -> None:
    missing = {}
    if outcome != ReviewOutcome.PASSED and not note.strip():
        missing["note"] = _("Say why: the claimant reads it")
    if outcome == ReviewOutcome.REFUSED and not source.strip():
        missing["source"] = _("Name the clause the refusal rests on")
    if missing:
        raise InvalidInput(fields=missing)


async def require_reviewer(application: VoucherApplication, role: str, *, by: Actor) -> None:
    """A bureau of the issuer's region takes every step; the claimant's district takes its own.

    Owner, quality or finance role. Raises NotPermitted.
    """
    require(by, Role.QUALITY, Role.FINANCE, kind=OrganisationKind.BUREAU)
    programme = await VoucherProgramme.get(id=application.programme_id)
    claimant = await Organisation.get(id=application.claimant_id)
    issues = is_within(programme.region_code, by.region_code)
    local = role == "district" and is_within(claimant.region_code, by.region_code)
    if not (issues or local):
        raise NotPermitted(_("Another bureau takes this step"))


async def _require_other_eyes(application: VoucherApplication, *, by: Actor) -> None:
    reviewers = await VoucherReview.filter(application=application).values_list(
        "decided_by_id", flat=True
    )
    if by.person_id in reviewers:
        raise NotPermitted(_("Who approves must be another person than who reviewed"))


@atomic()
async def follow_redemption(redemption: VoucherRedemption, *, by: Actor) -> None:
    """An application follows its voucher: used at acceptance, paid by the treasury, or given back."""
    application = await VoucherApplication.get_or_none(redemption_id=redemption.id)
    if application is None or application.status != ApplicationStatus.GRANTED:
        return
    application, rule = await locked(application)
    redemption = await VoucherRedemption.get(id=redemption.id)
    if redemption.status == RedemptionStatus.RELEASED:
        await application.move_to(ApplicationStatus.LAPSED, by=by, live_key=None, due_at=None)
        await told(application)
    elif _is_past(application.step, redemption.status):
        role = review_steps.step_of(rule, application.step).role
        await write_down(application, role, ReviewOutcome.PASSED, by=by)
        await go_on(application, rule, by=by)


def _is_past(step: str, status: RedemptionStatus) -> bool:
    used = status in (RedemptionStatus.REDEEMED, RedemptionStatus.PAID)
    return (step == "use" and used) or (step == "pay" and status == RedemptionStatus.PAID)


@atomic()
async def end_publication(application: VoucherApplication, *, by: Actor) -> None:
    """The publication period is over: an application nobody objects to goes on."""
    application, rule = await locked(application)
    is_over = application.due_at is not None and application.due_at <= clock.now()
    open_ = await VoucherObjection.exists(application=application, outcome=ObjectionOutcome.OPEN)
    if application.step != review_steps.PUBLICATION or not is_over or open_:
        return
    if application.status != ApplicationStatus.UNDER_REVIEW:
        return
    role = review_steps.step_of(rule, application.step).role
    await write_down(application, role, ReviewOutcome.PASSED, by=by)
    await go_on(application, rule, by=by)


async def go_on(
    application: VoucherApplication, rule: Programme, *, by: Actor
) -> VoucherApplication:
    """To the next step somebody is waited for; the platform's own steps are taken on the way.

    Call it inside a verb, with the application locked.
    """
    step = review_steps.next_step(rule, application.step)
    application.step, application.due_at = step.step, review_steps.due(step)
    await application.save(update_fields=["step", "due_at"])
    if step.step == "reserve":
        return await _reserve(application, rule, by=by)
    if step.step == "settled":
        await application.move_to(ApplicationStatus.SETTLED, by=by, live_key=None)
    return await told(application)


async def _reserve(
    application: VoucherApplication, rule: Programme, *, by: Actor
) -> VoucherApplication:
    """Draw on the pool; what can no longer be granted is refused with the rule's own reasons."""
    order = await Order.get(id=application.order_id)
    programme = await VoucherProgramme.get(id=application.programme_id)
    side: Claimant = "supplier" if application.side == "supplier" else "buyer"
    try:
        application.redemption = await reserve_grant(
            order, programme, claimant=side, by=by, is_filed=True
        )
    except VoucherNotRedeemable as refusal:
        source = rule.document or rule.reference
        return await refuse(application, reason=refusal.message, source=source, by=by)
    await application.save(update_fields=["redemption_id"])
    await application.move_to(ApplicationStatus.GRANTED, by=by)
    return await go_on(application, rule, by=by)


async def refuse(
    application: VoucherApplication, *, reason: str, source: str, by: Actor
) -> VoucherApplication:
    """End an application with a reason; what was reserved for it goes back to the pool (V8)."""
    if application.redemption_id is not None:
        await give_back(await VoucherRedemption.get(id=application.redemption_id), by=by)
    await application.move_to(
        ApplicationStatus.REFUSED,
        by=by,
        reason=reason,
        source=source[:200],
        live_key=None,
        due_at=None,
    )
    return await told(application)


async def locked(application: VoucherApplication) -> tuple[VoucherApplication, Programme]:
    """The application under its lock, and the rule of the version it was filed under."""
    application = await lock(application)
    return application, rule_of(await VoucherProgramme.get(id=application.programme_id))


async def write_down(
    application: VoucherApplication,
    role: str,
    outcome: ReviewOutcome,
    *,
    note: str = "",
    source: str = "",
    by: Actor,
) -> None:
    """Keep what was decided at the present step, and against which deadline."""
    await VoucherReview.create(
        application=application,
        step=application.step,
        role=role,
        outcome=outcome,
        note=note.strip(),
        source=source.strip(),
        due_at=application.due_at,
        decided_at=clock.now(),
        decided_by_id=by.person_id,
    )


async def told(application: VoucherApplication) -> VoucherApplication:
    """Let the claimant know where the application stands now."""
    await outbox.record("voucher.application", application=application.id)
    return application
