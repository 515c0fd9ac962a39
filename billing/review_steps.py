"""The steps of a review as a programme's data states them: who takes each, and by when."""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from billing.vouchers.procedure import Evidence, WorkflowStep
from billing.vouchers.rules import Programme
from market.kit import clock
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

_DAYS = Path(__file__).parent / "data" / "review_days.json"
# Taken by the platform itself, or by what happens to the order.
AUTOMATIC = ("submit", "reserve", "use", "settled")
PUBLICATION = "publication"
# Documents that exist only once the order is paid and accepted: they come with the claim for payment.
LATE_EVIDENCE = ("e_invoice", "bank_receipt", "usage_log", "acceptance")
PLATFORM_EVIDENCE = ("contract",)  # the platform holds the signed contract itself

STEPS: Mapping[str, str] = {
    "submit": N_("Submitted"),
    "district_review": N_("District review"),
    "duplicate_and_credit_check": N_("Duplicate and credit check"),
    "city_review": N_("City review"),
    "expert_review": N_("Expert review"),
    "publication": N_("Public notice period"),
    "approve": N_("Approval"),
    "issue": N_("Issue"),
    "reserve": N_("Budget reserved"),
    "use": N_("Use on the order"),
    "verify": N_("Use verified"),
    "claim": N_("Payment claimed"),
    "pay": N_("Paid by the treasury"),
    "settled": N_("Settled"),
}
ROLES: Mapping[str, str] = {
    "subject": N_("Claimant"),
    "district": N_("District bureau"),
    "bureau": N_("Bureau"),
    "city": N_("Issuing bureau"),
    "experts": N_("Experts"),
    "platform": N_("Platform"),
    "treasury": N_("Treasury"),
}
EVIDENCE: Mapping[str, str] = {
    "contract": N_("Contract"),
    "e_invoice": N_("E-invoice"),
    "bank_receipt": N_("Bank payment receipt"),
    "usage_log": N_("Usage log"),
    "acceptance": N_("Acceptance record"),
    "unrelated_statement": N_("Statement that the parties are unrelated"),
    "pledge": N_("Pledge of truthfulness"),
}


@cache
def _default_days() -> Mapping[str, int]:
    days: Mapping[str, int] = json.loads(_DAYS.read_text(encoding="utf-8"))["days"]
    return days


def step_of(rule: Programme, name: str) -> WorkflowStep:
    """The step of a rule with this name; a step the rule lacks is the platform's."""
    found = (step for step in rule.workflow if step.step == name)
    return next(found, WorkflowStep(step=name, role="platform"))


def next_step(rule: Programme, name: str) -> WorkflowStep:
    """The step after this one in the rule's order; the last one is "settled"."""
    names = [step.step for step in rule.workflow]
    following = names.index(name) + 1 if name in names else 0
    if following < len(rule.workflow):
        return rule.workflow[following]
    return WorkflowStep(step="settled", role="platform")


def days_of(step: WorkflowStep) -> int | None:
    """Working days for a step: as published, else the platform's own target."""
    return step.days if step.days is not None else _default_days().get(step.step)


def due(step: WorkflowStep) -> dt.datetime | None:
    """When a step that begins now must be done; None where nobody is waited for."""
    days = days_of(step)
    if step.step in ("use", "settled") or days is None:
        return None
    return clock.end_of_day(clock.add_working_days(clock.today(), days))


def required_at(rule: Programme, step: str) -> list[Evidence]:
    """The documents a claimant brings at a step: with the application, or with the claim for payment."""
    claims = any(one.step == "claim" for one in rule.workflow)
    return [
        one
        for one in rule.evidence
        if one.kind not in PLATFORM_EVIDENCE
        and (step == "claim") is (claims and one.kind in LATE_EVIDENCE)
    ]


def step_label(name: str) -> str:
    """A step in words."""
    return _(STEPS[name]) if name in STEPS else name


def role_label(name: str) -> str:
    """Who takes a step, in words."""
    return _(ROLES[name]) if name in ROLES else name


def evidence_label(kind: str) -> str:
    """A kind of document in words."""
    return _(EVIDENCE[kind])
