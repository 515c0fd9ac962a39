"""What the pages say of an application: every step with who takes it and by when, and the duplicate check."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from billing import review_steps
from billing.models import VoucherProgramme, VoucherRedemption
from billing.programmes import rule_of
from billing.states import LIVE_REDEMPTIONS
from billing.voucher_models import (
    VoucherApplication,
    VoucherEvidence,
    VoucherObjection,
    VoucherReview,
)
from billing.voucher_states import LIVE_APPLICATIONS, ApplicationStatus
from billing.vouchers.procedure import Evidence
from billing.vouchers.rules import Programme
from market.accounts.models import Organisation, Person
from market.kit import clock
from market.kit.actor import Actor
from market.kit.i18n import gettext as _

_ENDED = (ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN, ApplicationStatus.LAPSED)


@dataclass(frozen=True)
class ApplicationView:
    """An application as its page shows it."""

    row: VoucherApplication
    rule: Programme
    steps: list[dict[str, Any]]
    reviews: list[VoucherReview]
    evidence: list[VoucherEvidence]
    objections: list[VoucherObjection]
    duplicates: list[str]
    missing: list[Evidence]
    people: dict[Any, str]

    @property
    def waits_for(self) -> str:
        """Who has it now, in words; empty once it is over."""
        return waits_for(self.row, self.rule)


def waits_for(row: VoucherApplication, rule: Programme) -> str:
    """Who has an application now, in words; empty once it is over."""
    if row.status in _ENDED or row.status == ApplicationStatus.SETTLED:
        return ""
    if row.status == ApplicationStatus.RETURNED or row.step == "use":
        return review_steps.role_label("subject")
    return review_steps.role_label(review_steps.step_of(rule, row.step).role)


def is_overdue(row: VoucherApplication) -> bool:
    """Whether the present step should have been taken by now."""
    return row.due_at is not None and row.due_at < clock.now()


def days_left(row: VoucherApplication) -> int | None:
    """Working days until the present step is due, below zero once overdue."""
    if row.due_at is None:
        return None
    if is_overdue(row):
        return -1
    return clock.working_days_between(clock.today(), clock.in_china(row.due_at).date())


async def view_application(row: VoucherApplication) -> ApplicationView:
    """Everything the page of one application needs."""
    rule = rule_of(await VoucherProgramme.get(id=row.programme_id))
    reviews = await VoucherReview.filter(application=row).order_by("id")
    evidence = await VoucherEvidence.filter(application=row).order_by("id").select_related("file")
    objections = (
        await VoucherObjection.filter(application=row).order_by("id").select_related("organisation")
    )
    deciders = [one.decided_by_id for one in reviews if one.decided_by_id]
    names = await Person.filter(id__in=deciders).values_list("id", "name") if deciders else []
    brought = {one.kind for one in evidence}
    phase = "claim" if row.step == "claim" else "submit"
    return ApplicationView(
        row,
        rule,
        _steps(row, rule, reviews),
        reviews,
        evidence,
        objections,
        await duplicates_of(row),
        [one for one in review_steps.required_at(rule, phase) if one.kind not in brought],
        dict(names),
    )


def _steps(
    row: VoucherApplication, rule: Programme, reviews: list[VoucherReview]
) -> list[dict[str, Any]]:
    """The rule's steps for the progress bar: done with their day, the present one with its deadline."""
    taken: dict[str, dt.datetime] = {one.step: one.decided_at for one in reviews}
    names = [step.step for step in rule.workflow]
    here = names.index(row.step) if row.step in names else len(names)
    over = row.status in _ENDED
    shown = []
    for index, step in enumerate(rule.workflow):
        state = "done" if index < here or row.status == ApplicationStatus.SETTLED else "todo"
        if index == here and state == "todo":
            state = "failed" if over else "current"
        shown.append(
            {
                "label": review_steps.step_label(step.step),
                "role": review_steps.role_label(step.role),
                "days": review_steps.days_of(step),
                "is_published_time": step.days is not None,
                "state": state,
                "at": row.submitted_at if step.step == "submit" else taken.get(step.step),
                "due": row.due_at if state == "current" else None,
            }
        )
    return shown


async def duplicates_of(row: VoucherApplication) -> list[str]:
    """What else asks public money for the same contract or with the same document, in sentences."""
    found = [
        _("%(number)s already uses a voucher on this contract", number=one.number)
        for one in await VoucherRedemption.filter(
            order_id=row.order_id, status__in=LIVE_REDEMPTIONS
        ).order_by("id")
        if one.id != row.redemption_id
    ]
    found += [
        _("%(number)s applies for the same contract", number=one.number)
        for one in await VoucherApplication.filter(
            order_id=row.order_id, status__in=LIVE_APPLICATIONS
        ).order_by("id")
        if one.id != row.id
    ]
    digests = await VoucherEvidence.filter(application=row).values_list("file__sha256", flat=True)
    same = (
        VoucherEvidence.filter(file__sha256__in=list(digests))
        .exclude(application=row)
        .select_related("application", "file")
        .order_by("id")
    )
    found += [
        _(
            "%(number)s rests on the same file %(file)s",
            number=one.application.number,
            file=one.file.filename,
        )
        for one in (await same if digests else [])
    ]
    claimant = await Organisation.get(id=row.claimant_id)
    if not claimant.is_verified:
        found.append(_("The claimant is not verified at present"))
    return found


def may_decide(row: VoucherApplication, rule: Programme, actor: Actor) -> bool:
    """Whether the present step waits for a reviewer of this kind of organisation."""
    role = review_steps.step_of(rule, row.step).role
    decided = (*review_steps.AUTOMATIC, "claim", "pay")
    live = row.status in (ApplicationStatus.UNDER_REVIEW, ApplicationStatus.GRANTED)
    return actor.kind == "bureau" and live and row.step not in decided and role != "subject"


def step_choices() -> list[tuple[str, str]]:
    """Every step, for a filter."""
    return [(name, review_steps.step_label(name)) for name in review_steps.STEPS]
