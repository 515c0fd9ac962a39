"""The words of a dispute's pages."""

from market.disputes.states import DecisionCode, Ground, Way
from market.kit.audit import LogEntry
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

GROUNDS = {
    Ground.QUALITY: N_("Quality of the labels"),
    Ground.GUIDELINE: N_("Reading of the guideline"),
    Ground.INSPECTION: N_("How the inspection was done"),
    Ground.INCOMPLETE: N_("Items missing"),
    Ground.FORMAT: N_("Format not as agreed"),
    Ground.CONFIDENTIALITY: N_("Confidentiality or personal data"),
    Ground.OTHER: N_("Other"),
}
WAYS = {
    Way.AMOUNTS: N_("The named amounts met"),
    Way.PROPOSAL: N_("Both accepted the mediator's proposal"),
    Way.MEASUREMENT: N_("Re-measured by third readers"),
    Way.DECISION: N_("Decided by the bureau"),
}
CODES = {
    DecisionCode.NO_READER: N_("No independent reader could be found"),
    DecisionCode.MEASUREMENT_FLAWED: N_("The re-measurement was flawed"),
    DecisionCode.FRAUD: N_("Fraud or forged labels"),
    DecisionCode.EXCEPTIONAL: N_("Exceptional circumstances"),
}
VERDICTS = {
    "all": N_("Within the tolerated rate: the full price"),
    "none": N_("Surely worthless: nothing"),
    "between": N_("The share of conforming items, between the named amounts"),
}
ACTIONS = {
    "opened": N_("Dispute raised"),
    "seed_committed": N_("Seed of the sub-sample changed"),
    "taken_up": N_("Mediator declared independence and took it up"),
    "proposed": N_("Mediator proposed an amount"),
    "agreed": N_("Proposal accepted by one side"),
    "referred": N_("Referred to the bureau"),
}


def ground(code: str) -> str:
    """The name of a ground."""
    return _(GROUNDS[Ground(code)])


def grounds() -> list[tuple[str, str]]:
    """Every ground, for a form field."""
    return [(code.value, _(label)) for code, label in GROUNDS.items()]


def way(code: str) -> str:
    """How a dispute came to its amount."""
    return _(WAYS[Way(code)])


def code(value: str) -> str:
    """Why the bureau decided."""
    return _(CODES[DecisionCode(value)])


def codes() -> list[tuple[str, str]]:
    """Every decision code, for a form field."""
    return [(one.value, _(label)) for one, label in CODES.items()]


def verdict(value: str) -> str:
    """What a measurement says of the batch."""
    return _(VERDICTS[value])


def action(entry: LogEntry) -> str:
    """What a log entry says."""
    kind, _colon, value = entry.action.partition(":")
    if kind == "status":
        return _(STATUS_TONES["dispute", value].label)
    return _(ACTIONS[kind])


def status(value: str) -> str:
    """The word of a dispute's status."""
    return _(STATUS_TONES["dispute", value].label)


def steps() -> dict[str, str]:
    """The steps after a dispute was raised."""
    later = ("answered", "mediation", "re_measurement", "resolved")
    return {value: status(value) for value in later}


def platform() -> str:
    """Who acts when the clock does."""
    return _("the platform")
