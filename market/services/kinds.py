"""Kinds of services: third parties (国家意见 四(六)(七)) and incubation (同政办发〔2024〕44号 三11)."""

from market.kit.i18n import N_, current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.trade import THIRD_PARTY_SERVICES

INCUBATION = {
    "information": N_("Information exchange"), "recruiting": N_("Recruiting"),
    "staff_training": N_("Staff training"), "industry_advice": N_("Industry advice"),
    "technical_support": N_("Technical support"), "start_up": N_("Help for start-ups"),
    "financing_advice": N_("Financing advice"), "market_research": N_("Market research"),
}  # fmt: skip


def codes() -> list[str]:
    """Every kind's code, third parties first."""
    return [*THIRD_PARTY_SERVICES, *INCUBATION]


def label(code: str) -> str:
    """A kind in the reader's language."""
    found = THIRD_PARTY_SERVICES.get(code)
    return found.label(current_locale()) if found else _(INCUBATION.get(code, code))


def choices() -> list[tuple[str, str]]:
    """Choices of a form field; incubation is marked as such."""
    third = [(code, label(code)) for code in THIRD_PARTY_SERVICES]
    return third + [(code, f"{_('Incubation')}·{label(code)}") for code in INCUBATION]
