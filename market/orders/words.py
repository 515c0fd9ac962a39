"""The words of this noun's pages: sides, stages, defects, and an entry of the history."""

from decimal import Decimal

from market.kit.audit import LogEntry
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.orders.forms import DEFECT_LABELS, Defect
from market.orders.states import MilestoneKind
from market.orders.terms import plain_number
from market.vocabulary import trade
from market.vocabulary.terms import Term

STAGES = {
    MilestoneKind.ADVANCE: N_("Advance"),
    MilestoneKind.PROGRESS: N_("Progress payment"),
    MilestoneKind.ACCEPTANCE: N_("Acceptance payment"),
    MilestoneKind.RETENTION: N_("Retention"),
}
ACTIONS = {
    "drafted": N_("Contract drafted"),
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
