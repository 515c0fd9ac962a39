"""The words of this noun's pages: sides, stages, defects, and an entry of the history."""

from decimal import Decimal

from market.kit.audit import LogEntry
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.orders import classes
from market.orders.contract_forms import NETWORKS, Network
from market.orders.forms import DEFECT_LABELS, GRAVITIES, Defect, Gravity
from market.orders.models import AcceptanceSample
from market.orders.states import EndReason, MilestoneKind, Rationale
from market.orders.terms import plain_number
from market.vocabulary import trade
from market.vocabulary.terms import Term

STAGES = {
    MilestoneKind.ADVANCE: N_("Advance"),
    MilestoneKind.PROGRESS: N_("Progress payment"),
    MilestoneKind.ACCEPTANCE: N_("Acceptance payment"),
    MilestoneKind.RETENTION: N_("Retention"),
}
RATIONALES = {
    Rationale.VOLUME_CHANGED: N_("Volume changed"),
    Rationale.PRICE_CHANGED: N_("Price changed"),
    Rationale.DURATION_CHANGED: N_("Deadline changed"),
    Rationale.GUIDELINE_CHANGED: N_("Guideline changed"),
    Rationale.ISOLATION_CHANGED: N_("Isolation rules changed"),
    Rationale.ERROR_CORRECTED: N_("Error corrected"),
    Rationale.FORCE_MAJEURE: N_("Force majeure"),
}
ENDINGS = {
    EndReason.PERFORMED: N_("Performed in full"),
    EndReason.AGREED: N_("Agreed by both sides"),
    EndReason.LATE_DELIVERY: N_("Delivery overdue"),
    EndReason.REWORK_EXHAUSTED: N_("Not accepted after the last round of rework"),
    EndReason.LATE_PAYMENT: N_("Payment overdue"),
    EndReason.DATA_SECURITY_BREACH: N_("Breach of data security"),
    EndReason.UNAPPROVED_SUBCONTRACTING: N_("Subcontracting without consent"),
    EndReason.FORCE_MAJEURE: N_("Force majeure"),
}
ACTIONS = {
    "drafted": N_("Contract drafted"),
    "draft_settled": N_("Draft settled by the buyer"),
    "proposed": N_("Proposed"),
    "changed": N_("New version in force"),
    "terms_changed": N_("Order follows the changed contract"),
    "guideline_published": N_("Guideline version published"),
    "group_opened": N_("Annotator group opened"),
    "annotator_assigned": N_("Annotator assigned"),
    "annotator_removed": N_("Annotator taken off"),
    "reduction_allowed": N_("Reduced inspection allowed by the buyer"),
    "reduction_ended": N_("Reduced inspection no longer allowed"),
    "signed": N_("Signed"),
    "planned": N_("Batch planned, both seeds committed"),
    "seed_committed": N_("Seed changed before delivery"),
    "sampled": N_("Sample drawn"),
    "inspection_resumed": N_("Inspection resumed by the buyer"),
    "reviewed": N_("Review written"),
}


def stage(kind: str) -> str:
    """The name of a payment stage."""
    return _(STAGES[MilestoneKind(kind)])


def rationale(code: str) -> str:
    """Why a contract is changed or ended."""
    known = {reason.value: label for reason, label in (*RATIONALES.items(), *ENDINGS.items())}
    return _(known[code])


def rationales() -> list[tuple[str, str]]:
    """Every reason of a change a party proposes by itself, for a form field."""
    own = (Rationale.GUIDELINE_CHANGED, Rationale.ISOLATION_CHANGED)  # have pages of their own
    return [(code.value, _(label)) for code, label in RATIONALES.items() if code not in own]


def endings() -> list[tuple[str, str]]:
    """Every reason one side may give notice for."""
    both = (EndReason.PERFORMED, EndReason.AGREED)
    return [(code.value, _(label)) for code, label in ENDINGS.items() if code not in both]


def network(code: str) -> str:
    """How a work place is cut off."""
    return _(NETWORKS[Network(code)])


def networks() -> list[tuple[str, str]]:
    """Every network, for a form field."""
    return [(code.value, _(label)) for code, label in NETWORKS.items()]


def gravity(code: str) -> str:
    """The class of a nonconformity."""
    return _(GRAVITIES[Gravity(code)])


def gravities() -> list[tuple[str, str]]:
    """Every class of nonconformity, for a form field."""
    return [(code.value, _(label)) for code, label in GRAVITIES.items()]


def defect(code: str) -> str:
    """The name of a defect."""
    return _(DEFECT_LABELS[Defect(code)])


def defects() -> list[tuple[str, str]]:
    """Every defect, for a form field."""
    return [(code.value, _(label)) for code, label in DEFECT_LABELS.items()]


def quantity(value: Decimal | str) -> str:
    """A quantity from a row or from a contract's terms: 3,000 of 3000.00."""
    whole, dot, rest = plain_number(Decimal(value)).partition(".")
    return f"{int(whole):,}{dot}{rest}"


def price(value: Decimal | str) -> str:
    """A unit price from a row or from a contract's terms, two to four decimals."""
    whole, _dot, rest = f"{Decimal(value):.4f}".rstrip("0").partition(".")
    return f"{int(whole):,}.{rest.ljust(2, '0')}"


def spend(code: str, language: str) -> str:
    """The name of a line's spend category."""
    term: Term | None = trade.SPEND_CATEGORIES.get(code)
    return term.label(language) if term else code


def status(noun: str, value: str) -> str:
    """The word of a status, as its badge has it."""
    return _(STATUS_TONES[noun, value].label)


def action(entry: LogEntry, noun: str) -> str:
    """What a log entry says, in the reader's language."""
    kind, _colon, value = entry.action.partition(":")
    if kind == "status":
        return status(noun, value)
    return _(ACTIONS[kind])


def class_rows(sample: AcceptanceSample) -> list[tuple[str, str]]:
    """A drawn lot's classes of items: before inspection their plans, after it what each counts."""
    rows = []
    for one in classes.results_of(sample, sample.nonconforming):
        label = (
            _("Minor items (AQL %(aql)s)")
            if one.name == classes.MINOR
            else _("Major items (AQL %(aql)s)")
        )
        plan = one.plan
        text = (
            _("%(count)s of %(n)s, at most %(ac)s pass", count=one.count, n=plan.n, ac=plan.ac)
            if sample.inspected_at
            else _("inspect %(n)s, at most %(ac)s pass", n=plan.n, ac=plan.ac)
        )
        rows.append((label % {"aql": quantity(plan.aql)}, text))
    return rows
